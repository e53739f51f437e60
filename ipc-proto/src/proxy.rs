//! The proxy on the way to the cloud (behaviour.md 8).

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

/// How a proxy is spoken to. Variants are only appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProxyKind {
    /// SOCKS version 5 (RFC 1928), with a name and a password as in RFC 1929.
    Socks5,
    /// HTTP's `CONNECT` (RFC 9110, 9.3.6), with basic authentication.
    Http,
}
