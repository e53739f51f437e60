//! Starting a sandbox.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use imlink::AppKey;
use imlink_sandbox::{CertificateKind, Config, DataError, Sandbox, SecondGateway, Tls};
use tracing_subscriber::EnvFilter;

use super::apps_file::{self, App};
use super::place::{self, Announcement};
use super::started::Started;
use super::{DEFAULT_PORT, default_secret};
use crate::command::Ending;
use crate::failure::Failure;
use crate::output::{Output, Paint};
use crate::runtime::DONE;

#[derive(Args)]
pub struct Flags {
    /// Serve navigation, Server API and control API on this port; 0 takes any free one.
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT)]
    port: u16,

    /// Serve the gateway for WebSocket on this port; 0 takes any free one.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    gateway_port: u16,

    /// Serve the gateway for TCP on this port; 0 takes any free one.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    tcp_port: u16,

    /// Serve the gateway at a second address too, one for each form; navigation names it after the
    /// first.
    #[arg(long)]
    second_gateway: bool,

    /// What is wrong with the certificate that is shown over TLS, if anything.
    #[arg(long, value_enum, value_name = "KIND", default_value_t)]
    certificate: Certificate,

    /// The key of the first app.
    #[arg(long, value_name = "KEY", env = "IMLINK_APP_KEY")]
    app_key: Option<AppKey>,

    /// Have the app keys and secrets of this TOML file, `-` for standard input.
    #[arg(long, value_name = "FILE")]
    apps: Option<PathBuf>,

    /// Serve other machines too. Everything is in the clear, and whoever reaches it can read every
    /// message and act as any user. Clients are told to come to the host of --public-host.
    #[arg(long, requires = "public_host")]
    dangerously_allow_remote: bool,

    /// With --dangerously-allow-remote: the host that clients are told to come to.
    #[arg(long, value_name = "HOST", requires = "dangerously_allow_remote")]
    public_host: Option<String>,

    /// Keep the state in this directory over restarts; it is made if there is none.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// What to log, for example `debug`.
    #[arg(long, value_name = "FILTER", default_value = "info")]
    log: String,
}

/// What clients over TLS are shown.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Certificate {
    /// Nothing is wrong with it, once its authority is trusted.
    #[default]
    Good,
    /// Its time is over.
    Expired,
    /// Its time is yet to come.
    NotYet,
    /// It is for another host.
    WrongHost,
    /// It is signed by itself.
    SelfSigned,
}

impl From<Certificate> for CertificateKind {
    fn from(certificate: Certificate) -> Self {
        match certificate {
            Certificate::Good => Self::Good,
            Certificate::Expired => Self::Expired,
            Certificate::NotYet => Self::NotYetValid,
            Certificate::WrongHost => Self::WrongHost,
            Certificate::SelfSigned => Self::SelfSigned,
        }
    }
}

/// Runs until Ctrl-C.
pub fn run(flags: &Flags, output: Output) -> Ending {
    log(&flags.log)?;
    let (first, others) = apps(flags)?;
    let config = config(flags, first);
    if flags.dangerously_allow_remote {
        output.note(format_args!(
            "{}: everyone who reaches this machine can read every message in the sandbox, act as \
             any of its users and steer it.",
            Paint::uneasy("warning")
        ));
    }
    let mut announcement = None;
    let mut told = Ok(());
    let ended = imlink_sandbox::run(config, |sandbox| {
        for App { key, secret } in &others {
            let app = sandbox.app(key, secret);
            // One that was kept may have had another secret.
            if app.secret() != *secret {
                app.with_app(|app| app.change_secret(secret.clone()));
            }
        }
        announcement = announce(sandbox, output);
        let is_found = announcement.is_some() && place::running().len() == 1;
        let at = (!is_found).then(|| sandbox.navigator());
        told = output.say(&Started::new(
            sandbox,
            flags.data.as_deref(),
            announcement.as_ref(),
            at.as_deref(),
        ));
    });
    drop(announcement);
    told?;
    match ended {
        Ok(()) => DONE,
        Err(error) => Err(refusal(&error)),
    }
}

fn log(filter: &str) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        Failure::usage(
            format!("The log filter {filter:?} cannot be read: {error}."),
            "Give a level such as `debug`, or `warn,imlink_sandbox=trace`.",
        )
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
        .init();
    Ok(())
}

/// The first app and the others.
fn apps(flags: &Flags) -> Result<(App, Vec<App>), Failure> {
    let mut listed = match &flags.apps {
        None => Vec::new(),
        Some(path) => apps_file::read(path)?,
    };
    let place = match &flags.app_key {
        None => (!listed.is_empty()).then_some(0),
        Some(key) => listed.iter().position(|app| app.key == *key),
    };
    let first = match place {
        Some(place) => listed.remove(place),
        None => App {
            key: flags.app_key.clone().unwrap_or_else(super::default_app_key),
            secret: default_secret(),
        },
    };
    Ok((first, listed))
}

fn config(flags: &Flags, first: App) -> Config {
    let address = match flags.dangerously_allow_remote {
        true => Ipv4Addr::UNSPECIFIED,
        false => Ipv4Addr::LOCALHOST,
    };
    let at = |port| SocketAddr::new(IpAddr::V4(address), port);
    Config {
        http: at(flags.port),
        gateway: at(flags.gateway_port),
        tcp: at(flags.tcp_port),
        tls: Some(Tls {
            http: at(0),
            websocket: at(0),
            tcp: at(0),
            certificate: flags.certificate.into(),
        }),
        second: flags.second_gateway.then(|| SecondGateway {
            websocket: at(0),
            tcp: at(0),
        }),
        app_key: first.key,
        secret: first.secret,
        allow_remote: flags.dangerously_allow_remote,
        public_host: flags.public_host.clone(),
        data: flags.data.clone(),
        ..Config::default()
    }
}

/// Without an announcement the sandbox is as good; only it has to be named.
fn announce(sandbox: &Sandbox, output: Output) -> Option<Announcement> {
    match Announcement::leave(sandbox.http_address().port()) {
        Ok(announcement) => Some(announcement),
        Err(error) => {
            output.note(format_args!(
                "{}: other commands need --at to find this sandbox: {error}.",
                Paint::uneasy("warning")
            ));
            None
        }
    }
}

fn refusal(error: &io::Error) -> Failure {
    let cause = format!("The sandbox cannot start: {error}.");
    let inner = error.get_ref();
    if let Some(data) = inner.and_then(|inner| inner.downcast_ref::<DataError>()) {
        return Failure::own("SANDBOX", cause, data.cure());
    }
    let cure = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "Another sandbox may be running already; stop it, or choose another port, as with --port 0."
        }
        io::ErrorKind::PermissionDenied => "Choose a port from 1024 on.",
        _ => "Choose another port with --port.",
    };
    Failure::own("SANDBOX", cause, cure)
}
