//! The QUERYs of histories.

use imlink_model::{Conversation, ConversationKind, Direction, Millis, TargetId};
use imlink_wire::proto::{HistoryMsgInput, HistoryMsgOuput, encode_body};

use super::{HistoryOrder, Thread};
use crate::cloud::{
    App,
    publish::{INVALID, Refusal},
    query::{Answer, Query},
};

/// QUERYACK status: the app keeps no histories (25102).
const NO_HISTORY: u16 = 25102;
/// QUERYACK status: the app keeps no histories of chatrooms (23414).
const NO_CHATROOM_HISTORY: u16 = 23414;

/// Messages in an answer to a query that names no number. The vendor's examples ask for so many.
const DEFAULT_COUNT: usize = 20;

/// `HistoryMsgInput.order` of "newer than the time, ascending".
const ORDER_NEWER: i32 = 1;

impl App {
    pub(in crate::cloud) fn private_history(&mut self, query: &Query, now: Millis) -> Answer {
        self.own_history(ConversationKind::Private, query, now)
    }

    pub(in crate::cloud) fn group_history(&mut self, query: &Query, now: Millis) -> Answer {
        self.own_history(ConversationKind::Group, query, now)
    }

    pub(in crate::cloud) fn system_history(&mut self, query: &Query, now: Millis) -> Answer {
        self.own_history(ConversationKind::System, query, now)
    }

    /// The history of a chatroom; anyone may read it, as rooms are open to anyone.
    pub(in crate::cloud) fn chatroom_history(&mut self, query: &Query, now: Millis) -> Answer {
        let asked: HistoryMsgInput = query.read()?;
        let Some(retention) = self.policy.chatroom_history else {
            return Err(Refusal::new(
                NO_CHATROOM_HISTORY,
                "chatrooms keep no history",
            ));
        };
        let room = query.target_id()?;
        if let Some(thread) = self.rooms_history.get_mut(&room) {
            thread.prune(now, retention);
        }
        Ok(
            self.answer_history(self.rooms_history.get(&room), &asked, |kept| {
                if kept.message.draft.from == query.user {
                    Direction::Sent
                } else {
                    Direction::Received
                }
            }),
        )
    }

    fn own_history(&mut self, kind: ConversationKind, query: &Query, now: Millis) -> Answer {
        let asked: HistoryMsgInput = query.read()?;
        let Some(retention) = self.policy.history else {
            return Err(Refusal::new(NO_HISTORY, "the app keeps no history"));
        };
        let target = TargetId::new(asked.target_id.as_deref().unwrap_or_default())
            .map_err(|_| Refusal::new(INVALID, "no target id"))?;
        let conversation = Conversation {
            kind,
            target,
            channel: None,
        };
        if let Some(thread) = self.user(&query.user).archive.get_mut(&conversation) {
            thread.prune(now, retention);
        }
        let thread = self.thread_of(&query.user, &conversation);
        Ok(self.answer_history(thread, &asked, |kept| kept.direction))
    }

    /// One page. The cursor of the next one is the time of the last message in it.
    fn answer_history(
        &self,
        thread: Option<&Thread>,
        asked: &HistoryMsgInput,
        direction: impl Fn(&super::Kept) -> Direction,
    ) -> bytes::Bytes {
        let order = if asked.order == Some(ORDER_NEWER) {
            HistoryOrder::Newer
        } else {
            HistoryOrder::Older
        };
        let time = match (asked.time.unwrap_or_default(), order) {
            // "From the newest": what chatroom queries send (protocol/cloud-wire.md 5.8).
            (0, HistoryOrder::Older) => i64::MAX,
            (time, _) => time,
        };
        let count = match usize::try_from(asked.count.unwrap_or_default()) {
            Ok(0) | Err(_) => DEFAULT_COUNT,
            Ok(count) => count,
        };
        let count = count.min(self.policy.page.max(1));
        let page = thread.map(|thread| thread.page(Millis(time), order, count));
        let (messages, more) = page.map_or((Vec::new(), false), |page| (page.messages, page.more));
        let last = messages.last().map(|kept| kept.message.time.0);
        let render = |kept: &super::Kept| self.render(&kept.message, direction(kept));
        encode_body(&HistoryMsgOuput {
            list: messages.iter().map(render).collect(),
            sync_time: last.unwrap_or(asked.time.unwrap_or_default()),
            has_msg: more.into(),
            ..HistoryMsgOuput::default()
        })
    }
}
