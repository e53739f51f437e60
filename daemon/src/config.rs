//! Configuration: defaults < file < environment < flags (decisions.md P25).

mod allow;
mod file;
mod proxy;
mod remember;
#[cfg(test)]
mod tests;
mod timings;

use std::path::PathBuf;

use imlink_connection::{Timings, Transport, UnknownTransport};
use imlink_ipc_proto::limits;
use imlink_model::Proxy;

pub use allow::RuleError;
use file::File;
pub use file::{FileError, FileErrorKind};
pub use proxy::ProxyConfigError;
pub use remember::{Remember, UnknownRemember};
pub use timings::{Timing, changed_timings};

use crate::directories;
use crate::rules::Rule;
use crate::sleep::SleepWatch;
use crate::transport::{self, CaFileError, NoPin, Pin};

/// Everything the daemon can be told from outside.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where apps find the daemon. Ignored when the socket is inherited.
    pub socket: PathBuf,
    /// Where accounts, messages and cursors are kept.
    pub state_dir: PathBuf,
    /// Directories of gateways asked after those a token names itself; none is built in.
    pub navigators: Vec<String>,
    /// Whether a token may travel unencrypted to another machine (decisions.md P20).
    pub allow_clear_text: bool,
    /// Which form of the protocol is spoken, and with it which slot is taken at the cloud
    /// (decisions.md P20). Default [`Transport::Auto`].
    pub transport: Transport,
    /// A PEM file of certificate authorities that are trusted besides those of this machine.
    /// Default none.
    pub ca_file: Option<PathBuf>,
    /// Keys of which the cloud's certificates must have one, beside an authority that vouches for
    /// them: the one in use, and those it may be changed for. Default none, which is any key.
    pub pins: Vec<Pin>,
    /// The proxy on the way to the cloud, for navigation and links alike; it resolves their names.
    /// One that an app sets goes before it. Default none.
    pub proxy: Option<Proxy>,
    /// Where an account may be online once per class of device: whether a daemon that reconnects
    /// gives way to the device that came meanwhile (31023), or takes its place back, the default.
    /// WebSocket cannot say it (decisions.md P12).
    pub reconnect_kick: bool,
    /// How many accounts may be open at once (decisions.md P7). Default 8.
    pub max_accounts: usize,
    /// What is logged, in the form of `tracing`'s filter, for example `info,imlink_daemon=debug`.
    pub log: String,
    /// Who else may attach, and with which right; the first rule that matches decides. Default
    /// none: the daemon's own user and root alone.
    pub allow: Vec<Rule>,
    /// The group whose members may open the socket; ignored when it is inherited. Default none:
    /// the daemon's own user alone.
    pub socket_group: Option<u32>,
    /// Where tokens are kept for a daemon that starts alone (decisions.md P15). Default
    /// [`Remember::None`].
    pub remember: Remember,
    /// The timings of every link (decisions.md P6).
    pub timings: Timings,
    /// How a sleep of this machine is noticed (decisions.md P5). No file, variable or flag says it:
    /// it is for programs that run a daemon of their own.
    pub sleep: SleepWatch,
}

/// How many accounts a daemon opens at once unless told otherwise (decisions.md P7).
pub const DEFAULT_MAX_ACCOUNTS: usize = 8;

/// The settings of one source; what it leaves out, a weaker source decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// See [`Config::socket`].
    pub socket: Option<PathBuf>,
    /// See [`Config::state_dir`].
    pub state_dir: Option<PathBuf>,
    /// See [`Config::navigators`].
    pub navigators: Option<Vec<String>>,
    /// See [`Config::allow_clear_text`].
    pub allow_clear_text: Option<bool>,
    /// See [`Config::transport`].
    pub transport: Option<Transport>,
    /// See [`Config::ca_file`].
    pub ca_file: Option<PathBuf>,
    /// See [`Config::pins`].
    pub pins: Option<Vec<Pin>>,
    /// See [`Config::proxy`].
    pub proxy: Option<Proxy>,
    /// A file with the proxy's password, which nobody else can read.
    pub proxy_password_file: Option<PathBuf>,
    /// See [`Config::reconnect_kick`].
    pub reconnect_kick: Option<bool>,
    /// See [`Config::max_accounts`].
    pub max_accounts: Option<usize>,
    /// See [`Config::log`].
    pub log: Option<String>,
    /// See [`Config::allow`]. From the file only.
    pub allow: Option<Vec<Rule>>,
    /// See [`Config::socket_group`]. From the file only.
    pub socket_group: Option<u32>,
    /// See [`Config::remember`].
    pub remember: Option<Remember>,
    /// See [`Config::timings`]. From the file only.
    pub timings: Option<Timings>,
}

/// Why the configuration cannot be used. Each names the thing and the cure.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read or says something wrong.
    #[error(transparent)]
    File(#[from] FileError),
    /// An environment variable says something wrong.
    #[error("environment variable {name}: {problem}")]
    Variable {
        /// Its name.
        name: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// A setting is out of its range, wherever it came from.
    #[error("{name} is {value}, but must be {range}")]
    Range {
        /// The setting.
        name: &'static str,
        /// What it was set to.
        value: String,
        /// What it may be.
        range: &'static str,
    },
    /// The file of certificate authorities cannot be used.
    #[error(transparent)]
    CaFile(#[from] CaFileError),
    /// The proxy, or the file with its password, cannot be used.
    #[error(transparent)]
    Proxy(#[from] ProxyConfigError),
    /// There is no place for the state or the socket.
    #[error(transparent)]
    Place(#[from] directories::PlaceError),
}

impl Config {
    /// Merges the sources, the strongest last: `file` (or the standard places when `None`), the
    /// environment through `variable`, and the flags.
    ///
    /// # Errors
    /// [`ConfigError`] for the first thing that is wrong. A file named explicitly must exist; the
    /// standard ones need not.
    pub fn load(
        file: Option<PathBuf>,
        variable: impl Fn(&str) -> Option<String>,
        flags: Settings,
    ) -> Result<Self, ConfigError> {
        let named = file.or_else(|| variable("IMLINK_CONFIG").map(PathBuf::from));
        let from_file = match named {
            Some(path) => File::read(&path)?,
            None => match directories::config_file(&variable).filter(|path| path.exists()) {
                Some(path) => File::read(&path)?,
                None => Settings::default(),
            },
        };
        let merged = flags
            .or(Settings::from_environment(&variable)?)
            .or(from_file);

        let max_accounts = merged.max_accounts.unwrap_or(DEFAULT_MAX_ACCOUNTS);
        if !(1..=limits::REPORTED_ACCOUNTS).contains(&max_accounts) {
            return Err(ConfigError::Range {
                name: "max_accounts",
                value: max_accounts.to_string(),
                range: "between 1 and 64",
            });
        }
        if let Some(path) = &merged.ca_file {
            transport::check_ca_file(path)?;
        }
        let state_dir = match merged.state_dir {
            Some(dir) => dir,
            None => directories::state_dir(&variable)?,
        };
        let socket = match merged.socket {
            Some(path) => path,
            None => directories::socket(&variable, &state_dir),
        };
        Ok(Self {
            socket,
            state_dir,
            navigators: merged.navigators.unwrap_or_default(),
            allow_clear_text: merged.allow_clear_text.unwrap_or(false),
            transport: merged.transport.unwrap_or_default(),
            ca_file: merged.ca_file,
            pins: merged.pins.unwrap_or_default(),
            proxy: proxy::complete(merged.proxy, merged.proxy_password_file.as_deref())?,
            reconnect_kick: merged.reconnect_kick.unwrap_or(false),
            max_accounts,
            log: merged.log.unwrap_or_else(|| "info".into()),
            allow: merged.allow.unwrap_or_default(),
            socket_group: merged.socket_group,
            remember: merged.remember.unwrap_or_default(),
            timings: merged.timings.unwrap_or_default(),
            sleep: SleepWatch::default(),
        })
    }
}

impl Settings {
    /// Takes the proxy of a command line.
    pub(crate) fn with_proxy_flag(mut self, url: Option<&str>) -> Result<Self, ConfigError> {
        let proxy = url.map(|url| proxy::in_the_open("--proxy", url));
        self.proxy = proxy.transpose()?;
        Ok(self)
    }

    fn or(self, weaker: Self) -> Self {
        Self {
            socket: self.socket.or(weaker.socket),
            state_dir: self.state_dir.or(weaker.state_dir),
            navigators: self.navigators.or(weaker.navigators),
            allow_clear_text: self.allow_clear_text.or(weaker.allow_clear_text),
            transport: self.transport.or(weaker.transport),
            ca_file: self.ca_file.or(weaker.ca_file),
            pins: self.pins.or(weaker.pins),
            proxy: self.proxy.or(weaker.proxy),
            proxy_password_file: self.proxy_password_file.or(weaker.proxy_password_file),
            reconnect_kick: self.reconnect_kick.or(weaker.reconnect_kick),
            max_accounts: self.max_accounts.or(weaker.max_accounts),
            log: self.log.or(weaker.log),
            allow: self.allow.or(weaker.allow),
            socket_group: self.socket_group.or(weaker.socket_group),
            remember: self.remember.or(weaker.remember),
            timings: self.timings.or(weaker.timings),
        }
    }

    fn from_environment(variable: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let get = |name| variable(name).filter(|value| !value.is_empty());
        let switch = |name| {
            let parsed = get(name).map(|text| text.parse::<bool>().map_err(|_| text));
            parsed.transpose().map_err(|text| ConfigError::Variable {
                name,
                problem: format!("{text:?} is neither `true` nor `false`"),
            })
        };
        Ok(Self {
            socket: get("IMLINK_SOCKET").map(PathBuf::from),
            state_dir: get("IMLINK_STATE_DIR").map(PathBuf::from),
            navigators: get("IMLINK_NAVIGATORS").map(|list| {
                list.split([',', ';'])
                    .map(|url| url.trim().to_owned())
                    .collect()
            }),
            allow_clear_text: switch("IMLINK_ALLOW_CLEAR_TEXT")?,
            transport: get("IMLINK_TRANSPORT")
                .map(|text| {
                    text.parse()
                        .map_err(|error: UnknownTransport| ConfigError::Variable {
                            name: "IMLINK_TRANSPORT",
                            problem: error.to_string(),
                        })
                })
                .transpose()?,
            ca_file: get("IMLINK_CA_FILE").map(PathBuf::from),
            pins: get("IMLINK_PINS")
                .map(|list| {
                    list.split([',', ';'])
                        .map(|pin| pin.trim().parse())
                        .collect()
                })
                .transpose()
                .map_err(|error: NoPin| ConfigError::Variable {
                    name: "IMLINK_PINS",
                    problem: error.to_string(),
                })?,
            proxy: get("IMLINK_PROXY")
                .map(|url| proxy::in_the_open("environment variable IMLINK_PROXY", &url))
                .transpose()?,
            proxy_password_file: get("IMLINK_PROXY_PASSWORD_FILE").map(PathBuf::from),
            reconnect_kick: switch("IMLINK_RECONNECT_KICK")?,
            max_accounts: get("IMLINK_MAX_ACCOUNTS")
                .map(|text| {
                    text.parse().map_err(|_| ConfigError::Variable {
                        name: "IMLINK_MAX_ACCOUNTS",
                        problem: format!("{text:?} is not a whole number"),
                    })
                })
                .transpose()?,
            log: get("IMLINK_LOG"),
            allow: None,
            socket_group: None,
            remember: get("IMLINK_REMEMBER")
                .map(|text| {
                    text.parse()
                        .map_err(|error: UnknownRemember| ConfigError::Variable {
                            name: "IMLINK_REMEMBER",
                            problem: error.to_string(),
                        })
                })
                .transpose()?,
            timings: None,
        })
    }
}
