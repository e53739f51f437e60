//! Proxies as people write them: `socks5://user:password@host:port`, `http://host:port`.

use std::str::FromStr;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use super::{Proxy, ProxyError, ProxyKind, ProxyPassword};

impl FromStr for Proxy {
    type Err = ProxyError;

    /// Name and password may be percent-encoded, and must be where they have one of `:/?#@%`.
    fn from_str(url: &str) -> Result<Self, ProxyError> {
        let (scheme, rest) = url.trim().split_once("://").ok_or(ProxyError::Form)?;
        let kind = kind(scheme).ok_or(ProxyError::Form)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#', '\\']) {
            return Err(ProxyError::Form);
        }
        let (login, address) = match rest.rsplit_once('@') {
            Some((login, address)) => (Some(login), address),
            None => (None, rest),
        };
        let (host, port) = address.rsplit_once(':').ok_or(ProxyError::Form)?;
        // `[::1]` has colons, but no port.
        if host.starts_with('[') && !host.ends_with(']') {
            return Err(ProxyError::Form);
        }
        let mut proxy = Self::new(kind, host, port.parse().map_err(|_| ProxyError::Port)?)?;
        let Some(login) = login else {
            return Ok(proxy);
        };
        let (user, password) = match login.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (login, None),
        };
        proxy = proxy.with_user(&decoded(user).ok_or(ProxyError::User)?)?;
        match password {
            Some(password) => {
                let password = decoded(password).ok_or(ProxyError::Password)?;
                Ok(proxy.with_password(ProxyPassword::new(password.as_str())?))
            }
            None => Ok(proxy),
        }
    }
}

impl Proxy {
    /// The URL that reads back as this proxy, with its password. Every call is a place to look at.
    #[must_use]
    pub fn reveal_url(&self) -> Zeroizing<String> {
        let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let mut url = Zeroizing::new(format!("{}://", self.kind.scheme()));
        if let Some(user) = &self.user {
            url.extend(encoded(user));
            if let Some(password) = &self.password {
                url.push(':');
                url.extend(encoded(password.reveal()));
            }
            url.push('@');
        }
        url.push_str(&self.authority());
        url
    }
}

/// `socks5h` is how others say that the proxy resolves names, which is the only way here.
fn kind(scheme: &str) -> Option<ProxyKind> {
    match scheme.to_ascii_lowercase().as_str() {
        "socks5" | "socks5h" => Some(ProxyKind::Socks5),
        "http" => Some(ProxyKind::Http),
        _ => None,
    }
}

fn decoded(text: &str) -> Option<Zeroizing<String>> {
    let bytes = Zeroizing::new(percent_decode_str(text).collect::<Vec<u8>>());
    std::str::from_utf8(&bytes)
        .ok()
        .map(|text| Zeroizing::new(text.to_owned()))
}
