//! Attributes of conversations (protocol/cloud-wire.md 5.8): this cloud keeps none yet.

use imlink_model::Millis;
use imlink_wire::proto::{SessionReq, SessionStates, encode_body};

use super::{
    App,
    query::{Answer, Query},
};

impl App {
    /// Nothing is newer than what the client has.
    pub(super) fn pull_conversation_states(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: SessionReq = query.read()?;
        Ok(encode_body(&SessionStates {
            version: asked.time,
            state: Vec::new(),
        }))
    }
}
