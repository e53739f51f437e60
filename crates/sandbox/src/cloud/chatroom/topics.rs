//! What clients ask about rooms (protocol/cloud-wire.md 5.9).

use std::sync::Arc;

use imlink_model::{ConversationKind, Direction, Millis, UserId};
use imlink_wire::proto::{
    ChrmDownStreamMessages, ChrmInput, ChrmMember, ChrmOutput, ChrmPullMsg, QueryChatRoomInfoInput,
    QueryChatRoomInfoOutput, encode_body,
};

use super::{
    Chatroom,
    membership::{Absent, NO_SUCH_ROOM},
    speech::NOT_IN_CHATROOM,
};
use crate::cloud::{
    App,
    message::Message,
    publish::Refusal,
    query::{Answer, Query},
};

/// The most messages on coming in, also if the client names no number (behaviour.md 13.5).
const MAX_ON_ENTRY: usize = 50;
/// The most members in one answer, as the SDK's reference says.
const MAX_MEMBERS: usize = 20;
/// `QueryChatRoomInfoInput.order`: newest members first. 1 is oldest first, 0 asks for none.
const NEWEST_FIRST: i32 = 2;

/// `ChrmOutput.chatroomBanState`: the user may speak in no room.
const MUTED_EVERYWHERE: i32 = 1;
/// `ChrmOutput.chatroomBanState`: the user may not speak in this room.
const MUTED_HERE: i32 = 2;
/// `ChrmOutput.chatroomBanState`: nobody may speak in this room, the exempt apart.
const FROZEN: i32 = 4;
/// `ChrmOutput.whiteListState`: the user is exempt.
const EXEMPT: i32 = 1;

impl App {
    /// `joinChrm`: makes the room if there is none.
    pub(in crate::cloud) fn join_chatroom(&mut self, query: &Query, now: Millis) -> Answer {
        self.join(query, Absent::Create, now)
    }

    /// `joinChrmR`: the room must be there.
    pub(in crate::cloud) fn rejoin_chatroom(&mut self, query: &Query, now: Millis) -> Answer {
        self.join(query, Absent::Refuse, now)
    }

    /// `exitChrm`. Leaving a room twice is no error.
    pub(in crate::cloud) fn exit_chatroom(&mut self, query: &Query, now: Millis) -> Answer {
        let _: ChrmInput = query.read()?;
        let id = query.target_id()?;
        if !self.chatrooms.contains_key(&id) {
            return Err(Refusal::new(NO_SUCH_ROOM, "no such chatroom"));
        }
        self.take_out_of_chatroom(&id, &query.user, now);
        Ok(encode_body(&ChrmOutput {
            nothing: 1,
            ..ChrmOutput::default()
        }))
    }

    /// `queryChrmI`: how many are in, and some of them.
    pub(in crate::cloud) fn query_chatroom(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: QueryChatRoomInfoInput = query.read()?;
        let room = self.room_of(query)?;
        Ok(encode_body(&QueryChatRoomInfoOutput {
            user_total_nums: Some(count(room.members.len())),
            user_infos: room.some_members(asked.count, asked.order.unwrap_or_default()),
        }))
    }

    /// `chrmPull`: the last messages with a cursor of 0, else those after it.
    pub(in crate::cloud) fn pull_chatroom(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: ChrmPullMsg = query.read()?;
        let room = self.room_of(query)?;
        let page = if asked.sync_time == 0 {
            room.log.last(&query.user, wanted_on_entry(asked.count))
        } else {
            room.log.since(&query.user, Millis(asked.sync_time))
        };
        let shown = |(message, direction): &(Arc<Message>, Direction)| {
            encode_body(&self.render(message, *direction))
        };
        let answer = ChrmDownStreamMessages {
            list: page.messages.iter().map(shown).collect(),
            sync_time: page.cursor.0,
            ..ChrmDownStreamMessages::default()
        };
        self.counters.pulls += 1;
        Ok(encode_body(&answer))
    }

    /// The room a QUERY is about, if its user is in it.
    pub(super) fn room_of(&self, query: &Query) -> Result<&Chatroom, Refusal> {
        let id = query.target_id()?;
        let room = self.chatrooms.get(&id);
        let room = room.ok_or(Refusal::new(NO_SUCH_ROOM, "no such chatroom"))?;
        if !room.members.contains_key(&query.user) {
            return Err(Refusal::new(NOT_IN_CHATROOM, "not in the chatroom"));
        }
        Ok(room)
    }

    fn join(&mut self, query: &Query, absent: Absent, now: Millis) -> Answer {
        let _: ChrmInput = query.read()?;
        let id = query.target_id()?;
        self.enter_chatroom(&id, &query.user, absent, now)?;
        let everywhere = self.is_muted_in(&query.user, ConversationKind::Chatroom, now);
        let room = self.room_of(query)?;
        Ok(encode_body(&room.welcome(&query.user, everywhere, now)))
    }
}

impl Chatroom {
    fn welcome(&self, user: &UserId, muted_everywhere: bool, now: Millis) -> ChrmOutput {
        let bits = [
            (muted_everywhere, MUTED_EVERYWHERE),
            (self.floor.is_muted(user, now), MUTED_HERE),
            (self.floor.frozen, FROZEN),
        ];
        let exempt = self.floor.exempt.contains(user);
        ChrmOutput {
            nothing: 1,
            // One for as long as the room lives; a room of the same name is another one.
            session_id: Some(self.created.0.to_string()),
            join_time: self.members.get(user).map(|member| member.joined.0),
            create_time: Some(self.created.0),
            member_count: Some(count(self.members.len())),
            chatroom_ban_state: Some(
                bits.iter()
                    .filter(|(set, _)| *set)
                    .map(|(_, bit)| bit)
                    .sum(),
            ),
            white_list_state: Some(if exempt { EXEMPT } else { 0 }),
        }
    }

    fn some_members(&self, wanted: i32, order: i32) -> Vec<ChrmMember> {
        if order == 0 {
            return Vec::new();
        }
        let wanted = usize::try_from(wanted).unwrap_or_default().min(MAX_MEMBERS);
        let mut members: Vec<_> = self
            .members
            .iter()
            .map(|(user, member)| ChrmMember {
                time: member.joined.0,
                id: user.to_string(),
            })
            .collect();
        members.sort_by_key(|member| member.time);
        if order == NEWEST_FIRST {
            members.reverse();
        }
        members.truncate(wanted);
        members
    }
}

/// A negative count asks for none, 0 for as many as there may be.
fn wanted_on_entry(count: i32) -> usize {
    match usize::try_from(count) {
        Ok(0) => MAX_ON_ENTRY,
        Ok(count) => count.min(MAX_ON_ENTRY),
        Err(_) => 0,
    }
}

fn count(members: usize) -> i32 {
    i32::try_from(members).unwrap_or(i32::MAX)
}
