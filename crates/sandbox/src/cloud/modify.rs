//! Edited messages (protocol/cloud-wire.md 5.7).
//!
//! An edit changes what histories and pulls show of a message, and is pulled itself by clients that
//! have the message already.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound::{Excluded, Unbounded},
    sync::Arc,
};

use imlink_model::{Direction, Millis, UserId};
use imlink_wire::{
    notify::{Change, Notification},
    proto::{
        ModifyMsg, ModifyMsgResp, MsgChangeReq, PullModifyMsgReq, PullModifyMsgResp, encode_body,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    App, LinkId,
    history::{Kept, conversation},
    message::Message,
    publish::{INVALID, MAX_CONTENT, Refusal},
    query::{Answer, Query, conversation_of},
    saved::each,
};

/// QUERYACK status: the time to edit the message is over (20114).
const TOO_LATE: u16 = 20114;
/// QUERYACK status: the new content is too large (20115).
const TOO_LARGE: u16 = 20115;
/// QUERYACK status: no message that this user may edit (20116).
const NOT_EDITABLE: u16 = 20116;

/// `ModifyMsg.modifyType` of an edited content.
const CONTENT: i32 = 1;

/// The edits a user has yet to pull, the last of each message, by version.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Edits<M = Arc<Message>> {
    by_version: BTreeMap<Millis, Kept<M>>,
    version: Millis,
}

impl App {
    /// Edits a message of the asking user.
    pub(super) fn modify_message(&mut self, query: &Query, now: Millis) -> Answer {
        let asked: MsgChangeReq = query.read()?;
        let content = asked.content.ok_or(Refusal::new(INVALID, "no content"))?;
        if content.len() > MAX_CONTENT {
            return Err(Refusal::new(TOO_LARGE, "content too large"));
        }
        let conversation = conversation_of(asked.r#type, &asked.target_id)?;
        let message = self
            .thread_of(&query.user, &conversation)
            .and_then(|thread| thread.find(&asked.msg_uid))
            .filter(|kept| kept.direction == Direction::Sent)
            .map(|kept| kept.message.clone())
            .ok_or(Refusal::new(NOT_EDITABLE, "no message of the user"))?;
        if now > message.time.after(self.policy.edit_time) {
            return Err(Refusal::new(TOO_LATE, "the time to edit is over"));
        }
        let time = self.edit(&message, content, Some(query.link), now);
        Ok(encode_body(&ModifyMsgResp {
            modify_time: Some(time.0),
            msg: Some(self.render(&message, Direction::Sent)),
        }))
    }

    /// Edits newer than what the client has.
    pub(super) fn pull_modified(&mut self, query: &Query, now: Millis) -> Answer {
        let asked: PullModifyMsgReq = query.read()?;
        let from = asked.pull_version.unwrap_or_default();
        let (limit, retention) = (self.policy.page.max(1), self.policy.retention);
        let edits = &mut self.user(&query.user).edits;
        edits.prune(now.before(retention));
        let (page, finished) = edits.page(Millis(from), limit);
        let last = page.last().map(|(version, _)| version.0);
        // Who edits and then recalls has the edit forgotten too.
        let still_there = |kept: &&Kept| {
            let conversation = conversation(&kept.message, kept.direction);
            let thread = self.thread_of(&query.user, &conversation);
            thread.is_some_and(|thread| thread.find(&kept.message.uid).is_some())
        };
        let shown = |kept: &Kept| ModifyMsg {
            modify_type: Some(CONTENT),
            msg: Some(self.render(&kept.message, kept.direction)),
        };
        Ok(encode_body(&PullModifyMsgResp {
            msg: page
                .iter()
                .map(|(_, kept)| kept)
                .filter(still_there)
                .map(shown)
                .collect(),
            next_version: Some(last.unwrap_or(from)),
            finished: Some(finished),
            ..PullModifyMsgResp::default()
        }))
    }

    /// Gives a message another content and tells everyone who has it, one link apart. Says the
    /// version of the edit, which is the same for all of them.
    fn edit(
        &mut self,
        message: &Message,
        content: String,
        from: Option<LinkId>,
        now: Millis,
    ) -> Millis {
        let owners = self.owners(message);
        let version = owners.keys().fold(now, |version, owner| {
            version.max(Millis(self.user(owner).edits.version.0.saturating_add(1)))
        });
        self.forget_old_changes(now);
        self.changes.edit(message, content, version);
        let news = Notification::Changed {
            what: Change::ModifiedMessages,
            time: version.0,
        };
        for (owner, kept) in owners {
            self.user(&owner).edits.add(version, kept);
            self.tell(&owner, &news, from, now);
        }
        version
    }

    /// Who has a message in his history.
    fn owners(&self, message: &Message) -> BTreeMap<UserId, Kept> {
        let sender = message.draft.from.clone();
        let mut people: BTreeSet<_> = self.receivers(&message.draft).into_iter().collect();
        people.insert(sender.clone());
        let having = |person: UserId| {
            let direction = if person == sender {
                Direction::Sent
            } else {
                Direction::Received
            };
            let thread = self.thread_of(&person, &conversation(message, direction))?;
            let kept = thread.find(&message.uid)?.clone();
            Some((person, kept))
        };
        people.into_iter().filter_map(having).collect()
    }
}

impl Edits {
    fn add(&mut self, version: Millis, kept: Kept) {
        let uid = &kept.message.uid;
        self.by_version.retain(|_, other| other.message.uid != *uid);
        self.version = version;
        self.by_version.insert(version, kept);
    }

    /// The first edits after a version, and whether those are all.
    fn page(&self, version: Millis, limit: usize) -> (Vec<(Millis, Kept)>, bool) {
        let mut newer = self.by_version.range((Excluded(version), Unbounded));
        let page = newer
            .by_ref()
            .take(limit)
            .map(|(version, kept)| (*version, kept.clone()))
            .collect();
        (page, newer.next().is_none())
    }

    fn prune(&mut self, oldest: Millis) {
        self.by_version = self.by_version.split_off(&oldest);
    }
}

impl<M> Edits<M> {
    /// Names its messages in another way.
    pub(super) fn rename<N, E>(
        self,
        name: &mut impl FnMut(M) -> Result<N, E>,
    ) -> Result<Edits<N>, E> {
        let Self {
            by_version,
            version,
        } = self;
        Ok(Edits {
            by_version: each(by_version, |kept| kept.rename(name))?,
            version,
        })
    }
}

impl<M> Default for Edits<M> {
    fn default() -> Self {
        Self {
            by_version: BTreeMap::new(),
            version: Millis::default(),
        }
    }
}
