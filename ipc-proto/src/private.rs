//! Text that must not end up in a log.

use std::fmt;

use imlink_model::{ProxyError, ProxyPassword, Token, TokenError};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::{Zeroize, Zeroizing};

/// Content of a message beside its body; `Debug` shows the length only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrivateText(String);

impl PrivateText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PrivateText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<PrivateText> for String {
    fn from(text: PrivateText) -> Self {
        text.0
    }
}

impl fmt::Debug for PrivateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateText({} bytes)", self.0.len())
    }
}

/// A token or a proxy's password on its way, as the app wrote it: any text, wiped from memory when
/// dropped, never shown by `Debug`.
///
/// Not checked while decoding, so that a text which cannot be a token or password is answered with
/// the vendor's code for it (34407, 34238) and not as an unreadable request.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(Zeroizing<Box<str>>);

impl From<&Token> for SecretText {
    fn from(token: &Token) -> Self {
        Self(Zeroizing::new(token.reveal().into()))
    }
}

impl TryFrom<&SecretText> for Token {
    type Error = TokenError;

    fn try_from(text: &SecretText) -> Result<Self, TokenError> {
        Self::new(&**text.0)
    }
}

impl From<&ProxyPassword> for SecretText {
    fn from(password: &ProxyPassword) -> Self {
        Self(Zeroizing::new(password.reveal().into()))
    }
}

impl TryFrom<&SecretText> for ProxyPassword {
    type Error = ProxyError;

    fn try_from(text: &SecretText) -> Result<Self, ProxyError> {
        Self::new(&**text.0)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(..)")
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Secret)
    }
}

/// Copies the text once and wipes an owned one, which a derived `String` field would not.
struct Secret;

impl de::Visitor<'_> for Secret {
    type Value = SecretText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret as text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<SecretText, E> {
        Ok(SecretText(Zeroizing::new(text.into())))
    }

    fn visit_string<E: de::Error>(self, mut text: String) -> Result<SecretText, E> {
        let secret = self.visit_str(&text);
        text.zeroize();
        secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-K01 F-K10
    #[test]
    fn debug_never_shows_the_text() {
        let secret = SecretText::from(&Token::new("canary").unwrap());
        let private = PrivateText::from("canary".to_owned());

        assert_eq!(
            format!("{secret:?} {private:?}"),
            "SecretText(..) PrivateText(6 bytes)"
        );
    }

    #[test]
    fn a_text_that_is_no_token_is_found_out_after_decoding() {
        let secret: SecretText = serde_json::from_str(r#""a b""#).unwrap();

        assert_eq!(Token::try_from(&secret), Err(TokenError::Character));
    }
}
