//! Entering and leaving chatrooms, and what is said in them.

use std::time::Instant;

use bytes::Bytes;
use imlink_model::uplink::{AskId, IfAbsent, SendOutcome};
use imlink_model::{
    Body, Code, Conversation, ConversationKind, Direction, IncomingMessage, Millis, ObjectName,
    TargetId,
};
use imlink_wire::ClientPacket;
use imlink_wire::flags::status;
use imlink_wire::proto::{
    ChrmDownStreamMessages, DownStreamMessage, UpStreamMessage, decode_answer, decode_body,
};
use tracing::{debug, warn};

use super::{Connection, Work};
use crate::incoming::{Reader, flags};
use crate::rooms::{RoomPage, RoomQuery};

impl Connection {
    pub(super) fn on_enter_room(
        &mut self,
        ask: AskId,
        room: TargetId,
        if_absent: IfAbsent,
        recent: u16,
    ) {
        match self.online() {
            Some(work) => work.account.rooms.enter(room, if_absent, ask, recent),
            None => self.refuse_ask(ask, Code::RC_NET_CHANNEL_INVALID),
        }
    }

    pub(super) fn on_leave_room(&mut self, room: &TargetId) {
        if let Some(account) = &mut self.account {
            let events = account.rooms.leave(room);
            self.outlet.tell_all(events);
        }
    }

    /// Asks what is due of rooms.
    pub(super) fn pump_rooms(&mut self, now: Instant) {
        let Some(mut work) = self.online() else {
            return;
        };
        while work.account.rooms.is_due(now) {
            let message_id = work.fresh_id();
            let Some(query) = work.account.rooms.ask(message_id, now) else {
                return;
            };
            let RoomQuery { topic, room, body } = query;
            work.transmit(ClientPacket::Query {
                topic: topic.to_owned(),
                target: room.as_str().to_owned(),
                message_id,
                body,
            });
        }
    }

    pub(super) fn on_room_answer(
        &mut self,
        message_id: u16,
        status: u16,
        body: Bytes,
        now: Instant,
    ) {
        let Some(mut work) = self.online() else {
            return;
        };
        let page = match status {
            0 => work.read_room(body),
            _ => None,
        };
        if let Some(page) = &page {
            work.settle_room_doubts(&page.messages);
        }
        let rooms = &mut work.account.rooms;
        let events = rooms.answered(message_id, status, || page, now);
        work.outlet.tell_all(events);
    }

    pub(super) fn on_room_timeout(&mut self, now: Instant) {
        if let Some(account) = &mut self.account {
            let events = account.rooms.handle_timeout(now);
            self.outlet.tell_all(events);
        }
    }

    /// Another device of the user said something in a room; that is all that is ever heard of it.
    pub(super) fn on_room_echo(&mut self, room: &str, date: u32, body: Bytes) {
        let Some(work) = self.online() else {
            return;
        };
        match work.read_echo(room, date, body) {
            Some(message) => {
                let told = work.account.rooms.push(message);
                work.outlet.tell_all(told);
            }
            None => work.dropped.messages += 1,
        }
    }
}

impl Work<'_> {
    /// The answer to a pull of a room. One without messages may be the answer to entering it: that
    /// is not looked into.
    fn read_room(&mut self, body: Bytes) -> Option<RoomPage> {
        let answer: ChrmDownStreamMessages = match decode_answer(body) {
            Ok(answer) => answer,
            Err(error) => {
                debug!(%error, "No page of a chatroom");
                return None;
            }
        };
        let link = &self.online.link;
        let reader = Reader {
            user: &link.user,
            connected_at: link.connected_at,
        };
        let mut messages = Vec::with_capacity(answer.list.len());
        for message in answer.list {
            let read = decode_body::<DownStreamMessage>(message).map_err(|error| error.to_string());
            match read.and_then(|message| reader.any(message).map_err(|error| error.to_string())) {
                Ok(message) => messages.push(message),
                Err(error) => {
                    warn!(error, "Skipped a message that cannot be represented");
                    self.dropped.messages += 1;
                }
            }
        }
        Some(RoomPage {
            messages,
            cursor: answer.sync_time,
        })
    }

    /// The cloud's copy of an own message says what became of its row. The copy itself is told by
    /// whoever tells that.
    fn settle_room_doubts(&mut self, messages: &[IncomingMessage]) {
        for message in messages {
            let (Some(wire_ref), Some(uid)) = (message.wire_ref, &message.uid) else {
                continue;
            };
            if message.direction != Direction::Sent {
                continue;
            }
            let found = self.account.outbox.find(wire_ref, &message.conversation);
            let Some(row) = found else {
                continue;
            };
            let room = &message.conversation.target;
            self.account.rooms.sending(row, room, wire_ref);
            self.account.outbox.settle(row);
            let outcome = SendOutcome::Sent {
                uid: uid.clone(),
                at: message.sent_at,
            };
            self.outlet.record_outcome(row, outcome);
        }
    }

    fn read_echo(&self, room: &str, date: u32, body: Bytes) -> Option<IncomingMessage> {
        let body: UpStreamMessage = decode_body(body).ok()?;
        let flags = flags(&body.classname, status::of_session(body.session_id));
        Some(IncomingMessage {
            uid: None,
            conversation: Conversation {
                kind: ConversationKind::Chatroom,
                target: TargetId::new(room).ok()?,
                channel: None,
            },
            direction: Direction::Sent,
            sender: self.online.link.user.clone(),
            object_name: ObjectName::new(body.classname).ok()?,
            body: Body::new(body.content),
            sent_at: Millis(i64::from(date) * 1000),
            flags,
            wire_ref: body.client_unique_id.and_then(|id| u64::try_from(id).ok()),
            expansion: body.extra_content.filter(|text| !text.is_empty()),
            offline: false,
            retrieved: false,
        })
    }
}

/// Whether a topic is that of what is said in a room.
pub(super) fn is_said_in_room(topic: &str) -> bool {
    topic == imlink_wire::topic::CHATROOM || topic == imlink_wire::topic::CHATROOM_STATUS
}

/// Whether a message belongs to a chatroom.
pub(super) fn is_of_room(message: &IncomingMessage) -> bool {
    message.conversation.kind == ConversationKind::Chatroom
}
