//! What follows when the cloud refuses a token, if the app has a token provider
//! (decisions.md P3).
//!
//! ```text
//! refused ──> Due ──its time──> Asking ──a token──> Ready ──attached──> a connect of its own
//!              ^                  │ none, or silent                       │
//!              │                  v                                       │ refused again,
//!              │          the refusal is the end                          │ not too often
//!              └──────────────────────────────────────────────────────────┘
//! ```
//!
//! A connect of the app that was refused waits here for its one result. A refusal that stopped an
//! account which was live has nobody who waits.

use std::time::{Duration, Instant};

use imlink_ipc_proto::{Request, SecretText};
use imlink_model::{Code, ConnectionStatus, Token};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::calls::{Connecting, Purpose};
use super::repeat::Wish;
use super::{Action, Attachment, State, TimeLimit, Unreadable};
use crate::{Error, StatusChange, TokenRefused};

/// Time before each question of a series; after as many refusals there is none. Waits are
/// shortened by chance to between half and all of them, so that the apps of an operator who let
/// every token expire do not all ask his server at once.
const WAITS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// Time for the provider to answer; a request to an app's server with its retries.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// A token that was good for so long ends a series: the next refusal is news. As long as a link
/// has to last to be called stable (decisions.md P4).
const GOOD: Duration = Duration::from_secs(30);

/// The series of questions, and the one under way.
#[derive(Debug)]
pub(super) struct Renewal<W> {
    provided: bool,
    /// Questions since a token was last good, or the app itself connected.
    asked: u32,
    connected_at: Option<Instant>,
    under_way: Option<UnderWay<W>>,
    last_question: u64,
    rng: SmallRng,
}

#[derive(Debug)]
struct UnderWay<W> {
    step: Step,
    refusal: Error,
    connecting: Connecting,
    waiters: Vec<W>,
}

#[derive(Debug)]
enum Step {
    Due(Instant),
    Asking { question: u64, until: Instant },
    Ready(Token),
}

impl<W> Renewal<W> {
    pub(super) fn new(provided: bool, seed: u64) -> Self {
        Self {
            provided,
            asked: 0,
            connected_at: None,
            under_way: None,
            last_question: 0,
            rng: SmallRng::seed_from_u64(seed),
        }
    }

    /// The app connects by itself: what was under way without anybody waiting is superseded, and
    /// the next refusal begins a series.
    ///
    /// False if a connect of the app waits here for its result.
    pub(super) fn admit_connect(&mut self) -> bool {
        if self
            .under_way
            .as_ref()
            .is_some_and(|way| !way.waiters.is_empty())
        {
            return false;
        }
        self.under_way = None;
        self.asked = 0;
        true
    }

    /// A connect succeeded.
    pub(super) fn connected(&mut self, now: Instant) {
        self.connected_at = Some(now);
    }

    /// The app leaves, or drops its client. Returns who waited.
    pub(super) fn cancel(&mut self) -> Vec<W> {
        self.under_way
            .take()
            .map_or_else(Vec::new, |way| way.waiters)
    }

    /// The daemon is gone: who waits is told so, and a connect without a limit goes on (S4-13).
    pub(super) fn lose(&mut self) -> Vec<W> {
        let Some(way) = &mut self.under_way else {
            return Vec::new();
        };
        if way.connecting.until.is_some() {
            return self.cancel();
        }
        way.connecting.callback = None;
        std::mem::take(&mut way.waiters)
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let way = self.under_way.as_ref()?;
        let step = match way.step {
            Step::Due(at) => Some(at),
            Step::Asking { until, .. } => Some(until),
            Step::Ready(_) => None,
        };
        step.into_iter().chain(way.connecting.until).min()
    }

    /// The time before the next question; `None` if there is none.
    fn next_wait(&mut self, now: Instant) -> Option<Duration> {
        let was_good = self
            .connected_at
            .take()
            .is_some_and(|at| now.saturating_duration_since(at) >= GOOD);
        if was_good {
            self.asked = 0;
        }
        let wait = *WAITS.get(usize::try_from(self.asked).ok()?)?;
        Some(wait.mul_f64(self.rng.random_range(0.5..=1.0)))
    }
}

impl<W> Attachment<W> {
    /// Takes up a refusal: another token will be asked for. Gives the waiters back if not: the code
    /// is no refusal of a token, there is no provider, or it was asked often enough.
    pub(super) fn renew(
        &mut self,
        refusal: &Error,
        connecting: Connecting,
        waiters: Vec<W>,
        now: Instant,
    ) -> Result<(), (Connecting, Vec<W>)> {
        let refused = matches!(
            refusal.code(),
            Code::RC_CONN_TOKEN_INCORRECT | Code::RC_CONN_TOKEN_EXPIRE
        );
        let over = connecting.generation <= self.session.left
            || connecting.until.is_some_and(|until| until <= now);
        if !refused || over || !self.renewal.provided || self.renewal.under_way.is_some() {
            return Err((connecting, waiters));
        }
        let Some(wait) = self.renewal.next_wait(now) else {
            return Err((connecting, waiters));
        };
        self.renewal.under_way = Some(UnderWay {
            step: Step::Due(now + wait),
            refusal: refusal.clone(),
            connecting,
            waiters,
        });
        self.renewal_due(now);
        Ok(())
    }

    /// The same for an account that was live, or that a new attachment repeated.
    pub(super) fn renew_account(&mut self, refusal: &Error, now: Instant) {
        let connecting = Connecting {
            token: None,
            until: None,
            unreadable: Unreadable::Refuse,
            callback: None,
            opened: true,
            renewed: false,
            generation: self.session.generation,
        };
        // Nobody waits for it.
        let _ = self.renew(refusal, connecting, Vec::new(), now);
    }

    /// The provider answered; an error without a text if it let go of its reply.
    pub(crate) fn handle_token(
        &mut self,
        question: u64,
        answer: Result<Token, Option<String>>,
        now: Instant,
    ) {
        let Some(way) = &mut self.renewal.under_way else {
            return;
        };
        match way.step {
            Step::Asking {
                question: asked, ..
            } if asked == question => {}
            Step::Due(_) | Step::Asking { .. } | Step::Ready(_) => return,
        }
        match answer {
            Ok(token) => way.step = Step::Ready(token),
            Err(why) => {
                return self.no_token(why.as_deref().unwrap_or("it let go of the question"));
            }
        }
        self.renewal_due(now);
        self.connect_renewed(now);
    }

    /// Does what is due.
    pub(super) fn renewal_due(&mut self, now: Instant) {
        let Some(way) = &mut self.renewal.under_way else {
            return;
        };
        if way.connecting.until.is_some_and(|until| until <= now) {
            return self.renewal_too_late();
        }
        match way.step {
            Step::Due(at) if at <= now => {
                self.renewal.asked += 1;
                self.renewal.last_question += 1;
                let question = self.renewal.last_question;
                way.step = Step::Asking {
                    question,
                    until: now + ANSWER_LIMIT,
                };
                let refused = TokenRefused {
                    code: way.refusal.code(),
                    user: self.session.user.clone(),
                    attempt: self.renewal.asked,
                };
                self.actions.push_back(Action::AskToken(question, refused));
            }
            Step::Asking { until, .. } if until <= now => {
                self.no_token("it did not answer in time");
            }
            Step::Due(_) | Step::Asking { .. } | Step::Ready(_) => {}
        }
    }

    /// Connects with the token that was supplied, if the daemon is there.
    pub(super) fn connect_renewed(&mut self, now: Instant) {
        let attached = matches!(self.state, State::Attached(_));
        let ready = |way: &mut UnderWay<W>| attached && matches!(way.step, Step::Ready(_));
        let Some(way) = self.renewal.under_way.take_if(ready) else {
            return;
        };
        let Step::Ready(token) = way.step else {
            return;
        };
        let connecting = Connecting {
            token: Some(token),
            renewed: true,
            ..way.connecting
        };
        self.request_connect(connecting, way.waiters, now);
    }

    /// Writes a connect.
    pub(super) fn request_connect(
        &mut self,
        connecting: Connecting,
        waiters: Vec<W>,
        now: Instant,
    ) {
        let Some(token) = &connecting.token else {
            return;
        };
        let rest = connecting
            .until
            .map(|until| until.saturating_duration_since(now));
        let limit = rest.and_then(TimeLimit::from_duration);
        // The daemon keeps the limit; this is for one that does not answer at all.
        let deadline = limit.map(|limit| now + self.config.request_timeout + limit.duration());
        let request = Request::Connect {
            token: SecretText::from(token),
            time_limit: limit.map(TimeLimit::seconds),
            replay: false,
            was_connected: false,
            set_aside: connecting.unreadable == Unreadable::SetAside,
        };
        self.request(Purpose::Connect(connecting), waiters, deadline, request);
    }

    /// Another app of the account was faster: this one takes part in what that one has made.
    pub(super) fn take_part(&mut self, waiters: Vec<W>) {
        let (app_key, user) = (self.config.app_key.clone(), self.session.user.clone());
        let generation = self.session.generation;
        let request = Request::Join {
            app_key: Some(app_key),
            user: user.clone(),
        };
        self.request(Purpose::Join { user, generation }, waiters, None, request);
    }

    /// There is no new token: the refusal was the last word.
    fn no_token(&mut self, why: &str) {
        let Some(way) = self.renewal.under_way.take() else {
            return;
        };
        let refusal = &way.refusal;
        let text = format!(
            "{} The app's token provider has no other: {why}",
            refusal.cause()
        );
        let error = Error::because(refusal.code(), text);
        self.finish_all(way.waiters, &Err(error));
    }

    /// The app's limit ran out while another token was looked for (S4-28).
    fn renewal_too_late(&mut self) {
        let waiters = self.renewal.cancel();
        let code = Code::RC_CONNECT_TIMEOUT;
        self.show(StatusChange {
            status: ConnectionStatus::Timeout,
            code: Some(code),
            retry_in: None,
        });
        self.finish_all(waiters, &Err(Error::plain(code)));
    }

    /// The account was stopped and is live again by another app's token: this app takes part, also
    /// with the next daemon.
    pub(super) fn wake(&mut self) {
        if let Some(user) = self.session.stopped_as.take()
            && self.session.wish.is_none()
        {
            self.session.wish = Some(Wish::Join(Some(user)));
        }
    }
}
