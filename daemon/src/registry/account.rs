//! One account as the Hub sees it.

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, Instant};

use imlink_ipc_proto::LastError;
use imlink_model::{AppKey, Code, ConnectionStatus, Generation, Millis, Seq, Token, UserId};
use imlink_store::Anomalies;

use super::PeerId;
use super::allowance::Allowance;
use super::outbox::Ended;
use super::peer::App;
use super::requests::StoreRequest;

/// One open account; a number that is never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u32);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Debug)]
pub(super) struct Account {
    pub(super) app_key: AppKey,
    /// Whose it is; `None` until somebody names the user of the token.
    pub(super) user: Option<UserId>,
    /// The token, as long as nobody named its user: another app may bring the same.
    pub(super) unproven: Option<Token>,
    pub(super) link: Link,
    /// What waited in the cloud when the link came up last is stored.
    pub(super) synchronized: bool,
    pub(super) status: Status,
    /// The last thing that went wrong with its link, for showing.
    pub(super) last_error: Option<LastError>,
    pub(super) store: StoreState,
    /// 0 if its rows can be written once they are open, else why not.
    pub(super) writable: Code,
    /// What was come upon in them that should not be.
    pub(super) anomalies: Anomalies,
    /// What an app that waits for a connect wants done with rows that cannot be opened.
    pub(super) consent: Unreadable,
    /// The daemon itself wants the link: it remembers the token (decisions.md P15).
    pub(super) held: bool,
    /// A token that was brought and is to be remembered once the link has come up with it.
    pub(super) fresh: Option<Token>,
    /// No app takes part: it is asked whose its token is, for that account (decisions.md P8).
    pub(super) probes: Option<AccountId>,
    /// Apps that want the link, attached or not (decisions.md P10).
    pub(super) members: BTreeSet<App>,
    /// Connects that have no result yet.
    pub(super) waiters: Vec<Waiter>,
    /// Requests that came before the store was open, in order.
    pub(super) parked: Vec<Parked>,
    /// What is left of the signals that its apps may say.
    pub(super) signals: Allowance,
    /// Tokens that its driver was brought.
    pub(super) brought: u64,
    /// The last app went by its own wish since the link ended: why it did is no matter any more.
    pub(super) left: bool,
    /// Messages of which nothing more is to be told.
    pub(super) ended: Ended,
}

/// What becomes of rows that cannot be opened, because they are damaged or of a newer version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unreadable {
    /// They are left alone, and the account cannot be used.
    Refuse,
    /// They are set aside, and the account begins anew.
    SetAside,
}

/// What the Hub asked of the link, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// Nobody wants it.
    Off,
    /// It is being made, or made again.
    Wanted,
    /// It is up.
    Online,
    /// It ended for good; an explicit connect starts it again.
    Stopped(Code),
}

/// The status as the driver told it last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Status {
    pub(super) status: ConnectionStatus,
    pub(super) cause: Option<Code>,
    pub(super) retry_in: Option<Duration>,
    /// Since when, for showing.
    pub(super) since: Millis,
    /// Since when it has not been connected, for showing; `None` if it is, and before it was told.
    pub(super) offline_since: Option<Millis>,
}

#[derive(Debug)]
pub(super) enum StoreState {
    /// Its user is not known yet.
    Unknown,
    /// They are being opened, or set aside if that is what `unreadable` says.
    Opening {
        unreadable: Unreadable,
    },
    Open {
        last_seq: Seq,
        /// Which rows positions belong to.
        generation: Generation,
    },
    Failed(Code),
}

#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) peer: PeerId,
    pub(super) request: u64,
    /// When the app's own limit runs out (decisions.md P9).
    pub(super) deadline: Option<Instant>,
}

#[derive(Debug)]
pub(super) struct Parked {
    pub(super) peer: PeerId,
    pub(super) id: u64,
    pub(super) request: StoreRequest,
}

impl Account {
    pub(super) fn new(app_key: AppKey, user: Option<UserId>, token: &Token) -> Self {
        Self {
            app_key,
            unproven: user.is_none().then(|| token.clone()),
            store: StoreState::Unknown,
            user,
            consent: Unreadable::Refuse,
            writable: Code::SUCCESS,
            anomalies: Anomalies::default(),
            link: Link::Off,
            synchronized: false,
            status: Status {
                status: ConnectionStatus::Unconnected,
                cause: None,
                retry_in: None,
                since: Millis::default(),
                offline_since: None,
            },
            last_error: None,
            held: false,
            fresh: None,
            probes: None,
            members: BTreeSet::new(),
            waiters: Vec::new(),
            parked: Vec::new(),
            signals: Allowance::default(),
            brought: 0,
            left: false,
            ended: Ended::default(),
        }
    }

    pub(super) fn belongs_to(&self, app_key: &AppKey, user: &UserId) -> bool {
        self.is_of(app_key, Some(user))
    }

    /// The same of a user that need not be named.
    pub(super) fn is_of(&self, app_key: &AppKey, user: Option<&UserId>) -> bool {
        self.app_key == *app_key && self.user.as_ref() == user
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.waiters
            .iter()
            .filter_map(|waiter| waiter.deadline)
            .min()
    }

    pub(super) fn forget_peer(&mut self, peer: PeerId) {
        self.waiters.retain(|waiter| waiter.peer != peer);
        self.parked.retain(|parked| parked.peer != peer);
    }

    /// Takes the requests that wait for rows which nobody will open any more: without a link no
    /// user is ever named.
    pub(super) fn take_parked_for_good(&mut self) -> Vec<Waiter> {
        match self.store {
            StoreState::Unknown => std::mem::take(&mut self.parked)
                .into_iter()
                .map(|parked| Waiter {
                    peer: parked.peer,
                    request: parked.id,
                    deadline: None,
                })
                .collect(),
            StoreState::Opening { .. } | StoreState::Open { .. } | StoreState::Failed(_) => {
                Vec::new()
            }
        }
    }

    /// 0 if the rows can be read and written, else why not; `None` while that is not known.
    pub(super) fn database(&self) -> Option<Code> {
        match self.store {
            StoreState::Open { .. } => Some(self.writable),
            StoreState::Failed(code) => Some(code),
            StoreState::Unknown | StoreState::Opening { .. } => None,
        }
    }

    /// The newest stored position, if the store is open.
    pub(super) fn last_seq(&self) -> Option<Seq> {
        match self.store {
            StoreState::Open { last_seq, .. } => Some(last_seq),
            StoreState::Unknown | StoreState::Opening { .. } | StoreState::Failed(_) => None,
        }
    }

    /// Which rows positions belong to, if the store is open.
    pub(super) fn generation(&self) -> Option<Generation> {
        match self.store {
            StoreState::Open { generation, .. } => Some(generation),
            StoreState::Unknown | StoreState::Opening { .. } | StoreState::Failed(_) => None,
        }
    }

    /// A link is up or being made.
    pub(super) fn is_wanted(&self) -> bool {
        match self.link {
            Link::Wanted | Link::Online => true,
            Link::Off | Link::Stopped(_) => false,
        }
    }
}
