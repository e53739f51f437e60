//! The sandbox over real sockets.

mod client;
mod control;
mod control_openapi;
mod gateway;
mod handle;
mod hostile;
mod http;
mod transport;
mod web;
