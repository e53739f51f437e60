//! What an administrator does to users and their links.

use std::time::Duration;

use imlink_model::{Millis, UserId};
use imlink_wire::{ServerPacket, status};

use super::{App, LinkId};

impl App {
    /// Ends a user's links with a DISCONNECT of any status (protocol/cloud-wire.md 3.5). Does
    /// nothing if the user is offline. Says how many links that were.
    pub fn disconnect(&mut self, user: &UserId, status: u8) -> usize {
        let links = self.links_of(user);
        for link in &links {
            self.disconnect_link(*link, status);
        }
        links.len()
    }

    /// As if the user had signed in elsewhere (31010). Says how many links that ended.
    pub fn kick(&mut self, user: &UserId) -> usize {
        self.disconnect(user, status::KICKED)
    }

    /// Blocks a user: his links end with 31011, new ones are refused with 31009 until the time is
    /// over. Blocking again counts anew from now.
    pub fn block(&mut self, user: &UserId, time: Duration, now: Millis) {
        self.user(user).blocked_until = Some(now.after(time));
        self.disconnect(user, status::BLOCKED);
    }

    /// Ends a block. Does nothing if the user is not blocked.
    pub fn unblock(&mut self, user: &UserId) {
        self.user(user).blocked_until = None;
    }

    /// Until when a user is blocked; `None` if he is not.
    #[must_use]
    pub fn blocked_until(&self, user: &UserId, now: Millis) -> Option<Millis> {
        let until = self.users.get(user)?.blocked_until;
        until.filter(|until| now < *until)
    }

    /// Who is blocked until when, by id.
    #[must_use]
    pub fn blocked_users(&self, now: Millis) -> Vec<(UserId, Millis)> {
        let blocked = self.users.iter().filter(|(_, user)| user.is_blocked(now));
        blocked
            .filter_map(|(id, user)| Some((id.clone(), user.blocked_until?)))
            .collect()
    }

    pub(super) fn disconnect_link(&mut self, link: LinkId, status: u8) {
        tracing::info!(%link, status, "Link ended by the cloud");
        self.counters.ended += 1;
        self.send(link, ServerPacket::Disconnect { status });
        self.end(link);
    }
}
