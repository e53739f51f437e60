//! Sockets towards the cloud: they carry, and decide nothing.
//!
//! ```text
//! Dialer::open(address, greeting)
//!  └─ dial        a byte stream, plain or TLS
//!      ├─ websocket   upgrade, messages <-> packets
//!      └─ tcp         CONNECT,  bytes   <-> packets
//!          └─ link    the same face for both: a queue that is written, a stream of what came
//! ```

mod dial;
mod heard;
mod link;
mod navigate;
mod race;
mod tcp;
mod trust;
mod websocket;

pub use dial::{Dialer, DialerError};
pub use link::{Link, Opened, Received};
pub use trust::{CaFileError, CaFileErrorKind, check_ca_file};
