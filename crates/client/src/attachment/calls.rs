//! From the app: what becomes of a call, attached or not.

use std::time::Instant;

use imlink_ipc_proto::{Request, Response};
use imlink_model::{ClientMessageId, Code, ConnectionStatus, Seq, TargetId, Token, UserId};

use super::call::{Call, CallbackKey, Dropped, SubscriptionKey, Unreadable};
use super::repeat::Wish;
use super::subscriptions::{Acknowledged, Place, Subscription};
use super::{Action, Attachment, State};
use crate::{DetachedCalls, Error, StatusChange};

/// A request that has no answer yet.
#[derive(Debug)]
pub(super) struct InFlight<W> {
    pub(super) purpose: Purpose,
    /// Who is told the answer; nobody for what the client asks by itself.
    pub(super) waiters: Vec<W>,
}

/// What the answer to a request will mean.
#[derive(Debug)]
pub(super) enum Purpose {
    Init,
    Connect(Connecting),
    Join {
        user: Option<UserId>,
        generation: u32,
    },
    /// A connect or join of an earlier attachment, repeated.
    Repeat,
    Subscribe(SubscriptionKey),
    /// A subscription of an earlier attachment, repeated.
    Resubscribe(SubscriptionKey),
    Acknowledge(SubscriptionKey),
    /// The fate of a message that a receipt is held for.
    Fate(ClientMessageId),
    /// Init of an earlier attachment, repeated.
    Reinit,
    /// A chatroom the app enters.
    EnterRoom(TargetId),
    /// A chatroom of an earlier attachment, entered again.
    Reenter(TargetId),
    /// Only whoever waits for it knows.
    Other,
}

/// A connect of the app that has no result yet.
#[derive(Debug)]
pub(super) struct Connecting {
    /// `None` while another one is looked for.
    pub(super) token: Option<Token>,
    /// When its limit ends it; with one it is over when the daemon is (S4-11).
    pub(super) until: Option<Instant>,
    /// What becomes of rows that cannot be opened.
    pub(super) unreadable: Unreadable,
    /// Told when the store is open; once.
    pub(super) callback: Option<CallbackKey>,
    /// The store was opened for it.
    pub(super) opened: bool,
    /// Its token is one that the app's provider supplied.
    pub(super) renewed: bool,
    pub(super) generation: u32,
}

/// A call that waits for a daemon.
#[derive(Debug)]
pub(super) struct Parked<W> {
    pub(super) call: Call,
    pub(super) waiter: Option<W>,
    pub(super) until: Instant,
    pub(super) patience: Patience,
}

/// What the daemon keeps of a durable subscription that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    Place,
    Nothing,
}

/// How much a parked call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// The end of the attempt to attach that is being made.
    ThisAttempt,
    /// Its deadline, over as many attempts as there are.
    UntilDeadline,
}

impl<W> Attachment<W> {
    /// The app makes a call. Who waits for it is told its end exactly once.
    pub(crate) fn handle_call(&mut self, call: Call, waiter: Option<W>, now: Instant) {
        if !self.session.initialised && !call.works_before_init() {
            return self.finish(waiter, Err(Error::plain(Code::RC_CLIENT_NOT_INIT)));
        }
        if matches!(call, Call::Disconnect | Call::Logout) {
            self.session.leave();
            let superseded = Error::plain(Code::LOCAL_CANCELLED);
            let waiters = self.renewal.cancel();
            self.finish_all(waiters, &Err(superseded));
        }
        if let Call::LeaveRoom { room } = &call {
            self.session.rooms.remove(room);
        }
        match &self.state {
            State::Attached(_) => self.ask(call, waiter, now),
            State::Idle | State::Waiting { .. } | State::Dialing | State::Greeting { .. } => {
                self.call_detached(call, waiter, now);
            }
        }
    }

    /// The app has dropped something it was given.
    pub(crate) fn handle_dropped(&mut self, dropped: Dropped, now: Instant) {
        match dropped {
            Dropped::Subscription(key) => self.unsubscribe(key, Vec::new(), Keep::Place, now),
            Dropped::Receipt(key) => self.session.receipts.remove(key),
        }
    }

    /// Ends the calls that waited too long.
    pub(super) fn expire_calls(&mut self, now: Instant) {
        while let Some(in_flight) = self.pending.expire(now) {
            let waiters = std::mem::take(&mut in_flight.waiters);
            self.finish_all(waiters, &Err(Error::plain(Code::LOCAL_TIMEOUT)));
        }
        let (late, waiting) = std::mem::take(&mut self.parked)
            .into_iter()
            .partition(|parked| parked.until <= now);
        self.parked = waiting;
        let why = self.why.clone();
        self.end_parked(late, &why);
    }

    pub(super) fn end_parked(
        &mut self,
        parked: impl IntoIterator<Item = Parked<W>>,
        error: &Error,
    ) {
        for Parked { call, waiter, .. } in parked {
            self.give_up(&call);
            self.finish(waiter, Err(error.clone()));
        }
    }

    /// A call while no daemon is attached.
    fn call_detached(&mut self, call: Call, waiter: Option<W>, now: Instant) {
        match call {
            Call::Forget { key } => {
                self.session.subscriptions.remove(key);
                return self.finish(waiter, Err(self.why.clone()));
            }
            // Its message comes again, and can be acknowledged then.
            Call::Acknowledge { .. } => return self.finish(waiter, Err(self.why.clone())),
            // The next daemon will not hear of it.
            Call::LeaveRoom { .. } => return self.finish(waiter, Ok(Response::Done {})),
            Call::Disconnect | Call::Logout => self.show_leaving(),
            Call::Init
            | Call::DaemonStatus
            | Call::Connect { .. }
            | Call::Join { .. }
            | Call::Send { .. }
            | Call::SendState { .. }
            | Call::Subscribe { .. }
            | Call::Rows(_)
            | Call::EnterRoom { .. }
            | Call::Hint(_)
            | Call::Ping => {}
        }
        // Before the first attachment a call that wants one makes it.
        let attempts = !self.session.initialised;
        let (until, patience) = match self.config.detached_calls {
            DetachedCalls::WaitUpTo(limit) => (now + limit, Patience::UntilDeadline),
            DetachedCalls::FailAtOnce if attempts => {
                (now + self.config.request_timeout, Patience::ThisAttempt)
            }
            DetachedCalls::FailAtOnce => {
                self.give_up(&call);
                return self.finish(waiter, Err(self.why.clone()));
            }
        };
        self.parked.push_back(Parked {
            call,
            waiter,
            until,
            patience,
        });
        if matches!(self.state, State::Idle) {
            self.dial();
        }
    }

    /// A call while attached: one request, and what its answer means.
    pub(super) fn ask(&mut self, call: Call, waiter: Option<W>, now: Instant) {
        let in_time = Some(now + self.config.request_timeout);
        let waiters = waiter.into_iter().collect();
        match call {
            Call::Init => {
                let app_key = self.config.app_key.clone();
                self.request(Purpose::Init, waiters, in_time, Request::Init { app_key });
            }
            Call::DaemonStatus => self.plain(waiters, in_time, Request::Status {}),
            Call::Connect {
                token,
                limit,
                unreadable,
                callback,
            } => {
                if !self.renewal.admit_connect() {
                    let exists = Error::plain(Code::RC_CONNECTION_EXIST);
                    return self.finish_all(waiters, &Err(exists));
                }
                self.session.generation += 1;
                let connecting = Connecting {
                    token: Some(token),
                    until: limit.map(|limit| now + limit.duration()),
                    unreadable,
                    callback,
                    opened: false,
                    renewed: false,
                    generation: self.session.generation,
                };
                self.request_connect(connecting, waiters, now);
            }
            Call::Join { user } => {
                self.session.generation += 1;
                let generation = self.session.generation;
                let app_key = Some(self.config.app_key.clone());
                let request = Request::Join {
                    app_key,
                    user: user.clone(),
                };
                self.request(Purpose::Join { user, generation }, waiters, None, request);
            }
            Call::Disconnect => self.plain(waiters, in_time, Request::Disconnect {}),
            Call::Logout => self.plain(waiters, in_time, Request::Logout {}),
            Call::Send { receipt, message } => {
                self.session
                    .receipts
                    .insert(receipt, message.client_id.clone());
                let request = Request::Send {
                    conversation: message.conversation.into(),
                    object_name: message.object_name,
                    body: message.body,
                    client_id: message.client_id,
                    options: message.options.into(),
                };
                self.plain(waiters, in_time, request);
            }
            Call::SendState { client_id } => {
                self.plain(waiters, in_time, Request::SendState { client_id });
            }
            Call::Subscribe {
                key,
                name,
                start,
                filter,
            } => {
                let generation = self.session.generation;
                let request = Request::Subscribe {
                    name: name.clone(),
                    start,
                    filter: filter.clone(),
                };
                let subscription = Subscription::new(name, start, filter, generation);
                self.session.subscriptions.insert(key, subscription);
                self.request(Purpose::Subscribe(key), waiters, in_time, request);
            }
            Call::Acknowledge { key, seq } => self.acknowledge(key, seq, waiters, now),
            Call::Forget { key } => self.unsubscribe(key, waiters, Keep::Nothing, now),
            Call::Rows(request) => self.plain(waiters, in_time, request),
            Call::EnterRoom {
                room,
                create,
                recent,
            } => {
                self.session.rooms.enter(room.clone());
                let request = Request::JoinChatroom {
                    room: room.clone(),
                    create,
                    recent,
                };
                self.request(Purpose::EnterRoom(room), waiters, in_time, request);
            }
            Call::LeaveRoom { room } => {
                self.plain(waiters, in_time, Request::LeaveChatroom { room });
            }
            Call::Hint(hint) => self.plain(waiters, in_time, Request::Hint { hint }),
            Call::Ping => self.plain(waiters, in_time, Request::Ping {}),
        }
    }

    /// Sends the acknowledgement that waits on a subscription, if it may go now.
    pub(super) fn send_acknowledgement(&mut self, key: SubscriptionKey, now: Instant) {
        let Some(subscription) = self.session.subscriptions.get_mut(key) else {
            return;
        };
        let Some((number, seq, waiters)) = subscription.next_acknowledgement() else {
            return;
        };
        let request = Request::Acknowledge {
            subscription: number,
            seq,
        };
        let deadline = now + self.config.request_timeout;
        self.request(Purpose::Acknowledge(key), waiters, Some(deadline), request);
    }

    fn plain(&mut self, waiters: Vec<W>, deadline: Option<Instant>, request: Request) {
        self.request(Purpose::Other, waiters, deadline, request);
    }

    fn acknowledge(&mut self, key: SubscriptionKey, seq: Seq, waiters: Vec<W>, now: Instant) {
        let waiter = waiters.into_iter().next();
        let Some(subscription) = self.session.subscriptions.get_mut(key) else {
            return self.finish(waiter, Err(Error::plain(Code::LOCAL_NO_SUBSCRIPTION)));
        };
        match subscription.acknowledge(seq, waiter) {
            Acknowledged::Queued => self.send_acknowledgement(key, now),
            Acknowledged::Earlier(waiter) => {
                let text = "the daemon was replaced since the message came; it comes again";
                self.finish(waiter, Err(Error::because(Code::IPC_DISCONNECT, text)));
            }
            Acknowledged::NeverDelivered(waiter) => {
                let text = format!("message {seq} was never delivered on this subscription");
                self.finish(waiter, Err(Error::because(Code::LOCAL_BAD_REQUEST, text)));
            }
        }
    }

    /// A subscription ends. What the app acknowledged before is still said.
    fn unsubscribe(&mut self, key: SubscriptionKey, waiters: Vec<W>, keep: Keep, now: Instant) {
        let Some(subscription) = self.session.subscriptions.remove(key) else {
            return self.finish_all(waiters, &Err(Error::plain(Code::LOCAL_NO_SUBSCRIPTION)));
        };
        let (place, handed) = (subscription.place(), subscription.handed());
        let acknowledged = subscription.into_waiting();
        // One that the daemon is still being asked for is given back with its answer.
        let Place::Live(number) = place else {
            let error = Error::plain(Code::LOCAL_NO_SUBSCRIPTION);
            return self.finish_all(waiters, &Err(error));
        };
        let deadline = Some(now + self.config.request_timeout);
        if let Some((seq, waiters)) = acknowledged {
            let request = Request::Acknowledge {
                subscription: number,
                seq: seq.min(handed),
            };
            self.plain(waiters, deadline, request);
        }
        let forget = keep == Keep::Nothing;
        let request = Request::Unsubscribe {
            subscription: number,
            forget,
        };
        self.plain(waiters, deadline, request);
    }

    /// Tells the daemon that nobody reads this subscription.
    pub(super) fn give_back(&mut self, number: u32, now: Instant) {
        let deadline = Some(now + self.config.request_timeout);
        let request = Request::Unsubscribe {
            subscription: number,
            forget: false,
        };
        self.plain(Vec::new(), deadline, request);
    }

    /// The call will never be made.
    fn give_up(&mut self, call: &Call) {
        if let Call::Send { receipt, .. } = call {
            self.session.receipts.remove(*receipt);
        }
    }

    /// The app leaves while no daemon is there to tell: it is not connected again, and sees that.
    fn show_leaving(&mut self) {
        if !self.shown.status.is_final() {
            let code = Some(Code::ACTIVE_DISCONNECT);
            let status = ConnectionStatus::SignOut;
            self.show(StatusChange {
                status,
                code,
                retry_in: None,
            });
        }
    }

    /// The app is connected now, by a connect or join with this generation.
    pub(super) fn connected(&mut self, wish: Wish, user: UserId, generation: u32, now: Instant) {
        if generation > self.session.left {
            self.session.wish = Some(wish);
        }
        self.session.stopped_as = None;
        self.renewal.connected(now);
        let changed = self
            .session
            .user
            .replace(user.clone())
            .is_some_and(|before| before != user);
        if changed {
            self.session.rooms.clear();
            // Another user's messages have other places: what was subscribed to is no more.
            for key in self.session.subscriptions.older_than(generation) {
                self.unsubscribe(key, Vec::new(), Keep::Place, now);
                self.actions.push_back(Action::End(key, None));
            }
        }
        self.repeat_rest(now);
        self.repeat_rooms(now);
    }
}
