//! What the daemon says of itself, as the command shows it.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use imlink::{
    AccountReport, AppReport, Code, ConnectionStatus, Millis, Right, StatusReport, UserId,
};
use serde::Serialize;

use crate::output::{Escaped, Paint, Table, age};

/// To programs an object with these fields.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    daemon: DaemonFields,
    accounts: Vec<AccountFields>,
    apps: Vec<AppFields>,
    /// Attached apps that are not in the list.
    more_apps: u32,
    /// When it was asked.
    #[serde(skip)]
    now: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct DaemonFields {
    version: String,
    pid: u32,
    /// The number it drew when it started, in hexadecimal.
    instance: String,
    started_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct AccountFields {
    app_key: String,
    /// `null` until the cloud has named it.
    user: Option<String>,
    /// Android's number (behaviour.md 2.1).
    status: i32,
    status_name: &'static str,
    since: i64,
    /// Why it has that status.
    code: Option<i32>,
    code_name: Option<&'static str>,
    next_attempt_in_ms: Option<u64>,
    /// Host and port.
    gateway: Option<String>,
    /// The device slot it takes at the cloud.
    slot: Option<String>,
    round_trip_ms: Option<u32>,
    /// Attached apps that are connected to it.
    apps: u32,
    /// Messages that wait for the link or are on their way.
    queued: u32,
    /// Messages whose fate is unknown.
    in_doubt: u32,
    /// Place of the newest stored message.
    last_seq: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct AppFields {
    app: String,
    pid: u32,
    uid: u32,
    client: String,
    attached_at: i64,
    /// The user of the account it is connected to.
    user: Option<String>,
    /// `use` or `admin`.
    right: &'static str,
}

impl From<StatusReport> for Report {
    fn from(report: StatusReport) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::at(report, Millis(i64::try_from(now.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Report {
    fn at(report: StatusReport, now: Millis) -> Self {
        // The observer that asks is not worth telling of.
        let own = std::process::id();
        Self {
            daemon: DaemonFields {
                version: report.version,
                pid: report.pid,
                instance: format!("{:016x}", report.instance),
                started_at: report.started_at.0,
            },
            accounts: report.accounts.into_iter().map(AccountFields::from).collect(),
            apps: report
                .apps
                .into_iter()
                .filter(|app| app.pid != own)
                .map(AppFields::from)
                .collect(),
            more_apps: report.more_apps,
            now,
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
            && self.apps == other.apps
            && self.more_apps == other.more_apps
            && self.accounts.iter().map(steady).eq(other.accounts.iter().map(steady))
    }
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
            code: account.cause.map(Code::number),
            code_name: account.cause.map(Code::name),
            next_attempt_in_ms: account.next_attempt_in_ms,
            gateway: account.address,
            slot: account.slot,
            round_trip_ms: account.round_trip_ms,
            apps: account.apps,
            queued: account.outbox.queued,
            in_doubt: account.outbox.in_doubt,
            last_seq: account.last_seq.0,
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
                Right::Use => "use",
                Right::Admin => "admin",
            },
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let daemon = &self.daemon;
        let version = Escaped(&daemon.version);
        writeln!(
            f,
            "{} {version}, pid {}, up {}",
            Paint::strong("imlinkd"),
            daemon.pid,
            age(Millis(daemon.started_at), self.now)
        )?;
        if self.accounts.is_empty() {
            write!(f, "\nNo account is connected; `imlink connect` connects one.")?;
        }
        for account in &self.accounts {
            write!(f, "\n{}", account.shown(self.now))?;
        }
        if !self.apps.is_empty() {
            write!(f, "\n\n{}", apps(&self.apps, self.now))?;
        }
        if self.more_apps > 0 {
            write!(f, "\nand {} apps more", self.more_apps)?;
        }
        Ok(())
    }
}

impl AccountFields {
    /// A heading with the status, and below it what else is known.
    fn shown(&self, now: Millis) -> String {
        let user = self.user.as_deref().map_or("not named yet".into(), |user| Escaped(user).to_string());
        let status = match ConnectionStatus::from_number(self.status) {
            Some(ConnectionStatus::Connected) => Paint::good(self.status_name),
            Some(status) if status.is_final() => Paint::bad(self.status_name),
            Some(_) | None => Paint::uneasy(self.status_name),
        };
        let since = age(Millis(self.since), now);
        let mut facts = Table::default();
        for (label, fact) in self.facts() {
            facts.row([format!("  {}", Paint::dim(label)), fact]);
        }
        format!("{}  {status} for {since}\n{facts}", Paint::strong(user))
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let outbox = match (self.queued, self.in_doubt) {
            (0, 0) => "empty".to_owned(),
            (queued, 0) => format!("{queued} queued"),
            (queued, in_doubt) => format!("{queued} queued, {in_doubt} in doubt"),
        };
        let why = self.code.zip(self.code_name).map(|(code, name)| format!("{code} {name}"));
        let next = self
            .next_attempt_in_ms
            .map(|millis| format!("in {}", humantime::format_duration(Duration::from_millis(millis))));
        let gateway = self.gateway.as_deref().map(|gateway| match self.round_trip_ms {
            Some(round_trip) => format!("{}, round trip {round_trip} ms", Escaped(gateway)),
            None => Escaped(gateway).to_string(),
        });
        [
            ("app key", Some(self.app_key.clone())),
            ("because", why),
            ("next attempt", next),
            ("gateway", gateway),
            ("slot", self.slot.as_deref().map(|slot| Escaped(slot).to_string())),
            ("outbox", Some(outbox)),
            ("messages", Some(self.last_seq.to_string())),
        ]
        .into_iter()
        .filter_map(|(label, fact)| Some((label, fact?)))
        .collect()
    }
}

fn apps(apps: &[AppFields], now: Millis) -> Table {
    let mut table = Table::new(&["APP", "PID", "USER", "RIGHT", "ATTACHED", "CLIENT"]);
    for app in apps {
        table.row([
            app.app.clone(),
            app.pid.to_string(),
            app.user.as_deref().map_or("-".into(), |user| Escaped(user).to_string()),
            app.right.to_owned(),
            age(Millis(app.attached_at), now),
            Escaped(&app.client).to_string(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use imlink::{AppId, AppKey, OutboxReport, Seq};

    use super::*;
    use crate::output::json_line;

    const NOW: Millis = Millis(1_000_000_000);

    #[test]
    fn a_status_reads_like_this() {
        let shown = Report::at(report(), NOW).to_string();

        assert_eq!(
            anstream::adapter::strip_str(&shown).to_string(),
            "\
imlinkd 0.1.0, pid 4711, up 1m 5s

alice  CONNECTED for 5s
  app key   imlink-sandbox
  gateway   127.0.0.1:7341, round trip 3 ms
  slot      web
  outbox    empty
  messages  12
李雷  SUSPEND for 10s
  app key       imlink-sandbox
  because       30011 RC_SOCKET_DISCONNECTED
  next attempt  in 250ms
  outbox        2 queued, 1 in doubt
  messages      0

APP    PID   USER   RIGHT  ATTACHED  CLIENT
notes  4712  alice  admin  1m        imlink-rust 0.1.0
and 3 apps more"
        );
    }

    #[test]
    fn without_an_account_it_says_what_to_do() {
        let report = StatusReport { accounts: Vec::new(), apps: Vec::new(), more_apps: 0, ..report() };

        let shown = Report::at(report, NOW).to_string();

        assert!(shown.contains("imlink connect"), "{shown}");
    }

    #[test]
    fn programs_get_every_field() {
        let json = json_line(&Report::at(report(), NOW)).unwrap();

        assert_eq!(
            json,
            concat!(
                r#"{"daemon":{"version":"0.1.0","pid":4711,"instance":"000000000000beef","#,
                r#""started_at":999935000},"accounts":[{"app_key":"imlink-sandbox","#,
                r#""user":"alice","status":0,"status_name":"CONNECTED","since":999995000,"#,
                r#""code":null,"code_name":null,"next_attempt_in_ms":null,"#,
                r#""gateway":"127.0.0.1:7341","slot":"web","round_trip_ms":3,"apps":1,"queued":0,"#,
                r#""in_doubt":0,"last_seq":12},{"app_key":"imlink-sandbox","user":"李雷","#,
                r#""status":13,"status_name":"SUSPEND","since":999990000,"code":30011,"#,
                r#""code_name":"RC_SOCKET_DISCONNECTED","next_attempt_in_ms":250,"gateway":null,"#,
                r#""slot":null,"round_trip_ms":null,"apps":0,"queued":2,"in_doubt":1,"last_seq":0}],"#,
                r#""apps":[{"app":"notes","pid":4712,"uid":1000,"client":"imlink-rust 0.1.0","#,
                r#""attached_at":999940000,"user":"alice","right":"admin"}],"more_apps":3}"#
            )
        );
    }

    #[test]
    fn numbers_that_always_move_are_no_news() {
        let before = Report::at(report(), NOW);
        let mut moved = report();
        moved.accounts[0].round_trip_ms = Some(9);
        moved.accounts[1].next_attempt_in_ms = Some(1);
        let mut changed = report();
        changed.accounts[0].status = 13;

        assert!(Report::at(moved, Millis(NOW.0 + 5_000)).is_like(&before));
        assert!(!Report::at(changed, NOW).is_like(&before));
    }

    fn report() -> StatusReport {
        let connected = AccountReport {
            app_key: AppKey::new("imlink-sandbox").unwrap(),
            user: Some(UserId::new("alice").unwrap()),
            status: 0,
            since: Millis(NOW.0 - 5_000),
            cause: None,
            next_attempt_in_ms: None,
            address: Some("127.0.0.1:7341".to_owned()),
            slot: Some("web".to_owned()),
            round_trip_ms: Some(3),
            apps: 1,
            outbox: OutboxReport::default(),
            last_seq: Seq(12),
        };
        let suspended = AccountReport {
            user: Some(UserId::new("李雷").unwrap()),
            status: 13,
            since: Millis(NOW.0 - 10_000),
            cause: Some(Code::RC_SOCKET_DISCONNECTED),
            next_attempt_in_ms: Some(250),
            address: None,
            slot: None,
            round_trip_ms: None,
            apps: 0,
            outbox: OutboxReport { queued: 2, in_doubt: 1 },
            last_seq: Seq(0),
            ..connected.clone()
        };
        StatusReport {
            version: "0.1.0".to_owned(),
            pid: 4711,
            instance: 0xbeef,
            started_at: Millis(NOW.0 - 65_000),
            apps: vec![AppReport {
                app: AppId::new("notes").unwrap(),
                pid: 4712,
                uid: 1000,
                client: "imlink-rust 0.1.0".to_owned(),
                attached_at: Millis(NOW.0 - 60_000),
                user: Some(UserId::new("alice").unwrap()),
                right: Right::Admin,
            }],
            more_apps: 3,
            accounts: vec![connected, suspended],
        }
    }
}
