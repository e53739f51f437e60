//! Chatrooms the user is in (`protocol/cloud-wire.md` 5.9).
//!
//! ```text
//!              ask                  answered             something said, asked, or 180 s
//!   Out ------------> Entering ----------------> In ------------------------> Pulling
//!    ^                   |                        ^                              |
//!    +----- link lost ---+----- (from all) -------+--------- answered -----------+
//! ```
//!
//! What is said is told once to everybody in the room, in the order of the cloud: what is behind the
//! cursor, or was told already, is not told again. Whoever enters later gets the last messages
//! before the cursor with the answer; the rest comes to all.

mod room;
mod seen;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use bytes::Bytes;
use imlink_model::uplink::{Answer, AskId, Event, IfAbsent, RoomChange, RoomNews, SendOutcome};
use imlink_model::{Code, IncomingMessage, OutboxId, TargetId};
use imlink_wire::proto::{ChrmInput, encode_body};
use imlink_wire::topic;

use crate::Config;
use room::{Ask, Phase, Room};

/// Answers of the cloud that are awaited at one time; as many again of those that nobody heeds.
const AT_ONCE: usize = 32;

/// What a pull of a room brought, oldest first.
#[derive(Debug)]
pub(crate) struct RoomPage {
    pub(crate) messages: Vec<IncomingMessage>,
    pub(crate) cursor: i64,
}

/// What is to be asked of the cloud.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RoomQuery {
    pub(crate) topic: &'static str,
    pub(crate) room: TargetId,
    pub(crate) body: Bytes,
}

/// The rooms of an account. They outlive links.
#[derive(Debug)]
pub(crate) struct Rooms {
    rooms: BTreeMap<TargetId, Room>,
    by_message_id: BTreeMap<u16, TargetId>,
    /// Rooms to leave at the cloud.
    leaving: Vec<TargetId>,
    /// Answers that nobody waits for.
    unheeded: BTreeSet<u16>,
    /// Messages of our own on their way to a room: the room and their number at the cloud.
    sending: BTreeMap<OutboxId, (TargetId, u64)>,
    query: Duration,
    period: Duration,
}

impl Rooms {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            rooms: BTreeMap::new(),
            by_message_id: BTreeMap::new(),
            leaving: Vec::new(),
            unheeded: BTreeSet::new(),
            sending: BTreeMap::new(),
            query: config.timings.query,
            period: config.timings.pull,
        }
    }

    pub(crate) fn is_pending(&self, message_id: u16) -> bool {
        self.by_message_id.contains_key(&message_id) || self.unheeded.contains(&message_id)
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        // What is due and waits for another answer is due with that.
        let can_ask = self.can_ask();
        let rooms = self.rooms.values().filter(|room| can_ask || !room.waits());
        rooms.filter_map(Room::deadline).min()
    }

    /// Somebody enters a room; the answer comes when the user is in it.
    pub(crate) fn enter(&mut self, room: TargetId, if_absent: IfAbsent, ask: AskId, recent: u16) {
        // The cloud has not heard yet that the user wanted to leave it.
        self.leaving.retain(|left| *left != room);
        let entered = self
            .rooms
            .entry(room)
            .or_insert_with(|| Room::new(if_absent));
        entered.asks.push(Ask { ask, recent });
    }

    /// Nobody wants to be in a room any more.
    pub(crate) fn leave(&mut self, room: &TargetId) -> Vec<Event> {
        let Some(mut left) = self.take_out(room) else {
            return Vec::new();
        };
        if left.is_known_to_cloud() {
            self.leaving.push(room.clone());
        }
        left.refuse(Code::NOT_IN_CHATROOM)
    }

    /// The link is gone. Rooms the user was in are entered again with the next one; whoever waits
    /// for one of them goes on waiting.
    pub(crate) fn on_link_down(&mut self) -> Vec<Event> {
        self.by_message_id.clear();
        self.leaving.clear();
        self.unheeded.clear();
        let mut events = Vec::new();
        self.rooms.retain(|_, room| {
            room.go_out();
            if !room.was_in {
                events.extend(room.refuse(Code::RC_NET_CHANNEL_INVALID));
            }
            room.was_in
        });
        events
    }

    /// No link will be made until somebody connects: whoever waits is told so.
    pub(crate) fn give_up(&mut self, code: Code) -> Vec<Event> {
        let refuse = |room: &mut Room| room.refuse(code);
        self.rooms.values_mut().flat_map(refuse).collect()
    }

    /// Something was said in a room.
    pub(crate) fn want(&mut self, room: &str, time: i64) {
        if let Some(room) = self.by_name(room) {
            room.want(time);
        }
    }

    /// A room is gone.
    pub(crate) fn destroyed(&mut self, room: &str) -> Vec<Event> {
        let Ok(room) = TargetId::new(room) else {
            return Vec::new();
        };
        self.lose(&room, Code::RC_CHATROOM_NOT_EXIST)
    }

    /// A message that was pushed as it is; told if the user is in its room and it was not told
    /// before.
    pub(crate) fn push(&mut self, message: IncomingMessage) -> Option<Event> {
        let is_own = self.is_sending(&message);
        let room = self.rooms.get_mut(&message.conversation.target)?;
        if is_own || !room.is_in() || room.seen.has(&message) {
            return None;
        }
        room.seen.note(&message);
        Some(Event::Transient(message))
    }

    /// A message of our own goes to a room: the daemon tells the others of it once it is durable.
    pub(crate) fn sending(&mut self, row: OutboxId, room: &TargetId, wire_ref: u64) {
        self.sending.insert(row, (room.clone(), wire_ref));
    }

    /// The fate of a message of our own is durable, and with it whether others were told of it.
    pub(crate) fn settled(&mut self, row: OutboxId, outcome: &SendOutcome) {
        match outcome {
            SendOutcome::InDoubt => {}
            SendOutcome::Failed { .. } | SendOutcome::Queued => drop(self.sending.remove(&row)),
            SendOutcome::Sent { .. } => {
                if let Some((room, wire_ref)) = self.sending.remove(&row)
                    && let Some(room) = self.rooms.get_mut(&room)
                {
                    room.seen.note_ref(wire_ref);
                }
            }
        }
    }

    /// Whether something is to be asked of the cloud now.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.can_leave() || (self.can_ask() && self.rooms.values().any(|room| room.is_due(now)))
    }

    fn can_ask(&self) -> bool {
        self.by_message_id.len() < AT_ONCE
    }

    fn can_leave(&self) -> bool {
        !self.leaving.is_empty() && self.unheeded.len() < AT_ONCE
    }

    /// Takes the next question, which is asked under this id.
    pub(crate) fn ask(&mut self, message_id: u16, now: Instant) -> Option<RoomQuery> {
        if self.can_leave()
            && let Some(room) = self.leaving.pop()
        {
            self.unheeded.insert(message_id);
            return Some(RoomQuery {
                topic: topic::LEAVE_CHATROOM,
                room,
                body: encode_body(&ChrmInput {
                    nothing: 1,
                    ..ChrmInput::default()
                }),
            });
        }
        let deadline = now + self.query;
        let (name, room) = self.rooms.iter_mut().find(|(_, room)| room.is_due(now))?;
        let (topic, body) = room.ask(deadline);
        self.by_message_id.insert(message_id, name.clone());
        Some(RoomQuery {
            topic,
            room: name.clone(),
            body,
        })
    }

    /// The cloud answered; `read` makes a page of what it said.
    pub(crate) fn answered(
        &mut self,
        message_id: u16,
        status: u16,
        read: impl FnOnce() -> Option<RoomPage>,
        now: Instant,
    ) -> Vec<Event> {
        self.unheeded.remove(&message_id);
        let Some(name) = self.by_message_id.remove(&message_id) else {
            return Vec::new();
        };
        let Some(room) = self.rooms.get_mut(&name) else {
            return Vec::new();
        };
        let code = Code::new(status.into());
        match room.phase {
            Phase::Entering { .. } if code.is_success() => room.come_in(&name, now),
            Phase::Entering { .. } => self.lose(&name, code),
            Phase::Pulling { .. } if is_out(code) => self.lose(&name, code),
            Phase::Pulling { .. } => {
                let page = if code.is_success() { read() } else { None };
                self.pulled(&name, page, now)
            }
            Phase::Out | Phase::In { .. } => Vec::new(),
        }
    }

    /// Ends what was not answered by now.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Vec<Event> {
        let overdue: Vec<_> = self
            .rooms
            .iter()
            .filter(|(_, room)| room.is_overdue(now))
            .map(|(name, _)| name.clone())
            .collect();
        let mut events = Vec::new();
        for name in overdue {
            self.by_message_id.retain(|_, room| *room != name);
            let Some(room) = self.rooms.get_mut(&name) else {
                continue;
            };
            match room.phase {
                Phase::Entering { .. } if room.was_in => room.go_out(),
                Phase::Entering { .. } => {
                    // It may have come about all the same.
                    self.leaving.push(name.clone());
                    events.extend(room.refuse(Code::RC_MSG_RESP_TIMEOUT));
                    self.rooms.remove(&name);
                }
                Phase::Pulling { .. } => events.extend(self.pulled(&name, None, now)),
                Phase::Out | Phase::In { .. } => {}
            }
        }
        events
    }

    /// A pull came to its end, with a page or without.
    fn pulled(&mut self, name: &TargetId, page: Option<RoomPage>, now: Instant) -> Vec<Event> {
        let own: BTreeSet<u64> = self
            .sending
            .values()
            .filter(|(room, _)| room == name)
            .map(|(_, wire_ref)| *wire_ref)
            .collect();
        let period = self.period;
        match (self.rooms.get_mut(name), page) {
            (Some(room), Some(page)) => room.take_page(page, &own, now + period),
            (Some(room), None) => room.take_nothing(now + period),
            (None, _) => Vec::new(),
        }
    }

    /// The user is out of a room for good.
    fn lose(&mut self, name: &TargetId, code: Code) -> Vec<Event> {
        let Some(mut room) = self.take_out(name) else {
            return Vec::new();
        };
        let mut events = room.refuse(code);
        if room.was_in {
            events.push(news(name, RoomChange::Left { code }));
        }
        events
    }

    fn take_out(&mut self, name: &TargetId) -> Option<Room> {
        self.by_message_id.retain(|_, room| room != name);
        self.rooms.remove(name)
    }

    fn by_name(&mut self, name: &str) -> Option<&mut Room> {
        self.rooms.get_mut(&TargetId::new(name).ok()?)
    }

    fn is_sending(&self, message: &IncomingMessage) -> bool {
        let mut sending = self.sending.values();
        sending.any(|(room, wire_ref)| {
            *room == message.conversation.target && message.wire_ref == Some(*wire_ref)
        })
    }
}

fn news(room: &TargetId, change: RoomChange) -> Event {
    let room = room.clone();
    Event::Room(RoomNews { room, change })
}

fn answer(ask: AskId, result: Result<Answer, Code>) -> Event {
    Event::Answered { ask, result }
}

/// Refusals of a pull that say that the user is not in the room.
fn is_out(code: Code) -> bool {
    matches!(
        code,
        Code::NOT_IN_CHATROOM | Code::RC_CHATROOM_USER_KICKED | Code::RC_CHATROOM_NOT_EXIST
    )
}
