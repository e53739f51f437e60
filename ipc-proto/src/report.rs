//! How the daemon and its accounts are.

use std::fmt;

use imlink_model::{AppId, AppKey, Code, Millis, Seq, UserId};
use serde::{Deserialize, Serialize};

use crate::limits::{REPORTED_ACCOUNTS, REPORTED_APPS, REPORTED_ENDED};
use crate::{Proxy, list, wide};

/// The daemon at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// Its version, for example `0.1.0`.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// The number it drew when it started, as in its [`Welcome`](crate::Welcome).
    #[serde(with = "wide")]
    pub instance: u64,
    /// When it started.
    pub started_at: Millis,
    /// Apps that are attached, oldest first, at most
    /// [`REPORTED_APPS`].
    #[serde(serialize_with = "list::serialize::<_, _, REPORTED_APPS>")]
    #[serde(deserialize_with = "list::deserialize::<_, _, REPORTED_APPS>")]
    pub apps: Vec<AppReport>,
    /// Attached apps that are not in the list.
    pub more_apps: u32,
    /// The proxy on the way to the cloud, without its password.
    pub proxy: Option<Proxy>,
    /// Whether this machine has a network; `None` if the daemon cannot see that.
    pub network: Option<bool>,
    /// How many accounts it holds at most (decisions.md P7).
    pub max_accounts: u32,
    /// Accounts it holds, in the order of app key and user, at most
    /// [`REPORTED_ACCOUNTS`].
    #[serde(serialize_with = "list::serialize::<_, _, REPORTED_ACCOUNTS>")]
    #[serde(deserialize_with = "list::deserialize::<_, _, REPORTED_ACCOUNTS>")]
    pub accounts: Vec<AccountReport>,
    /// Accounts that came to an end since the daemon started, as they were then, and that nobody has
    /// used since; the last one last, at most [`REPORTED_ENDED`].
    #[serde(serialize_with = "list::serialize::<_, _, REPORTED_ENDED>")]
    #[serde(deserialize_with = "list::deserialize::<_, _, REPORTED_ENDED>")]
    pub ended: Vec<AccountReport>,
}

/// One attached app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppReport {
    /// The name it gave itself.
    pub app: AppId,
    /// Its process when it attached; for showing only, since numbers are used again.
    pub pid: u32,
    /// The user it runs as.
    pub uid: u32,
    /// The client library it uses, as it said.
    pub client: String,
    /// When it attached.
    pub attached_at: Millis,
    /// The user of the account it is connected to.
    pub user: Option<UserId>,
    /// What it may do.
    pub right: Right,
}

/// What an app may do; bound when it attaches. Each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Right {
    /// Connect, and see what the account has and what comes.
    Read,
    /// Also whatever the cloud, the account's other apps or its rows notice.
    Send,
    /// Also what concerns other apps, such as logging an account out or setting the proxy.
    Admin,
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Send => "send",
            Self::Admin => "admin",
        })
    }
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountReport {
    /// The vendor's key of the app.
    pub app_key: AppKey,
    /// Its user; `None` until the cloud has named it.
    pub user: Option<UserId>,
    /// Connection status, Android's number (behaviour.md 2.1).
    pub status: i32,
    /// Since when it has that status.
    pub since: Millis,
    /// Since when it has not been connected, through whatever statuses; `None` while it is.
    pub offline_since: Option<Millis>,
    /// Why it has that status.
    pub cause: Option<Code>,
    /// The last thing that went wrong with its link, also if all is well now.
    pub last_error: Option<LastError>,
    /// Milliseconds until the next attempt, if one is due.
    pub next_attempt_in_ms: Option<u64>,
    /// The gateway it is connected to or being connected to, and how: `tls://host:port`; `tcp`,
    /// `ws` and `wss` are the others.
    pub address: Option<String>,
    /// The device slot it takes there: `desktop` or `web` (decisions.md P20). With
    /// `reconnect_kick` set a comma follows, and what comes of it (decisions.md P12).
    pub slot: Option<String>,
    /// Round trip of the last answered ping, in milliseconds.
    pub round_trip_ms: Option<u32>,
    /// Attached apps that are connected to it.
    pub apps: u32,
    /// Its token is kept on this machine, so that a daemon that starts alone connects it
    /// (decisions.md P15).
    pub remembered: bool,
    /// What waits to be sent.
    pub outbox: OutboxReport,
    /// 0 if its rows are open and can be written, else why not; `None` while they are closed or
    /// being opened.
    pub database: Option<Code>,
    /// Place of the newest stored message; 0 if there is none.
    #[serde(with = "wide")]
    pub last_seq: Seq,
    /// What is not as it should be in its rows.
    pub anomalies: AnomalyReport,
}

/// What was come upon in an account's rows that should not be, since they were opened; all 0 if
/// all is well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnomalyReport {
    /// Rows that are left out: they are not what was written, or every process died of them.
    pub left_out: u32,
    /// Messages that came with the uid of another one; the first is kept.
    pub uid_conflicts: u32,
    /// Messages that apps handed over and whose rows are gone: nobody sends them.
    pub lost_outgoing: u32,
    /// Stretches of places that miss messages nobody deleted; subscriptions are told of each.
    pub gaps: u32,
    /// Messages of the cloud of which this version can make nothing: they are not stored.
    pub unreadable: u32,
}

/// Why the link of an account was lost, or an attempt to open it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastError {
    /// What it was.
    pub code: Code,
    /// When.
    pub at: Millis,
}

/// What waits in an account's outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxReport {
    /// Messages that wait for the link or are on their way.
    pub queued: u32,
    /// Messages whose fate is unknown.
    pub in_doubt: u32,
}
