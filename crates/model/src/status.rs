//! The connection status an app sees.

mod transition;

use std::fmt;

use serde::{Deserialize, Serialize};

/// Connection status with Android's numbers, 17 and 19 from Nexconn Android (behaviour.md 2.1,
/// decisions.md P24). Never cast to another SDK's numbering; map by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(i8)]
pub enum ConnectionStatus {
    /// The machine has no network; attempts pause until it is back.
    NetworkUnavailable = -1,
    /// Connected.
    Connected = 0,
    /// An attempt is under way.
    Connecting = 1,
    /// No connect was asked for, or it failed for good.
    Unconnected = 2,
    /// The same account signed in elsewhere.
    KickedOffline = 3,
    /// The token is wrong or expired.
    TokenIncorrect = 4,
    /// The user is blocked.
    UserBlocked = 6,
    /// The app left.
    SignOut = 12,
    /// Interrupted; the daemon tries again by itself. Always comes with its code.
    Suspend = 13,
    /// A positive time limit ran out.
    Timeout = 14,
    /// The configured proxy cannot be used.
    ProxyUnavailable = 17,
    /// The account was deleted.
    UserAbandon = 19,
}

impl ConnectionStatus {
    /// Every status, in the order of its number.
    pub const ALL: [Self; 12] = [
        Self::NetworkUnavailable,
        Self::Connected,
        Self::Connecting,
        Self::Unconnected,
        Self::KickedOffline,
        Self::TokenIncorrect,
        Self::UserBlocked,
        Self::SignOut,
        Self::Suspend,
        Self::Timeout,
        Self::ProxyUnavailable,
        Self::UserAbandon,
    ];

    /// Android's number.
    #[must_use]
    pub const fn number(self) -> i8 {
        self as i8
    }

    /// The status with that number.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|status| i32::from(status.number()) == number)
    }

    /// The documented name, for example `SUSPEND`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NetworkUnavailable => "NETWORK_UNAVAILABLE",
            Self::Connected => "CONNECTED",
            Self::Connecting => "CONNECTING",
            Self::Unconnected => "UNCONNECTED",
            Self::KickedOffline => "KICKED_OFFLINE_BY_OTHER_CLIENT",
            Self::TokenIncorrect => "TOKEN_INCORRECT",
            Self::UserBlocked => "CONN_USER_BLOCKED",
            Self::SignOut => "SIGN_OUT",
            Self::Suspend => "SUSPEND",
            Self::Timeout => "TIMEOUT",
            Self::ProxyUnavailable => "PROXY_UNAVAILABLE",
            Self::UserAbandon => "USER_ABANDON",
        }
    }

    /// Nothing follows this status until an app calls connect again (behaviour.md 2.3).
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Unconnected
            | Self::KickedOffline
            | Self::TokenIncorrect
            | Self::UserBlocked
            | Self::SignOut
            | Self::Timeout
            | Self::UserAbandon => true,
            Self::NetworkUnavailable
            | Self::Connected
            | Self::Connecting
            | Self::Suspend
            | Self::ProxyUnavailable => false,
        }
    }
}

impl fmt::Display for ConnectionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_androids() {
        let numbers: Vec<i8> = ConnectionStatus::ALL.iter().map(|s| s.number()).collect();

        assert_eq!(numbers, [-1, 0, 1, 2, 3, 4, 6, 12, 13, 14, 17, 19]);
        for status in ConnectionStatus::ALL {
            assert_eq!(
                ConnectionStatus::from_number(status.number().into()),
                Some(status)
            );
        }
        assert_eq!(ConnectionStatus::from_number(5), None);
    }
}
