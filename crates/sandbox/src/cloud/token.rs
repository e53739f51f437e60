//! Tokens: random, many per user, all valid until told otherwise.

use std::collections::BTreeMap;
use std::time::Duration;

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
    expired: bool,
    issued: Millis,
    /// From when on it is expired anyway.
    #[serde(default)]
    good_until: Option<Millis>,
}

impl Grant {
    pub(super) fn is_expired(&self, now: Millis) -> bool {
        self.expired || self.good_until.is_some_and(|until| until <= now)
    }
}

impl Tokens {
    /// Another token for a user, good for that long; those issued before stay valid.
    pub(super) fn issue(
        &mut self,
        user: UserId,
        lifetime: Option<Duration>,
        now: Millis,
        random: &mut impl RngCore,
    ) -> String {
        let token: String = (0..LENGTH)
            .map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())]))
            .collect();
        self.issued.insert(
            token.clone(),
            Grant {
                user,
                expired: false,
                issued: now,
                good_until: lifetime.map(|lifetime| later(now, lifetime)),
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

fn later(now: Millis, time: Duration) -> Millis {
    let time = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    Millis(now.0.saturating_add(time))
}

fn secret_part(token: &str) -> &str {
    token.split_once('@').map_or(token, |(secret, _)| secret)
}
