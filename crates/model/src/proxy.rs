//! The proxy on the way to the cloud (behaviour.md 8).

mod fault;
#[cfg(test)]
mod tests;
mod url;

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use fault::ProxyFault;

/// A proxy, as somebody names it.
///
/// The parts are checked one by one. Whether name and password fit together is
/// [`check_login`](Self::check_login)'s question: one that is read back from the daemon has no
/// password.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    kind: ProxyKind,
    host: String,
    port: u16,
    user: Option<String>,
    password: Option<ProxyPassword>,
}

/// How a proxy is spoken to. Variants are only appended: apps say them to the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ProxyKind {
    /// SOCKS version 5 (RFC 1928), with a name and a password as in RFC 1929.
    Socks5,
    /// HTTP's `CONNECT` (RFC 9110, 9.3.6), with basic authentication (RFC 7617).
    Http,
}

/// A proxy's password; wiped from memory when dropped, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyPassword(Zeroizing<Box<str>>);

/// Why something is no proxy. The vendor's code for all of them is 34238. None repeats what was
/// written, which may hold the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// It is no URL of a proxy.
    #[error("a proxy is written `socks5://host:port` or `http://host:port`")]
    Form,
    /// The host is none.
    #[error("the proxy's host is a name or an address of 1 to 255 characters")]
    Host,
    /// The port is none.
    #[error("the proxy's port is a number from 1 to 65535")]
    Port,
    /// The name cannot be said to a proxy.
    #[error(
        "the name for the proxy has 1 to 255 bytes and no control characters, and none for HTTP has a colon"
    )]
    User,
    /// The password cannot be said to a proxy.
    #[error("the password for the proxy has 1 to 255 bytes and no control characters")]
    Password,
    /// A password without a name.
    #[error("there is a password for the proxy, but no name")]
    NoUser,
    /// SOCKS knows no name without a password.
    #[error("there is a name for the proxy, but no password")]
    NoPassword,
}

impl Proxy {
    /// Longest name or password, in bytes: SOCKS has one byte for the length (RFC 1929).
    pub const MAX_LOGIN_BYTES: usize = 255;

    /// Longest host, in bytes: SOCKS has one byte for the length (RFC 1928).
    pub const MAX_HOST_BYTES: usize = 255;

    /// A proxy that asks nobody for a name. An IPv6 address may stand in brackets.
    ///
    /// # Errors
    /// [`ProxyError`] for a host or port that is none.
    pub fn new(kind: ProxyKind, host: &str, port: u16) -> Result<Self, ProxyError> {
        if port == 0 {
            return Err(ProxyError::Port);
        }
        Ok(Self {
            kind,
            host: checked_host(host)?.to_owned(),
            port,
            user: None,
            password: None,
        })
    }

    /// The same proxy, which is told that name.
    ///
    /// # Errors
    /// [`ProxyError::User`].
    pub fn with_user(mut self, user: &str) -> Result<Self, ProxyError> {
        let is_sayable = is_sayable(user)
            && match self.kind {
                ProxyKind::Socks5 => true,
                // A colon ends the name there.
                ProxyKind::Http => !user.contains(':'),
            };
        if !is_sayable {
            return Err(ProxyError::User);
        }
        self.user = Some(user.to_owned());
        Ok(self)
    }

    /// The same proxy, which is told that password.
    #[must_use]
    pub fn with_password(mut self, password: ProxyPassword) -> Self {
        self.password = Some(password);
        self
    }

    /// The same proxy without its password: what may be shown.
    #[must_use]
    pub fn without_password(mut self) -> Self {
        self.password = None;
        self
    }

    /// Checks that it can be asked with the name and password it has.
    ///
    /// # Errors
    /// [`ProxyError::NoUser`], or [`ProxyError::NoPassword`] for SOCKS.
    pub fn check_login(&self) -> Result<(), ProxyError> {
        match (self.kind, &self.user, &self.password) {
            (_, None, Some(_)) => Err(ProxyError::NoUser),
            (ProxyKind::Socks5, Some(_), None) => Err(ProxyError::NoPassword),
            (ProxyKind::Http, Some(_), None) | (_, Some(_), Some(_)) | (_, None, None) => Ok(()),
        }
    }

    /// How it is spoken to.
    #[must_use]
    pub const fn kind(&self) -> ProxyKind {
        self.kind
    }

    /// A host name or an address; IPv6 without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// 1 to 65535.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The name it is told, if it is told one.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The password it is told, if it is told one.
    #[must_use]
    pub const fn password(&self) -> Option<&ProxyPassword> {
        self.password.as_ref()
    }

    /// `host:port`, IPv6 in brackets.
    #[must_use]
    pub fn authority(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// Whether it is on this machine, as far as can be told without resolving names.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let address = self.host.parse::<IpAddr>();
        self.host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|ip| ip.is_loopback())
    }
}

impl ProxyKind {
    /// The scheme of its URLs.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Socks5 => "socks5",
            Self::Http => "http",
        }
    }
}

impl ProxyPassword {
    /// Takes a text as a password.
    ///
    /// # Errors
    /// [`ProxyError::Password`].
    pub fn new(text: impl Into<String>) -> Result<Self, ProxyError> {
        let text = Zeroizing::new(text.into());
        match is_sayable(&text) {
            true => Ok(Self(Zeroizing::new(text.as_str().into()))),
            false => Err(ProxyError::Password),
        }
    }

    /// The secret text. Every call is a place to look at.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Neither name nor password.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.kind.scheme(), self.authority())
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

impl fmt::Debug for ProxyPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProxyPassword(..)")
    }
}

fn is_sayable(text: &str) -> bool {
    (1..=Proxy::MAX_LOGIN_BYTES).contains(&text.len()) && !text.chars().any(char::is_control)
}

fn checked_host(host: &str) -> Result<&str, ProxyError> {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    if let Some(address) = bare.or_else(|| host.contains(':').then_some(host)) {
        let is_address = address.parse::<Ipv6Addr>().is_ok();
        return is_address.then_some(address).ok_or(ProxyError::Host);
    }
    let is_name = (1..=Proxy::MAX_HOST_BYTES).contains(&host.len())
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    is_name.then_some(host).ok_or(ProxyError::Host)
}
