//! The configuration file: TOML, every key known, every complaint with its line.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use imlink_connection::Transport;
use imlink_model::Proxy;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::de::DeTable;
use zeroize::Zeroizing;

use super::Settings;
use crate::transport::Pin;

/// The keys a file may have.
const KEYS: [&str; 12] = [
    "allow_clear_text",
    "ca_file",
    "log",
    "max_accounts",
    "navigators",
    "pins",
    "proxy",
    "proxy_password_file",
    "reconnect_kick",
    "socket",
    "state_dir",
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
        for key in table.get_ref().keys() {
            let name = key.get_ref().as_ref();
            if !KEYS.contains(&name) {
                return Err(FileErrorKind::UnknownKey {
                    line: line_of(text, key.span().start),
                    key: name.to_owned(),
                    nearest: nearest(name),
                });
            }
        }
        let file: Self = toml::from_str(text).map_err(syntax)?;
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
        })
    }
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

fn nearest(name: &str) -> Option<&'static str> {
    KEYS.into_iter()
        .map(|key| (strsim::jaro_winkler(name, key), key))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, key)| key)
}

#[cfg(test)]
mod tests {
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
