//! Where a gateway listens, and how it is spoken to.

use std::fmt;

/// The form of the protocol, and whether it runs inside TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GatewayScheme {
    /// WebSocket, plain.
    Ws,
    /// WebSocket over TLS.
    Wss,
    /// The TCP form, plain.
    Tcp,
    /// The TCP form over TLS.
    Tls,
}

/// How packets travel: as WebSocket messages, or one after the other in a byte stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GatewayForm {
    /// [`crate::websocket`].
    WebSocket,
    /// [`crate::tcp`].
    Tcp,
}

impl GatewayScheme {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ws, Self::Wss, Self::Tcp, Self::Tls];

    /// What a `protocol` of `serverAddr` stands for (protocol/cloud-tcp.md 1,
    /// protocol/cloud-wire.md 1.3); `None` if we cannot speak it.
    ///
    /// An unsaid one is wss, as in the web SDK. QUIC (4) and the numbers of HTTP (11, 12) are
    /// other clients'; 3 nobody knows.
    #[must_use]
    pub const fn of_protocol(protocol: Option<i64>) -> Option<Self> {
        match protocol {
            Some(1) => Some(Self::Tcp),
            Some(2) => Some(Self::Tls),
            Some(5) => Some(Self::Ws),
            Some(6) | None => Some(Self::Wss),
            Some(_) => None,
        }
    }

    /// The scheme in a URL. Those of the TCP form are ours.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ws => "ws",
            Self::Wss => "wss",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }

    /// The form of the protocol.
    #[must_use]
    pub const fn form(self) -> GatewayForm {
        match self {
            Self::Ws | Self::Wss => GatewayForm::WebSocket,
            Self::Tcp | Self::Tls => GatewayForm::Tcp,
        }
    }

    /// Whether nobody on the way can read along.
    #[must_use]
    pub const fn is_encrypted(self) -> bool {
        match self {
            Self::Wss | Self::Tls => true,
            Self::Ws | Self::Tcp => false,
        }
    }
}

/// A gateway to dial.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GatewayAddress {
    /// How.
    pub scheme: GatewayScheme,
    /// `host:port`; with WebSocket the port may be absent and is then the scheme's.
    pub authority: String,
}

impl GatewayAddress {
    /// The address in the form in which it is shown; `None` if it has another one.
    #[must_use]
    pub fn from_url(url: &str) -> Option<Self> {
        let (scheme, authority) = url.split_once("://")?;
        let scheme = GatewayScheme::ALL
            .into_iter()
            .find(|known| known.as_str() == scheme)?;
        Some(Self {
            scheme,
            authority: authority.to_owned(),
        })
    }
}

impl fmt::Display for GatewayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_shown() {
        for scheme in GatewayScheme::ALL {
            let authority = "gateway.test:8080".to_owned();
            let address = GatewayAddress { scheme, authority };
            assert_eq!(
                GatewayAddress::from_url(&address.to_string()),
                Some(address)
            );
        }
        assert_eq!(GatewayAddress::from_url("quic://gateway.test"), None);
        assert_eq!(GatewayAddress::from_url("gateway.test:80"), None);
    }
}
