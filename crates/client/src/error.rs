//! What every call ends with when it does not succeed.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;

use imlink_model::content::ContentError;
use imlink_model::{Code, IdError, TokenError};

/// A code from the one table, with the most exact cause that is known.
///
/// Shown as `31004 RC_CONN_TOKEN_INCORRECT: <cause>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    code: Code,
    cause: Cow<'static, str>,
}

impl Error {
    /// The number, with its name, meaning and cure.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The documented name of the code, `UNKNOWN_CODE` if the cloud sent one nobody documented.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.code.name()
    }

    /// What happened: in the daemon's words if it gave any, else in those of the table.
    #[must_use]
    pub fn cause(&self) -> &str {
        &self.cause
    }

    /// What to do about it, in the words of the table.
    #[must_use]
    pub fn cure(&self) -> &'static str {
        self.code.cure()
    }

    /// imlink tries again by itself, or the same call can succeed later as it is; see
    /// [`Code::is_retryable`].
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.code.is_retryable()
    }

    /// The code in the words of the table.
    pub(crate) fn plain(code: Code) -> Self {
        Self {
            code,
            cause: Cow::Borrowed(code.cause()),
        }
    }

    /// The code with a cause of its own; an empty one is replaced by the table's.
    pub(crate) fn because(code: Code, cause: impl Into<Cow<'static, str>>) -> Self {
        let cause = cause.into();
        if cause.is_empty() {
            return Self::plain(code);
        }
        Self { code, cause }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.code, self.name(), self.cause)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl std::error::Error for Error {}

/// 34407: the token is empty or too long, or was badly read (behaviour.md 10).
impl From<TokenError> for Error {
    fn from(error: TokenError) -> Self {
        Self::because(Code::INVALID_ARGUMENT_TOKEN, error.to_string())
    }
}

/// -3: an argument is not an id of the wanted kind.
impl From<IdError> for Error {
    fn from(error: IdError) -> Self {
        Self::because(Code::PARAMETER_ERROR, error.to_string())
    }
}

/// -3: content cannot be made of this, or read as its type.
impl From<ContentError> for Error {
    fn from(error: ContentError) -> Self {
        Self::because(Code::PARAMETER_ERROR, error.to_string())
    }
}

/// An argument that is an id already.
impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_shown_with_number_name_and_cause() {
        let error = Error::because(Code::RC_CONN_TOKEN_INCORRECT, "the app key is another one");

        assert_eq!(
            error.to_string(),
            "31004 RC_CONN_TOKEN_INCORRECT: the app key is another one"
        );
        assert_eq!(error.cause(), "the app key is another one");
        assert!(!error.is_retryable());
    }

    #[test]
    fn without_words_of_the_daemon_the_table_speaks() {
        let error = Error::because(Code::IPC_DISCONNECT, "");

        assert_eq!(error.cause(), Code::IPC_DISCONNECT.cause());
        assert!(error.is_retryable());
    }
}
