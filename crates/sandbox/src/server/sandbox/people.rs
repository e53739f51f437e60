//! Users, tokens and messages.

use std::time::Duration;

use imlink_model::UserId;

use super::Sandbox;
use crate::{Draft, Recall, SenderCopy};

impl Sandbox {
    /// Another valid token for a user, who is made if new. By default it ends in `@` and the
    /// address of this navigation.
    #[must_use]
    pub fn issue_token(&self, user: &UserId) -> String {
        self.shared
            .act(|world, now| self.app_in(world).issue_token(user, now))
    }

    /// Lets all tokens of a user expire: open links stay, the next handshake gets 31020.
    pub fn expire_tokens(&self, user: &UserId) {
        self.with_app(|app| app.expire_tokens(user, None));
    }

    /// Blocks a user: links end with 31011, new ones get 31009 until the time is over.
    pub fn block(&self, user: &UserId, time: Duration) {
        self.shared
            .act(|world, now| self.app_in(world).block(user, time, now));
    }

    /// Ends a block.
    pub fn unblock(&self, user: &UserId) {
        self.with_app(|app| app.unblock(user));
    }

    /// Takes a user's account away: links end with 31029, new ones are refused with it.
    pub fn delete_user(&self, user: &UserId) {
        self.shared
            .act(|world, now| self.app_in(world).delete_user(user, now));
    }

    /// Gives a user his account back. Does nothing if it was not taken.
    pub fn restore_user(&self, user: &UserId) {
        self.with_app(|app| app.restore_user(user));
    }

    /// Shuts this app key: links close without a word, and new ones get 31008.
    pub fn shut(&self) {
        self.with_app(|app| app.shut(true));
    }

    /// Opens this app key again. Does nothing if it is open.
    pub fn open(&self) {
        self.with_app(|app| app.shut(false));
    }

    /// Sends a private message in a user's name. Says its uid.
    pub fn publish(&self, from: &UserId, to: &UserId, object_name: &str, content: &str) -> String {
        let draft = Draft::new(from.clone(), to.clone(), object_name, content);
        self.publish_draft(draft, SenderCopy::Excluded)
    }

    /// As [`publish`](Self::publish), with everything a message can have.
    pub fn publish_draft(&self, draft: Draft, copy: SenderCopy) -> String {
        self.shared
            .act(|world, now| self.app_in(world).publish_as(draft, copy, now))
    }

    /// Takes a message back as an app server does. Says the uid of the message that tells so.
    pub fn recall(&self, recall: &Recall) -> String {
        self.shared
            .act(|world, now| self.app_in(world).recall_as(recall, now))
    }

    /// Ends a user's links as if he had signed in elsewhere (31010). Says how many.
    pub fn kick(&self, user: &UserId) -> usize {
        self.with_app(|app| app.kick(user))
    }

    /// Ends a user's links with a DISCONNECT of any status. Says how many.
    pub fn disconnect(&self, user: &UserId, status: u8) -> usize {
        self.with_app(|app| app.disconnect(user, status))
    }
}
