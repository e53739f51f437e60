//! What can be wrong with a proxy.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is wrong with a proxy (decisions.md P2). Variants are only appended: the daemon says them to
/// apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ProxyFault {
    /// Its name has no address, or the resolver does not answer.
    Unresolved,
    /// Nobody listens there, or the network says it cannot be reached.
    Unreachable,
    /// It takes the connection and says nothing.
    Silent,
    /// It wants a name and a password, and was told none.
    WantsLogin,
    /// It refuses the name or the password.
    LoginRefused,
    /// It works, and its rules do not let us through.
    Forbidden,
    /// What listens there does not speak as a proxy of that kind does.
    NoProxy,
}

impl ProxyFault {
    /// One sentence for a person.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unresolved => "The proxy's name has no address.",
            Self::Unreachable => "Nothing answers at the proxy's address.",
            Self::Silent => "The proxy takes the connection and says nothing.",
            Self::WantsLogin => "The proxy wants a user name and a password.",
            Self::LoginRefused => "The proxy refuses the user name or the password.",
            Self::Forbidden => "The proxy's rules forbid the way to the cloud.",
            Self::NoProxy => "What listens at the proxy's address is no proxy of that kind.",
        }
    }
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
