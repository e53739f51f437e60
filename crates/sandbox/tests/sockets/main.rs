//! The sandbox over real sockets.

mod client;
mod control;
mod control_openapi;
mod control_refused;
mod data;
mod gateway;
mod handle;
mod hostile;
mod http;
mod http_dialects;
mod tcp;
mod tcp_client;
mod tcp_hostile;
mod tcp_transport;
mod tls;
mod transport;
mod web;
mod webhook;
