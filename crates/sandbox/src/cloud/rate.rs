//! How fast users send and app servers call.

use imlink_model::Millis;
use serde::{Deserialize, Serialize};

use super::{App, Rate};

impl App {
    /// Whether one more call of a path of the Server API is within the policy's rate.
    pub(crate) fn may_call(&mut self, path: &'static str, now: Millis) -> bool {
        let Some(rate) = self.policy.api_rate else {
            return true;
        };
        self.calling.entry(path).or_default().take(rate, now)
    }
}

/// A bucket of whole messages that refills evenly; full at first.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Bucket {
    /// Spent capacity, in message-milliseconds of the rate.
    spent: u128,
    at: Millis,
}

impl Bucket {
    /// Takes one message out; false if there is none left.
    pub(super) fn take(&mut self, rate: Rate, now: Millis) -> bool {
        let per = rate.per.as_millis().max(1);
        let passed = u128::try_from(now.0.saturating_sub(self.at.0)).unwrap_or_default();
        self.spent = self
            .spent
            .saturating_sub(passed * u128::from(rate.messages));
        self.at = self.at.max(now);
        if self.spent + per > per * u128::from(rate.messages) {
            return false;
        }
        self.spent += per;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn as_many_as_the_rate_go_at_once_then_one_for_each_share_of_its_time() {
        let rate = Rate {
            messages: 5,
            per: Duration::from_secs(1),
        };
        let mut bucket = Bucket::default();

        let at_once = (0..9).filter(|_| bucket.take(rate, Millis(1_000))).count();

        assert_eq!(at_once, 5);
        assert!(!bucket.take(rate, Millis(1_199)));
        assert!(bucket.take(rate, Millis(1_200)));
        assert!(!bucket.take(rate, Millis(1_200)));
    }
}
