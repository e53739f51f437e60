//! One file per verb.

pub mod activate;
pub mod chat;
pub mod connect;
pub mod conversations;
pub mod daemon;
pub mod disconnect;
pub mod doctor;
pub mod explain;
pub mod export;
pub mod forget;
pub mod history;
pub mod import;
pub mod listen;
pub mod logout;
pub mod outbox;
pub mod proxy;
pub mod purge;
pub mod sandbox;
pub mod search;
pub mod send;
pub mod status;
pub mod token;
