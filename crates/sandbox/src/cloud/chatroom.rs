//! Chatrooms: rooms of those who are online (behaviour.md 13.8, protocol/cloud-wire.md 5.9).
//!
//! ```text
//! administration   what an app server does to a room and to those in it
//! membership       joining, leaving, being gone too long
//! speech           what is said in a room reaches who is in it
//! log              what was said, for pulls
//! entry, entries   names and values that a room carries
//! lifetime         when a room ends
//! topics           what clients QUERY about all this
//! ```

mod administration;
mod entries;
mod entry;
mod entry_topics;
mod lifetime;
mod log;
mod membership;
mod speech;
mod topics;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use imlink_model::{Millis, TargetId, UserId};
use serde::{Deserialize, Serialize};

use super::{floor::Floor, message::Message};
pub use entry::{Entry, EntryError, EntryRules};
pub use lifetime::Destruction;

use entries::Entries;
use log::Log;
pub(super) use log::Speaker;
use membership::Member;
pub(super) use speech::NOT_IN_CHATROOM;

/// One room.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Chatroom<M = Arc<Message>> {
    name: String,
    created: Millis,
    /// When someone last joined, left or spoke.
    active: Millis,
    destruction: Destruction,
    members: BTreeMap<UserId, Member>,
    /// Who may not come in until when.
    banned: BTreeMap<UserId, Millis>,
    floor: Floor,
    /// Who stays a member although he is offline.
    protected: BTreeSet<UserId>,
    entries: Entries,
    log: Log<M>,
}

impl Chatroom {
    fn new(name: &str, now: Millis) -> Self {
        Self {
            name: name.to_owned(),
            created: now,
            active: now,
            destruction: Destruction::default(),
            members: BTreeMap::new(),
            banned: BTreeMap::new(),
            floor: Floor::default(),
            protected: BTreeSet::new(),
            entries: Entries::default(),
            log: Log::new(now),
        }
    }
}

impl<M> Chatroom<M> {
    /// Names the messages in it in another way.
    pub(super) fn rename<N, E>(
        self,
        name: &mut impl FnMut(M) -> Result<N, E>,
    ) -> Result<Chatroom<N>, E> {
        Ok(Chatroom {
            name: self.name,
            created: self.created,
            active: self.active,
            destruction: self.destruction,
            members: self.members,
            banned: self.banned,
            floor: self.floor,
            protected: self.protected,
            entries: self.entries,
            log: self.log.rename(name)?,
        })
    }
}

/// How a room is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatroomOptions {
    /// When it ends by itself.
    pub destruction: Destruction,
    /// Whether only the exempt may send.
    pub frozen: bool,
    /// Who may send although the room is frozen.
    pub exempt: BTreeSet<UserId>,
    /// Its first entries, by key, and whose they are.
    pub entries: Option<(UserId, BTreeMap<String, String>)>,
}

/// What the Server API shows of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatroomView {
    /// Its id.
    pub id: TargetId,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Millis,
    /// When it ends by itself.
    pub destruction: Destruction,
    /// Its members, each with the time of joining.
    pub members: BTreeMap<UserId, Millis>,
    /// Who may not come in until when.
    pub banned: BTreeMap<UserId, Millis>,
    /// Who may not send until when. `None` is for ever.
    pub muted: BTreeMap<UserId, Option<Millis>>,
    /// Whether only the exempt may send.
    pub frozen: bool,
    /// Who may send although the room is frozen.
    pub exempt: BTreeSet<UserId>,
    /// Who stays a member although he is offline.
    pub protected: BTreeSet<UserId>,
    /// Its entries by key.
    pub entries: BTreeMap<String, Entry>,
}
