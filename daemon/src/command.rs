//! The command: flags, configuration, logging, signals, exit code.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use imlink_connection::Transport;
use imlink_model::WithCauses;
use rustix::process::{DumpableBehavior, Resource, Rlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, ConfigError, Remember, Settings, changed_timings};
use crate::lock::LockError;
use crate::serve::{ServeError, serve};
use crate::systemd;
use crate::transport::DialerError;

/// Something failed while it ran.
const EXIT_FAILED: u8 = 1;
/// The configuration or the place it names cannot be used.
const EXIT_CONFIG: u8 = 2;
/// Another daemon is running; units must not restart into it (decisions.md P26).
const EXIT_RUNNING: u8 = 3;

/// What the daemon can be told on its command line. Flags beat the environment, which beats the
/// configuration file.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// Read this configuration file [default: $XDG_CONFIG_HOME/imlink/imlinkd.toml].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Listen here [default: $XDG_RUNTIME_DIR/imlink/imlinkd.sock].
    #[arg(long, value_name = "PATH")]
    pub socket: Option<PathBuf>,
    /// Keep accounts and messages here [default: $XDG_STATE_HOME/imlink].
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// Ask this navigator where the gateways are (may be repeated). A token that names its own is
    /// asked about there first.
    #[arg(long = "navigator", value_name = "URL")]
    pub navigators: Vec<String>,
    /// Let tokens travel unencrypted to other machines. Whoever sits on the way can read them and
    /// take over the account.
    #[arg(long)]
    pub allow_clear_text: bool,
    /// Speak this form of the protocol: `tcp` takes the user's desktop slot at the cloud,
    /// `websocket` the web slot, which would end the session of the user's browser [default: auto,
    /// which is `tcp`, and on this machine `websocket` where nothing else is offered].
    #[arg(long, value_name = "auto|tcp|websocket")]
    pub transport: Option<Transport>,
    /// Trust the certificate authorities in this PEM file too.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Reach the cloud through this proxy: `socks5://host:port` or `http://host:port`, with a name as
    /// in `socks5://name@host:port`. Its password stands in a file.
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
    /// Read the proxy's password from this file, which nobody else may be able to read.
    #[arg(long, value_name = "FILE")]
    pub proxy_password_file: Option<PathBuf>,
    /// Where an account may be online once: give way, when reconnecting, to the device that came
    /// meanwhile. Without it the reconnecting daemon takes its place back.
    #[arg(long)]
    pub reconnect_kick: bool,
    /// Open at most this many accounts at once [default: 8].
    #[arg(long, value_name = "N")]
    pub max_accounts: Option<usize>,
    /// Keep tokens for a daemon that starts alone, which then connects by itself: `credential` reads
    /// what systemd hands the service, `keyring` lasts until the machine restarts, `file` is below
    /// the state directory [default: none].
    #[arg(long, value_name = "none|credential|keyring|file")]
    pub remember: Option<Remember>,
    /// What to log, for example `debug` or `info,imlink_daemon=trace` [default: info].
    #[arg(long, value_name = "FILTER")]
    pub log: Option<String>,
    /// Check the configuration, say what it comes to, and leave.
    #[arg(long)]
    pub check: bool,
}

/// Runs the daemon as a program of its own until it is told to stop.
///
/// Installs a panic hook that ends the process: a daemon with a dead actor is the worst state
/// there is, and being started again is the one recovery path. Exit status: 0 after an orderly
/// stop, 1 after a failure, 2 for a configuration that cannot be used, 3 if another daemon runs.
#[must_use]
pub fn run(flags: Flags) -> ExitCode {
    let check = flags.check;
    let config = match flags.settle() {
        Ok(config) => config,
        Err(problem) => return fail(EXIT_CONFIG, &WithCauses(&problem)),
    };
    if check {
        return describe(&config);
    }
    let filter = match EnvFilter::try_new(&config.log) {
        Ok(filter) => filter,
        Err(problem) => {
            return fail(
                EXIT_CONFIG,
                &format!("log filter {:?}: {problem}", config.log),
            );
        }
    };
    log_to_stderr(filter);
    harden();
    take_descriptors();
    abort_on_panic();

    let system = actix_rt::System::new();
    let served = system.block_on(async {
        // Taken before anybody can be told that it is ready: from then on a stop is orderly.
        let signals = Signals::take();
        serve(config, systemd::inherited_socket(), stop_signal(signals)).await
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => fail(exit_status(&problem), &WithCauses(&problem)),
    }
}

impl Flags {
    /// Merges these flags with the environment of this process and the configuration file.
    ///
    /// # Errors
    /// [`ConfigError`] for the first thing that is wrong.
    pub fn settle(self) -> Result<Config, ConfigError> {
        let settings = Settings {
            socket: self.socket,
            state_dir: self.state_dir,
            navigators: Some(self.navigators).filter(|list| !list.is_empty()),
            allow_clear_text: self.allow_clear_text.then_some(true),
            transport: self.transport,
            ca_file: self.ca_file,
            pins: None,
            proxy: None,
            proxy_password_file: self.proxy_password_file,
            reconnect_kick: self.reconnect_kick.then_some(true),
            max_accounts: self.max_accounts,
            log: self.log,
            allow: None,
            socket_group: None,
            remember: self.remember,
            timings: None,
        };
        let settings = settings.with_proxy_flag(self.proxy.as_deref())?;
        Config::load(self.config, |name| std::env::var(name).ok(), settings)
    }
}

#[expect(clippy::print_stdout, reason = "the answer to --check")]
fn describe(config: &Config) -> ExitCode {
    println!("socket            {}", config.socket.display());
    println!("state_dir         {}", config.state_dir.display());
    println!(
        "navigators        {}",
        match config.navigators.as_slice() {
            [] => "none but those a token names".into(),
            list => list.join(", "),
        }
    );
    println!("allow_clear_text  {}", config.allow_clear_text);
    println!("transport         {}", config.transport);
    println!(
        "ca_file           {}",
        match &config.ca_file {
            None => "none but this machine's".into(),
            Some(path) => path.display().to_string(),
        }
    );
    println!(
        "pins              {}",
        match config.pins.len() {
            0 => "none, any key that an authority vouches for".into(),
            count => format!("{count}"),
        }
    );
    println!(
        "proxy             {}",
        match &config.proxy {
            None => "none".into(),
            Some(proxy) => proxy.to_string(),
        }
    );
    println!("reconnect_kick    {}", config.reconnect_kick);
    println!("max_accounts      {}", config.max_accounts);
    println!("log               {}", config.log);
    println!("remember          {}", config.remember);
    let timings = changed_timings(&config.timings);
    if timings.is_empty() {
        println!("timings           the default ones");
    }
    for timing in timings {
        println!("timings           {timing}");
    }
    match config.socket_group {
        Some(gid) => println!("socket_group      {gid}"),
        None => println!("socket_group      none"),
    }
    if config.allow.is_empty() {
        println!("allow             none but this user and root");
    }
    for rule in &config.allow {
        println!("allow             {rule}: {}", rule.right);
    }
    ExitCode::SUCCESS
}

fn exit_status(problem: &ServeError) -> u8 {
    match problem {
        ServeError::Lock(LockError::Held { .. }) => EXIT_RUNNING,
        ServeError::Place(_)
        | ServeError::Bind { .. }
        | ServeError::Device(_)
        | ServeError::Proxy(_)
        | ServeError::Remember(_)
        | ServeError::ReadOnly { .. }
        | ServeError::Dialer(DialerError::CaFile(_) | DialerError::NoAuthorities(_))
        | ServeError::Lock(LockError::Io { .. }) => EXIT_CONFIG,
        ServeError::Accounts(_)
        | ServeError::Thread(_)
        | ServeError::Dialer(DialerError::Tls(_))
        | ServeError::StateRemoved { .. }
        | ServeError::SocketRemoved { .. }
        | ServeError::Writable { .. }
        | ServeError::Ended { .. } => EXIT_FAILED,
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the one line a person reads when it does not start"
)]
fn fail(status: u8, problem: &impl std::fmt::Display) -> ExitCode {
    eprintln!("imlinkd: {problem}");
    ExitCode::from(status)
}

/// Logs go to standard error. The journal has its own clock, a terminal gets colour.
fn log_to_stderr(filter: EnvFilter) {
    let terminal = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(terminal && std::env::var_os("NO_COLOR").is_none());
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        builder.without_time().init();
    } else {
        builder.init();
    }
}

/// Tokens are in this memory: no core dump, no debugger of the same user (F-K03), and every file
/// is private from its first moment.
fn harden() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if let Err(error) = rustix::process::setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "Core dumps cannot be switched off");
    }
    if let Err(error) = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "The process cannot be hidden from debuggers");
    }
}

/// Each app takes a descriptor, and the limit that programs are started with is there for those
/// that use `select`.
fn take_descriptors() {
    let Rlimit { current, maximum } = rustix::process::getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: maximum,
        maximum,
    };
    // A unit's LimitNOFILE= sets both, and its filter may forbid to ask.
    if current != maximum
        && let Err(error) = rustix::process::setrlimit(Resource::Nofile, all)
    {
        tracing::warn!(%error, "The number of open files stays limited as it is");
    }
}

fn abort_on_panic() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        report(panic);
        std::process::abort();
    }));
}

/// The signals that mean something here.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Takes them from the system's defaults; `None` if it does not give them.
    fn take() -> Option<Self> {
        Some(Self {
            terminate: signal(SignalKind::terminate()).ok()?,
            interrupt: signal(SignalKind::interrupt()).ok()?,
            hang_up: signal(SignalKind::hangup()).ok()?,
        })
    }
}

/// Ends with the first SIGTERM or SIGINT. SIGHUP is taken and means nothing (F-I30).
async fn stop_signal(signals: Option<Signals>) {
    let Some(mut signals) = signals else {
        tracing::error!("Signals cannot be handled; only SIGKILL will stop this");
        return std::future::pending().await;
    };
    loop {
        tokio::select! {
            _ = signals.terminate.recv() => return,
            _ = signals.interrupt.recv() => return,
            _ = signals.hang_up.recv() => tracing::info!("SIGHUP means nothing here"),
        }
    }
}

#[cfg(test)]
mod tests;
