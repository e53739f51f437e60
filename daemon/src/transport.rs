//! Sockets towards the cloud: they carry, and decide nothing.
//!
//! ```text
//! Dialer::open(address, greeting)
//!  └─ dial        a byte stream, plain or TLS, directly or through
//!  │   └─ proxy   SOCKS 5 or HTTP CONNECT
//!      ├─ websocket   upgrade, messages <-> packets
//!      └─ tcp         CONNECT,  bytes   <-> packets
//!          └─ link    the same face for both: a queue that is written, a stream of what came
//! ```

mod dial;
mod heard;
mod link;
mod look;
mod navigate;
mod pins;
mod proxy;
mod race;
pub(crate) mod reach;
mod tcp;
mod trust;
mod websocket;

pub use dial::{Dialer, DialerError};
pub use link::{Link, Opened, Received};
pub use pins::{NoPin, Pin};
pub use proxy::{ProxyInUse, try_proxy};
pub use trust::{CaFileError, CaFileErrorKind, check_ca_file};
