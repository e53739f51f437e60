//! Messages coming in, and their place in the account's order.

use imlink_model::uplink::Cursor;
use imlink_model::{
    Conversation, Direction, IncomingMessage, Message, MessageUid, Millis, Origin, Recall,
    ReceivedStatus, Seq, UserId,
};

use super::Transaction;
use super::deletion::DELETED;
use crate::database::{Database, Lookup};
use crate::engine::{EngineError, Order};
use crate::key::{self, Kind};
use crate::notice::is_notice;
use crate::{Applied, ConversationSummary, Edited, Gap, GapCause};

impl Transaction<'_> {
    /// Stores what is new of them, with the cursor that is true from then on.
    ///
    /// Recalls come first, whatever their place was: what is stored changes, and what these messages
    /// bring is taken back as it comes, so nobody is shown it for a moment.
    pub(super) fn incoming(
        &mut self,
        messages: Vec<IncomingMessage>,
        recalls: Vec<Recall>,
        cursor: Cursor,
    ) -> Result<Applied, EngineError> {
        let mut changed = Vec::new();
        for recall in recalls {
            match self.recall(recall)? {
                Edited::Unchanged => {}
                edited => changed.push(edited),
            }
        }
        let mut new = Vec::new();
        for message in messages {
            match self.standing_of(&message)? {
                Standing::New => new.extend(self.enter(|seq, now| arrived(message, seq, now))?),
                Standing::Known => {}
                Standing::Damaged(seq) => {
                    changed.push(self.restore(arrived(message, seq, self.now))?);
                }
            }
        }
        self.move_to(cursor)?;
        Ok(Applied::Stored { new, changed })
    }

    /// Gives a position to messages that may have been missed. Where the last one given is of such
    /// messages and the time between is none, it is of these too: nobody needs to be told twice of one
    /// absence.
    pub(super) fn expired(
        &mut self,
        from: Millis,
        until: Millis,
        cursor: Cursor,
    ) -> Result<Applied, EngineError> {
        let newest = Seq(self.state.head.seq);
        let known: Option<Gap> = self.draft.sound_row(&key::gap(newest))?;
        let (place, from) = match known.map(|gap| gap.cause) {
            Some(GapCause::Expired {
                from: before,
                until: noted,
            }) if from <= noted => (newest, before.min(from)),
            Some(_) | None => (newest.next(), from),
        };
        self.state.head.seq = place.0;
        self.note_gap(&Gap {
            first: place,
            last: place,
            lost: None,
            cause: GapCause::Expired { from, until },
        });
        self.move_to(cursor)?;
        let last = Seq(self.state.head.seq);
        Ok(Applied::GapNoted { last })
    }

    fn move_to(&mut self, cursor: Cursor) -> Result<(), EngineError> {
        if cursor != self.state.cursor {
            self.draft.replace(&key::single(Kind::Cursor), &cursor)?;
            self.state.cursor = cursor;
        }
        Ok(())
    }

    /// Gives a message the next place and enters it everywhere it is looked for.
    pub(super) fn append(
        &mut self,
        message: impl FnOnce(Seq, Millis) -> Message,
    ) -> Result<Message, EngineError> {
        let seq = Seq(self.state.head.seq).next();
        let message = message(seq, self.now);
        let conversation = &message.conversation;

        if message.flags.is_kept() {
            let before = self.summary(conversation)?;
            let mut after = before.clone();
            after.add(&message, self.user);
            self.put_summary(&before, &after);
        }
        self.draft.append_message(&message)?;
        self.draft.put_mark(
            key::timeline(conversation, seq),
            &key::hint(&message.object_name),
        );
        if let Some(uid) = &message.uid {
            self.draft.put(&key::uid(uid), &seq);
        }
        self.state.head.seq = seq.0;
        self.index(&message);
        Ok(message)
    }

    /// The message stored under a uid. `Err` inside if there is one that cannot be read.
    pub(super) fn stored_under(
        &self,
        uid: &MessageUid,
    ) -> Result<Option<Result<Message, Unreadable>>, EngineError> {
        let key = key::uid(uid);
        if self.draft.value(&key)?.is_none() {
            return Ok(None);
        }
        let Some(seq) = self.draft.sound_row(&key)? else {
            return Ok(Some(Err(Unreadable::Damaged)));
        };
        if seq == DELETED {
            return Ok(Some(Err(Unreadable::Deleted)));
        }
        let message = self.draft.sound_row(&key::message(seq))?;
        Ok(Some(message.ok_or(Unreadable::Damaged)))
    }

    /// One row a uid, whatever comes with it again (invariant 2).
    fn standing_of(&mut self, message: &IncomingMessage) -> Result<Standing, EngineError> {
        let Some(uid) = &message.uid else {
            return Ok(Standing::New);
        };
        let found = match self.stored_under(uid)? {
            None => return Ok(Standing::New),
            Some(Err(Unreadable::Damaged)) => return self.standing_of_damaged(uid),
            Some(Err(Unreadable::Deleted)) => return Ok(Standing::Known),
            Some(Ok(found)) => found,
        };
        let same = found.object_name == message.object_name && found.body == message.body;
        if found.conversation != message.conversation || !(same || is_notice(&found)) {
            self.state.uid_conflicts = self.state.uid_conflicts.saturating_add(1);
            tracing::warn!(%uid, "A message came with the uid of another; the first is kept");
        }
        Ok(Standing::Known)
    }
}

/// Where a message that comes stands among those that are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is not among them.
    New,
    /// It is, or was until it was deleted.
    Known,
    /// It is in this place, and cannot be read.
    Damaged(Seq),
}

/// Why the message of a uid that is known cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Its row, or that of the uid, is not what was written, or gone.
    Damaged,
    /// It was deleted here.
    Deleted,
}

/// What came, as a message of that place.
fn arrived(message: IncomingMessage, seq: Seq, now: Millis) -> Message {
    Message {
        seq,
        uid: message.uid,
        conversation: message.conversation,
        direction: message.direction,
        origin: match message.direction {
            Direction::Sent => Origin::OtherDevice,
            Direction::Received => Origin::Remote,
        },
        sender: message.sender,
        object_name: message.object_name,
        body: message.body,
        sent_at: message.sent_at,
        received_at: now,
        flags: message.flags,
        client_id: None,
        expansion: message.expansion,
        offline: message.offline,
        received: if message.retrieved {
            ReceivedStatus::RETRIEVED
        } else {
            ReceivedStatus::NONE
        },
        local_extra: None,
    }
}

/// The summary of a conversation, empty if it has no messages. A damaged one is counted again.
pub(crate) fn summary_of(
    rows: &impl Messages,
    conversation: &Conversation,
    user: &UserId,
) -> Result<ConversationSummary, EngineError> {
    let key = key::summary(conversation);
    if let Some(summary) = rows.sound_row(&key)? {
        return Ok(summary);
    }
    let mut summary = ConversationSummary::empty(conversation.clone());
    if rows.value(&key)?.is_some() {
        let range = key::timeline(conversation, Seq(0))..key::timeline(conversation, Seq(u64::MAX));
        for pair in rows.stored().scan(&range, Order::Forward) {
            let (key, _) = pair?;
            let seq = Seq(key::tail(&key).unwrap_or_default());
            let message: Option<Message> = rows.sound_row(&key::message(seq))?;
            if let Some(message) = message.filter(|message| message.flags.is_kept()) {
                summary.add(&message, user);
            }
        }
    }
    Ok(summary)
}

/// Rows, with the messages among them that are stored already.
pub(crate) trait Messages: Lookup {
    /// Where stored messages are. A summary damaged on the disk has none that are not.
    fn stored(&self) -> &Database;
}

impl Messages for Database {
    fn stored(&self) -> &Database {
        self
    }
}

impl Messages for crate::draft::Draft<'_> {
    fn stored(&self) -> &Database {
        self.database()
    }
}
