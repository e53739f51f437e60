//! What the Hub asks for.

use std::time::Instant;

use imlink_model::uplink::{Cursor, PushAfterLeaving, Restored};
use imlink_model::{Code, ConnectionStatus, OutgoingMessage, Token, UserId};
use tracing::{debug, warn};

use super::Connection;
use super::attempt::Reason;
use super::ending::Farewell;
use crate::outbox::Outbox;
use crate::pacer::Pacer;
use crate::pull::Pull;
use crate::recalls::Recalls;
use crate::rooms::Rooms;
use crate::state::{Account, Active, Patience, Phase, State};

impl Connection {
    pub(super) fn on_connect(&mut self, token: Token, now: Instant) {
        match &mut self.state {
            State::Away => {
                self.state = State::Active(Box::new(Active::new(&self.config, token, now)));
                // Also where the attempt has to wait for a network: it is under way.
                self.outlet.tell(ConnectionStatus::Connecting, None, None);
                self.begin_attempt(Reason::Due, now);
            }
            State::Active(active) => {
                active.next_token = (token != active.token).then_some(token);
            }
        }
    }

    pub(super) fn on_disconnect(&mut self, push: PushAfterLeaving, now: Instant) {
        let farewell = match push {
            PushAfterLeaving::Keep => Farewell::Unsaid,
            PushAfterLeaving::Stop => Farewell::Said,
        };
        if matches!(self.state, State::Away) {
            return;
        }
        self.close_all(farewell, now);
        self.state = State::Away;
        self.give_up_rooms(Code::RC_NET_CHANNEL_INVALID);
        self.outlet.tell(ConnectionStatus::Unconnected, None, None);
    }

    pub(super) fn on_restore(&mut self, restored: Restored, now: Instant) {
        if self.has_rows_of(&restored.user) {
            debug!("The account's rows were given already");
            return;
        }
        if self.online().is_some() {
            warn!("Rows of another account than the one online were given");
            return;
        }
        let Restored {
            user,
            cursor,
            queued,
            in_doubt,
        } = restored;
        self.outlet.forget_records();
        self.account = Some(self.account_of(user, &cursor, queued, in_doubt));
        self.go_on_restored(now);
    }

    pub(super) fn on_unload(&mut self, now: Instant) {
        self.on_disconnect(PushAfterLeaving::Keep, now);
        self.outlet.forget_records();
        self.account = None;
    }

    pub(super) fn on_send(&mut self, message: OutgoingMessage) {
        match &mut self.account {
            Some(account) => account.outbox.submit(message),
            // It is durable: the account's rows will bring it when they are given.
            None => debug!("A message came before the account's rows"),
        }
    }

    fn account_of(
        &self,
        user: UserId,
        cursor: &Cursor,
        queued: Vec<OutgoingMessage>,
        in_doubt: Vec<OutgoingMessage>,
    ) -> Account {
        Account {
            user,
            pull: Pull::new(&self.config, cursor),
            outbox: Outbox::restored(queued, in_doubt),
            pacer: Pacer::new(&self.config.timings),
            recalls: Recalls::default(),
            rooms: Rooms::new(&self.config),
        }
    }

    /// Goes on where the rows were waited for.
    fn go_on_restored(&mut self, now: Instant) {
        let Some(account) = &self.account else { return };
        let user = account.user.clone();
        let Some(active) = self.active() else { return };
        match &active.phase {
            Phase::Unrestored { listing, source } if listing.user.as_ref() == Some(&user) => {
                let (listing, source) = (listing.clone(), *source);
                self.dial(listing, source, now);
            }
            Phase::Greeted(link) if link.user == user => {
                let waiting = Phase::Waiting {
                    until: now,
                    patience: Patience::Ladder,
                };
                if let Phase::Greeted(link) = std::mem::replace(&mut active.phase, waiting) {
                    self.come_online(link, now);
                }
            }
            Phase::Asking(_)
            | Phase::Unrestored { .. }
            | Phase::Dialing(_)
            | Phase::Greeted(_)
            | Phase::Online(_)
            | Phase::Waiting { .. }
            | Phase::Paused { .. } => {}
        }
    }
}
