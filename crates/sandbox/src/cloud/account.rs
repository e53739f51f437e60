//! Users who are gone, apps that are shut, secrets that are changed (server-api.md 3).

use imlink_model::{Millis, UserId};

use super::{App, Secret};

/// DISCONNECT status of an account that is gone (31029).
const ACCOUNT_GONE: u8 = 9;

impl App {
    /// Takes a user's account away: his links end with 31029, new ones are refused with it, and he
    /// leaves every chatroom. What he has is kept, see [`restore_user`](Self::restore_user).
    pub fn delete_user(&mut self, user: &UserId, now: Millis) {
        self.user(user).deleted = true;
        self.disconnect(user, ACCOUNT_GONE);
        let rooms: Vec<_> = self.chatrooms_of(user).cloned().collect();
        for room in &rooms {
            self.take_out_of_chatroom(room, user, now);
        }
    }

    /// Gives a user his account back. Does nothing if it was not taken.
    pub fn restore_user(&mut self, user: &UserId) {
        if let Some(user) = self.users.get_mut(user) {
            user.deleted = false;
        }
    }

    /// Whose accounts were taken away, by id.
    pub fn deleted_users(&self) -> impl Iterator<Item = &UserId> {
        let deleted = self.users.iter().filter(|(_, user)| user.deleted);
        deleted.map(|(id, _)| id)
    }

    /// Shuts the app or opens it again. While it is shut every handshake gets 31008. Links are
    /// closed without a word, for DISCONNECT has none for this (protocol/cloud-wire.md 3.5).
    pub fn shut(&mut self, shut: bool) {
        self.is_shut = shut;
        if !shut {
            return;
        }
        let online = self.links.iter().filter(|(_, link)| link.is_online());
        let online: Vec<_> = online.map(|(id, _)| *id).collect();
        for link in online {
            self.counters.ended += 1;
            self.end(link);
        }
    }

    /// Whether the app is shut.
    #[must_use]
    pub fn is_shut(&self) -> bool {
        self.is_shut
    }

    /// Changes the secret of the app server. Every token is forgotten: links stay, the next
    /// handshake gets 31004 (behaviour.md 10).
    pub fn change_secret(&mut self, secret: Secret) {
        self.secret = secret;
        self.forget_tokens();
    }
}
