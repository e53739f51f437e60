//! What is kept of an account, as text.
//!
//! ```text
//! imlink token 1
//! <app key>
//! <user>
//! <token>
//! ```
//!
//! A credential, which people write, has the app key and the token only.

use std::path::Path;

use imlink_model::{AppKey, IdError, Token, TokenError, UserId};
use zeroize::Zeroizing;

/// The first line; another one is of another version.
const FIRST_LINE: &str = "imlink token 1";

/// An account whose token is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RememberedAccount {
    /// The vendor's key of the app.
    pub app_key: AppKey,
    /// Whose token it is; `None` while nobody knows.
    pub user: Option<UserId>,
    /// The token.
    pub token: Token,
    /// Where it is kept, for people.
    pub place: String,
}

/// Why a text is no remembered account. None tells anything of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// It is no text.
    #[error("it is no text")]
    Encoding,
    /// It has other lines.
    #[error("its lines are not those of a remembered token")]
    Lines,
    /// Its app key or user is none.
    #[error("its app key or user cannot be one")]
    Id,
    /// Its token is none.
    #[error("its token cannot be one: {0}")]
    Token(#[from] TokenError),
}

impl From<IdError> for FormError {
    /// Left out is what the error would show: people mix lines up.
    fn from(_: IdError) -> Self {
        Self::Id
    }
}

impl RememberedAccount {
    /// The text, wiped when dropped. An account of unknown user has none.
    pub(super) fn encode(&self) -> Option<Zeroizing<Vec<u8>>> {
        let (app_key, user) = (self.app_key.as_str(), self.user.as_ref()?.as_str());
        let lines = [FIRST_LINE, app_key, user, self.token.reveal()];
        // Made at once: what a growing text leaves behind is not wiped.
        let room = lines.iter().map(|line| line.len() + 1).sum();
        let mut text = Zeroizing::new(Vec::with_capacity(room));
        for line in lines {
            text.extend_from_slice(line.as_bytes());
            text.push(b'\n');
        }
        Some(text)
    }

    pub(super) fn decode(text: &[u8], place: &str) -> Result<Self, FormError> {
        let text = std::str::from_utf8(text).map_err(|_| FormError::Encoding)?;
        let mut lines = text.lines();
        let (Some(FIRST_LINE), Some(app_key), Some(user), Some(token), None) = (
            lines.next(),
            lines.next(),
            lines.next(),
            lines.next(),
            lines.next(),
        ) else {
            return Err(FormError::Lines);
        };
        Ok(Self {
            app_key: AppKey::new(app_key)?,
            user: Some(UserId::new(user)?),
            token: Token::new(token)?,
            place: place.to_owned(),
        })
    }

    /// Reads what a person wrote: app key and token, white space around them.
    pub(super) fn of_credential(text: &[u8], place: &Path) -> Result<Self, FormError> {
        let text = std::str::from_utf8(text).map_err(|_| FormError::Encoding)?;
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let (Some(app_key), Some(token), None) = (lines.next(), lines.next(), lines.next()) else {
            return Err(FormError::Lines);
        };
        Ok(Self {
            app_key: AppKey::new(app_key)?,
            user: None,
            token: Token::new(token)?,
            place: place.display().to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> RememberedAccount {
        RememberedAccount {
            app_key: AppKey::new("key").unwrap(),
            user: Some(UserId::new("lei 雷").unwrap()),
            token: Token::new("canary@nav.example;other").unwrap(),
            place: "here".into(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = account().encode().unwrap();

        assert_eq!(RememberedAccount::decode(&text, "here"), Ok(account()));
    }

    #[test]
    fn a_text_cut_anywhere_is_no_account_and_no_error_tells_the_token() {
        let text = account().encode().unwrap();
        // Without its last line end it is still whole; a token cut short nobody can tell.
        let token = text.len() - "canary@nav.example;other\n".len();
        for cut in 0..=token {
            let error = RememberedAccount::decode(&text[..cut], "here").unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
        let swapped = b"imlink token 1\ncanary@x\nkey\nlei\n";
        let error = RememberedAccount::decode(swapped, "here").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[test]
    fn a_credential_is_an_app_key_and_a_token() {
        let found =
            RememberedAccount::of_credential(b" key \n\n canary\n", Path::new("/run/x.token"))
                .unwrap();

        assert_eq!(found.app_key.as_str(), "key");
        assert_eq!(found.user, None);
        assert_eq!(found.token.reveal(), "canary");
        for wrong in ["", "key", "key\ntoken\nmore", "a b\ntoken", "key\nto ken"] {
            assert!(RememberedAccount::of_credential(wrong.as_bytes(), Path::new("")).is_err());
        }
    }
}
