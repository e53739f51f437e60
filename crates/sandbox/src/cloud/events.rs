//! The event log of managed groups and friends (protocol/cloud-wire.md 5.3): this cloud has
//! neither, so it stays empty.

use imlink_model::Millis;
use imlink_wire::proto::{EventChangeList, QueryMsgChange, encode_body};

use super::{
    App,
    query::{Answer, Query},
};

impl App {
    /// Nothing is newer than what the client has.
    pub(super) fn pull_events(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: QueryMsgChange = query.read()?;
        Ok(encode_body(&EventChangeList {
            sync_time: asked.sync_time,
            has_next: Some(false),
            ..EventChangeList::default()
        }))
    }
}
