//! The `imlink` command.
//!
//! One binary for everything: the daemon, a sandbox cloud to try it against, the verbs that talk
//! to a running daemon, and a demonstration of it all. A library, so that the whole-system tests
//! can have the same binary under another name: [`main`] is all there is to call.

#![forbid(unsafe_code)]

mod account;
mod archive;
mod command;
mod confirm;
mod demo;
mod exit;
mod failure;
mod http;
mod language;
mod output;
mod remote;
mod runtime;
mod token;
mod verb;
mod watch;

pub use command::main;
