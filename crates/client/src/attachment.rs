//! The client's side of one app's attachment to the daemon, as a plain struct.
//!
//! Calls of the app, frames of the daemon and the fate of the socket go in, each with the time;
//! what is to be done comes out of [`poll_action`](Attachment::poll_action) in order, and the one
//! deadline out of [`poll_timeout`](Attachment::poll_timeout). Nothing here performs anything.
//!
//! ```text
//!            first call               socket open              Welcome
//! Idle ─────────────────> Dialing ─────────────────> Greeting ─────────> Attached
//!                           ^  │ nobody there           │ refused, silent    │ end of file
//!                  ladder   │  v                        v                    v
//!                        Waiting <──────────────────────┴────────────────────┘
//! ```
//!
//! `W` is whoever waits for a call. It is moved in with the call and moved out with its result,
//! so that a call cannot end twice; a machine that is dropped drops those it still holds.

mod call;
mod calls;
mod frames;
mod ladder;
mod receipts;
mod renewal;
mod repeat;
mod rooms;
mod subscriptions;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use imlink_ipc_proto::{ClientFrame, Greeting, Request, Response};
use imlink_model::{AppKey, Code, ConnectionStatus};

use crate::pending::Pending;
use crate::{DetachedCalls, Error, Event, StatusChange};

pub(crate) use call::{
    Action, Call, CallbackKey, DialFailure, Dropped, Handed, ReceiptKey, SubscriptionKey,
    TimeLimit, Unreadable,
};
use calls::{InFlight, Parked, Patience, Purpose};
use ladder::Ladder;
use renewal::Renewal;
use repeat::Session;

/// Time for the daemon to answer the Hello. Twice what opening a store of a million messages
/// took (measured.md, "Store"), several times over for a machine that has just booted.
const GREETING_LIMIT: Duration = Duration::from_secs(10);

/// An attachment that lasted this long was a good one: the ladder starts from its first step.
const STABLE: Duration = Duration::from_secs(10);

/// Time for the daemon to close the socket after it said that it would: it drains for 5 s
/// (failures.md I29).
const LEAVING_LIMIT: Duration = Duration::from_secs(10);

/// What an attachment is made of; fixed when the client is built.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) app_key: AppKey,
    pub(crate) detached_calls: DetachedCalls,
    pub(crate) request_timeout: Duration,
    /// The app has a token provider.
    pub(crate) provides_tokens: bool,
    pub(crate) seed: u64,
}

/// The machine; see the module.
#[derive(Debug)]
pub(crate) struct Attachment<W> {
    config: Config,
    state: State,
    session: Session<W>,
    pending: Pending<InFlight<W>>,
    parked: VecDeque<Parked<W>>,
    ladder: Ladder,
    /// Spaces out what the daemon could not repeat at once.
    repeat_ladder: Ladder,
    renewal: Renewal<W>,
    /// What the app was shown last.
    shown: StatusChange,
    /// Why there is no daemon attached.
    why: Error,
    attached_before: bool,
    actions: VecDeque<Action<W>>,
}

#[derive(Debug)]
enum State {
    /// No daemon is wanted.
    Idle,
    /// The last attempt failed, or the daemon went away.
    Waiting {
        until: Instant,
    },
    Dialing,
    Greeting {
        until: Instant,
    },
    Attached(Attached),
}

#[derive(Debug)]
struct Attached {
    since: Instant,
    /// The daemon said that it will end the attachment, and why.
    leaving: Option<(Instant, String)>,
    /// When to repeat what the daemon could not take at once.
    repeat_at: Option<Instant>,
    /// The join is among it.
    join_again: bool,
}

impl<W> Attachment<W> {
    pub(crate) fn new(config: Config) -> Self {
        let ladder = Ladder::new(config.seed);
        let repeat_ladder = Ladder::new(config.seed.wrapping_add(1));
        let renewal = Renewal::new(config.provides_tokens, config.seed.wrapping_add(2));
        Self {
            config,
            state: State::Idle,
            session: Session::default(),
            pending: Pending::default(),
            parked: VecDeque::new(),
            ladder,
            repeat_ladder,
            renewal,
            shown: StatusChange {
                status: ConnectionStatus::Unconnected,
                code: None,
                retry_in: None,
            },
            why: Error::plain(Code::IPC_DISCONNECT),
            attached_before: false,
            actions: VecDeque::new(),
        }
    }

    /// The next thing to do; `None` when all is done.
    pub(crate) fn poll_action(&mut self) -> Option<Action<W>> {
        self.actions.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let own = match &self.state {
            State::Idle | State::Dialing => None,
            State::Waiting { until } | State::Greeting { until } => Some(*until),
            State::Attached(attached) => {
                let leaving = attached.leaving.as_ref().map(|(until, _)| *until);
                leaving.into_iter().chain(attached.repeat_at).min()
            }
        };
        let parked = self.parked.iter().map(|parked| parked.until).min();
        let renewal = self.renewal.next_deadline();
        [own, parked, renewal, self.pending.next_deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// The socket is open.
    pub(crate) fn handle_dialled(&mut self, now: Instant) {
        self.state = State::Greeting {
            until: now + GREETING_LIMIT,
        };
        self.actions.push_back(Action::Greet);
    }

    /// The socket could not be opened.
    pub(crate) fn handle_dial_failed(&mut self, failure: DialFailure, now: Instant) {
        match failure {
            DialFailure::Nobody(text) => {
                self.attempt_failed(Error::because(Code::IPC_DISCONNECT, text), now);
            }
            DialFailure::Busy => {
                let text = "the daemon is there, but too many apps are waiting for it";
                self.why = Error::because(Code::IPC_DISCONNECT, text);
                self.wait(now);
            }
        }
    }

    /// The daemon answered the Hello.
    pub(crate) fn handle_greeting(&mut self, greeting: Greeting, now: Instant) {
        match greeting {
            Greeting::Welcome(welcome) => {
                let reattached = std::mem::replace(&mut self.attached_before, true);
                let attached = Attached {
                    since: now,
                    leaving: None,
                    repeat_at: None,
                    join_again: false,
                };
                self.state = State::Attached(attached);
                self.emit(Event::Attached {
                    instance: welcome.instance,
                    reattached,
                });
                self.repeat_session(now);
                for parked in std::mem::take(&mut self.parked) {
                    self.ask(parked.call, parked.waiter, now);
                }
            }
            Greeting::Refused(refused) => {
                self.actions.push_back(Action::Close);
                self.refused(Error::because(refused.code, refused.text), now);
            }
        }
    }

    /// The socket has come to its end, or what arrives on it makes no sense.
    pub(crate) fn handle_closed(&mut self, reason: &str, now: Instant) {
        match &self.state {
            State::Idle | State::Waiting { .. } | State::Dialing => {}
            State::Greeting { .. } => {
                let text = format!(
                    "the daemon closed the socket before it greeted: {reason}; see that its program is \
                     installed, and what its log says"
                );
                self.attempt_failed(Error::because(Code::IPC_DISCONNECT, text), now);
            }
            State::Attached(attached) => {
                let text = match &attached.leaving {
                    Some((_, said)) => format!("the daemon ended the attachment: {said}"),
                    None => format!("the daemon went away: {reason}"),
                };
                self.detach(Error::because(Code::IPC_DISCONNECT, text), now);
            }
        }
    }

    /// A deadline came.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.expire_calls(now);
        self.renewal_due(now);
        match &mut self.state {
            State::Waiting { until } if *until <= now => self.dial(),
            State::Greeting { until } if *until <= now => {
                self.actions.push_back(Action::Close);
                let limit = GREETING_LIMIT.as_secs();
                let text = format!("the daemon did not answer within {limit} s");
                self.attempt_failed(Error::because(Code::IPC_DISCONNECT, text), now);
            }
            State::Attached(attached) => {
                if attached
                    .leaving
                    .as_ref()
                    .is_some_and(|(until, _)| *until <= now)
                {
                    self.actions.push_back(Action::Close);
                    return self.handle_closed("it did not close the socket itself", now);
                }
                if attached.repeat_at.take_if(|due| *due <= now).is_some() {
                    if std::mem::take(&mut attached.join_again) {
                        self.repeat_join();
                    }
                    self.repeat_rest(now);
                    self.repeat_rooms(now);
                }
            }
            State::Idle | State::Waiting { .. } | State::Dialing | State::Greeting { .. } => {}
        }
    }

    /// The app has dropped its client: whoever still waits is told so.
    pub(crate) fn handle_drop(&mut self) {
        let closed = Error::plain(Code::ENGINE_DROPPED);
        for in_flight in self.pending.drain() {
            self.finish_all(in_flight.waiters, &Err(closed.clone()));
        }
        for parked in std::mem::take(&mut self.parked) {
            self.finish(parked.waiter, Err(closed.clone()));
        }
        let renewing = self.renewal.cancel();
        self.finish_all(renewing, &Err(closed.clone()));
        for waiter in self.session.subscriptions.lose() {
            self.finish(Some(waiter), Err(closed.clone()));
        }
        for key in self.session.subscriptions.keys() {
            self.session.subscriptions.remove(key);
            self.actions.push_back(Action::End(key, None));
        }
        self.session.wish = None;
    }

    fn dial(&mut self) {
        self.state = State::Dialing;
        self.actions.push_back(Action::Dial);
    }

    /// This attempt to attach came to nothing.
    fn attempt_failed(&mut self, error: Error, now: Instant) {
        let (waiting, failed) = std::mem::take(&mut self.parked)
            .into_iter()
            .partition(|parked| parked.patience == Patience::UntilDeadline);
        self.parked = waiting;
        self.end_parked(failed, &error);
        self.why = error;
        self.wait(now);
    }

    /// The daemon does not want this client. Trying sooner will not change its mind, waiting
    /// calls need not wait for it.
    fn refused(&mut self, error: Error, now: Instant) {
        let parked = std::mem::take(&mut self.parked);
        self.end_parked(parked, &error);
        if self.attached_before && self.why != error {
            self.emit(Event::Detached {
                code: error.code(),
                reason: error.cause().to_owned(),
            });
        }
        self.why = error;
        self.ladder.jump_to_top();
        self.wait(now);
    }

    /// The daemon is gone: every call under way ends, and what has to be repeated is kept.
    fn detach(&mut self, error: Error, now: Instant) {
        if let State::Attached(attached) = &self.state
            && now.saturating_duration_since(attached.since) >= STABLE
        {
            self.ladder.reset();
        }
        self.repeat_ladder.reset();
        for in_flight in self.pending.drain() {
            self.session.keep_from(&in_flight);
            self.finish_all(in_flight.waiters, &Err(error.clone()));
        }
        for waiter in self.session.lose().into_iter().chain(self.renewal.lose()) {
            self.finish(Some(waiter), Err(error.clone()));
        }
        self.why = error.clone();
        self.wait(now);
        self.emit(Event::Detached {
            code: error.code(),
            reason: error.cause().to_owned(),
        });
        self.show_interruption(now);
    }

    /// What the app sees of its connection while the daemon is away: an interruption if it will
    /// be connected again, the end of the attempt if not (decisions.md P13, IPC-03).
    fn show_interruption(&mut self, now: Instant) {
        let lost = Some(Code::IPC_DISCONNECT);
        let status = match (&self.session.wish, self.shown) {
            // It is interrupted already, and none follows itself: `Detached` has said why.
            (
                Some(_),
                StatusChange {
                    status: ConnectionStatus::Suspend,
                    ..
                },
            ) => return,
            (Some(_), _) => ConnectionStatus::Suspend,
            (None, shown) if shown.status.is_final() => return,
            (None, _) => ConnectionStatus::Unconnected,
        };
        if status == ConnectionStatus::Suspend && self.shown.status.is_final() {
            // Its connect was under way, and the daemon went before it could say so.
            self.show(StatusChange {
                status: ConnectionStatus::Connecting,
                code: None,
                retry_in: None,
            });
        }
        let retry_in = match (&self.state, status) {
            (State::Waiting { until }, ConnectionStatus::Suspend) => {
                Some(until.saturating_duration_since(now))
            }
            _ => None,
        };
        self.show(StatusChange {
            status,
            code: lost,
            retry_in,
        });
    }

    /// Tries again after the next step of the ladder, if anybody wants a daemon.
    fn wait(&mut self, now: Instant) {
        let wanted = self.session.initialised || !self.parked.is_empty();
        self.state = match wanted {
            true => State::Waiting {
                until: now + self.ladder.climb(),
            },
            false => State::Idle,
        };
    }

    fn show(&mut self, change: StatusChange) {
        self.shown = change;
        self.emit(Event::Status(change));
    }

    fn emit(&mut self, event: Event) {
        self.actions.push_back(Action::Emit(event));
    }

    fn finish(&mut self, waiter: Option<W>, result: Result<Response, Error>) {
        if let Some(waiter) = waiter {
            self.actions.push_back(Action::Finish(waiter, result));
        }
    }

    fn finish_all(&mut self, waiters: Vec<W>, result: &Result<Response, Error>) {
        for waiter in waiters {
            self.finish(Some(waiter), result.clone());
        }
    }

    /// Writes a request and remembers what its answer will mean.
    fn request(
        &mut self,
        purpose: Purpose,
        waiters: Vec<W>,
        deadline: Option<Instant>,
        request: Request,
    ) {
        let id = self.pending.insert(InFlight { purpose, waiters }, deadline);
        self.actions
            .push_back(Action::Write(ClientFrame::Request { id, request }));
    }
}
