//! Refusals of the Server API with their codes (server-api.md 2).

/// Why a call is refused. The texts are what a developer reads in `errorMessage`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// 404.
    #[error("no such path")]
    NoSuchPath,
    /// 1000: the sandbox itself is wrong.
    #[error("internal error: {0}")]
    Internal(&'static str),
    /// 1001: nobody has this app key.
    #[error("app key is unknown")]
    AppKey,
    /// 1002: a field is missing.
    #[error("{0} is required")]
    Missing(&'static str),
    /// 1002: a field has a value it cannot have.
    #[error("{field} {problem}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// 1003: no form at all.
    #[error("no POST data")]
    NoData,
    /// 1004: a header of the signature is missing.
    #[error("header {0} is missing")]
    Unsigned(&'static str),
    /// 1004: the signature is not that of the app's secret.
    #[error("signature is wrong")]
    Signature,
    /// 1005: a field is too long.
    #[error("{field} is longer than {limit} bytes")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// Its longest length.
        limit: usize,
    },
    /// 1007: another method than POST.
    #[error("method is not POST")]
    Method,
    /// 1008: too many calls in too short a time.
    #[error("calls come too fast")]
    TooFast,
    /// 1009: the app has no such service.
    #[error("{0} are not enabled")]
    NotEnabled(&'static str),
    /// 1000, of 504 1050: a fault is armed.
    #[error("a fault is armed")]
    Fault(u16),
    /// 1501: a list or an object where a single value belongs, or the other way round.
    #[error("{0} has the wrong type")]
    WrongType(&'static str),
    /// 1502: a field is repeated too often.
    #[error("{field} is given more than {limit} times")]
    TooMany {
        /// Which field.
        field: &'static str,
        /// How often it may be given.
        limit: usize,
    },
    /// 408: the body is not there in time.
    #[error("body came too slowly")]
    BodyTooSlow,
    /// 1508: the body is too large.
    #[error("body is too large")]
    BodyTooLarge,
}

impl ApiError {
    /// The number in `code`.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::NoSuchPath => 404,
            Self::BodyTooSlow => 408,
            Self::Fault(504) => 1050,
            Self::Internal(_) | Self::Fault(_) => 1000,
            Self::AppKey => 1001,
            Self::Missing(_) | Self::Invalid { .. } => 1002,
            Self::NoData => 1003,
            Self::Unsigned(_) | Self::Signature => 1004,
            Self::TooLong { .. } => 1005,
            Self::Method => 1007,
            Self::TooFast => 1008,
            Self::NotEnabled(_) => 1009,
            Self::WrongType(_) => 1501,
            Self::TooMany { .. } => 1502,
            Self::BodyTooLarge => 1508,
        }
    }

    /// The HTTP status that goes with it. The vendor's list has none for 1501, 1502 and 1508.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self {
            Self::NoSuchPath => 404,
            Self::BodyTooSlow => 408,
            Self::Internal(_) => 500,
            Self::AppKey | Self::Unsigned(_) | Self::Signature | Self::Method => 401,
            Self::Missing(_)
            | Self::Invalid { .. }
            | Self::NoData
            | Self::TooLong { .. }
            | Self::WrongType(_)
            | Self::TooMany { .. } => 400,
            Self::TooFast => 429,
            Self::NotEnabled(_) => 430,
            Self::Fault(status) => *status,
            Self::BodyTooLarge => 413,
        }
    }
}
