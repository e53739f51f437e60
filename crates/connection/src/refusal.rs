//! What a refusal of the cloud means.

use imlink_model::{Code, ConnectionStatus};
use imlink_wire::status::{self, connack_code, disconnect_code};

/// What follows a CONNACK or DISCONNECT that refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Ask navigation again and come back at once.
    Redirect,
    /// Nothing until the next connect.
    Final(Code),
    /// The ladder goes on.
    Temporary(Code),
    /// A status nobody documented: shown as -1, and retried slowly.
    Unknown,
}

impl Refusal {
    /// What a CONNACK status other than 0 means (`protocol/cloud-wire.md` 3.4, decisions.md P11).
    pub(crate) fn of_connack(status: u8) -> Self {
        Self::of(status, connack_code(status))
    }

    /// What a DISCONNECT status means (`protocol/cloud-wire.md` 3.5, decisions.md P11).
    pub(crate) fn of_disconnect(status: u8) -> Self {
        Self::of(status, disconnect_code(status))
    }

    fn of(status: u8, code: Option<i32>) -> Self {
        let Some(code) = code.map(Code::new) else {
            return Self::Unknown;
        };
        if status == status::REDIRECT {
            Self::Redirect
        } else if code.is_terminal() {
            Self::Final(code)
        } else {
            Self::Temporary(code)
        }
    }
}

/// The status that goes with a final code (behaviour.md 2.3, decisions.md P3).
pub(crate) fn final_status(code: Code) -> ConnectionStatus {
    match code {
        Code::RC_CONN_TOKEN_INCORRECT | Code::RC_CONN_TOKEN_EXPIRE => {
            ConnectionStatus::TokenIncorrect
        }
        Code::RC_CONN_USER_BLOCKED | Code::RC_DISCONN_EXCEPTION => ConnectionStatus::UserBlocked,
        Code::RC_DISCONN_KICK | Code::RC_DISCONN_SAME_CLIENT_ON_LINE => {
            ConnectionStatus::KickedOffline
        }
        Code::RC_ACCOUNT_CANCELLATION => ConnectionStatus::UserAbandon,
        _ => ConnectionStatus::Unconnected,
    }
}

/// The refusal is about the token alone: another token may be tried at once.
pub(crate) fn concerns_token(code: Code) -> bool {
    matches!(
        code,
        Code::RC_CONN_TOKEN_INCORRECT | Code::RC_CONN_TOKEN_EXPIRE
    )
}

/// What the acknowledgement of a message means (`protocol/cloud-wire.md` 5.4, decisions.md P17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The cloud has it.
    Accepted,
    /// Not now: it waits again.
    Later,
    /// The cloud does not know either.
    Unknown,
    /// Never.
    Refused(Code),
}

impl Verdict {
    pub(crate) fn of_puback(status: u16) -> Self {
        match Code::new(status.into()) {
            // Delivered; with other words in the place of some (behaviour.md 12.2).
            Code::SUCCESS | Code::SENSITIVE_REPLACE => Self::Accepted,
            Code::SEND_FREQUENCY_TOO_FAST
            | Code::RC_NET_CHANNEL_INVALID
            | Code::RC_NET_UNAVAILABLE
            | Code::RC_MSG_SEND_FAIL => Self::Later,
            Code::RC_MSG_RESP_TIMEOUT => Self::Unknown,
            code => Self::Refused(code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connack_status_has_the_documented_consequence() {
        for status in 1..=u8::MAX {
            let expected = match status {
                6 => Refusal::Redirect,
                10 => Refusal::Final(Code::new(31_020)),
                1..=9 => Refusal::Final(Code::new(31_000 + i32::from(status))),
                11..=20 => Refusal::Final(Code::new(31_010 + i32::from(status))),
                _ => Refusal::Unknown,
            };
            assert_eq!(Refusal::of_connack(status), expected, "status {status}");
        }
    }

    #[test]
    fn every_disconnect_status_has_the_documented_consequence() {
        for status in 0..=u8::MAX {
            let expected = match status {
                1 => Refusal::Final(Code::new(31_010)),
                2 | 5 => Refusal::Final(Code::new(31_011)),
                6 => Refusal::Redirect,
                7 => Refusal::Final(Code::new(31_020)),
                8 => Refusal::Final(Code::new(31_001)),
                9 => Refusal::Final(Code::new(31_029)),
                _ => Refusal::Unknown,
            };
            assert_eq!(Refusal::of_disconnect(status), expected, "status {status}");
        }
    }

    #[test]
    fn a_final_code_has_its_status() {
        let status = |number| final_status(Code::new(number));

        assert_eq!(status(31_004), ConnectionStatus::TokenIncorrect);
        assert_eq!(status(31_020), ConnectionStatus::TokenIncorrect);
        assert_eq!(status(31_009), ConnectionStatus::UserBlocked);
        assert_eq!(status(31_011), ConnectionStatus::UserBlocked);
        assert_eq!(status(31_010), ConnectionStatus::KickedOffline);
        assert_eq!(status(31_023), ConnectionStatus::KickedOffline);
        assert_eq!(status(31_029), ConnectionStatus::UserAbandon);
        assert_eq!(status(31_002), ConnectionStatus::Unconnected);
    }

    #[test]
    fn an_acknowledgement_decides_over_the_message() {
        for accepted in [0, 21_502] {
            assert_eq!(Verdict::of_puback(accepted), Verdict::Accepted);
        }
        for later in [20_604, 30_001, 30_002, 30_014] {
            assert_eq!(Verdict::of_puback(later), Verdict::Later);
        }
        assert_eq!(Verdict::of_puback(30_003), Verdict::Unknown);
        assert_eq!(Verdict::of_puback(405), Verdict::Refused(Code::new(405)));
    }
}
