//! Single messages by their uids (`qryMsg`).

use imlink_model::Millis;
use imlink_wire::proto::{MsgQuery, MsgQueryAck, encode_body};

use super::{
    App,
    publish::{INVALID, Refusal},
    query::{Answer, Query, conversation_of},
};

/// The most messages that may be asked for at once.
const MAX_NAMED: usize = 100;

impl App {
    /// Messages of a conversation as they are by now, and the uids of those that are not there.
    pub(super) fn look_up_messages(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: MsgQuery = query.read()?;
        if asked.query.len() > MAX_NAMED {
            return Err(Refusal::new(INVALID, "too many messages"));
        }
        let conversation = conversation_of(asked.r#type, &asked.target_id)?;
        let thread = self.thread_of(&query.user, &conversation);
        let mut answer = MsgQueryAck::default();
        for named in asked.query {
            match thread.and_then(|thread| thread.find(&named.msg_uid)) {
                Some(kept) => answer.list.push(self.render(&kept.message, kept.direction)),
                None => answer.not_exist_msg_id.push(named.msg_uid),
            }
        }
        Ok(encode_body(&answer))
    }
}
