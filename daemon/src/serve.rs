//! Building the house, keeping it, closing it in order.

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use actix::Actor;
use imlink_connection::Transport;
use imlink_store::Accounts;
use tracing::{info, warn};

use crate::clock;
use crate::config::Config;
use crate::device::{self, DeviceIdError};
use crate::diagnosis::Way;
use crate::directories::{self, PlaceError};
use crate::hub::Hub;
use crate::ledger::Ledger;
use crate::listener::{Listener, Listening};
use crate::lock::{Lock, LockError};
use crate::messages::{Rescue, Stop};
use crate::proxy::{KeptProxyError, ProxySetting};
use crate::reachable;
use crate::registry::{About, shown};
use crate::remember::{Memory, RememberError};
use crate::removal::{self, Removal};
use crate::rules::Rules;
use crate::state::State;
use crate::surroundings;
use crate::systemd;
use crate::transport::{Dialer, DialerError, ProxyInUse};
use crate::upstream::Vendor;
use crate::vital;

/// How long an orderly stop may take; what is not done by then is done by the next start (F-I29).
const STOP_DEADLINE: Duration = Duration::from_secs(5);

/// Why the daemon does not start. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A directory cannot be used.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Another daemon is there.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The index of accounts cannot be opened.
    #[error(transparent)]
    Accounts(#[from] imlink_store::OpenError),
    /// The file that names this device cannot be used.
    #[error(transparent)]
    Device(#[from] DeviceIdError),
    /// Tokens cannot be remembered as configured.
    #[error(transparent)]
    Remember(#[from] RememberError),
    /// The socket cannot be made.
    #[error("socket {}: {source}", path.display())]
    Bind {
        /// Its path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The proxy that an app has set cannot be read.
    #[error(transparent)]
    Proxy(#[from] KeptProxyError),
    /// The system gives no thread.
    #[error("no thread can be started: {0}")]
    Thread(io::Error),
    /// The file of certificate authorities cannot be used, or the TLS library does not work here.
    #[error(transparent)]
    Dialer(#[from] DialerError),
    /// The state directory was removed while it was in use.
    #[error(
        "state directory {} was removed; started again, this makes a new one, and the cloud gives what it keeps",
        path.display()
    )]
    StateRemoved {
        /// Where it was.
        path: PathBuf,
    },
    /// The socket was removed, and its directory or lock with it.
    #[error("socket {} was removed, and its place with it: {source}", path.display())]
    SocketRemoved {
        /// Where it was.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state directory is on a read-only file system, and there is no room to read it in.
    #[error(
        "state directory {} is on a read-only file system, and no copy to read from can be made at {}; make the file system writable",
        path.display(), place.display()
    )]
    ReadOnly {
        /// The directory.
        path: PathBuf,
        /// Where the copy would be.
        place: PathBuf,
        /// Why it is not.
        source: imlink_store::OpenError,
    },
    /// The file system of the state directory was read-only at start, and is not any more.
    #[error(
        "the file system of the state directory {} can be written to again; started again, this stores and sends",
        path.display()
    )]
    Writable {
        /// The directory.
        path: PathBuf,
    },
    /// A part of the daemon ended by itself.
    #[error(
        "the {actor} of the daemon ended by itself; started again, it goes on with what was accepted"
    )]
    Ended {
        /// Which.
        actor: &'static str,
    },
}

/// Serves apps until `stop` completes, on the actix system of the caller.
///
/// With an inherited socket nothing is bound and the socket's directory is left alone. Returns
/// when everything taken is durable, or after five seconds.
///
/// # Errors
/// [`ServeError`] if it cannot start, or its state directory is removed.
pub async fn serve(
    config: Config,
    inherited: Option<OwnedFd>,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let in_use = ProxyInUse::default();
    let dialer = Dialer::new(config.ca_file.as_deref(), &config.pins, in_use.clone())?
        .writing_within(config.timings.write);
    let state = State::take(&config.state_dir, &config.socket)?;
    let holds_socket = inherited.is_none();
    let (listening, _runtime_lock) = listen(&config, inherited)?;
    let accounts = Accounts::open(state.of_rows())?;
    let device_id = device::id(&config.state_dir)?;
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let mut memory = Memory::open(config.remember, &config.state_dir, credentials, &device_id)?;
    let remembered = memory.load(&accounts)?;
    let remembers = !memory.is_none();
    let ledger = Ledger::new(accounts, memory).map_err(ServeError::Thread)?;
    let instance: u64 = rand::random();

    let proxy = ProxySetting::load(&config.state_dir, config.proxy, in_use)?;
    let connection = imlink_connection::Config {
        navigators: config.navigators.clone(),
        clear_text: config.allow_clear_text,
        transport: config.transport,
        reconnect_kick: config.reconnect_kick,
        device_id: Some(device_id),
        timings: config.timings.clone(),
        ..imlink_connection::Config::default()
    };
    let about = About {
        instance,
        started_at: clock::now(),
        state_dir: config.state_dir.clone(),
        proxy: proxy.current().map(shown),
    };
    if config.reconnect_kick && config.transport == Transport::WebSocket {
        warn!("WebSocket cannot carry `reconnect_kick`: a reconnect takes its place back");
    }
    let rules = Rules::new(config.allow, rustix::process::geteuid().as_raw());
    let way = Way {
        dialer: dialer.clone(),
        navigators: config.navigators.clone(),
        clear_text: config.allow_clear_text,
    };
    let drivers = Vendor {
        config: connection,
        dialer,
    };
    let (vitals, mut ends) = vital::vitals();
    let hub = Hub::new(
        config.max_accounts,
        ledger,
        Box::new(drivers),
        way,
        proxy,
        about,
        vitals.clone(),
    );
    let hub = hub.watching(surroundings::watch(config.sleep));
    let hub = match remembers {
        true => hub.holding(remembered),
        false => hub,
    };
    let hub = hub.start();
    let listener = vitals.of("listener");
    let listener = Listener::new(listening, rules, instance, hub.clone(), listener).start();
    let _watchdog = systemd::keep_watchdog_fed();
    systemd::ready();
    info!(
        version = env!("CARGO_PKG_VERSION"),
        socket = %config.socket.display(),
        state = %config.state_dir.display(),
        "Ready"
    );

    let removal_of_socket = async {
        // One that systemd holds is systemd's to keep.
        if !holds_socket {
            std::future::pending::<()>().await;
        }
        reachable::keep(&config.socket, config.socket_group, &listener).await
    };
    let ended = tokio::select! {
        () = stop => Ok(()),
        source = removal_of_socket => {
            let path = config.socket.clone();
            Err(ServeError::SocketRemoved { path, source })
        }
        () = removal_of(&config.state_dir) => {
            // What is not written by then is lost with the directory.
            let _ = tokio::time::timeout(STOP_DEADLINE, hub.send(Rescue)).await;
            return Err(ServeError::StateRemoved { path: config.state_dir });
        }
        () = state.writable_again() => Err(ServeError::Writable { path: config.state_dir }),
        actor = ends.first() => return Err(ServeError::Ended { actor }),
    };
    systemd::stopping();
    listener.do_send(Stop);
    match tokio::time::timeout(STOP_DEADLINE, hub.send(Stop)).await {
        Ok(Ok(())) => {
            state.release();
            ended
        }
        Ok(Err(_)) => Err(ServeError::Ended { actor: "hub" }),
        Err(_) => {
            warn!("Not everything ended in time; the next start sorts it out");
            ended
        }
    }
}

/// The same on this thread, on an actix system of its own.
///
/// # Errors
/// As [`serve`].
pub fn serve_here(
    config: Config,
    inherited: Option<OwnedFd>,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    actix_rt::System::new().block_on(serve(config, inherited, stop))
}

/// Completes once the directory is gone; never where that cannot be noticed.
async fn removal_of(directory: &Path) {
    let noticed = async { Removal::watch(directory, &removal::STATE)?.noticed().await };
    match noticed.await {
        Ok(()) => {}
        // Removed before anybody looked.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            warn!(%error, "A removal of the state directory would not be noticed");
            std::future::pending::<()>().await;
        }
    }
}

fn listen(
    config: &Config,
    inherited: Option<OwnedFd>,
) -> Result<(Listening, Option<Lock>), ServeError> {
    let bind = |source| ServeError::Bind {
        path: config.socket.clone(),
        source,
    };
    if let Some(descriptor) = inherited {
        return Ok((Listening::inherited(descriptor).map_err(bind)?, None));
    }
    let directory = directories::of_socket(&config.socket)?;
    match config.socket_group {
        None => directories::private(directory, "runtime")?,
        Some(group) => directories::shared(directory, "runtime", group)?,
    }
    // The socket may live in the state directory's own lock's reach; each directory has its own.
    let lock = if directory == config.state_dir {
        None
    } else {
        Some(Lock::take(directory)?)
    };
    Ok((
        Listening::bind(&config.socket, config.socket_group).map_err(bind)?,
        lock,
    ))
}
