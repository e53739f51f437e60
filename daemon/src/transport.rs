//! Sockets towards the cloud: they carry, and decide nothing.

mod dial;
mod navigate;
mod websocket;

pub use dial::Dialer;
pub use websocket::{Link, Received};
