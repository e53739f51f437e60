//! What an HTTP answer means (protocol/cloud-wire.md 1.4).

use super::{MAX_ANSWER, NavigationAnswer};

/// Why a navigator gave no addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NavigationError {
    /// 401 or 403, as HTTP status or as `code`.
    #[error("the navigator refused the token")]
    TokenIncorrect,
    /// 416, as HTTP status or as `code`.
    #[error("the licence has expired")]
    LicenceExpired,
    /// A `code` that is none of those, in a 200 answer.
    #[error("the navigator answered code {0}")]
    Code(i64),
    /// Any other HTTP status.
    #[error("the navigator answered HTTP status {0}")]
    Http(u16),
    /// What a sign-in page of a network on the way says: a redirect, HTTP status 511 (RFC 6585, 6),
    /// or a page for people where a navigator answers or refuses (F-S26).
    #[error("a page for people, or a redirect to one, in the navigator's place")]
    Portal,
    /// The body is not what it should be.
    #[error("the navigator's answer is not readable")]
    Unreadable,
    /// The body exceeds [`MAX_ANSWER`].
    #[error("the navigator's answer is too large")]
    TooLarge,
    /// Nothing came: refused, cut off, or later than 10 s.
    #[error("the navigator did not answer")]
    NoAnswer,
}

impl NavigationError {
    /// The vendor's code for it.
    #[must_use]
    pub const fn code(&self) -> i32 {
        match self {
            Self::TokenIncorrect => 31004,
            Self::LicenceExpired => 31030,
            Self::Code(_)
            | Self::Http(_)
            | Self::Portal
            | Self::Unreadable
            | Self::TooLarge
            | Self::NoAnswer => 30007,
        }
    }

    /// Whether the search ends here: no further navigator is asked in this round.
    ///
    /// Whether another round follows depends on the [`code`](Self::code): 30007 is retried.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        match self {
            Self::TokenIncorrect | Self::LicenceExpired | Self::Code(_) => true,
            Self::Http(_) | Self::Portal | Self::Unreadable | Self::TooLarge | Self::NoAnswer => {
                false
            }
        }
    }
}

/// Reads the answer to a request of version 2.
///
/// # Errors
/// Anything but HTTP 200 with a JSON object whose `code` is absent or 200.
pub fn outcome(http_status: u16, body: &[u8]) -> Result<NavigationAnswer, NavigationError> {
    if is_of_portal(http_status, body) {
        return Err(NavigationError::Portal);
    }
    of_status(http_status)?;
    if body.len() > MAX_ANSWER {
        return Err(NavigationError::TooLarge);
    }
    of_object(body)
}

/// Errors of servers come as pages too, so a page alone says nothing.
fn is_of_portal(http_status: u16, body: &[u8]) -> bool {
    let is_page = body.trim_ascii_start().first() == Some(&b'<');
    match http_status {
        300..=399 | 511 => true,
        200 | 401 | 403 => is_page,
        _ => false,
    }
}

pub(super) fn of_status(http_status: u16) -> Result<(), NavigationError> {
    match http_status {
        200 => Ok(()),
        401 | 403 => Err(NavigationError::TokenIncorrect),
        416 => Err(NavigationError::LicenceExpired),
        other => Err(NavigationError::Http(other)),
    }
}

pub(super) fn of_object(json: &[u8]) -> Result<NavigationAnswer, NavigationError> {
    // serde would take an array for the struct's fields in order; the SDK would not.
    if json.trim_ascii_start().first() != Some(&b'{') {
        return Err(NavigationError::Unreadable);
    }
    let answer: NavigationAnswer =
        serde_json::from_slice(json).map_err(|_| NavigationError::Unreadable)?;
    match answer.code {
        // The SDK's test is "set and not 200", so 0 passes as unset.
        None | Some(0 | 200) => Ok(answer),
        Some(401 | 403) => Err(NavigationError::TokenIncorrect),
        Some(416) => Err(NavigationError::LicenceExpired),
        Some(other) => Err(NavigationError::Code(other)),
    }
}
