//! What the daemon says of itself, as programs get it.

use std::time::{SystemTime, UNIX_EPOCH};

use imlink::{
    AccountReport, AnomalyReport, AppReport, Code, ConnectionStatus, LastError, Millis, ProxyKind,
    ProxyReport, Right, StatusReport, UserId,
};
use serde::Serialize;

use crate::language::Language;

/// To programs an object with these fields.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub(super) daemon: DaemonFields,
    /// Whether this machine has a network; `null` if the daemon cannot see that.
    pub(super) network: Option<bool>,
    /// The proxy on the way to the cloud, without its password.
    pub(super) proxy: Option<ProxyFields>,
    /// How many accounts the daemon holds at most.
    pub(super) max_accounts: u32,
    pub(super) accounts: Vec<AccountFields>,
    /// Accounts that came to an end and that nobody has used since, as they were then.
    pub(super) ended: Vec<AccountFields>,
    pub(super) apps: Vec<AppFields>,
    /// Attached apps that are not in the list.
    pub(super) more_apps: u32,
    /// When it was asked.
    #[serde(skip)]
    pub(super) now: Millis,
    #[serde(skip)]
    pub(super) language: Language,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct ProxyFields {
    /// `socks5` or `http`.
    pub(super) kind: &'static str,
    pub(super) host: String,
    pub(super) port: u16,
    /// Whether it is told a name.
    pub(super) login: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct DaemonFields {
    pub(super) version: String,
    pub(super) pid: u32,
    /// The number it drew when it started, in hexadecimal.
    pub(super) instance: String,
    pub(super) started_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct AccountFields {
    pub(super) app_key: String,
    /// `null` until the cloud has named it.
    pub(super) user: Option<String>,
    /// Android's number (behaviour.md 2.1).
    pub(super) status: i32,
    pub(super) status_name: &'static str,
    pub(super) since: i64,
    /// Since when it has not been connected; `null` while it is.
    pub(super) offline_since: Option<i64>,
    /// Why it has that status.
    pub(super) code: Option<i32>,
    pub(super) code_name: Option<&'static str>,
    /// The last thing that went wrong with its link, also if all is well now.
    pub(super) last_error: Option<ErrorFields>,
    pub(super) next_attempt_in_ms: Option<u64>,
    /// Host and port.
    pub(super) gateway: Option<String>,
    /// The device slot it takes at the cloud.
    pub(super) slot: Option<String>,
    pub(super) round_trip_ms: Option<u32>,
    /// Attached apps that are connected to it.
    pub(super) apps: u32,
    /// Its token is kept on this machine.
    pub(super) remembered: bool,
    /// Messages that wait for the link or are on their way.
    pub(super) queued: u32,
    /// Messages whose fate is unknown.
    pub(super) in_doubt: u32,
    /// How its rows are: 0, or why they cannot be read or written; `null` until it was looked.
    pub(super) database: Option<i32>,
    pub(super) database_name: Option<&'static str>,
    /// Place of the newest stored message.
    pub(super) last_seq: u64,
    /// What is not as it should be in its rows.
    pub(super) anomalies: AnomalyReport,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct ErrorFields {
    pub(super) code: i32,
    pub(super) code_name: &'static str,
    pub(super) at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct AppFields {
    pub(super) app: String,
    pub(super) pid: u32,
    pub(super) uid: u32,
    pub(super) client: String,
    pub(super) attached_at: i64,
    /// The user of the account it is connected to.
    pub(super) user: Option<String>,
    /// `read`, `send` or `admin`; each includes those before it.
    pub(super) right: &'static str,
}

impl Report {
    /// What the daemon said just now, for people who read that language.
    pub fn of(report: StatusReport, language: Language) -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        Self::at(report, Millis(now), language)
    }

    pub(super) fn at(report: StatusReport, now: Millis, language: Language) -> Self {
        // The observer that asks is not worth telling of.
        let own = std::process::id();
        Self {
            daemon: DaemonFields {
                version: report.version,
                pid: report.pid,
                instance: format!("{:016x}", report.instance),
                started_at: report.started_at.0,
            },
            network: report.network,
            proxy: report.proxy.map(ProxyFields::from),
            max_accounts: report.max_accounts,
            accounts: fields(report.accounts),
            ended: fields(report.ended),
            apps: report
                .apps
                .into_iter()
                .filter(|app| app.pid != own)
                .map(AppFields::from)
                .collect(),
            more_apps: report.more_apps,
            now,
            language,
        }
    }

    /// Whether a person would see no difference but in numbers that always move.
    pub fn is_like(&self, other: &Self) -> bool {
        let steady = |account: &AccountFields| AccountFields {
            next_attempt_in_ms: None,
            round_trip_ms: None,
            ..account.clone()
        };
        self.daemon == other.daemon
            && self.network == other.network
            && self.proxy == other.proxy
            && self.max_accounts == other.max_accounts
            && self.apps == other.apps
            && self.ended == other.ended
            && self.more_apps == other.more_apps
            && self
                .accounts
                .iter()
                .map(steady)
                .eq(other.accounts.iter().map(steady))
    }
}

fn fields(accounts: Vec<AccountReport>) -> Vec<AccountFields> {
    accounts.into_iter().map(AccountFields::from).collect()
}

impl From<AccountReport> for AccountFields {
    fn from(account: AccountReport) -> Self {
        Self {
            app_key: account.app_key.to_string(),
            user: account.user.as_ref().map(UserId::to_string),
            status: account.status,
            status_name: ConnectionStatus::from_number(account.status)
                .map_or("UNKNOWN_STATUS", ConnectionStatus::name),
            since: account.since.0,
            offline_since: account.offline_since.map(|time| time.0),
            code: account.cause.map(Code::number),
            code_name: account.cause.map(Code::name),
            last_error: account.last_error.map(ErrorFields::from),
            next_attempt_in_ms: account.next_attempt_in_ms,
            gateway: account.address,
            slot: account.slot,
            round_trip_ms: account.round_trip_ms,
            apps: account.apps,
            remembered: account.remembered,
            queued: account.outbox.queued,
            in_doubt: account.outbox.in_doubt,
            database: account.database.map(Code::number),
            database_name: account.database.map(Code::name),
            last_seq: account.last_seq.0,
            anomalies: account.anomalies,
        }
    }
}

impl From<AppReport> for AppFields {
    fn from(app: AppReport) -> Self {
        Self {
            app: app.app.to_string(),
            pid: app.pid,
            uid: app.uid,
            client: app.client,
            attached_at: app.attached_at.0,
            user: app.user.as_ref().map(UserId::to_string),
            right: match app.right {
                Right::Read => "read",
                Right::Send => "send",
                Right::Admin => "admin",
            },
        }
    }
}

impl From<LastError> for ErrorFields {
    fn from(error: LastError) -> Self {
        Self {
            code: error.code.number(),
            code_name: error.code.name(),
            at: error.at.0,
        }
    }
}

impl From<ProxyReport> for ProxyFields {
    fn from(proxy: ProxyReport) -> Self {
        Self {
            kind: match proxy.kind {
                ProxyKind::Socks5 => "socks5",
                ProxyKind::Http => "http",
            },
            host: proxy.host,
            port: proxy.port,
            login: proxy.user.is_some(),
        }
    }
}
