//! The cloud in a box.
//!
//! A sandbox speaks the vendor's real wire protocol over real sockets, so that apps, the daemon and
//! the vendor's own SDKs can be run and tested offline. It has two layers:
//!
//! - [`Cloud`] is pure: requests, packets and the time go in, answers and packets come out. It owns
//!   users, tokens, inboxes, kicks and faults, one [`App`] per app key. [`api`] is the Server API
//!   over it.
//! - [`Sandbox`] puts it on sockets: navigation, Server API and control API over HTTP, the gateway
//!   over WebSocket and in the TCP form, each over TLS as well ([`Tls`]), with a set of
//!   [`TransportFaults`] between gateway and client.
//!
//! A sandbox binds to loopback only: everyone who reaches its control API may do everything.

pub mod api;
mod cloud;
pub mod fuzzing;
mod server;

pub use cloud::*;
pub use server::*;
