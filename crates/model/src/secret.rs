//! The token: the one secret an app hands to the daemon.

use std::fmt;

use zeroize::Zeroizing;

/// A user's access token; wiped from memory when dropped, never shown by `Debug`.
///
/// There is no `Display` and no serialisation: who needs the text asks for it by
/// [`reveal`](Self::reveal), which is easy to search for.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Zeroizing<Box<str>>);

/// Why a text cannot be a token. The vendor's code for both is 34407.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The text is empty.
    #[error("the token is empty")]
    Empty,
    /// The text is longer than [`Token::MAX_BYTES`].
    #[error(
        "the token has {bytes} bytes, at most {} are allowed",
        Token::MAX_BYTES
    )]
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// The text has white space or control characters, as a badly read file would.
    #[error("the token contains white space or control characters")]
    Character,
}

impl Token {
    /// Longest accepted token, in bytes. The vendor states no limit; this is many times the
    /// longest seen and keeps the socket URL that carries it well under common limits.
    pub const MAX_BYTES: usize = 2048;

    /// Takes a text as a token.
    ///
    /// # Errors
    /// [`TokenError`] if the text is empty, too long or has white space or control characters.
    pub fn new(text: impl Into<String>) -> Result<Self, TokenError> {
        let text = Zeroizing::new(text.into());
        if text.is_empty() {
            return Err(TokenError::Empty);
        }
        if text.len() > Self::MAX_BYTES {
            return Err(TokenError::TooLong { bytes: text.len() });
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(TokenError::Character);
        }
        Ok(Self(Zeroizing::new(text.as_str().into())))
    }

    /// The secret text. Every call is a place to look at.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-K01
    #[test]
    fn debug_never_shows_the_token() {
        let token = Token::new("canary-5f0b").unwrap();

        assert!(!format!("{token:?}").contains("canary"));
    }

    #[test]
    fn a_token_with_a_line_end_is_refused() {
        assert_eq!(Token::new("abc\n"), Err(TokenError::Character));
        assert_eq!(Token::new(""), Err(TokenError::Empty));
        assert_eq!(
            Token::new("x".repeat(3000)),
            Err(TokenError::TooLong { bytes: 3000 })
        );
    }
}
