//! The configuration file: TOML, every key known, every complaint with its line.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use imlink_connection::{Timings, Transport};
use imlink_model::Proxy;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

use super::allow::{self, Group, RuleError, Written};
use super::{Remember, Settings, timings};
use crate::rules::Rule;
use crate::transport::Pin;

/// The keys a file may have.
const KEYS: [&str; 16] = [
    "allow",
    "allow_clear_text",
    "ca_file",
    "log",
    "max_accounts",
    "navigators",
    "pins",
    "proxy",
    "proxy_password_file",
    "reconnect_kick",
    "remember",
    "socket",
    "socket_group",
    "state_dir",
    "timings",
    "transport",
];

/// Why a configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("configuration file {}: {kind}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub kind: FileErrorKind,
}

/// What is wrong with a configuration file.
#[derive(Debug, thiserror::Error)]
pub enum FileErrorKind {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Read(io::Error),
    /// It is no TOML, or a value has the wrong type.
    #[error("line {line}: {message}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// What the reader of TOML says.
        message: String,
    },
    /// It holds a password, and others can read it (F-K05).
    #[error(
        "holds a proxy's password and can be read by others (mode {mode:04o}); run `chmod 600` on it, or name a `proxy_password_file` instead"
    )]
    Open {
        /// Its mode.
        mode: u32,
    },
    /// It has a key that means nothing.
    #[error("line {line}: unknown key `{key}`{}", nearest.map(|key| format!("; did you mean `{key}`?")).unwrap_or_default())]
    UnknownKey {
        /// Counted from 1.
        line: usize,
        /// The key as written.
        key: String,
        /// The known key that looks most like it, if one does.
        nearest: Option<&'static str>,
    },
    /// An `[[allow]]` rule cannot be used.
    #[error("line {line}, rule {place} of [[allow]]: {problem}")]
    Rule {
        /// Where the rule begins, counted from 1.
        line: usize,
        /// Which rule, counted from 1.
        place: usize,
        /// What is wrong with it.
        problem: RuleError,
    },
    /// The group of the socket cannot be used.
    #[error("socket_group: {0}")]
    SocketGroup(RuleError),
}

/// A configuration file as it is written.
#[derive(Debug, Default, Deserialize)]
pub(super) struct File {
    socket: Option<PathBuf>,
    state_dir: Option<PathBuf>,
    navigators: Option<Vec<String>>,
    allow_clear_text: Option<bool>,
    #[serde(default, deserialize_with = "transport")]
    transport: Option<Transport>,
    ca_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "pins")]
    pins: Option<Vec<Pin>>,
    #[serde(default, deserialize_with = "proxy")]
    proxy: Option<Proxy>,
    proxy_password_file: Option<PathBuf>,
    reconnect_kick: Option<bool>,
    max_accounts: Option<usize>,
    log: Option<String>,
    allow: Option<Vec<Spanned<Written>>>,
    socket_group: Option<Group>,
    #[serde(default, deserialize_with = "remember")]
    remember: Option<Remember>,
    timings: Option<timings::Written>,
}

impl File {
    pub(super) fn read(path: &Path) -> Result<Settings, FileError> {
        let fail = |kind| FileError {
            path: path.to_owned(),
            kind,
        };
        let (text, mode) =
            read_with_mode(path).map_err(|error| fail(FileErrorKind::Read(error)))?;
        let settings = Self::parse(&text).map_err(fail)?;
        let holds_password = settings
            .proxy
            .as_ref()
            .is_some_and(|proxy| proxy.password().is_some());
        if holds_password && mode & 0o077 != 0 {
            return Err(fail(FileErrorKind::Open { mode }));
        }
        Ok(settings)
    }

    fn parse(text: &str) -> Result<Settings, FileErrorKind> {
        let syntax = |error: toml::de::Error| FileErrorKind::Syntax {
            line: error.span().map_or(1, |span| line_of(text, span.start)),
            message: error.message().to_owned(),
        };
        let table = DeTable::parse(text).map_err(syntax)?;
        check_keys(text, table.get_ref(), &KEYS)?;
        if let Some(rules) = table.get_ref().get("allow") {
            for rule in rules_of(rules.get_ref()) {
                check_keys(text, rule, &allow::KEYS)?;
            }
        }
        if let Some(timings) = table.get_ref().get("timings")
            && let Some(timings) = timings.get_ref().as_table()
        {
            check_keys(text, timings, &timings::KEYS)?;
        }
        let file: Self = toml::from_str(text).map_err(syntax)?;
        let allow = file.allow.map(|rules| resolve(text, rules)).transpose()?;
        let socket_group = file.socket_group.map(Group::number).transpose();
        Ok(Settings {
            socket: file.socket,
            state_dir: file.state_dir,
            navigators: file.navigators,
            allow_clear_text: file.allow_clear_text,
            transport: file.transport,
            ca_file: file.ca_file,
            pins: file.pins,
            proxy: file.proxy,
            proxy_password_file: file.proxy_password_file,
            reconnect_kick: file.reconnect_kick,
            max_accounts: file.max_accounts,
            log: file.log,
            allow,
            socket_group: socket_group.map_err(FileErrorKind::SocketGroup)?,
            remember: file.remember,
            timings: file.timings.map(|it| it.over(Timings::default())),
        })
    }
}

/// The tables of `[[allow]]`; what is none is found by the reader of TOML.
fn rules_of<'t, 'i>(value: &'t DeValue<'i>) -> impl Iterator<Item = &'t DeTable<'i>> {
    let rules = value.as_array().into_iter().flatten();
    rules.filter_map(|rule| rule.get_ref().as_table())
}

fn check_keys(
    text: &str,
    table: &DeTable<'_>,
    known: &'static [&'static str],
) -> Result<(), FileErrorKind> {
    for key in table.keys() {
        let name = key.get_ref().as_ref();
        if !known.contains(&name) {
            return Err(FileErrorKind::UnknownKey {
                line: line_of(text, key.span().start),
                key: name.to_owned(),
                nearest: nearest(name, known),
            });
        }
    }
    Ok(())
}

fn resolve(text: &str, rules: Vec<Spanned<Written>>) -> Result<Vec<Rule>, FileErrorKind> {
    let resolved = rules.into_iter().enumerate().map(|(index, rule)| {
        let line = line_of(text, rule.span().start);
        let problem = |problem| FileErrorKind::Rule {
            line,
            place: index + 1,
            problem,
        };
        rule.into_inner().resolve().map_err(problem)
    });
    resolved.collect()
}

fn remember<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Remember>, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map(Some).map_err(D::Error::custom)
}

fn transport<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Transport>, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map(Some).map_err(D::Error::custom)
}

fn pins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Pin>>, D::Error> {
    let pins = Vec::<String>::deserialize(deserializer)?;
    let pins = pins.iter().map(|pin| pin.parse().map_err(D::Error::custom));
    pins.collect::<Result<_, _>>().map(Some)
}

fn proxy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Proxy>, D::Error> {
    let url = Zeroizing::new(String::deserialize(deserializer)?);
    url.parse().map(Some).map_err(D::Error::custom)
}

/// The text and the mode of one and the same file.
fn read_with_mode(path: &Path) -> io::Result<(Zeroizing<String>, u32)> {
    let mut file = fs::File::open(path)?;
    let mode = file.metadata()?.mode() & 0o7777;
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text)?;
    Ok((text, mode))
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

fn nearest(name: &str, known: &'static [&'static str]) -> Option<&'static str> {
    known
        .iter()
        .map(|key| (strsim::jaro_winkler(name, key), *key))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, key)| key)
}

#[cfg(test)]
mod tests {
    use imlink_ipc_proto::Right;

    use super::*;

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest_known_one() {
        let error = File::parse("log = \"info\"\n\nmax_acounts = 3\n").unwrap_err();

        assert_eq!(
            error.to_string(),
            "line 3: unknown key `max_acounts`; did you mean `max_accounts`?"
        );
    }

    #[test]
    fn an_unknown_key_that_resembles_nothing_is_just_unknown() {
        let error = File::parse("zzz = 1\n").unwrap_err();

        assert_eq!(error.to_string(), "line 1: unknown key `zzz`");
    }

    #[test]
    fn a_wrong_type_names_its_line() {
        let error = File::parse("log = \"info\"\nmax_accounts = \"three\"\n").unwrap_err();

        assert!(error.to_string().starts_with("line 2: "), "{error}");
    }

    #[test]
    fn a_file_that_is_not_toml_names_its_line() {
        let error = File::parse("log = \n").unwrap_err();

        assert!(error.to_string().starts_with("line 1: "), "{error}");
    }

    #[test]
    fn rules_are_taken_in_their_order_and_names_are_looked_up() {
        let text = r#"
            remember = "file"
            socket_group = "root"

            [[allow]]
            user = "root"
            app = "org.example.notes"
            rights = "read"

            [[allow]]
            group = 44
            rights = "send"

            [[allow]]
            uid = 1001
            app = "org.example.*"
            rights = "admin"
        "#;

        let settings = File::parse(text).unwrap();

        let rules = settings.allow.unwrap();
        let shown: Vec<String> = rules.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "user root, app org.example.notes",
                "group 44, any app",
                "uid 1001, app org.example.*"
            ]
        );
        let rights: Vec<Right> = rules.iter().map(|rule| rule.right).collect();
        assert_eq!(rights, [Right::Read, Right::Send, Right::Admin]);
        assert_eq!(settings.socket_group, Some(0));
        assert_eq!(settings.remember, Some(Remember::File));
    }

    #[test]
    fn a_rule_that_cannot_be_used_says_where_it_is_and_what_would_be_right() {
        let good = "[[allow]]\nuid = 1\nrights = \"read\"\n";
        for (rule, said) in [
            (
                "rights = \"read\"",
                "line 4, rule 2 of [[allow]]: a rule has exactly one of `uid`, `user` and `group`",
            ),
            (
                "uid = 7\nuser = \"root\"\nrights = \"read\"",
                "line 4, rule 2 of [[allow]]: a rule has exactly one of `uid`, `user` and `group`",
            ),
            (
                "uid = 7",
                "line 4, rule 2 of [[allow]]: a rule has `rights`: \"read\", \"send\" or \"admin\"",
            ),
            (
                "uid = 7\nrights = \"write\"",
                "line 4, rule 2 of [[allow]]: \"write\" is no right; \"read\", \"send\" and \"admin\" are",
            ),
            (
                "user = \"nobody-has-this-name\"\nrights = \"read\"",
                "line 4, rule 2 of [[allow]]: there is no user \"nobody-has-this-name\" on this machine; correct the name, or write `uid` and a number",
            ),
            (
                "group = \"nobody-has-this-name\"\nrights = \"read\"",
                "line 4, rule 2 of [[allow]]: there is no group \"nobody-has-this-name\" on this machine; correct the name, make it with `groupadd`, or write its number",
            ),
            (
                "uid = 7\napp = \"a b*\"\nrights = \"read\"",
                "line 4, rule 2 of [[allow]]: app \"a b*\": app id may not contain ' '; an app id, or its beginning with a `*` behind it",
            ),
            (
                "uid = 7\nrigths = \"read\"",
                "line 6: unknown key `rigths`; did you mean `rights`?",
            ),
        ] {
            let error = File::parse(&format!("{good}[[allow]]\n{rule}\n")).unwrap_err();

            assert_eq!(error.to_string(), said);
        }
    }

    // F-I24
    #[test]
    fn no_rule_lets_in_whom_the_kernel_cannot_name() {
        let uid = crate::users::overflow_uid();
        let error =
            File::parse(&format!("[[allow]]\nuid = {uid}\nrights = \"read\"\n")).unwrap_err();

        let said = format!("uid {uid} stands for everybody the kernel cannot name here");
        assert!(error.to_string().contains(&said), "{error}");
    }

    // decisions.md P6
    #[test]
    fn every_timing_of_the_table_that_is_public_can_be_set_and_the_others_stay() {
        let text = "[timings]\nladder = [0.1, 1, 8]\nopen = 3\nconnack = 4\nwrite = 2.5\nping = 60\npong = 20\n";

        let timings = File::parse(text).unwrap().timings.unwrap();

        let changed: Vec<String> = crate::config::changed_timings(&timings)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            changed,
            [
                "ladder 0.1, 1, 8 s",
                "open 3 s",
                "connack 4 s",
                "write 2.5 s",
                "ping 60 s",
                "pong 20 s"
            ]
        );
        assert_eq!(timings.stable, Timings::default().stable);
        assert_eq!(crate::config::changed_timings(&Timings::default()), []);
    }

    #[test]
    fn a_timing_that_cannot_be_meant_says_where_it_is_and_what_would_be_right() {
        for (written, said) in [
            (
                "ping = 0",
                "line 2: 0 is no timing; those from 0.001 to 86400 seconds are",
            ),
            (
                "ping = -1.5",
                "line 2: -1.5 is no timing; those from 0.001 to 86400 seconds are",
            ),
            (
                "write = 86401",
                "line 2: 86401 is no timing; those from 0.001 to 86400 seconds are",
            ),
            (
                "open = nan",
                "line 2: NaN is no timing; those from 0.001 to 86400 seconds are",
            ),
            ("ladder = []", "line 2: a ladder has a step at least"),
            (
                "ladder = [1, 0.5]",
                "line 2: no step of a ladder is shorter than the one before it",
            ),
            (
                "pnig = 3",
                "line 2: unknown key `pnig`; did you mean `ping`?",
            ),
        ] {
            let error = File::parse(&format!("[timings]\n{written}\n")).unwrap_err();

            assert_eq!(error.to_string(), said);
        }
        let error = File::parse("[timings]\nping = \"soon\"\n").unwrap_err();
        assert!(error.to_string().starts_with("line 2: "), "{error}");
        let error = File::parse("timings = 3\n").unwrap_err();
        assert!(error.to_string().starts_with("line 1: "), "{error}");
    }

    #[test]
    fn a_way_to_remember_that_does_not_exist_is_named_with_those_that_do() {
        let error = File::parse("remember = \"disk\"\n").unwrap_err();

        assert_eq!(
            error.to_string(),
            "line 1: \"disk\" is no way to remember; `none`, `credential`, `keyring` and `file` are"
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = File::read(Path::new("/nowhere/imlinkd.toml")).unwrap_err();

        assert!(
            error
                .to_string()
                .starts_with("configuration file /nowhere/imlinkd.toml: cannot be read"),
            "{error}"
        );
    }
}
