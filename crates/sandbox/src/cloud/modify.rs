//! Edited messages (protocol/cloud-wire.md 5.7): this cloud edits none yet.

use imlink_model::Millis;
use imlink_wire::proto::{PullModifyMsgReq, PullModifyMsgResp, encode_body};

use super::{
    App,
    query::{Answer, Query},
};

impl App {
    /// Nothing is newer than what the client has.
    pub(super) fn pull_modified(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: PullModifyMsgReq = query.read()?;
        Ok(encode_body(&PullModifyMsgResp {
            next_version: asked.pull_version,
            finished: Some(true),
            ..PullModifyMsgResp::default()
        }))
    }
}
