//! The pure core and the Server API over it, in virtual time.

mod bench;
mod chatroom;
mod connect;
mod conversations;
mod deletion;
mod echo;
mod faults;
mod history;
mod moderation;
mod modify;
mod navigation;
mod publish;
mod pull;
mod reading;
mod reconnect_kick;
mod server_api;
mod settings;
mod states;
mod worlds;
