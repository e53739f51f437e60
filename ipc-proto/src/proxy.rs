//! The proxy on the way to the cloud (behaviour.md 8).

use imlink_model::{ProxyError, ProxyKind, ProxyPassword};
use serde::{Deserialize, Serialize};

use crate::{PrivateText, SecretText};

/// A proxy, as an app or the daemon names it.
///
/// Not checked while decoding, so that one which cannot be used is answered with the vendor's code
/// for it (34238) and not as an unreadable request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proxy {
    /// How it is spoken to.
    pub kind: ProxyKind,
    /// A host name or an address, 1 to 255 bytes.
    pub host: String,
    /// 1 to 65535.
    pub port: u16,
    /// The name it wants, 1 to 255 bytes; `None` where it asks for none.
    #[serde(default)]
    pub user: Option<PrivateText>,
    /// The password of that name, at most 255 bytes. The daemon never says it: it is `None` in
    /// whatever comes from there.
    #[serde(default)]
    pub password: Option<SecretText>,
}

/// With its password, if it has one: who answers with it takes that away first.
impl From<&imlink_model::Proxy> for Proxy {
    fn from(proxy: &imlink_model::Proxy) -> Self {
        Self {
            kind: proxy.kind(),
            host: proxy.host().to_owned(),
            port: proxy.port(),
            user: proxy.user().map(|user| user.to_owned().into()),
            password: proxy.password().map(SecretText::from),
        }
    }
}

impl TryFrom<&Proxy> for imlink_model::Proxy {
    type Error = ProxyError;

    fn try_from(proxy: &Proxy) -> Result<Self, ProxyError> {
        let mut checked = Self::new(proxy.kind, &proxy.host, proxy.port)?;
        if let Some(user) = &proxy.user {
            checked = checked.with_user(user.as_str())?;
        }
        match &proxy.password {
            Some(password) => Ok(checked.with_password(ProxyPassword::try_from(password)?)),
            None => Ok(checked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_goes_over_the_wire_and_back() {
        let url = "socks5://alice:x@[2001:db8::1]:1080";
        let proxy: imlink_model::Proxy = url.parse().unwrap();

        let back = imlink_model::Proxy::try_from(&Proxy::from(&proxy));

        assert_eq!(back, Ok(proxy));
    }

    #[test]
    fn what_cannot_be_meant_is_found_out_after_decoding() {
        let proxy = Proxy {
            kind: ProxyKind::Http,
            host: "a/b".to_owned(),
            port: 0,
            user: None,
            password: None,
        };

        assert_eq!(imlink_model::Proxy::try_from(&proxy), Err(ProxyError::Port));
    }
}
