//! Status bytes of CONNACK and DISCONNECT, and the vendor's codes they stand for.
//!
//! Codes are plain numbers here: what they mean to an app is the model's business.

/// CONNACK: accepted.
pub const ACCEPTED: u8 = 0;
/// CONNACK and DISCONNECT: ask navigation again, then reconnect at once.
pub const REDIRECT: u8 = 6;
/// DISCONNECT: signed in elsewhere.
pub const KICKED: u8 = 1;
/// DISCONNECT: blocked or forced off.
pub const BLOCKED: u8 = 2;
/// DISCONNECT from a client: logs out.
pub const LOG_OUT: u8 = 4;
/// DISCONNECT: the token has expired.
pub const TOKEN_EXPIRED: u8 = 7;

/// CONNACK status and its code, with a meaning in a few words (protocol/cloud-wire.md 3.4).
pub const CONNACK_CODES: [(u8, i32, &str); 21] = [
    (0, 0, "accepted"),
    (1, 31001, "protocol version"),
    (2, 31002, "app key rejected"),
    (3, 31003, "server unavailable"),
    (4, 31004, "token incorrect"),
    (5, 31005, "not authorised"),
    (6, 31006, "redirect"),
    (7, 31007, "package name invalid"),
    (8, 31008, "app blocked or deleted"),
    (9, 31009, "user blocked"),
    (10, 31020, "token expired"),
    (11, 31021, "device"),
    (12, 31022, "host name"),
    (13, 31023, "same kind of client already online"),
    (14, 31024, "licence count exceeded"),
    (15, 31025, "wrong cluster"),
    (16, 31026, "app authentication failed"),
    (17, 31027, "one-time password already used"),
    (18, 31028, "platform not allowed"),
    (19, 31029, "account cancelled"),
    (20, 31030, "licence expired"),
];

/// DISCONNECT status and its code (protocol/cloud-wire.md 3.5).
pub const DISCONNECT_CODES: [(u8, i32, &str); 7] = [
    (1, 31010, "signed in elsewhere"),
    (2, 31011, "blocked or forced off"),
    (5, 31011, "blocked or forced off"),
    (6, 31006, "redirect"),
    (7, 31020, "token expired"),
    (8, 31001, "protocol version"),
    (9, 31029, "account cancelled"),
];

/// The code of a CONNACK status, `None` for one the SDK has no code for.
#[must_use]
pub fn connack_code(status: u8) -> Option<i32> {
    code(&CONNACK_CODES, status)
}

/// The CONNACK status that stands for a code.
#[must_use]
pub fn connack_status(code: i32) -> Option<u8> {
    status(&CONNACK_CODES, code)
}

/// The code of a DISCONNECT status, `None` for one the SDK has no code for.
#[must_use]
pub fn disconnect_code(status: u8) -> Option<i32> {
    code(&DISCONNECT_CODES, status)
}

/// The lowest DISCONNECT status that stands for a code.
#[must_use]
pub fn disconnect_status(code: i32) -> Option<u8> {
    status(&DISCONNECT_CODES, code)
}

fn code(table: &[(u8, i32, &str)], status: u8) -> Option<i32> {
    table.iter().find(|row| row.0 == status).map(|row| row.1)
}

fn status(table: &[(u8, i32, &str)], code: i32) -> Option<u8> {
    table.iter().find(|row| row.1 == code).map(|row| row.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connack_status_maps_to_a_code_of_its_own_and_back() {
        for (status, code, _) in CONNACK_CODES {
            assert_eq!(connack_code(status), Some(code));
            assert_eq!(connack_status(code), Some(status));
        }
        assert_eq!(connack_code(21), None);
        assert_eq!(connack_status(31010), None);
    }

    #[test]
    fn a_code_two_disconnect_statuses_share_is_written_as_the_lower_one() {
        assert_eq!(disconnect_code(5), Some(31011));
        assert_eq!(disconnect_status(31011), Some(BLOCKED));
        assert_eq!(disconnect_status(31010), Some(KICKED));
        for undefined in [0, 3, 4, 10, 255] {
            assert_eq!(disconnect_code(undefined), None);
        }
    }
}
