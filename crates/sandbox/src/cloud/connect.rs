//! The handshake of a link.

use imlink_model::{Millis, UserId};
use imlink_wire::{ConnAck, ServerPacket, Session, status};
use rand::RngCore;

use super::{
    App, Fault, Greeting, LinkId, PresenceChange,
    link::{Link, Standing},
    lost::Device,
};

/// CONNACK status for a token that is not this app's (31004).
const TOKEN_INCORRECT: u8 = 4;
/// CONNACK status for an app that did not pass verification (31005).
const NOT_VERIFIED: u8 = 5;
/// CONNACK status for an app that is shut (31008).
const APP_BLOCKED: u8 = 8;
/// CONNACK status for a blocked user (31009).
const USER_BLOCKED: u8 = 9;
/// CONNACK status for an expired token (31020).
const TOKEN_EXPIRED: u8 = 10;
/// CONNACK status for a reconnect that gives way (31023).
const SAME_CLIENT_ONLINE: u8 = 13;
/// CONNACK status for a user whose account is gone (31029).
const ACCOUNT_GONE: u8 = 19;
/// Where clients of version 4 start to count (protocol/cloud-wire.md 3.3).
const MESSAGE_ID_BASE: u16 = 0x1000;

impl App {
    pub(super) fn open(&mut self, link: LinkId, greeting: &Greeting, now: Millis) {
        self.counters.handshakes += 1;
        let granted = self
            .tokens
            .grant(&greeting.token)
            .map(|grant| (grant.user.clone(), grant.is_expired(now)));
        let user = granted.as_ref().map(|(user, _)| user);
        if self
            .strikes(user, |fault| {
                matches!(fault, Fault::NoConnAck).then_some(())
            })
            .is_some()
        {
            self.counters.refused += 1;
            // Without a user there is nothing to remember: its packets are ignored anyway.
            if let Some((user, _)) = granted {
                let silent = Link::new(user, greeting, String::new(), Standing::Silent, now);
                self.links.insert(link, silent);
            }
            return;
        }
        if let Some(status) = self.strikes(user, chosen_status) {
            return self.refuse(link, status, "a fault is armed");
        }
        match granted {
            _ if self.is_shut => self.refuse(link, APP_BLOCKED, "the app is shut"),
            None => self.refuse(link, TOKEN_INCORRECT, "unknown token"),
            Some((_, true)) => self.refuse(link, TOKEN_EXPIRED, "expired token"),
            Some((user, _)) if self.user(&user).deleted => {
                self.refuse(link, ACCOUNT_GONE, "the account is gone");
            }
            Some((user, _)) if self.user(&user).is_blocked(now) => {
                self.refuse(link, USER_BLOCKED, "blocked user");
            }
            Some(_) if self.policy.app_verification => {
                self.refuse(link, NOT_VERIFIED, "app verification");
            }
            Some((user, _)) => self.accept(link, user, greeting, now),
        }
    }

    fn accept(&mut self, link: LinkId, user: UserId, greeting: &Greeting, now: Millis) {
        let newcomer = Device::greeting(&user, greeting);
        let reconnects = self.lost.forget(&newcomer);
        let yields = reconnects && greeting.reconnect_kick;
        if self.policy.one_device && !self.wins_slot(&newcomer, yields) {
            return self.refuse(link, SAME_CLIENT_ONLINE, "another device took the slot");
        }
        self.note_return(&user);
        let session = self.session_id();
        let connack = ConnAck::accepted(Session {
            user_id: Some(user.to_string()),
            session_id: Some(session.clone()),
            server_time: Some(u64::try_from(now.0).unwrap_or_default()),
            message_id_base: Some(MESSAGE_ID_BASE),
        });
        let state = Link::new(user, greeting, session, Standing::Online, now);
        self.tell_presence(link, &state, PresenceChange::Online);
        self.links.insert(link, state);
        self.counters.accepted += 1;
        self.send(link, ServerPacket::ConnAck(connack));
    }

    fn refuse(&mut self, link: LinkId, status: u8, reason: &'static str) {
        tracing::info!(app = %self.key, %link, status, reason, "Link refused");
        self.counters.refused += 1;
        self.send(link, ServerPacket::ConnAck(ConnAck::refused(status)));
        self.end(link);
    }

    /// Ends the other links of the newcomer's class (behaviour.md 4), unless the newcomer yields:
    /// it reconnects, and asked to give way then (decisions.md P12). Its next connect is a first
    /// one.
    fn wins_slot(&mut self, newcomer: &Device, yields: bool) -> bool {
        let same_slot = self
            .links
            .iter()
            .filter(|(_, link)| newcomer.shares_slot(link));
        let older: Vec<_> = same_slot
            .map(|(id, link)| (*id, newcomer.is_on(link)))
            .collect();
        if yields && older.iter().any(|(_, own)| !own) {
            return false;
        }
        for (link, _) in older {
            self.disconnect_link(link, status::KICKED);
        }
        true
    }

    /// One per connection, in the form of a UUID.
    fn session_id(&mut self) -> String {
        let mut bits = [0; 16];
        self.random.fill_bytes(&mut bits);
        let digits = format!("{:032x}", u128::from_be_bytes(bits));
        let (a, rest) = digits.split_at(8);
        let (b, rest) = rest.split_at(4);
        let (c, rest) = rest.split_at(4);
        let (d, e) = rest.split_at(4);
        format!("{a}-{b}-{c}-{d}-{e}")
    }
}

fn chosen_status(fault: &Fault) -> Option<u8> {
    match fault {
        Fault::ConnAck { status } => Some(*status).filter(|status| *status != status::ACCEPTED),
        _ => None,
    }
}
