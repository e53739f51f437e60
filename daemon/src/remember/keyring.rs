//! Tokens in the kernel's keyring of the user who runs the daemon.
//!
//! They are in no file and no swap of ours, outlive the daemon, and are gone when the machine
//! restarts, or when nobody has used them for days: the kernel's persistent keyring expires
//! (`/proc/sys/kernel/keys/persistent_keyring_expiry`, three days as a rule).

use linux_keyutils::{Key, KeyError, KeyRing, KeyRingIdentifier, KeyType};
use tracing::warn;
use zeroize::Zeroizing;

use super::{RememberError, RememberedAccount};

/// Most keys that are looked through.
const MAX_KEYS: usize = 4096;

/// Which keys are this daemon's: their descriptions begin so.
#[derive(Debug)]
pub(super) struct Keyring {
    prefix: String,
}

impl Keyring {
    /// `machine` tells the daemons of one user apart.
    pub(super) fn open(machine: &str) -> Result<Self, RememberError> {
        ring().map_err(|error| RememberError::NoKeyring(error.to_string()))?;
        Ok(Self {
            prefix: format!("imlink:{machine}:"),
        })
    }

    pub(super) fn load(&self) -> Result<Vec<RememberedAccount>, RememberError> {
        let fail = failed("be read");
        let ring = ring().map_err(&fail)?;
        let links = ring.get_links(MAX_KEYS).map_err(&fail)?;
        let mut found = Vec::new();
        for key in links.iter().filter_map(|link| link.as_key()) {
            // One that is gone by now, or not ours to look at, is none of ours.
            let Ok(description) = key.metadata() else {
                continue;
            };
            if description.get_type() != KeyType::User
                || !description.get_description().starts_with(&self.prefix)
            {
                continue;
            }
            let text = Zeroizing::new(key.read_to_vec().map_err(&fail)?);
            match RememberedAccount::decode(&text, description.get_description()) {
                Ok(account) => found.push(account),
                Err(error) => {
                    warn!(%error, "A key cannot be read as a token; an app has to connect");
                }
            }
        }
        Ok(found)
    }

    pub(super) fn keep(
        &self,
        name: &str,
        account: &RememberedAccount,
    ) -> Result<(), RememberError> {
        let Some(text) = account.encode() else {
            return Ok(());
        };
        // A key of the same description is given the new content.
        let kept = ring().and_then(|ring| ring.add_key(&self.description(name), &*text));
        kept.map(drop).map_err(failed("keep a token"))
    }

    pub(super) fn forget(&self, name: &str) -> Result<(), RememberError> {
        let forgotten = ring().and_then(|ring| {
            let key: Key = match ring.search(&self.description(name)) {
                Err(KeyError::KeyDoesNotExist | KeyError::KeyRevoked | KeyError::KeyExpired) => {
                    return Ok(());
                }
                found => found?,
            };
            // Wiped by the kernel, not merely out of sight.
            key.invalidate()
        });
        forgotten.map_err(failed("forget a token"))
    }

    /// To ask for the keyring is to begin its days anew.
    pub(super) fn refresh(&self) -> Result<(), RememberError> {
        ring().map(drop).map_err(failed("be reached"))
    }

    fn description(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// The user's persistent keyring, linked to this thread so that it may be used; where the kernel has
/// none, the user's keyring, which lasts as long as any process of the user.
fn ring() -> Result<KeyRing, KeyError> {
    KeyRing::get_persistent(KeyRingIdentifier::Thread)
        .or_else(|_| KeyRing::from_special_id(KeyRingIdentifier::User, true))
}

fn failed(doing: &'static str) -> impl Fn(KeyError) -> RememberError {
    move |error| RememberError::Keyring {
        doing,
        problem: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use imlink_model::{AppKey, Token, UserId};

    use super::*;

    // decisions.md P15
    #[test]
    fn a_token_is_kept_until_it_is_replaced_or_forgotten_and_only_by_its_daemon() {
        let Ok(keyring) = Keyring::open("test-of-remembering") else {
            // The whole-system test insists on one where everything is required.
            return;
        };
        let other = Keyring::open("another-machine").unwrap();
        let account = |token: &str| RememberedAccount {
            app_key: AppKey::new("key").unwrap(),
            user: Some(UserId::new("lei").unwrap()),
            token: Token::new(token).unwrap(),
            place: keyring.description("lei"),
        };
        keyring.forget("lei").unwrap();

        keyring.keep("lei", &account("first")).unwrap();
        keyring.keep("lei", &account("second")).unwrap();

        assert_eq!(keyring.load().unwrap(), [account("second")]);
        assert_eq!(other.load().unwrap(), []);
        keyring.forget("lei").unwrap();
        keyring.forget("lei").unwrap();
        assert_eq!(keyring.load().unwrap(), []);
    }
}
