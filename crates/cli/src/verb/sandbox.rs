//! `imlink sandbox`: a cloud on this machine.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::Args;
use imlink::{AppKey, UserId};
use imlink_sandbox::{Config, Sandbox, Secret};
use serde::Serialize;
use tracing_subscriber::EnvFilter;

use crate::command::Ending;
use crate::failure::Failure;
use crate::output::{Output, Paint, Table};
use crate::runtime::DONE;

/// Where `imlink sandbox` serves HTTP and `imlink token` looks for it; not a port that development
/// servers usually take.
pub const DEFAULT_PORT: u16 = 7340;

/// Users for whom a token is made at the start.
const USERS: [&str; 2] = ["alice", "bob"];

#[derive(Args)]
#[command(after_help = "\
It speaks the vendor's real protocol: navigation, WebSocket gateway, Server API, and a control API
below /sandbox/v1 that breaks things on purpose. Nothing is stored; what was sent is gone when it
stops. Ctrl-C stops it.

Examples:
  imlink sandbox
  imlink sandbox --port 0                any free port; it says which
  imlink token alice | imlink connect --app-key imlink-sandbox

With --json: app_key, app_secret, navigation, gateway, control, tokens (by user).")]
pub struct Arguments {
    /// Serve navigation, Server API and control API on this port; 0 takes any free one.
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT)]
    port: u16,

    /// Serve the gateway on this port; 0 takes any free one.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    gateway_port: u16,

    /// The key of the first app.
    #[arg(long, value_name = "KEY", env = "IMLINK_APP_KEY")]
    app_key: Option<AppKey>,

    /// Serve other machines too. Everything is in the clear, and whoever reaches it can read every
    /// message and act as any user.
    #[arg(long)]
    allow_remote: bool,

    /// With --allow-remote: the host that clients are told to come to.
    #[arg(long, value_name = "HOST", requires = "allow_remote")]
    public_host: Option<String>,

    /// What to log, for example `debug`.
    #[arg(long, value_name = "FILTER", default_value = "info")]
    log: String,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Started {
    /// The key of the first app.
    app_key: String,
    /// Its app server's secret.
    app_secret: String,
    /// Address of navigation and Server API.
    navigation: String,
    /// Host and port of the gateway.
    gateway: String,
    /// Address of the control API.
    control: String,
    /// A good token for each of two users.
    tokens: std::collections::BTreeMap<String, String>,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    let filter = EnvFilter::try_new(&arguments.log).map_err(|error| {
        Failure::usage(
            format!(
                "The log filter {:?} cannot be read: {error}.",
                arguments.log
            ),
            "Give a level such as `debug`, or `warn,imlink_sandbox=trace`.",
        )
    })?;
    let config = config(&arguments);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
        .init();
    let mut told = Ok(());
    let ended = imlink_sandbox::run(config, |sandbox| told = output.say(&Started::new(sandbox)));
    told?;
    match ended {
        Ok(()) => DONE,
        Err(error) => Err(refusal(&error)),
    }
}

fn config(arguments: &Arguments) -> Config {
    let address = match arguments.allow_remote {
        true => Ipv4Addr::UNSPECIFIED,
        false => Ipv4Addr::LOCALHOST,
    };
    let at = |port| SocketAddr::new(IpAddr::V4(address), port);
    let default = Config::default();
    Config {
        http: at(arguments.port),
        gateway: at(arguments.gateway_port),
        app_key: arguments.app_key.clone().unwrap_or(default.app_key),
        allow_remote: arguments.allow_remote,
        public_host: arguments.public_host.clone(),
        ..Config::default()
    }
}

fn refusal(error: &io::Error) -> Failure {
    let cure = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "Another sandbox may be running already; stop it, or choose another port with --port."
        }
        io::ErrorKind::PermissionDenied => "Choose a port from 1024 on.",
        _ => "Choose another port with --port.",
    };
    Failure::own(
        "SANDBOX",
        format!("The sandbox cannot start: {error}."),
        cure,
    )
}

impl Started {
    fn new(sandbox: &Sandbox) -> Self {
        let tokens = USERS.map(|name| {
            let user = UserId::new(name).expect("a plain name is a user id");
            (name.to_owned(), sandbox.issue_token(&user))
        });
        Self {
            app_key: sandbox.app_key().to_string(),
            app_secret: sandbox.secret().reveal().to_owned(),
            navigation: sandbox.navigator(),
            gateway: sandbox.gateway_address().to_string(),
            control: format!("{}/sandbox/v1", sandbox.navigator()),
            tokens: tokens.into(),
        }
    }
}

impl fmt::Display for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}\n",
            Paint::strong("The sandbox is up; Ctrl-C stops it.")
        )?;
        let mut facts = Table::default();
        for (label, value) in [
            ("app key", &self.app_key),
            ("app secret", &self.app_secret),
            ("navigation", &self.navigation),
            ("gateway", &self.gateway),
            ("control", &self.control),
        ] {
            facts.row([format!("  {}", Paint::dim(label)), value.clone()]);
        }
        for (user, token) in &self.tokens {
            facts.row([
                format!("  {}", Paint::dim(format_args!("token of {user}"))),
                token.clone(),
            ]);
        }
        let Self {
            app_key,
            navigation,
            ..
        } = self;
        write!(
            f,
            "{facts}\n
Try, in other terminals:
  imlink daemon
  imlink token alice --sandbox {navigation} | imlink connect --app-key {app_key}
  imlink listen"
        )
    }
}

/// The secret that a sandbox has if nobody says otherwise.
pub fn default_secret() -> Secret {
    Config::default().secret
}

/// The app key that a sandbox has if nobody says otherwise.
pub fn default_app_key() -> AppKey {
    Config::default().app_key
}
