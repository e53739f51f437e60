//! What the daemon says of itself, as people read it.

use std::fmt;
use std::time::Duration;

use imlink::{Code, ConnectionStatus, Millis};

use super::report::{AccountFields, AppFields, Report};
use crate::output::{Escaped, Paint, Table, age};

/// Blocks with an empty line between them.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let daemon = &self.daemon;
        write!(
            f,
            "{} {}, pid {}, up {}",
            Paint::strong("imlinkd"),
            Escaped(&daemon.version),
            daemon.pid,
            age(Millis(daemon.started_at), self.now)
        )?;
        if self.accounts.is_empty() {
            write!(
                f,
                "\n\nNo account is connected; `imlink connect` connects one."
            )?;
        }
        for account in &self.accounts {
            write!(f, "\n\n{}", account.shown(self.now))?;
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
        let user = self
            .user
            .as_deref()
            .map_or("not named yet".into(), |user| Escaped(user).to_string());
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
        let database = self.database.filter(|code| *code != 0).map(|number| {
            let code = Code::new(number);
            let cause = code.cause();
            format!(
                "{} {cause}",
                Paint::bad(format_args!("{code} {}", code.name()))
            )
        });
        let why = self
            .code
            .zip(self.code_name)
            .map(|(code, name)| format!("{code} {name}"));
        let next = self.next_attempt_in_ms.map(|millis| {
            format!(
                "in {}",
                humantime::format_duration(Duration::from_millis(millis))
            )
        });
        let gateway = self
            .gateway
            .as_deref()
            .map(|gateway| match self.round_trip_ms {
                Some(round_trip) => format!("{}, round trip {round_trip} ms", Escaped(gateway)),
                None => Escaped(gateway).to_string(),
            });
        let newest = (self.last_seq > 0).then(|| format!("message no. {}", self.last_seq));
        [
            ("app key", Some(self.app_key.clone())),
            ("because", why),
            ("next attempt", next),
            ("gateway", gateway),
            (
                "slot",
                self.slot.as_deref().map(|slot| Escaped(slot).to_string()),
            ),
            ("database", database),
            ("outbox", Some(outbox)),
            ("newest", newest),
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
            app.user
                .as_deref()
                .map_or("-".into(), |user| Escaped(user).to_string()),
            app.right.to_owned(),
            age(Millis(app.attached_at), now),
            Escaped(&app.client).to_string(),
        ]);
    }
    table
}
