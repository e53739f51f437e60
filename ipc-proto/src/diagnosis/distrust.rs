//! Why no secure connection came about.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What was wrong with a certificate, or with TLS itself. Variants are only appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Distrust {
    /// Its time is over, by this machine's clock.
    Expired,
    /// Its time has not come, by this machine's clock.
    NotYetValid,
    /// It is somebody else's.
    OtherHost,
    /// No authority that this machine knows vouches for it.
    UnknownIssuer,
    /// It has none of the pinned keys.
    NotPinned,
    /// It is none, or not one of a server.
    Unacceptable,
    /// TLS did not come about at all.
    NoTls,
}

impl Distrust {
    /// What to do about it, for a person.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Expired | Self::NotYetValid => {
                "check this machine's clock; if it is right, the cloud's certificate must be renewed"
            }
            Self::OtherHost => {
                "the certificate is for another host; sign in to this network if it has a sign-in page, else check the address, and who answers there"
            }
            Self::UnknownIssuer => {
                "sign in to this network if it has a sign-in page; if the cloud has a certificate authority of its own, name its file as `ca_file`"
            }
            Self::NotPinned => {
                "find out who answers there; if the cloud has changed its keys, change `pins`"
            }
            Self::Unacceptable => {
                "the certificate is not acceptable; the cloud's operator must replace it"
            }
            Self::NoTls => "check that the address speaks TLS 1.2 or 1.3, and who answers there",
        }
    }
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "its certificate has expired",
            Self::NotYetValid => "its certificate is not valid yet",
            Self::OtherHost => "its certificate is for another host",
            Self::UnknownIssuer => "nobody known vouches for its certificate",
            Self::NotPinned => "its certificate has none of the pinned keys",
            Self::Unacceptable => "its certificate is not acceptable",
            Self::NoTls => "it does not speak TLS 1.2 or 1.3",
        })
    }
}
