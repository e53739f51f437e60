//! What a user deletes, for himself alone (protocol/cloud-wire.md 5.7): it leaves his history.
//!
//! Pulls are not touched: a device that was offline meanwhile still has to hear what was said.

use bytes::Bytes;
use imlink_model::{ConversationKind, Millis};
use imlink_wire::proto::{CleanHisMsgInput, CleanMsgBatchReq, DeleteMsgInput};

use super::{
    App,
    publish::Refusal,
    query::{Answer, Query, conversation_of},
};

impl App {
    /// Deletes single messages; those that are not there are gone already.
    pub(super) fn delete_messages(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: DeleteMsgInput = query.read()?;
        let target = asked.conversation_id.as_deref().unwrap_or_default();
        let conversation = conversation_of(asked.r#type.unwrap_or_default(), target)?;
        if let Some(thread) = self.user(&query.user).archive.get_mut(&conversation) {
            for uid in asked.msgs.iter().filter_map(|named| named.msg_id.as_ref()) {
                thread.remove(uid);
            }
        }
        Ok(Bytes::new())
    }

    pub(super) fn clean_private(&mut self, query: &Query, _now: Millis) -> Answer {
        self.clean(query, ConversationKind::Private, &query.read()?)
    }

    pub(super) fn clean_group(&mut self, query: &Query, _now: Millis) -> Answer {
        self.clean(query, ConversationKind::Group, &query.read()?)
    }

    pub(super) fn clean_system(&mut self, query: &Query, _now: Millis) -> Answer {
        self.clean(query, ConversationKind::System, &query.read()?)
    }

    /// Cleans several conversations, each of the kind it says.
    pub(super) fn clean_many(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: CleanMsgBatchReq = query.read()?;
        for one in &asked.input {
            conversation_of(one.conversation_type.unwrap_or_default(), &one.target_id)?;
        }
        for one in &asked.input {
            self.clean_one(query, one.conversation_type.unwrap_or_default(), one)?;
        }
        Ok(Bytes::new())
    }

    fn clean(&mut self, query: &Query, kind: ConversationKind, asked: &CleanHisMsgInput) -> Answer {
        self.clean_one(query, kind.number().into(), asked)?;
        Ok(Bytes::new())
    }

    /// Deletes everything up to a time; without one, everything.
    fn clean_one(
        &mut self,
        query: &Query,
        kind: i32,
        asked: &CleanHisMsgInput,
    ) -> Result<(), Refusal> {
        let conversation = conversation_of(kind, &asked.target_id)?;
        let up_to = match asked.data_time {
            0 => Millis(i64::MAX),
            time => Millis(time),
        };
        self.clean_history(&query.user, &conversation, up_to);
        Ok(())
    }
}
