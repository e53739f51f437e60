//! The key of the token hash: who has the index but not the key learns nothing of a token, not
//! even whether a guess is right.

use std::fmt;
use std::path::Path;

use imlink_model::{AppKey, Token};
use zeroize::Zeroizing;

use crate::{OpenError, directory};

/// 32 random bytes, wiped from memory when dropped.
pub(super) struct TokenKey(Zeroizing<[u8; blake3::KEY_LEN]>);

impl TokenKey {
    /// Reads the key, or makes one if there is none.
    pub(super) fn load(path: &Path) -> Result<Self, OpenError> {
        let Some(found) = directory::read_private(path)?.map(Zeroizing::new) else {
            return Self::make(path);
        };
        let key = found
            .as_slice()
            .try_into()
            .map_err(|_| OpenError::Foreign {
                path: path.into(),
                expected: "a key of 32 bytes",
            })?;
        Ok(Self(Zeroizing::new(key)))
    }

    fn make(path: &Path) -> Result<Self, OpenError> {
        let mut key = Zeroizing::new([0; blake3::KEY_LEN]);
        getrandom::fill(key.as_mut_slice())
            .map_err(|error| OpenError::io("making a key for", path)(error.into()))?;
        directory::write_private(path, key.as_slice())?;
        Ok(Self(key))
    }

    /// The hash under which a token is found.
    pub(super) fn hash(&self, app_key: &AppKey, token: &Token) -> [u8; blake3::OUT_LEN] {
        let mut hash = blake3::Hasher::new_keyed(&self.0);
        hash.update(&[super::text_length(app_key.as_str())]);
        hash.update(app_key.as_str().as_bytes());
        hash.update(token.reveal().as_bytes());
        hash.finalize().into()
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(..)")
    }
}
