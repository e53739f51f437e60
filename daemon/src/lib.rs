//! The daemon that owns the cloud connection and shares it with local apps.
//!
//! A library first: [`serve`] and [`serve_here`] run a daemon inside any program, [`run`] is the whole command that
//! `imlinkd` and `imlink daemon` are. Only the command installs a panic hook and handles signals.
//!
//! ```text
//! Listener -> Peer -> Hub -> Upstream -> Store      one actor for each thing with a life of its own
//! ```

mod aside;
mod clock;
mod command;
mod commits;
mod config;
mod device;
mod diagnosis;
mod directories;
mod driver;
mod groups;
mod hub;
mod ledger;
mod listener;
mod lock;
mod messages;
mod network;
mod outbox;
mod peer;
mod porch;
mod private_file;
mod proxy;
mod reachable;
mod registry;
mod remember;
mod removal;
mod rules;
mod serve;
mod sleep;
mod state;
mod store;
mod surroundings;
mod systemd;
mod timer;
mod transport;
mod upstream;
mod users;
mod vital;

pub use command::{Flags, run};
pub use config::{
    Config, ConfigError, DEFAULT_MAX_ACCOUNTS, FileError, FileErrorKind, ProxyConfigError,
    Remember, RuleError, Settings, Timing, UnknownRemember, changed_timings,
};
pub use device::DeviceIdError;
pub use directories::PlaceError;
pub use imlink_connection::{Timings, Transport, UnknownTransport};
pub use lock::LockError;
pub use private_file::PrivateFileError;
pub use proxy::KeptProxyError;
pub use remember::{FormError, RememberError};
pub use rules::{AppPattern, Rule, Who};
pub use serve::{ServeError, serve, serve_here};
pub use sleep::{Clocks, SleepWatch};
pub use transport::{CaFileError, CaFileErrorKind, DialerError, NoPin, Pin};
