//! Tokens: random, many per user, all valid until told otherwise.

use std::collections::BTreeMap;

use imlink_model::{Millis, UserId};
use rand::{Rng, RngCore};
use serde::{Deserialize, Serialize};

/// Characters of a token; the vendor's look like base64 too.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Length of a token without its `@` suffix: 288 random bits.
const LENGTH: usize = 48;

/// Tokens of one app, by their text before `@`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Tokens {
    issued: BTreeMap<String, Grant>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) user: UserId,
    pub(super) expired: bool,
    issued: Millis,
}

impl Tokens {
    /// Another token for a user; those issued before stay valid.
    pub(super) fn issue(&mut self, user: UserId, now: Millis, random: &mut impl RngCore) -> String {
        let token: String = (0..LENGTH)
            .map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())]))
            .collect();
        self.issued.insert(
            token.clone(),
            Grant {
                user,
                expired: false,
                issued: now,
            },
        );
        token
    }

    /// Whom a token belongs to. What follows an `@` does not matter.
    pub(super) fn grant(&self, token: &str) -> Option<&Grant> {
        self.issued.get(secret_part(token))
    }

    /// Lets the user's tokens issued before a time expire, all of them without a time.
    pub(super) fn expire(&mut self, user: &UserId, before: Option<Millis>) {
        for grant in self.issued.values_mut().filter(|grant| grant.user == *user) {
            grant.expired |= before.is_none_or(|before| grant.issued < before);
        }
    }

    /// Forgets every token, as a new app secret does.
    pub(super) fn forget_all(&mut self) {
        self.issued.clear();
    }
}

fn secret_part(token: &str) -> &str {
    token.split_once('@').map_or(token, |(secret, _)| secret)
}
