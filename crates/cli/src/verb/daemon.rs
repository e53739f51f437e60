//! `imlink daemon`: the daemon itself, and what its configuration comes to, as JSON.

use std::time::Duration;

use imlink_daemon::{Config, Flags, Rule, Timing, changed_timings};
use serde::Serialize;

use crate::command::Ending;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::runtime::DONE;

/// For the end of `imlink daemon --help`.
pub const EXAMPLES: &str = "\
Examples:
  imlink daemon                 run in this terminal until Ctrl-C
  imlink daemon --check         say what the configuration comes to, and leave
  imlink daemon --log debug     see what it does
  systemctl --user enable --now imlinkd.socket
                                have systemd start it when an app first needs it

Exit status 3 says that another daemon is running, 2 that the configuration or a directory that it
names cannot be used.

With --check --json: socket, state_dir, navigators, allow_clear_text, transport, ca_file, pins,
proxy (without name and password), reconnect_kick, max_accounts, log, remember, timings (name and
seconds of those that are not the default), socket_group, allow (who, app, rights).";

/// What the configuration comes to.
#[derive(Serialize)]
struct Checked {
    socket: String,
    state_dir: String,
    navigators: Vec<String>,
    allow_clear_text: bool,
    transport: &'static str,
    ca_file: Option<String>,
    pins: Vec<String>,
    proxy: Option<String>,
    reconnect_kick: bool,
    max_accounts: usize,
    log: String,
    remember: &'static str,
    timings: Vec<Changed>,
    socket_group: Option<u32>,
    allow: Vec<Allowed>,
}

/// A timing that is not the default; several values are the steps of a ladder.
#[derive(Serialize)]
struct Changed {
    name: &'static str,
    seconds: Vec<f64>,
}

/// A rule, in words.
#[derive(Serialize)]
struct Allowed {
    who: String,
    app: Option<String>,
    rights: String,
}

/// People get what `imlinkd` would say, word for word.
pub fn run(flags: Flags, output: Output) -> Ending {
    if !output.is_json() {
        return Ok(imlink_daemon::run(flags));
    }
    let config = flags.clone().settle().map_err(|error| {
        let cure = "Correct that; `imlink daemon --check` says what the configuration comes to.";
        Failure::usage(error.to_string(), cure)
    })?;
    if !flags.check {
        return Ok(imlink_daemon::run(flags));
    }
    output::json(&Checked::from(config))?;
    DONE
}

impl From<Config> for Checked {
    fn from(config: Config) -> Self {
        let Config {
            socket,
            state_dir,
            navigators,
            allow_clear_text,
            transport,
            ca_file,
            pins,
            proxy,
            reconnect_kick,
            max_accounts,
            log,
            allow,
            socket_group,
            remember,
            timings,
            // Nobody sets it from a shell.
            sleep: _,
        } = config;
        Self {
            socket: socket.display().to_string(),
            state_dir: state_dir.display().to_string(),
            navigators,
            allow_clear_text,
            transport: transport.as_str(),
            ca_file: ca_file.map(|path| path.display().to_string()),
            pins: pins.iter().map(ToString::to_string).collect(),
            proxy: proxy.map(|proxy| proxy.to_string()),
            reconnect_kick,
            max_accounts,
            log,
            remember: remember.as_str(),
            timings: changed_timings(&timings)
                .into_iter()
                .map(Changed::from)
                .collect(),
            socket_group,
            allow: allow.into_iter().map(Allowed::from).collect(),
        }
    }
}

impl From<Timing> for Changed {
    fn from(timing: Timing) -> Self {
        Self {
            name: timing.name,
            seconds: timing.times.iter().map(Duration::as_secs_f64).collect(),
        }
    }
}

impl From<Rule> for Allowed {
    fn from(rule: Rule) -> Self {
        Self {
            who: rule.who.to_string(),
            app: rule.app.map(|app| app.to_string()),
            rights: rule.right.to_string(),
        }
    }
}
