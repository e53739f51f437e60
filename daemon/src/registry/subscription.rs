//! One subscription of an attached app.

use std::fmt;

use imlink_model::Seq;
use imlink_store::SubscriptionKey;

use super::window::Window;
use super::{AccountId, PeerId};

/// One live subscription; a number that is never used twice while the daemon lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(pub u32);

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) peer: PeerId,
    pub(super) account: AccountId,
    /// Where its position is kept; `None` for one that lives as long as the attachment.
    pub(super) key: Option<SubscriptionKey>,
    pub(super) state: State,
    /// Everything up to here went out.
    pub(super) sent: Seq,
    pub(super) window: Window,
}

/// Where the next message of a subscription comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Its position is being made durable; nothing goes out yet.
    Starting,
    /// It has everything up to the newest message, or waits for room in its window.
    Waiting,
    /// A page is being read for it.
    Reading,
}
