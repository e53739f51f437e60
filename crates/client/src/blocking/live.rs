//! What an app does with the cloud itself, without `async`.

use std::sync::Arc;

use imlink_model::{Conversation, MessageUid, ObjectName, TargetId};

use super::Client;
use crate::Error;

impl Client {
    /// See [`crate::Client::signal`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn signal(
        &self,
        conversation: Conversation,
        object_name: ObjectName,
        body: impl Into<Arc<str>>,
    ) -> Result<(), Error> {
        self.runtime
            .wait(self.client.signal(conversation, object_name, body))?
    }

    /// See [`crate::Client::typing`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn typing(
        &self,
        conversation: Conversation,
        object_name: &ObjectName,
    ) -> Result<(), Error> {
        self.runtime
            .wait(self.client.typing(conversation, object_name))?
    }

    /// See [`crate::Client::recall`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn recall(&self, uid: MessageUid) -> Result<(), Error> {
        self.runtime.wait(self.client.recall(uid))?
    }

    /// See [`crate::Client::recall_without_trace`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn recall_without_trace(&self, uid: MessageUid) -> Result<(), Error> {
        self.runtime.wait(self.client.recall_without_trace(uid))?
    }

    /// See [`crate::Client::join_chatroom`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn join_chatroom(&self, room: TargetId, recent: u16) -> Result<(), Error> {
        self.runtime.wait(self.client.join_chatroom(room, recent))?
    }

    /// See [`crate::Client::join_existing_chatroom`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn join_existing_chatroom(&self, room: TargetId, recent: u16) -> Result<(), Error> {
        self.runtime
            .wait(self.client.join_existing_chatroom(room, recent))?
    }

    /// See [`crate::Client::leave_chatroom`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn leave_chatroom(&self, room: TargetId) -> Result<(), Error> {
        self.runtime.wait(self.client.leave_chatroom(room))?
    }
}
