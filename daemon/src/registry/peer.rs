//! One attached app.

use std::fmt;

use imlink_ipc_proto::Codec;
use imlink_model::{AppId, AppKey, ConnectionStatus, LocalApp, Millis};

use super::AccountId;
use crate::rules::Grant;

/// One attachment; a number that is never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who an app is: fixed when it attaches, from the kernel and from its Hello.
#[derive(Clone, Debug)]
pub struct PeerIdentity {
    /// Its unix user, from the kernel.
    pub uid: u32,
    /// Whether that is the daemon's own user.
    pub is_own_user: bool,
    /// Its process, from the kernel; for showing only, pids are reused (F-I23).
    pub pid: u32,
    /// The name it gave itself.
    pub app: AppId,
    /// The client library it says it is.
    pub client: String,
    /// The codec of its frames.
    pub codec: Codec,
    /// When it attached, for showing.
    pub attached_at: Millis,
    /// What it may do. Fixed when it attaches, so that no call changes what another is worth.
    pub grant: Grant,
}

impl PeerIdentity {
    /// Under which name its messages are kept.
    pub(super) fn local_app(&self) -> LocalApp {
        LocalApp {
            user: (!self.is_own_user).then_some(self.uid),
            id: self.app.clone(),
        }
    }
}

/// An app, seen over all its attachments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct App {
    pub(super) uid: u32,
    pub(super) id: AppId,
}

#[derive(Debug)]
pub(super) struct Peer {
    pub(super) identity: PeerIdentity,
    /// The app key it initialised with.
    pub(super) app_key: Option<AppKey>,
    pub(super) session: Option<Session>,
}

/// A peer's tie to an account, from its connect or join on.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) account: AccountId,
    /// Whether the app follows the account's status, and what it saw last (decisions.md P24).
    pub(super) view: View,
    /// A connect of this app has succeeded: from then on sends queue (decisions.md P23).
    pub(super) connected_once: bool,
}

/// One app's view of its account's status (decisions.md P24).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Sees every change; `last` was shown last.
    Live { last: Option<ConnectionStatus> },
    /// Sees nothing until its own connect: it left, or its time limit ran out.
    Ended,
}

impl Peer {
    pub(super) fn new(identity: PeerIdentity) -> Self {
        Self {
            identity,
            app_key: None,
            session: None,
        }
    }

    pub(super) fn app(&self) -> App {
        App {
            uid: self.identity.uid,
            id: self.identity.app.clone(),
        }
    }
}

impl Session {
    pub(super) fn is_live(&self) -> bool {
        matches!(self.view, View::Live { .. })
    }

    /// The status the app saw last, as long as it looks.
    pub(super) fn last_shown(&self) -> Option<ConnectionStatus> {
        match self.view {
            View::Live { last } => last,
            View::Ended => None,
        }
    }
}
