//! Which account a token belongs to.

use imlink_model::{AppKey, UserId};
use serde::{Deserialize, Serialize};

use super::{Row, read, write};

/// An account in the index; its key is the hash of one of its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountRow {
    pub(crate) app_key: AppKey,
    pub(crate) user: UserId,
}

#[derive(Serialize, Deserialize)]
struct Fields<'a> {
    app_key: &'a str,
    user: &'a str,
}

impl Row for AccountRow {
    fn encode(&self) -> Vec<u8> {
        write(&Fields {
            app_key: self.app_key.as_str(),
            user: self.user.as_str(),
        })
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        let row: Fields<'_> = read(form, payload)?;
        Some(Self {
            app_key: AppKey::new(row.app_key).ok()?,
            user: UserId::new(row.user).ok()?,
        })
    }
}
