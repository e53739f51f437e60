//! Chatrooms: which app is in which (behaviour.md 13.8).
//!
//! The user is in a room as long as any app of the account is. What is said there goes to the apps
//! that entered, once, and is not stored; what an app of this daemon says comes to them when it is
//! durable that the cloud has it.

use imlink_ipc_proto::{ChatroomChange, Event, Response, limits};
use imlink_model::uplink::{Command, IfAbsent, RoomChange, RoomNews, SendOutcome};
use imlink_model::{
    Code, ConversationKind, Direction, Flags, IncomingMessage, Message, Millis, Origin,
    OutgoingMessage, ReceivedStatus, Seq, TargetId,
};

use super::checks::{Refusal, plain};
use super::live::Asked;
use super::{AccountId, PeerId, Registry};

impl Registry {
    /// An app enters a room.
    pub(super) fn enter_room(
        &mut self,
        peer: PeerId,
        request: u64,
        room: TargetId,
        create: bool,
        recent: u16,
    ) -> Result<(), Refusal> {
        if recent > limits::RECENT_MESSAGES {
            let most = limits::RECENT_MESSAGES;
            let text = format!("recent is {recent}, but may be {most} at most");
            return Err(Refusal(Code::RC_CHATROOM_PATAMETER_INVALID, text));
        }
        let account = self.linked_account(peer)?;
        if self.rooms_beside(peer, &room) >= limits::CHATROOMS {
            return Err(plain(Code::LOCAL_QUOTA));
        }
        let asked = Asked::EnterRoom {
            room: room.clone(),
            left: false,
        };
        let ask = self.ask(account, peer, request, asked);
        let if_absent = if create {
            IfAbsent::Create
        } else {
            IfAbsent::Refuse
        };
        self.uplink(
            account,
            Command::EnterRoom {
                ask,
                room,
                if_absent,
                recent,
            },
        );
        Ok(())
    }

    /// An app leaves a room, also one that it is only about to enter.
    pub(super) fn leave_chatroom(&mut self, peer: PeerId, request: u64, room: &TargetId) {
        if let Some(account) = self.session_of(peer) {
            self.leave_room(account, peer, room);
        }
        self.answer(peer, request, Response::Done {});
    }

    /// The user is in a room, which an app asked for.
    pub(super) fn entered(
        &mut self,
        account: AccountId,
        peer: PeerId,
        room: TargetId,
        left: bool,
        recent: Vec<IncomingMessage>,
        now: Millis,
    ) {
        if left || self.session_of(peer) != Some(account) {
            return self.leave_if_empty(account, &room);
        }
        self.rooms.entry((account, room)).or_default().insert(peer);
        for message in recent {
            let message = imlink_ipc_proto::Message::transient(message, now);
            self.emit(peer, Event::Transient { message });
        }
    }

    /// The apps that are to hear a message for those who listen now.
    pub(super) fn listeners(&self, account: AccountId, message: &IncomingMessage) -> Vec<PeerId> {
        if message.conversation.kind == ConversationKind::Chatroom {
            return self.in_room(account, &message.conversation.target);
        }
        self.peers_of(account)
    }

    /// What became of the user's stay in a room.
    pub(super) fn room_news(&mut self, account: AccountId, news: RoomNews) {
        let RoomNews { room, change } = news;
        let members = self.in_room(account, &room);
        let change = match change {
            RoomChange::Rejoined => ChatroomChange::Rejoined,
            RoomChange::Left { code } => {
                self.rooms.remove(&(account, room.clone()));
                ChatroomChange::Left { code }
            }
        };
        for peer in members {
            let room = room.clone();
            self.emit(peer, Event::Chatroom { room, change });
        }
    }

    /// It is durable that the cloud has what an app said in a room: everybody in it hears that.
    pub fn said(
        &mut self,
        account: AccountId,
        outgoing: &OutgoingMessage,
        outcome: &SendOutcome,
        now: Millis,
    ) {
        let SendOutcome::Sent { uid, at } = outcome else {
            return;
        };
        let user = self.accounts.get(&account).and_then(|it| it.user.clone());
        let (ConversationKind::Chatroom, Some(sender)) = (outgoing.conversation.kind, user) else {
            return;
        };
        let message: imlink_ipc_proto::Message = Message {
            seq: Seq(0),
            uid: Some(uid.clone()),
            conversation: outgoing.conversation.clone(),
            direction: Direction::Sent,
            origin: Origin::App(outgoing.app.id.clone()),
            sender,
            object_name: outgoing.object_name.clone(),
            body: outgoing.body.clone(),
            sent_at: *at,
            received_at: now,
            flags: Flags {
                silent: outgoing.options.silent,
                ..Flags::default()
            },
            client_id: Some(outgoing.client_id.clone()),
            expansion: None,
            received: ReceivedStatus::NONE,
            local_extra: None,
            offline: false,
        }
        .into();
        for peer in self.in_room(account, &outgoing.conversation.target) {
            let message = message.clone();
            self.emit(peer, Event::Transient { message });
        }
    }

    /// An app is not on its account any more, and told so where it was in.
    pub(super) fn put_out_of_rooms(&mut self, peer: PeerId, code: Code) {
        for (account, room) in self.rooms_of(peer) {
            self.leave_room(account, peer, &room);
            let change = ChatroomChange::Left { code };
            self.emit(peer, Event::Chatroom { room, change });
        }
    }

    /// An app is gone, or on another account.
    pub(super) fn leave_rooms_but_of(&mut self, peer: PeerId, stays: Option<AccountId>) {
        for (account, room) in self.rooms_of(peer) {
            if Some(account) != stays {
                self.leave_room(account, peer, &room);
            }
        }
    }

    fn leave_room(&mut self, account: AccountId, peer: PeerId, room: &TargetId) {
        for ask in self.asks.values_mut() {
            if let Asked::EnterRoom { room: other, left } = &mut ask.what
                && ask.peer == peer
                && other == room
            {
                *left = true;
            }
        }
        let key = (account, room.clone());
        let Some(members) = self.rooms.get_mut(&key) else {
            return;
        };
        if members.remove(&peer) {
            self.leave_if_empty(account, room);
        }
    }

    /// The last one to leave takes the user out, unless another app is on its way in.
    fn leave_if_empty(&mut self, account: AccountId, room: &TargetId) {
        let awaited = self.asks.values().any(|ask| {
            ask.account == account
                && matches!(&ask.what, Asked::EnterRoom { room: other, .. } if other == room)
        });
        if awaited || !self.in_room(account, room).is_empty() {
            return;
        }
        let room = room.clone();
        self.rooms.remove(&(account, room.clone()));
        self.uplink(account, Command::LeaveRoom { room });
    }

    fn in_room(&self, account: AccountId, room: &TargetId) -> Vec<PeerId> {
        let members = self.rooms.get(&(account, room.clone()));
        members.into_iter().flatten().copied().collect()
    }

    /// The rooms a peer is in, or about to enter.
    fn rooms_of(&self, peer: PeerId) -> Vec<(AccountId, TargetId)> {
        let entered = self.rooms.iter().filter(|(_, in_it)| in_it.contains(&peer));
        let mut rooms: Vec<_> = entered.map(|(room, _)| room.clone()).collect();
        for ask in self.asks.values().filter(|ask| ask.peer == peer) {
            if let Asked::EnterRoom { room, left: false } = &ask.what {
                rooms.push((ask.account, room.clone()));
            }
        }
        rooms.sort();
        rooms.dedup();
        rooms
    }

    fn rooms_beside(&self, peer: PeerId, room: &TargetId) -> usize {
        let rooms = self.rooms_of(peer).into_iter();
        rooms.filter(|(_, other)| other != room).count()
    }
}
