//! User settings (protocol/cloud-wire.md 5.3): this cloud keeps none yet.

use imlink_model::Millis;
use imlink_wire::proto::{PullUserSettingInput, PullUserSettingOutput, encode_body};

use super::{
    App,
    query::{Answer, Query},
};

impl App {
    /// Nothing is newer than what the client has.
    pub(super) fn pull_user_settings(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: PullUserSettingInput = query.read()?;
        Ok(encode_body(&PullUserSettingOutput {
            version: asked.version,
            items: Vec::new(),
        }))
    }
}
