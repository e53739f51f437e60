//! What an app does with the stored messages. None of it needs the cloud.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use imlink_ipc_proto::{self as proto, MessageKey, PrivateText, Request, Side};
use imlink_model::{
    Body, ClientMessageId, Conversation, Direction, Message, MessageUid, Millis, ObjectName, Seq,
    UserId,
};

use crate::outgoing::{check_body, random_id};
use crate::{Client, ConversationSummary, Error, Found, Page, Unread, answer};

/// Entries of a page if nothing else is said.
const PAGE: u16 = 50;

/// Which messages of a conversation are wanted: by default its 50 newest, of every type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryQuery {
    conversation: Conversation,
    side: Side,
    object_names: Vec<ObjectName>,
    limit: u16,
}

/// Which messages a subscription wants. Empty lists want everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of these conversations, at most 64.
    pub conversations: Vec<Conversation>,
    /// Of these types, at most 32.
    pub object_names: Vec<ObjectName>,
}

/// A message an app puts among the stored ones; no cloud hears of it. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub struct Insertion {
    conversation: Conversation,
    direction: Direction,
    sender: UserId,
    object_name: ObjectName,
    body: Body,
    sent_at: Millis,
    counted: bool,
    client_id: ClientMessageId,
}

impl HistoryQuery {
    /// The newest messages of a conversation, newest first.
    #[must_use]
    pub fn newest(conversation: Conversation) -> Self {
        Self {
            conversation,
            side: Side::Newest,
            object_names: Vec::new(),
            limit: PAGE,
        }
    }

    /// The messages before a place instead, newest first.
    #[must_use]
    pub fn before(mut self, seq: Seq) -> Self {
        self.side = Side::Before { seq };
        self
    }

    /// The messages after a place instead, oldest first.
    #[must_use]
    pub fn after(mut self, seq: Seq) -> Self {
        self.side = Side::After { seq };
        self
    }

    /// Only messages of these types, at most 32.
    #[must_use]
    pub fn of_types(mut self, object_names: impl IntoIterator<Item = ObjectName>) -> Self {
        self.object_names = object_names.into_iter().collect();
        self
    }

    /// So many at most, 1 to 200. A page may have fewer, because it is also cut by bytes.
    #[must_use]
    pub fn limit(mut self, limit: u16) -> Self {
        self.limit = limit;
        self
    }
}

impl From<Filter> for proto::Filter {
    fn from(filter: Filter) -> Self {
        let Filter {
            conversations,
            object_names,
        } = filter;
        Self {
            conversations: conversations.into_iter().map(Into::into).collect(),
            object_names,
        }
    }
}

impl Insertion {
    /// A message that somebody wrote at that time of the cloud, seen as received.
    ///
    /// The body may have [`MAX_BODY_BYTES`](imlink_model::MAX_BODY_BYTES) at most, or inserting it
    /// fails with 30016.
    #[must_use]
    pub fn received(
        conversation: Conversation,
        sender: UserId,
        object_name: ObjectName,
        body: impl Into<Arc<str>>,
        sent_at: Millis,
    ) -> Self {
        Self {
            conversation,
            direction: Direction::Received,
            sender,
            object_name,
            body: Body::new(body),
            sent_at,
            counted: false,
            client_id: random_id(),
        }
    }

    /// Seen as sent by the account's user instead.
    #[must_use]
    pub fn sent(mut self) -> Self {
        self.direction = Direction::Sent;
        self
    }

    /// Raises the unread count.
    #[must_use]
    pub fn counted(mut self) -> Self {
        self.counted = true;
        self
    }

    /// Replaces the id, by default 128 random bits in hexadecimal. The same id again is the same
    /// message.
    #[must_use]
    pub fn with_client_id(mut self, client_id: ClientMessageId) -> Self {
        self.client_id = client_id;
        self
    }
}

impl fmt::Debug for Insertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Insertion")
            .field("conversation", &self.conversation)
            .field("direction", &self.direction)
            .field("sender", &self.sender)
            .field("object_name", &self.object_name)
            .field("body", &self.body)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Every call of this block ends with 90010 without an account; with 34302, 90019 or 90007 if its
/// stored messages cannot be opened, because they are damaged, a newer version's, or for another
/// reason; with 34232 for a limit of zero; with 90008 for a list with more than it may have (200
/// entries; 32 types); and with what any call may end with. Those that change
/// something end with 90006 or 90020 if the disk is full or read-only. "Errors" name what else to
/// expect.
impl Client {
    /// Stored messages of a conversation, newest first; only those before `before`, if it is
    /// given. `limit` is from 1 to 200; [`Page::more`] says whether there are older ones.
    ///
    /// # Errors
    /// See above.
    pub async fn history(
        &self,
        conversation: Conversation,
        before: Option<Seq>,
        limit: u16,
    ) -> Result<Page<Message>, Error> {
        let query = HistoryQuery::newest(conversation).limit(limit);
        let query = match before {
            Some(seq) => query.before(seq),
            None => query,
        };
        self.history_page(query).await
    }

    /// Stored messages of a conversation on either side of a place, those nearest to it first.
    ///
    /// # Errors
    /// See above.
    pub async fn history_page(&self, query: HistoryQuery) -> Result<Page<Message>, Error> {
        let HistoryQuery {
            conversation,
            side,
            object_names,
            limit,
        } = query;
        let request = Request::History {
            conversation: conversation.into(),
            side,
            object_names,
            limit,
        };
        self.rows(request).await.and_then(answer::messages)
    }

    /// Stored messages of all conversations after a place, oldest first: what an export reads.
    ///
    /// # Errors
    /// See above.
    pub async fn timeline(&self, after: Seq, limit: u16) -> Result<Page<Message>, Error> {
        let request = Request::Timeline { after, limit };
        self.rows(request).await.and_then(answer::messages)
    }

    /// The message in a place; `None` if it is not stored.
    ///
    /// # Errors
    /// See above.
    pub async fn message(&self, seq: Seq) -> Result<Option<Message>, Error> {
        self.one(MessageKey::Place { seq }).await
    }

    /// The message the cloud knows by that id; `None` if it is not stored.
    ///
    /// # Errors
    /// See above.
    pub async fn message_by_uid(&self, uid: MessageUid) -> Result<Option<Message>, Error> {
        self.one(MessageKey::Uid { uid }).await
    }

    /// Stored messages whose words contain a keyword, in capital or small letters, newest first:
    /// in one conversation, or in all of them.
    ///
    /// Begin with `before` as `None` and go on with [`Found::next`] as long as there is one; a
    /// page may be empty on the way.
    ///
    /// # Errors
    /// 90008 for an empty keyword; else see above.
    pub async fn search(
        &self,
        keyword: &str,
        conversation: Option<Conversation>,
        before: Option<Seq>,
        limit: u16,
    ) -> Result<Found, Error> {
        let request = Request::Search {
            keyword: PrivateText::from(keyword.to_owned()),
            conversation: conversation.map(Into::into),
            before,
            limit,
        };
        self.rows(request).await.and_then(answer::found)
    }

    /// The conversations of the account, the one with the newest message first; `limit` is from 1
    /// to 200.
    ///
    /// # Errors
    /// See above.
    pub async fn conversations(&self, limit: u16) -> Result<Page<ConversationSummary>, Error> {
        self.conversations_from(None, limit).await
    }

    /// The conversations behind one of the list.
    ///
    /// # Errors
    /// See above.
    pub async fn conversations_behind(
        &self,
        last: &ConversationSummary,
        limit: u16,
    ) -> Result<Page<ConversationSummary>, Error> {
        let place = proto::Place {
            position: last.position,
            conversation: last.conversation.clone().into(),
        };
        self.conversations_from(Some(place), limit).await
    }

    /// One conversation; `None` if nothing is stored of it.
    ///
    /// # Errors
    /// See above.
    pub async fn conversation(
        &self,
        conversation: Conversation,
    ) -> Result<Option<ConversationSummary>, Error> {
        let request = Request::Conversation {
            conversation: conversation.into(),
        };
        self.rows(request).await.and_then(answer::conversation)
    }

    /// What is unread in all conversations together.
    ///
    /// # Errors
    /// See above.
    pub async fn unread(&self) -> Result<Unread, Error> {
        self.rows(Request::Unread {}).await.and_then(answer::unread)
    }

    /// Everything of a conversation up to a time of the cloud is read. Does nothing if it was.
    ///
    /// # Errors
    /// See above.
    pub async fn mark_read(&self, conversation: Conversation, up_to: Millis) -> Result<(), Error> {
        let request = Request::MarkRead {
            conversation: conversation.into(),
            up_to,
        };
        self.rows(request).await.map(drop)
    }

    /// Keeps what the user has begun to write in a conversation; `None` for nothing any more.
    ///
    /// # Errors
    /// 30016 for a text that is too long; else see above.
    pub async fn set_draft(
        &self,
        conversation: Conversation,
        text: Option<&str>,
    ) -> Result<(), Error> {
        let request = Request::SetDraft {
            conversation: conversation.into(),
            text: text.map(|text| PrivateText::from(text.to_owned())),
        };
        self.rows(request).await.map(drop)
    }

    /// Puts a message among the stored ones, and says where. The cloud does not hear of it.
    ///
    /// # Errors
    /// 30016 for a body that is too long; else see above.
    pub async fn insert(&self, message: Insertion) -> Result<Seq, Error> {
        check_body(&message.body)?;
        let Insertion {
            conversation,
            direction,
            sender,
            object_name,
            body,
            sent_at,
            counted,
            client_id,
        } = message;
        let request = Request::Insert {
            conversation: conversation.into(),
            direction: direction.into(),
            sender,
            object_name,
            body,
            sent_at,
            counted,
            client_id,
        };
        self.rows(request).await.and_then(answer::stored)
    }

    /// Deletes stored messages on this machine, at most 200 at a time. The cloud may keep them;
    /// here they are not stored again. Places without a message are passed over.
    ///
    /// # Errors
    /// 34229 for an empty list; else see above.
    pub async fn delete(&self, seqs: Vec<Seq>) -> Result<(), Error> {
        self.rows(Request::Delete { seqs }).await.map(drop)
    }

    /// Deletes a conversation on this machine with its messages and its draft, and every byte of
    /// it from the files. That takes seconds for every 100,000 messages of the account;
    /// [`Event::Progress`](crate::Event::Progress) tells how far it is.
    ///
    /// # Errors
    /// 90001 if it takes longer than a call may; it goes on all the same. Else see above.
    ///
    /// Returns the directories of older rows of the account that were set aside, in which the
    /// conversation may be still; only a [`purge`](Self::purge) removes those.
    pub async fn forget(&self, conversation: Conversation) -> Result<Vec<PathBuf>, Error> {
        let request = Request::Forget {
            conversation: conversation.into(),
        };
        self.rows(request).await.and_then(answer::forgotten)
    }

    /// Stores messages of a [`timeline`](Self::timeline), at most 200 at a time, in new places and
    /// in their order. What is known already, or was deleted here, is left out; says how many were
    /// stored.
    ///
    /// # Errors
    /// 30016 for a body that is too long, 90008 for a local extra that is; else see above.
    pub async fn import(&self, messages: Vec<Message>) -> Result<u16, Error> {
        self.import_part(messages, 0, 0).await
    }

    /// The same for a part of an export that `done` messages came before, of `total` in all: the
    /// apps of the account are told how far it is by [`Event::Progress`](crate::Event::Progress).
    ///
    /// # Errors
    /// As for [`import`](Self::import).
    pub async fn import_part(
        &self,
        messages: Vec<Message>,
        done: u64,
        total: u64,
    ) -> Result<u16, Error> {
        let messages = messages.into_iter().map(Into::into).collect();
        let request = Request::Import {
            messages,
            done,
            total,
        };
        self.rows(request).await.and_then(answer::imported)
    }

    async fn one(&self, message: MessageKey) -> Result<Option<Message>, Error> {
        let request = Request::Message { message };
        self.rows(request).await.and_then(answer::message)
    }

    async fn conversations_from(
        &self,
        behind: Option<proto::Place>,
        limit: u16,
    ) -> Result<Page<ConversationSummary>, Error> {
        let request = Request::Conversations { behind, limit };
        self.rows(request).await.and_then(answer::conversations)
    }
}
