//! The cloud on sockets: one thread, one runtime, and a handle for everybody else.
//!
//! ```text
//!                [TLS] --- http ---- navigation, Server API, control API
//!                           |
//!  conduit ----- [TLS] -- gateway
//!  (faults)                 | (WebSocket form, TCP form)
//!                           v
//!  Sandbox (handle) --> World { Cloud, ports }     behind one lock
//! ```
//!
//! Whoever has the lock puts one input into the [`Cloud`](crate::Cloud) and carries all outputs to
//! the ports, bounded queues that the gateway's sessions empty. Nobody waits with the lock held.
//! With [`Config::data`] a second thread writes the state to a directory.

mod clock;
mod config;
mod data;
mod doors;
mod gateway;
mod http;
mod port;
mod redaction;
mod run;
mod sandbox;
mod serve;
mod tls;
mod transport;
mod webhook;
mod world;

pub use config::{Config, SecondGateway};
pub use data::DataError;
pub use http::control;
pub use port::{Ending, Injection};
pub use run::run;
pub use sandbox::Sandbox;
pub use tls::{CertificateKind, Tls};
pub use transport::{Drip, TransportFaults};
