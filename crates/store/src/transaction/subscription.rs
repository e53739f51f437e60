//! How far apps have acknowledged.

use imlink_model::{Code, Seq};

use super::{Transaction, refused};
use crate::database::Lookup;
use crate::engine::EngineError;
use crate::key::{self, Kind};
use crate::row::SubscriptionRow;
use crate::{Applied, Start, SubscriptionKey};

/// Milliseconds after which every app that had a subscription has asked for it: a week, as long as
/// the cloud keeps messages for those who are away (behaviour.md 13.5).
const EVERYBODY_IS_BACK: i64 = 7 * 24 * 60 * 60 * 1000;

impl Transaction<'_> {
    pub(super) fn subscribe(
        &mut self,
        subscription: SubscriptionKey,
        start: Start,
    ) -> Result<Applied, EngineError> {
        if let Some(after) = self.acknowledged(&subscription)? {
            return Ok(Applied::Subscribed { after });
        }
        let after = match start {
            Start::Now => self
                .end_of_what_is_gone()
                .unwrap_or(Seq(self.state.head.seq)),
            Start::Beginning => Seq(0),
        };
        self.keep(subscription, after);
        Ok(Applied::Subscribed { after })
    }

    /// Where a subscription begins that may have been there before the rows were begun anew: at the
    /// end of what is gone, so that it is told of that and gets everything that came since. `None`
    /// if the rows were not begun anew, or long ago.
    fn end_of_what_is_gone(&mut self) -> Option<Seq> {
        let mut anew = self.state.anew?;
        if anew.noticed == 0 {
            anew.noticed = self.now.0;
            self.state.anew = Some(anew);
            self.draft.put(&key::single(Kind::Anew), &anew);
        }
        let passed = self.now.0.saturating_sub(anew.noticed);
        (passed < EVERYBODY_IS_BACK).then(|| Seq(anew.last.saturating_sub(1)))
    }

    /// A position only goes forward, and never to where no message is (invariant 4).
    pub(super) fn acknowledge(
        &mut self,
        subscription: SubscriptionKey,
        seq: Seq,
    ) -> Result<Applied, EngineError> {
        let Some(acknowledged) = self.acknowledged(&subscription)? else {
            return Ok(refused(Code::LOCAL_NO_SUBSCRIPTION));
        };
        if seq.0 > self.state.head.seq {
            return Ok(refused(Code::LOCAL_BAD_REQUEST));
        }
        if seq > acknowledged {
            self.keep(subscription, seq);
        }
        Ok(Applied::Acknowledged)
    }

    pub(super) fn unsubscribe(
        &mut self,
        subscription: &SubscriptionKey,
    ) -> Result<Applied, EngineError> {
        self.draft.remove(&key::subscription(subscription))?;
        Ok(Applied::Unsubscribed)
    }

    /// The acknowledged position of a subscription that exists. Where it cannot be read it is the
    /// beginning: an app may get a message twice, but none is lost.
    fn acknowledged(&self, subscription: &SubscriptionKey) -> Result<Option<Seq>, EngineError> {
        let key = key::subscription(subscription);
        if self.draft.value(&key)?.is_none() {
            return Ok(None);
        }
        let row: Option<SubscriptionRow> = self.draft.sound_row(&key)?;
        Ok(Some(row.map_or(Seq(0), |row| row.acknowledged)))
    }

    fn keep(&mut self, subscription: SubscriptionKey, acknowledged: Seq) {
        let key = key::subscription(&subscription);
        self.draft.put(
            &key,
            &SubscriptionRow {
                subscription,
                acknowledged,
            },
        );
    }
}
