//! What apps do with what is stored: apart from [`Change`](crate::Change), which is what arrives and
//! is delivered.

use imlink_model::{
    Body, ClientMessageId, Code, Conversation, Direction, LocalApp, Message, Millis, ObjectName,
    Recall, ReceivedStatus, Seq, UserId,
};

use crate::ConversationSummary;

/// One edit of an account's rows. An edit of the same batch that comes later sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// An app puts a message among the others that no cloud knows of. The same app and client id
    /// again are the same message.
    Insert(Insertion),
    /// A message of an export. Does nothing if one with its uid, or of its app and client id, is
    /// stored or was deleted here. Its position is not kept, its order is.
    Import(Message),
    /// Everything of a conversation up to a server's time is read. Does nothing if it was, or if
    /// there is no such conversation.
    MarkRead {
        /// Which conversation.
        conversation: Conversation,
        /// The time of the last message that was read; one beyond the newest message means that
        /// one.
        up_to: Millis,
    },
    /// What the user has begun to write in a conversation; `None` or an empty text is nothing.
    SetDraft {
        /// Which conversation.
        conversation: Conversation,
        /// The text.
        text: Option<Body>,
    },
    /// An app notes something of a message, for this machine only. Refused if the message is not
    /// stored.
    Annotate {
        /// Its place.
        seq: Seq,
        /// What was done with it: these bits are set.
        set: ReceivedStatus,
        /// These bits are taken away, before the others are set.
        clear: ReceivedStatus,
        /// Replaces the local extra; an empty text removes it, `None` leaves it. Refused with
        /// 90008 if it has more than [`MAX_LOCAL_EXTRA_BYTES`](imlink_model::MAX_LOCAL_EXTRA_BYTES),
        /// or with the message's key-value data more than
        /// [`MAX_BESIDE_BODY_BYTES`](imlink_model::MAX_BESIDE_BODY_BYTES).
        extra: Option<Body>,
    },
    /// A message was taken back. One that is not stored is taken back when it comes; does nothing
    /// if it was taken back before, or is in another conversation.
    Recall(Recall),
    /// Messages are deleted here; the cloud may keep them, but they are not stored again. Those
    /// that are not stored are passed over.
    Delete(Vec<Seq>),
    /// A conversation is deleted here, with its draft, as many messages at a time as a batch
    /// should have: repeated until it says that there are no more.
    Forget(Conversation),
}

/// What became of one [`Edit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// A message has its place among the others.
    Stored(Message),
    /// A conversation is as it was asked to be.
    Conversation {
        /// Its counts and times.
        summary: ConversationSummary,
        /// What the user has begun to write in it.
        draft: Option<Body>,
    },
    /// Something else is noted of a message; it says nothing else than before.
    Annotated(Message),
    /// Something else stands where the message stood.
    Recalled(Message),
    /// A message that could not be read came again and is in its place.
    Restored(Message),
    /// Messages are gone from their conversations.
    Deleted(Vec<Seq>),
    /// A part of a conversation is gone, or the rest of it.
    Forgotten {
        /// How many messages went with this change.
        messages: usize,
        /// There are more: ask again.
        more: bool,
    },
    /// A message was inserted before and is in this place, or was until it was deleted.
    Known(Seq),
    /// There was nothing to do.
    Unchanged,
    /// Nothing was changed; the other edits of the batch stand.
    Refused {
        /// Why.
        code: Code,
    },
}

impl Edited {
    pub(crate) fn refused(code: Code) -> Self {
        Self::Refused { code }
    }
}

/// A message an app inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insertion {
    /// The app.
    pub app: LocalApp,
    /// Its own id of the message.
    pub client_id: ClientMessageId,
    /// Where it belongs.
    pub conversation: Conversation,
    /// Who wrote it, seen from the account.
    pub direction: Direction,
    /// Who wrote it.
    pub sender: UserId,
    /// Its type.
    pub object_name: ObjectName,
    /// Its body, at most [`MAX_BODY_BYTES`](imlink_model::MAX_BODY_BYTES).
    pub body: Body,
    /// Its time.
    pub sent_at: Millis,
    /// It raises the unread count if it was received.
    pub counted: bool,
}
