//! Which daemon, and which of its accounts, a verb is about.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use imlink::{AccountReport, AppKey, Client, Code, Error, Events, StatusReport, UserId};

use crate::failure::Failure;
use crate::output::Escaped;

/// The name under which this command attaches to the daemon.
const APP_ID: &str = "imlink-cli";

/// The name under which `imlink listen` attaches: its place in the messages is its own, whatever
/// the other verbs do beside it.
const LISTENER_ID: &str = "imlink-listen";

/// Stands for an app key where none is needed: asking the daemon how it is.
const NO_APP_KEY: &str = "none";

/// Time for work that takes as long as there are rows: as long as a person may want to wait.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Args, Clone, Debug)]
pub struct Daemon {
    /// The daemon's socket [default: $IMLINK_SOCKET, else where the daemon puts it].
    #[arg(long, value_name = "PATH", help_heading = "Which daemon and account")]
    socket: Option<PathBuf>,
}

/// The flags of every verb that acts on a live account.
#[derive(Args, Clone, Debug)]
pub struct Account {
    #[command(flatten)]
    daemon: Daemon,

    /// The account's app key, if accounts of several are live.
    #[arg(
        long,
        value_name = "KEY",
        env = "IMLINK_APP_KEY",
        help_heading = "Which daemon and account"
    )]
    app_key: Option<AppKey>,

    /// The account's user, if several accounts are live.
    #[arg(long, value_name = "USER", help_heading = "Which daemon and account")]
    user: Option<UserId>,
}

/// An account this command takes part in, and how it was just before.
#[derive(Debug)]
pub struct Joined {
    /// Attached to the account.
    pub client: Client,
    /// Whose it is.
    pub user: UserId,
    /// How the account was.
    pub report: AccountReport,
}

/// As whom, and how patiently, a verb takes part in an account.
#[derive(Clone, Copy, Debug)]
struct Guise {
    app_id: &'static str,
    /// Time for a request, if it is not the library's.
    patience: Option<Duration>,
}

const USUAL: Guise = Guise {
    app_id: APP_ID,
    patience: None,
};

impl Daemon {
    /// The daemon at that socket.
    pub fn at(socket: PathBuf) -> Self {
        Self {
            socket: Some(socket),
        }
    }

    /// Where its socket may be, in the order in which they are looked at.
    pub fn places(&self) -> Vec<PathBuf> {
        match &self.socket {
            Some(path) => vec![path.clone()],
            None => imlink::socket::places(),
        }
    }

    /// A client of that daemon for an app of the vendor.
    ///
    /// # Errors
    /// The app key is none.
    pub fn client(&self, app_key: &str) -> Result<Client, Error> {
        self.client_as(USUAL, app_key)
    }

    fn client_as(&self, guise: Guise, app_key: &str) -> Result<Client, Error> {
        let mut builder = Client::builder(app_key).app_id(guise.app_id);
        if let Some(path) = &self.socket {
            builder = builder.socket(path);
        }
        if let Some(patience) = guise.patience {
            builder = builder.request_timeout(patience);
        }
        builder.build()
    }

    /// A client that is good for asking the daemon how it is, and for nothing else.
    ///
    /// # Errors
    /// None in practice: there is nothing to refuse.
    pub fn observer(&self) -> Result<Client, Error> {
        self.client(NO_APP_KEY)
    }
}

impl Account {
    /// Takes part in the account, without a token: it is live in the daemon already.
    ///
    /// # Errors
    /// -2 without a daemon, 90010 if no such account is live, 90011 if it could be several.
    pub async fn join(&self) -> Result<(Client, UserId), Failure> {
        let joined = self.join_as(USUAL).await?;
        Ok((joined.client, joined.user))
    }

    /// The same, for work of the daemon that takes as long as it takes.
    ///
    /// # Errors
    /// As for [`join`](Self::join).
    pub async fn join_with_patience(&self) -> Result<(Client, UserId), Failure> {
        let patience = Some(PATIENCE);
        let joined = self.join_as(Guise { patience, ..USUAL }).await?;
        Ok((joined.client, joined.user))
    }

    /// The same as [`join`](Self::join), for who also wants to know how the account is.
    ///
    /// # Errors
    /// As for [`join`](Self::join).
    pub async fn join_with_report(&self) -> Result<Joined, Failure> {
        self.join_as(USUAL).await
    }

    /// The same, as an app of its own that also sees what this command sends; with all it is told
    /// from the first moment on.
    ///
    /// # Errors
    /// As for [`join`](Self::join).
    pub async fn join_to_listen(&self) -> Result<(Client, UserId, Events), Failure> {
        let app_id = LISTENER_ID;
        let (client, report) = self.chosen(Guise { app_id, ..USUAL }).await?;
        let events = client.events();
        let joined = take_part(client, report).await?;
        Ok((joined.client, joined.user, events))
    }

    /// The account that both flags name, which need not be live, or else the live one they fit; and
    /// a client that takes no part in it.
    ///
    /// # Errors
    /// As for [`join`](Self::join).
    pub async fn named(&self) -> Result<(Client, AppKey, UserId), Failure> {
        let (app_key, user) = match (&self.app_key, &self.user) {
            (Some(app_key), Some(user)) => (app_key.clone(), user.clone()),
            (Some(_), None) | (None, _) => self.live().await?,
        };
        let patience = Some(PATIENCE);
        let guise = Guise { patience, ..USUAL };
        let client = self.daemon.client_as(guise, app_key.as_str())?;
        client.init().await?;
        Ok((client, app_key, user))
    }

    async fn live(&self) -> Result<(AppKey, UserId), Failure> {
        let report = self.daemon.observer()?.daemon_status().await?;
        let account = self.choose(&report)?;
        let Some(user) = account.user.clone() else {
            let cause = "The cloud has not named the account's user yet.";
            return Err(Failure::of(Code::LOCAL_NO_ACCOUNT, cause)
                .with_cure("Name the account with --app-key and --user."));
        };
        Ok((account.app_key.clone(), user))
    }

    async fn join_as(&self, guise: Guise) -> Result<Joined, Failure> {
        let (client, report) = self.chosen(guise).await?;
        take_part(client, report).await
    }

    /// A client for the account that is meant, and how that is.
    async fn chosen(&self, guise: Guise) -> Result<(Client, AccountReport), Failure> {
        let report = self.daemon.observer()?.daemon_status().await?;
        let report = self.choose(&report)?.clone();
        let client = self.daemon.client_as(guise, report.app_key.as_str())?;
        Ok((client, report))
    }

    fn choose<'a>(&self, report: &'a StatusReport) -> Result<&'a AccountReport, Failure> {
        let mut fitting = report.accounts.iter().filter(|account| self.fits(account));
        let Some(found) = fitting.next() else {
            return Err(self.none(report));
        };
        if fitting.next().is_none() {
            return Ok(found);
        }
        let cause = format!("Several accounts are live: {}.", names(report));
        let cure = "Say which one with --user, and with --app-key if that is not enough.";
        Err(Failure::of(Code::LOCAL_AMBIGUOUS, cause).with_cure(cure))
    }

    fn fits(&self, account: &AccountReport) -> bool {
        self.app_key
            .as_ref()
            .is_none_or(|key| account.app_key == *key)
            && self
                .user
                .as_ref()
                .is_none_or(|user| account.user.as_ref() == Some(user))
    }

    fn none(&self, report: &StatusReport) -> Failure {
        if let Some(ended) = report.ended.iter().rfind(|account| self.fits(account))
            && let (Some(user), Some(code)) = (&ended.user, ended.cause)
        {
            let user = Escaped(user.as_str());
            let cause = format!(
                "No such account is connected; that of {user} has ended ({code} {}).",
                code.name()
            );
            return Failure::of(Code::LOCAL_NO_ACCOUNT, cause).with_cure(code.cure());
        }
        if report.accounts.is_empty() {
            let cause = "The daemon is running, but no account is connected.";
            return Failure::of(Code::LOCAL_NO_ACCOUNT, cause).with_cure(
                "Connect one: `imlink connect --app-key KEY`, with the token on standard input.",
            );
        }
        let cause = format!("No such account is live; these are: {}.", names(report));
        Failure::of(Code::LOCAL_NO_ACCOUNT, cause)
            .with_cure("Name one of them with --user and --app-key, or connect the one you mean.")
    }
}

async fn take_part(client: Client, report: AccountReport) -> Result<Joined, Failure> {
    client.init().await?;
    let user = match report.user.clone() {
        Some(user) => client.join_user(user).await?,
        None => client.join().await?,
    };
    Ok(Joined {
        client,
        user,
        report,
    })
}

fn names(report: &StatusReport) -> String {
    let names = report.accounts.iter().map(|account| {
        let user = account
            .user
            .as_ref()
            .map_or("not named yet", UserId::as_str);
        format!("{} (app key {})", Escaped(user), account.app_key)
    });
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use imlink::{AnomalyReport, Millis, OutboxReport, Seq};

    use super::*;

    #[test]
    fn the_only_account_need_not_be_named() {
        let report = report(&[("key", "alice")]);

        assert_eq!(wanting(None, None).choose(&report), Ok(&report.accounts[0]));
    }

    #[test]
    fn one_of_several_is_found_by_its_user_or_app_key() {
        let report = report(&[("key", "alice"), ("key", "bob"), ("other", "bob")]);

        assert_eq!(
            wanting(None, Some("alice")).choose(&report),
            Ok(&report.accounts[0])
        );
        assert_eq!(
            wanting(Some("other"), None).choose(&report),
            Ok(&report.accounts[2])
        );
        assert_eq!(
            wanting(Some("key"), Some("bob")).choose(&report),
            Ok(&report.accounts[1])
        );
    }

    #[test]
    fn too_many_and_none_are_told_apart_and_named() {
        let two = report(&[("key", "alice"), ("key", "bob")]);

        let several = wanting(None, None).choose(&two).unwrap_err();
        let unknown = wanting(None, Some("carol")).choose(&two).unwrap_err();
        let none = wanting(None, None).choose(&report(&[])).unwrap_err();

        assert_eq!(several.code(), Some(Code::LOCAL_AMBIGUOUS));
        assert!(
            several
                .to_string()
                .contains("alice (app key key), bob (app key key)")
        );
        assert_eq!(unknown.code(), Some(Code::LOCAL_NO_ACCOUNT));
        assert!(unknown.to_string().contains("alice"));
        assert_eq!(none.code(), Some(Code::LOCAL_NO_ACCOUNT));
        assert!(none.to_string().contains("imlink connect"));
    }

    #[test]
    fn why_the_last_one_ended_is_told_where_there_is_none() {
        let mut report = report(&[("key", "alice"), ("key", "bob")]);
        report.ended = std::mem::take(&mut report.accounts);
        for ended in &mut report.ended {
            ended.cause = Some(Code::RC_CONN_TOKEN_EXPIRE);
        }

        let last = wanting(None, None).choose(&report).unwrap_err();
        let other = wanting(None, Some("carol")).choose(&report).unwrap_err();

        assert_eq!(last.code(), Some(Code::LOCAL_NO_ACCOUNT));
        assert!(
            last.to_string()
                .contains("bob has ended (31020 RC_CONN_TOKEN_EXPIRE)"),
            "{last}"
        );
        assert!(!other.to_string().contains("ended"), "{other}");
    }

    fn wanting(app_key: Option<&str>, user: Option<&str>) -> Account {
        Account {
            daemon: Daemon { socket: None },
            app_key: app_key.map(|key| AppKey::new(key).unwrap()),
            user: user.map(|user| UserId::new(user).unwrap()),
        }
    }

    fn report(accounts: &[(&str, &str)]) -> StatusReport {
        let accounts = accounts.iter().map(|(app_key, user)| AccountReport {
            app_key: AppKey::new(*app_key).unwrap(),
            user: Some(UserId::new(*user).unwrap()),
            status: 0,
            since: Millis(0),
            offline_since: None,
            cause: None,
            last_error: None,
            next_attempt_in_ms: None,
            remembered: false,
            address: None,
            slot: None,
            round_trip_ms: None,
            apps: 0,
            outbox: OutboxReport::default(),
            database: Some(Code::SUCCESS),
            last_seq: Seq(0),
            anomalies: AnomalyReport::default(),
        });
        StatusReport {
            version: "0.0.0".to_owned(),
            pid: 1,
            instance: 1,
            started_at: Millis(0),
            apps: Vec::new(),
            more_apps: 0,
            proxy: None,
            network: Some(true),
            max_accounts: 8,
            accounts: accounts.collect(),
            ended: Vec::new(),
        }
    }
}
