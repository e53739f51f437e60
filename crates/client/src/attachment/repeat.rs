//! What a new attachment has to repeat so that the app need not do anything (decisions.md P13).

use std::time::Instant;

use imlink_ipc_proto::{Request, SecretText};
use imlink_model::{Token, UserId};

use super::calls::{InFlight, Purpose};
use super::receipts::Receipts;
use super::rooms::Rooms;
use super::subscriptions::Subscriptions;
use super::{Attachment, State};

/// What outlives an attachment.
#[derive(Debug)]
pub(super) struct Session<W> {
    pub(super) initialised: bool,
    /// The account the app is to be connected to; `None` from leaving, or from a status that
    /// only an explicit connect ends.
    pub(super) wish: Option<Wish>,
    /// The user it was connected as last.
    pub(super) user: Option<UserId>,
    /// The user whose account was stopped for its token, until somebody makes it live again.
    pub(super) stopped_as: Option<UserId>,
    /// Counts the connects and joins of the app.
    pub(super) generation: u32,
    /// The app has left since: connects up to this one are not to be repeated.
    pub(super) left: u32,
    pub(super) subscriptions: Subscriptions<W>,
    pub(super) receipts: Receipts,
    pub(super) rooms: Rooms,
}

/// How the app came to its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// It brought a token.
    Connect {
        /// Kept in memory only, and only for this.
        token: Token,
        /// That connect has succeeded once.
        succeeded: bool,
    },
    /// It joined an account that was live.
    Join(Option<UserId>),
}

impl<W> Default for Session<W> {
    fn default() -> Self {
        Self {
            initialised: false,
            wish: None,
            user: None,
            stopped_as: None,
            generation: 0,
            left: 0,
            subscriptions: Subscriptions::default(),
            receipts: Receipts::default(),
            rooms: Rooms::default(),
        }
    }
}

impl<W> Session<W> {
    /// A connect without a limit goes on when its daemon is replaced, whatever was told of it
    /// (S4-13); one with a limit is over (S4-11).
    pub(super) fn keep_from(&mut self, lost: &InFlight<W>) {
        if let Purpose::Connect(connecting) = &lost.purpose
            && connecting.until.is_none()
            && connecting.generation > self.left
            && self.wish.is_none()
            && let Some(token) = &connecting.token
        {
            self.wish = Some(Wish::Connect {
                token: token.clone(),
                succeeded: false,
            });
        }
    }

    /// The app leaves: whatever comes of it, nothing connects again by itself.
    pub(super) fn leave(&mut self) {
        self.wish = None;
        self.stopped_as = None;
        self.left = self.generation;
        self.rooms.clear();
    }

    /// The daemon is gone. Returns who waits for what will not come.
    pub(super) fn lose(&mut self) -> Vec<W> {
        self.receipts.lose();
        self.rooms.lose();
        self.subscriptions.lose()
    }
}

impl<W> Attachment<W> {
    /// Repeats everything, in one go: the daemon takes requests in order, and holds back those
    /// that need the account's store until it is open.
    pub(super) fn repeat_session(&mut self, now: Instant) {
        if !self.session.initialised {
            return;
        }
        let in_time = Some(now + self.config.request_timeout);
        let app_key = self.config.app_key.clone();
        self.request(
            Purpose::Reinit,
            Vec::new(),
            in_time,
            Request::Init { app_key },
        );
        if let Some(Wish::Connect { token, succeeded }) = &self.session.wish {
            let token = SecretText::from(token);
            let request = Request::Connect {
                token,
                time_limit: None,
                replay: true,
                was_connected: *succeeded,
                set_aside: false,
            };
            self.request(Purpose::Repeat, Vec::new(), None, request);
        }
        self.repeat_join();
        self.repeat_rest(now);
        self.connect_renewed(now);
    }

    /// Repeats what has not been taken so far, as far as there is an account for it.
    pub(super) fn repeat_rest(&mut self, now: Instant) {
        if self.session.wish.is_none() {
            return;
        }
        let in_time = Some(now + self.config.request_timeout);
        for (key, request) in self.session.subscriptions.repeat() {
            self.request(Purpose::Resubscribe(key), Vec::new(), in_time, request);
        }
        for client_id in self.session.receipts.ask() {
            let request = Request::SendState {
                client_id: client_id.clone(),
            };
            self.request(Purpose::Fate(client_id), Vec::new(), in_time, request);
        }
    }

    /// Joins the same account again; it may not be live yet.
    pub(super) fn repeat_join(&mut self) {
        if let Some(Wish::Join(user)) = &self.session.wish {
            let app_key = Some(self.config.app_key.clone());
            let request = Request::Join {
                app_key,
                user: user.clone(),
            };
            self.request(Purpose::Repeat, Vec::new(), None, request);
        }
    }

    /// Something could not be repeated yet: it is tried again in a while.
    pub(super) fn repeat_later(&mut self, now: Instant) {
        if let State::Attached(attached) = &mut self.state
            && attached.repeat_at.is_none()
        {
            attached.repeat_at = Some(now + self.repeat_ladder.climb());
        }
    }
}
