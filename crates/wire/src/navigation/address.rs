//! Where a gateway listens.

use std::fmt;

/// Whether the WebSocket runs over TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GatewayScheme {
    /// Plain.
    Ws,
    /// Over TLS.
    Wss,
}

impl GatewayScheme {
    /// The scheme in a URL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }
}

/// A gateway to dial.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GatewayAddress {
    /// How.
    pub scheme: GatewayScheme,
    /// `host:port`; the port may be absent and is then the scheme's.
    pub authority: String,
}

impl fmt::Display for GatewayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.authority)
    }
}
