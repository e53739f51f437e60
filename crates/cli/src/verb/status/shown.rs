//! What the daemon says of itself, as people read it.

use std::fmt;
use std::time::Duration;

use imlink::{Code, ConnectionStatus, Millis};

use super::report::{AccountFields, ProxyFields, Report};
use crate::language::Language;
use crate::output::{Escaped, Paint, Table};

/// Blocks with an empty line between them.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (daemon, language) = (&self.daemon, self.language);
        let up = age(daemon.started_at, self);
        let (name, version) = (Paint::strong("imlinkd"), Escaped(&daemon.version));
        match language {
            Language::English => write!(f, "{name} {version}, pid {}, up {up}", daemon.pid)?,
            Language::Chinese => {
                write!(f, "{name} {version}，进程 {}，已运行 {up}", daemon.pid)?;
            }
        }
        let surroundings = self.surroundings();
        if !surroundings.is_empty() {
            write!(f, "\n{}", table(&surroundings, ""))?;
        }
        if self.accounts.is_empty() {
            let none = language.of(
                "No account is connected; `imlink connect` connects one.",
                "没有已连接的账号；用 `imlink connect` 连接。",
            );
            write!(f, "\n\n{none}")?;
        }
        for account in &self.accounts {
            write!(f, "\n\n{}", account.shown(self))?;
        }
        for account in &self.ended {
            write!(f, "\n\n{}", account.past(self))?;
        }
        if !self.apps.is_empty() {
            write!(f, "\n\n{}", apps(self))?;
        }
        match (self.more_apps, language) {
            (0, _) => Ok(()),
            (more, Language::English) => write!(f, "\nand {more} apps more"),
            (more, Language::Chinese) => write!(f, "\n另有 {more} 个应用"),
        }
    }
}

type Fact = (&'static str, String);

impl Report {
    /// What concerns every account, as far as it is worth a line.
    fn surroundings(&self) -> Vec<Fact> {
        let language = self.language;
        let network = match self.network {
            Some(false) => {
                let away = language.of("none on this machine", "本机没有网络");
                Some(Paint::bad(away).to_string())
            }
            Some(true) | None => None,
        };
        let held = u32::try_from(self.accounts.len()).unwrap_or(u32::MAX);
        let full = (held >= self.max_accounts).then(|| match language {
            Language::English => format!("{held}, which is all that max_accounts allows"),
            Language::Chinese => format!("{held} 个，已达 max_accounts 上限"),
        });
        known([
            (language.of("network", "网络"), network),
            (
                language.of("proxy", "代理"),
                self.proxy.as_ref().map(ProxyFields::to_string),
            ),
            (language.of("accounts", "账号"), full),
        ])
    }
}

impl AccountFields {
    /// A heading with the status, and below it what else is known.
    fn shown(&self, report: &Report) -> String {
        format!(
            "{}\n{}",
            self.heading(report),
            table(&self.facts(report), "  ")
        )
    }

    /// The same of one that has ended.
    fn past(&self, report: &Report) -> String {
        let language = report.language;
        let why = self.code.map(Code::new);
        let ended = language.of("nobody uses it any more", "已无应用使用");
        let facts = known([
            ("app key", Some(Escaped(&self.app_key).to_string())),
            (language.of("ended", "已结束"), Some(ended.to_owned())),
            (
                language.of("because", "原因"),
                why.map(|code| told(code, language)),
            ),
            (
                language.of("cure", "办法"),
                why.map(|code| language.cure(code).to_owned()),
            ),
        ]);
        format!("{}\n{}", self.heading(report), table(&facts, "  "))
    }

    fn heading(&self, report: &Report) -> String {
        let language = report.language;
        let user = self.user.as_deref().map_or_else(
            || language.of("not named yet", "用户未知").to_owned(),
            |user| Escaped(user).to_string(),
        );
        let status = ConnectionStatus::from_number(self.status);
        let words = status.map_or(self.status_name.to_owned(), |status| {
            language.status(status)
        });
        let words = match status {
            Some(ConnectionStatus::Connected) => Paint::good(words),
            Some(status) if status.is_final() => Paint::bad(words),
            Some(_) | None => Paint::uneasy(words),
        };
        let since = age(self.since, report);
        let user = Paint::strong(user);
        match language {
            Language::English => format!("{user}  {words} for {since}"),
            Language::Chinese => format!("{user}  {words}，已持续 {since}"),
        }
    }

    fn facts(&self, report: &Report) -> Vec<Fact> {
        let language = report.language;
        let why = self.code.map(Code::new);
        let next = self.next_attempt_in_ms.map(|millis| {
            let time = language.time(Duration::from_millis(millis));
            match language {
                Language::English => format!("in {time}"),
                Language::Chinese => format!("{time}后"),
            }
        });
        // What is told of the status already is not told again.
        let error = self
            .last_error
            .filter(|error| Some(error.code) != self.code);
        let last = error.map(|error| {
            let told = told(Code::new(error.code), language);
            let ago = age(error.at, report);
            match language {
                Language::English => format!("{told} ({ago} ago)"),
                Language::Chinese => format!("{told}（{ago}前）"),
            }
        });
        // It has been tried since: the status is a younger one.
        let offline = self.offline_since.filter(|time| *time < self.since);
        let offline = offline.map(|time| {
            let time = age(time, report);
            match language {
                Language::English => format!("for {time}"),
                Language::Chinese => format!("已 {time}"),
            }
        });
        let database = self.database.filter(|code| *code != 0).map(Code::new);
        let cure = language.of("cure", "办法");
        known([
            ("app key", Some(Escaped(&self.app_key).to_string())),
            (language.of("offline", "离线"), offline),
            (
                language.of("because", "原因"),
                why.map(|code| told(code, language)),
            ),
            (cure, why.map(|code| language.cure(code).to_owned())),
            (language.of("next attempt", "下次尝试"), next),
            (language.of("last error", "上次错误"), last),
            (
                cure,
                error.map(|error| language.cure(Code::new(error.code)).to_owned()),
            ),
            (language.of("gateway", "网关"), self.gateway(language)),
            (
                language.of("slot", "名额"),
                self.slot
                    .as_deref()
                    .map(|slot| Escaped(language.slot(slot)).to_string()),
            ),
            (
                language.of("token", "Token"),
                self.remembered.then(|| {
                    language
                        .of("remembered on this machine", "已记在本机")
                        .to_owned()
                }),
            ),
            (
                language.of("database", "数据库"),
                database.map(|code| Paint::bad(told(code, language)).to_string()),
            ),
            (cure, database.map(|code| language.cure(code).to_owned())),
            (
                language.of("rows", "数据"),
                language
                    .anomalies(self.anomalies)
                    .map(|told| Paint::bad(told).to_string()),
            ),
            (language.of("outbox", "发件箱"), Some(self.outbox(language))),
            (language.of("newest", "最新"), self.newest(language)),
        ])
    }

    fn newest(&self, language: Language) -> Option<String> {
        let place = self.last_seq;
        (place > 0).then(|| match language {
            Language::English => format!("message no. {place}"),
            Language::Chinese => format!("第 {place} 条消息"),
        })
    }

    fn gateway(&self, language: Language) -> Option<String> {
        let gateway = Escaped(self.gateway.as_deref()?);
        Some(match (self.round_trip_ms, language) {
            (None, _) => gateway.to_string(),
            (Some(time), Language::English) => format!("{gateway}, round trip {time} ms"),
            (Some(time), Language::Chinese) => format!("{gateway}，往返 {time} 毫秒"),
        })
    }

    fn outbox(&self, language: Language) -> String {
        match (self.queued, self.in_doubt, language) {
            (0, 0, Language::English) => "empty".to_owned(),
            (0, 0, Language::Chinese) => "空".to_owned(),
            (queued, 0, Language::English) => format!("{queued} queued"),
            (queued, 0, Language::Chinese) => format!("{queued} 条排队"),
            (queued, in_doubt, Language::English) => {
                format!("{queued} queued, {in_doubt} in doubt")
            }
            (queued, in_doubt, Language::Chinese) => {
                format!("{queued} 条排队，{in_doubt} 条结果不明")
            }
        }
    }
}

/// A URL without a name or password.
impl fmt::Display for ProxyFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.kind, Escaped(&self.host), self.port)
    }
}

/// A code with what it means.
fn told(code: Code, language: Language) -> String {
    format!("{code} {}: {}", code.name(), language.cause(code))
}

fn known<const N: usize>(facts: [(&'static str, Option<String>); N]) -> Vec<Fact> {
    let known = facts.into_iter();
    known
        .filter_map(|(label, fact)| Some((label, fact?)))
        .collect()
}

fn table(facts: &[Fact], indent: &str) -> Table {
    let mut table = Table::default();
    for (label, fact) in facts {
        table.row([format!("{indent}{}", Paint::dim(label)), fact.clone()]);
    }
    table
}

/// How long ago it was; nothing is said of the future.
fn age(since: i64, report: &Report) -> String {
    let Millis(now) = report.now;
    let millis = u64::try_from(now.saturating_sub(since)).unwrap_or_default();
    report.language.time(Duration::from_secs(millis / 1000))
}

/// Whose an app is, is told where they are not all one user's.
fn apps(report: &Report) -> Table {
    let mut users = report.apps.iter().map(|app| app.uid);
    let first = users.next();
    let are_of_several_users = users.any(|uid| Some(uid) != first);
    let [app, pid, uid, user, right, attached, client] = report.language.of(
        ["APP", "PID", "UID", "USER", "RIGHT", "ATTACHED", "CLIENT"],
        ["应用", "进程", "UID", "用户", "权限", "已接入", "客户端"],
    );
    let mut table = match are_of_several_users {
        true => Table::new(&[app, pid, uid, user, right, attached, client]),
        false => Table::new(&[app, pid, user, right, attached, client]),
    };
    for app in &report.apps {
        let user = app.user.as_deref().map(|user| Escaped(user).to_string());
        let (name, pid) = (app.app.clone(), app.pid.to_string());
        let user = user.unwrap_or_else(|| "-".to_owned());
        let (right, attached) = (
            report.language.right(app.right).to_owned(),
            age(app.attached_at, report),
        );
        let client = Escaped(&app.client).to_string();
        match are_of_several_users {
            true => {
                let uid = app.uid.to_string();
                table.row([name, pid, uid, user, right, attached, client]);
            }
            false => table.row([name, pid, user, right, attached, client]),
        }
    }
    table
}
