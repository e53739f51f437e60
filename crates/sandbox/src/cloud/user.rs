//! What the cloud knows of a user.

use std::sync::Arc;

use imlink_model::{Millis, UserId};
use serde::{Deserialize, Serialize};

use super::{
    history::Archive, mailbox::Mailbox, message::Message, modify::Edits, rate::Bucket,
    relation::Relations, settings::Settings, states::States,
};

/// One user; made when first mentioned.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct User<M = Arc<Message>> {
    pub(super) mailbox: Mailbox<M>,
    pub(super) archive: Archive<M>,
    pub(super) states: States,
    pub(super) edits: Edits<M>,
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

impl<M> User<M> {
    /// Names the messages he has in another way.
    pub(super) fn rename<N, E>(
        self,
        name: &mut impl FnMut(M) -> Result<N, E>,
    ) -> Result<User<N>, E> {
        Ok(User {
            mailbox: self.mailbox.rename(name)?,
            archive: self.archive.rename(name)?,
            states: self.states,
            edits: self.edits.rename(name)?,
            settings: self.settings,
            sending: self.sending,
            relations: self.relations,
            name: self.name,
            portrait: self.portrait,
            deleted: self.deleted,
            tags: self.tags,
            registered: self.registered,
            blocked_until: self.blocked_until,
        })
    }
}

impl<M> Default for User<M> {
    fn default() -> Self {
        Self {
            mailbox: Mailbox::default(),
            archive: Archive::default(),
            states: States::default(),
            edits: Edits::default(),
            settings: Settings::default(),
            sending: Bucket::default(),
            relations: Relations::default(),
            name: String::new(),
            portrait: String::new(),
            deleted: false,
            tags: Vec::new(),
            registered: None,
            blocked_until: None,
        }
    }
}
