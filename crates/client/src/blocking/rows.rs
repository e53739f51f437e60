//! What an app does with the stored messages, without `async`.

use std::path::PathBuf;

use imlink_model::{Conversation, Message, MessageUid, Millis, Seq};

use super::Client;
use crate::{Annotation, ConversationSummary, Error, Found, HistoryQuery, Insertion, Page, Unread};

impl Client {
    /// See [`crate::Client::history`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn history(
        &self,
        conversation: Conversation,
        before: Option<Seq>,
        limit: u16,
    ) -> Result<Page<Message>, Error> {
        self.runtime
            .wait(self.client.history(conversation, before, limit))?
    }

    /// See [`crate::Client::history_page`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn history_page(&self, query: HistoryQuery) -> Result<Page<Message>, Error> {
        self.runtime.wait(self.client.history_page(query))?
    }

    /// See [`crate::Client::timeline`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn timeline(&self, after: Seq, limit: u16) -> Result<Page<Message>, Error> {
        self.runtime.wait(self.client.timeline(after, limit))?
    }

    /// See [`crate::Client::message`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn message(&self, seq: Seq) -> Result<Option<Message>, Error> {
        self.runtime.wait(self.client.message(seq))?
    }

    /// See [`crate::Client::message_by_uid`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn message_by_uid(&self, uid: MessageUid) -> Result<Option<Message>, Error> {
        self.runtime.wait(self.client.message_by_uid(uid))?
    }

    /// See [`crate::Client::search`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn search(
        &self,
        keyword: &str,
        conversation: Option<Conversation>,
        before: Option<Seq>,
        limit: u16,
    ) -> Result<Found, Error> {
        self.runtime
            .wait(self.client.search(keyword, conversation, before, limit))?
    }

    /// See [`crate::Client::conversations`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn conversations(&self, limit: u16) -> Result<Page<ConversationSummary>, Error> {
        self.runtime.wait(self.client.conversations(limit))?
    }

    /// See [`crate::Client::conversations_behind`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn conversations_behind(
        &self,
        last: &ConversationSummary,
        limit: u16,
    ) -> Result<Page<ConversationSummary>, Error> {
        self.runtime
            .wait(self.client.conversations_behind(last, limit))?
    }

    /// See [`crate::Client::conversation`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn conversation(
        &self,
        conversation: Conversation,
    ) -> Result<Option<ConversationSummary>, Error> {
        self.runtime.wait(self.client.conversation(conversation))?
    }

    /// See [`crate::Client::unread`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn unread(&self) -> Result<Unread, Error> {
        self.runtime.wait(self.client.unread())?
    }

    /// See [`crate::Client::mark_read`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn mark_read(&self, conversation: Conversation, up_to: Millis) -> Result<(), Error> {
        self.runtime
            .wait(self.client.mark_read(conversation, up_to))?
    }

    /// See [`crate::Client::set_draft`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn set_draft(&self, conversation: Conversation, text: Option<&str>) -> Result<(), Error> {
        self.runtime
            .wait(self.client.set_draft(conversation, text))?
    }

    /// See [`crate::Client::annotate`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn annotate(&self, seq: Seq, annotation: Annotation) -> Result<(), Error> {
        self.runtime.wait(self.client.annotate(seq, annotation))?
    }

    /// See [`crate::Client::insert`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn insert(&self, message: Insertion) -> Result<Seq, Error> {
        self.runtime.wait(self.client.insert(message))?
    }

    /// See [`crate::Client::delete`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn delete(&self, seqs: Vec<Seq>) -> Result<(), Error> {
        self.runtime.wait(self.client.delete(seqs))?
    }

    /// See [`crate::Client::forget`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn forget(&self, conversation: Conversation) -> Result<Vec<PathBuf>, Error> {
        self.runtime.wait(self.client.forget(conversation))?
    }

    /// See [`crate::Client::import`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn import(&self, messages: Vec<Message>) -> Result<u16, Error> {
        self.runtime.wait(self.client.import(messages))?
    }

    /// See [`Client::import_part`](crate::Client::import_part).
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn import_part(&self, messages: Vec<Message>, done: u64, total: u64) -> Result<u16, Error> {
        self.runtime
            .wait(self.client.import_part(messages, done, total))?
    }
}
