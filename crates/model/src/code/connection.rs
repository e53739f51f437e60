//! Codes of connecting, staying connected and setting the client up (behaviour.md 12.1).

pub(super) mod client;
pub(super) mod link;
pub(super) mod refusal;
