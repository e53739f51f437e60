//! What a step has shown.

use std::fmt;

use imlink_model::{ConnectionStatus, ProxyFault};
use serde::{Deserialize, Serialize};

use super::Distrust;

/// What was seen, without words, so that readers can say it in their own language; its `Display` is
/// English. Variants are only appended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seen {
    /// Nothing that the code does not tell.
    Nothing,
    /// Room for rows.
    Free {
        /// How much, in units of 1,000,000 bytes.
        megabytes: u32,
    },
    /// The directory of the rows cannot be written.
    NotWritable,
    /// The directory of the rows cannot be looked at.
    Hidden {
        /// The system's number for why.
        errno: i32,
    },
    /// A route to elsewhere.
    Route,
    /// No route but to this machine itself.
    NoRoute,
    /// A proxy that lets the daemon in.
    LetsIn,
    /// A proxy that does not work.
    Proxy {
        /// What is wrong with it.
        fault: ProxyFault,
    },
    /// A name that has addresses.
    Addresses {
        /// How many.
        count: u32,
    },
    /// A name without an address.
    NoAddress,
    /// A text that is no address of a navigator.
    NoNavigator,
    /// Somebody listens.
    Listens,
    /// Somebody is reached through the proxy.
    ThroughProxy,
    /// A secure connection.
    Secured {
        /// Its version, for example `TLS 1.3`.
        version: String,
    },
    /// Nobody is asked, since the token would travel in clear text.
    ClearText,
    /// No secure connection.
    Distrusted {
        /// Why.
        reason: Distrust,
    },
    /// Whoever answers, answers as a navigator does.
    Navigates,
    /// Nobody is named as a navigator: not by the configuration, and not by an account that
    /// connects.
    NobodyNamed,
    /// A page for people, or a redirect to one, in a navigator's place.
    SignInPage,
    /// An answer with an HTTP status that navigators do not give.
    Http {
        /// Which.
        status: u16,
    },
    /// An answer that is none of a navigator.
    Unreadable,
    /// The time was over before anything was seen.
    TooSlow,
    /// An account's status.
    Status {
        /// Android's number (behaviour.md 2.1).
        status: i32,
    },
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Free { megabytes } => write!(f, "{megabytes} MB free"),
            Self::NotWritable => f.write_str("cannot be written"),
            Self::Hidden { errno } => write!(f, "cannot be looked at (system error {errno})"),
            Self::Route => f.write_str("there is a route"),
            Self::NoRoute => f.write_str("there is no route but to itself"),
            Self::LetsIn => f.write_str("lets us in"),
            Self::Proxy { fault } => fault.fmt(f),
            Self::Addresses { count: 1 } => f.write_str("1 address"),
            Self::Addresses { count } => write!(f, "{count} addresses"),
            Self::NoAddress => f.write_str("has no address"),
            Self::NoNavigator => f.write_str("is no address of a navigator"),
            Self::Listens => f.write_str("somebody listens"),
            Self::ThroughProxy => f.write_str("is reached through the proxy"),
            Self::Secured { version } => write!(f, "{version}, the certificate is accepted"),
            Self::ClearText => {
                f.write_str("would hear the token in clear text, so it is not asked")
            }
            Self::Distrusted { reason } => reason.fmt(f),
            Self::Navigates => f.write_str("answers, as a navigator does"),
            Self::NobodyNamed => {
                f.write_str("neither the configuration nor a connecting account names one")
            }
            Self::SignInPage => {
                f.write_str("a page for people, or a redirect to one, in the navigator's place")
            }
            Self::Http { status } => write!(f, "answers with HTTP status {status}"),
            Self::Unreadable => f.write_str("its answer is none of a navigator"),
            Self::TooSlow => f.write_str("takes too long"),
            Self::Status { status } => match ConnectionStatus::from_number(*status) {
                Some(status) => status.fmt(f),
                None => write!(f, "status {status}"),
            },
        }
    }
}
