//! One chatroom.

use std::collections::BTreeSet;
use std::time::Instant;

use bytes::Bytes;
use imlink_model::uplink::{Answer, AskId, Event, IfAbsent, RoomChange};
use imlink_model::{Code, IncomingMessage, TargetId};
use imlink_wire::proto::{ChrmInput, ChrmPullMsg, encode_body};
use imlink_wire::topic;

use super::seen::Seen;
use super::{RoomPage, answer, news};

/// `ChrmPullMsg.count` for none of the messages that were said before.
const NONE: i32 = -1;
/// The same for a pull that goes on from a cursor: as many as a page may have (behaviour.md 13.5).
const PAGE: i32 = 50;

#[derive(Debug)]
pub(super) struct Room {
    pub(super) phase: Phase,
    /// Somebody entered it with success: it is entered again after a break.
    pub(super) was_in: bool,
    if_absent: IfAbsent,
    /// Who waits to be told that the user is in it.
    pub(super) asks: Vec<Ask>,
    /// Everything up to this time of the server was told; `None` before the first pull.
    cursor: Option<i64>,
    /// A message of this time, or a later one, waits.
    wanted: Option<i64>,
    pub(super) seen: Seen,
}

#[derive(Debug)]
pub(super) enum Phase {
    /// It is to be entered as soon as there is a link.
    Out,
    /// The answer is awaited.
    Entering { deadline: Instant },
    /// The next pull is due when something is wanted, at the latest at `next`.
    In { next: Instant },
    /// A page is awaited, and by some for the last messages in it.
    Pulling { deadline: Instant, asks: Vec<Ask> },
}

/// One entering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) ask: AskId,
    /// How many of the last messages are wanted.
    pub(super) recent: u16,
}

impl Room {
    pub(super) fn new(if_absent: IfAbsent) -> Self {
        Self {
            phase: Phase::Out,
            was_in: false,
            if_absent,
            asks: Vec::new(),
            cursor: None,
            wanted: None,
            seen: Seen::default(),
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::Out => None,
            Phase::Entering { deadline } | Phase::Pulling { deadline, .. } => Some(deadline),
            Phase::In { next } => Some(next),
        }
    }

    /// It may be asked for, and nothing is awaited.
    pub(super) fn waits(&self) -> bool {
        match self.phase {
            Phase::Out | Phase::In { .. } => true,
            Phase::Entering { .. } | Phase::Pulling { .. } => false,
        }
    }

    pub(super) fn is_overdue(&self, now: Instant) -> bool {
        match self.phase {
            Phase::Out | Phase::In { .. } => false,
            Phase::Entering { deadline } | Phase::Pulling { deadline, .. } => deadline <= now,
        }
    }

    /// Whether something is to be asked of the cloud now.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        match self.phase {
            Phase::Out => true,
            Phase::Entering { .. } | Phase::Pulling { .. } => false,
            Phase::In { next } => {
                let is_behind = self.wanted > self.cursor;
                next <= now || is_behind || !self.asks.is_empty()
            }
        }
    }

    pub(super) fn is_in(&self) -> bool {
        match self.phase {
            Phase::Out | Phase::Entering { .. } => false,
            Phase::In { .. } | Phase::Pulling { .. } => true,
        }
    }

    /// Whether the cloud may believe that the user is in it.
    pub(super) fn is_known_to_cloud(&self) -> bool {
        match self.phase {
            Phase::Out => false,
            Phase::Entering { .. } | Phase::In { .. } | Phase::Pulling { .. } => true,
        }
    }

    /// A message of this time waits; one whose time is not positive may be of any.
    pub(super) fn want(&mut self, time: i64) {
        let time = if time > 0 { time } else { i64::MAX };
        self.wanted = self.wanted.max(Some(time));
    }

    /// What to ask now, and under which topic.
    pub(super) fn ask(&mut self, deadline: Instant) -> (&'static str, Bytes) {
        if matches!(self.phase, Phase::Out) {
            self.phase = Phase::Entering { deadline };
            let topic = match self.if_absent {
                IfAbsent::Create if !self.was_in => topic::JOIN_CHATROOM,
                IfAbsent::Create | IfAbsent::Refuse => topic::REJOIN_CHATROOM,
            };
            let body = ChrmInput {
                nothing: 1,
                ..ChrmInput::default()
            };
            return (topic, encode_body(&body));
        }
        let asks = std::mem::take(&mut self.asks);
        let recent = asks.iter().map(|ask| ask.recent).max().unwrap_or(0);
        let (sync_time, count) = match (self.cursor, recent) {
            (Some(cursor), 0) => (cursor, PAGE),
            (None, 0) => (0, NONE),
            (_, recent) => (0, recent.into()),
        };
        self.phase = Phase::Pulling { deadline, asks };
        let body = ChrmPullMsg {
            sync_time,
            count,
            ..ChrmPullMsg::default()
        };
        (topic::PULL_CHATROOM, encode_body(&body))
    }

    /// The user is in it.
    pub(super) fn come_in(&mut self, name: &TargetId, now: Instant) -> Vec<Event> {
        self.phase = Phase::In { next: now };
        if std::mem::replace(&mut self.was_in, true) {
            return vec![news(name, RoomChange::Rejoined)];
        }
        Vec::new()
    }

    /// The link is gone, or an answer; those who wait go on waiting.
    pub(super) fn go_out(&mut self) {
        if let Phase::Pulling { asks, .. } = std::mem::replace(&mut self.phase, Phase::Out) {
            self.asks.extend(asks);
        }
    }

    /// Tells everybody who waits that it came to nothing.
    pub(super) fn refuse(&mut self, code: Code) -> Vec<Event> {
        let mut asks = std::mem::take(&mut self.asks);
        if let Phase::Pulling { asks: waiting, .. } = &mut self.phase {
            asks.append(waiting);
        }
        asks.iter().map(|it| answer(it.ask, Err(code))).collect()
    }

    /// Tells what a page brings: to all what nobody was told, to those who came in what was said
    /// before. `own` are the numbers of messages on their way out, of which others tell.
    pub(super) fn take_page(
        &mut self,
        page: RoomPage,
        own: &BTreeSet<u64>,
        next: Instant,
    ) -> Vec<Event> {
        let asks = self.end_pull(next);
        let RoomPage {
            mut messages,
            cursor,
        } = page;
        messages.retain(|message| !message.wire_ref.is_some_and(|number| own.contains(&number)));
        messages.sort_by_key(|message| message.sent_at);
        let told = self.cursor.unwrap_or(cursor);
        let wanted_recent = asks.iter().any(|ask| ask.recent > 0);
        let mut events = Vec::new();
        if wanted_recent || self.cursor.is_none() {
            // It may have holes before its messages: what is new comes by a pull from the cursor.
            messages.retain(|message| message.sent_at.0 <= told || self.seen.has(message));
            for Ask { ask, recent } in asks {
                let recent = last(&messages, recent.into());
                events.push(answer(ask, Ok(Answer::Entered { recent })));
            }
            self.cursor = Some(told);
            if cursor > told {
                self.want(cursor);
            }
            return events;
        }
        events.extend(enter_without_messages(asks));
        for message in messages {
            if message.sent_at.0 > told && !self.seen.has(&message) {
                self.seen.note(&message);
                events.push(Event::Transient(message));
            }
        }
        let moved = cursor > told;
        self.cursor = Some(told.max(cursor));
        if !moved {
            // The cloud promised more than it gives; the next notification or period asks again.
            self.wanted = None;
        }
        events
    }

    /// The page did not come, or says nothing: the user is in it all the same.
    pub(super) fn take_nothing(&mut self, next: Instant) -> Vec<Event> {
        let asks = self.end_pull(next);
        self.wanted = None;
        enter_without_messages(asks).collect()
    }

    fn end_pull(&mut self, next: Instant) -> Vec<Ask> {
        match std::mem::replace(&mut self.phase, Phase::In { next }) {
            Phase::Pulling { asks, .. } => asks,
            Phase::Out | Phase::Entering { .. } | Phase::In { .. } => Vec::new(),
        }
    }
}

fn enter_without_messages(asks: Vec<Ask>) -> impl Iterator<Item = Event> {
    asks.into_iter().map(|it| {
        let recent = Vec::new();
        answer(it.ask, Ok(Answer::Entered { recent }))
    })
}

fn last(messages: &[IncomingMessage], count: usize) -> Vec<IncomingMessage> {
    messages[messages.len().saturating_sub(count)..].to_vec()
}
