//! The machine through its public face, in virtual time.

mod cloud;
mod codes;
mod connect;
mod disconnect;
mod driver;
mod keepalive;
mod ladder;
mod navigation;
mod network;
mod pacing;
mod properties;
mod reading;
mod recalling;
mod refusal;
mod resending;
mod rooms;
mod secrets;
mod sending;
mod signals;
mod transport;
