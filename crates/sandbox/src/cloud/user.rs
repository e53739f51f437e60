//! What the cloud knows of a user.

use std::sync::Arc;

use imlink_model::{Millis, UserId};

use super::{
    history::Archive, mailbox::Mailbox, message::Message, modify::Edits, rate::Bucket,
    relation::Relations, settings::Settings, states::States,
};

/// One user; made when first mentioned.
#[derive(Default)]
pub(super) struct User {
    pub(super) mailbox: Mailbox,
    pub(super) archive: Archive,
    pub(super) states: States,
    pub(super) edits: Edits,
    pub(super) settings: Settings,
    pub(super) sending: Bucket,
    pub(super) relations: Relations,
    /// Name and portrait, shown in pushes only (server-api.md 3).
    pub(super) name: String,
    pub(super) portrait: String,
    /// Whether his account was taken away.
    pub(super) deleted: bool,
    pub(super) tags: Vec<String>,
    /// When he got his first token.
    pub(super) registered: Option<Millis>,
    pub(super) blocked_until: Option<Millis>,
}

/// What the Server API shows of a user who has had a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// His id.
    pub id: UserId,
    /// His name, shown in pushes only.
    pub name: String,
    /// The address of his portrait.
    pub portrait: String,
    /// When he got his first token.
    pub registered: Millis,
}

impl User {
    /// A message he has sent or received, by its uid.
    pub(super) fn message(&self, uid: &str) -> Option<&Arc<Message>> {
        let archived = || {
            self.archive
                .threads()
                .find_map(|(_, thread)| thread.find(uid))
        };
        let pulled = self.mailbox.find(uid);
        pulled.or_else(|| archived().map(|kept| &kept.message))
    }

    pub(super) fn view(&self, id: &UserId) -> Option<UserView> {
        Some(UserView {
            id: id.clone(),
            name: self.name.clone(),
            portrait: self.portrait.clone(),
            registered: self.registered?,
        })
    }

    pub(super) fn is_blocked(&self, now: Millis) -> bool {
        self.blocked_until.is_some_and(|until| now < until)
    }
}
