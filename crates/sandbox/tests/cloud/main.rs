//! The pure core and the Server API over it, in virtual time.

mod account;
mod bench;
mod broadcast;
mod chatroom;
mod connect;
mod conversations;
mod deletion;
mod echo;
mod expansion;
mod faults;
mod group;
mod history;
mod moderation;
mod modify;
mod navigation;
mod publish;
mod pull;
mod reading;
mod recall;
mod reconnect_kick;
mod relation;
mod server_api;
mod settings;
mod states;
mod words;
mod worlds;
