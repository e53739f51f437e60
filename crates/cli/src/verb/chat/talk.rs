//! What is to be shown of one conversation, and when: no clock, no daemon and no terminal.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use imlink::{
    ClientMessageId, Code, Conversation, ConversationKind, ConversationSummary, Direction, Error,
    Message, MessageUid, Millis, Outcome, SendState, Seq, UserId,
};

use super::said::{Own, Said, Shown};

/// An own message that is not out after that long is said to wait. Ten times a slow round trip.
const SOON: Duration = Duration::from_secs(1);

/// A person who goes on typing is shown once in that time; SDKs tell it every few seconds.
const TYPING: Duration = Duration::from_secs(10);

/// Between two notices that this user is typing.
const TELL_TYPING: Duration = Duration::from_secs(5);

/// The type of a typing notice (behaviour.md 13.7).
const TYPING_NOTICE: &str = "RC:TypSts";

/// What stands in the place of a message that was taken back (behaviour.md 13.7).
const NOTICE: &str = "RC:RcNtf";

/// One conversation, as far as it has been shown.
#[derive(Debug)]
pub struct Talk {
    conversation: Conversation,
    user: UserId,
    /// Place of the last stored message that was shown.
    place: Seq,
    /// Own messages of this talk. Their texts have been typed, and are not shown again.
    own: BTreeMap<ClientMessageId, Fate>,
    /// Those of them that the daemon has, or may have.
    handed: BTreeSet<ClientMessageId>,
    /// Own messages that can be taken back, the last one last.
    sent: Vec<MessageUid>,
    /// Up to which time of the cloud it is read, and up to which the daemon was told so.
    read: Option<Millis>,
    read_told: Option<Millis>,
    link: Link,
    typing: BTreeMap<UserId, Instant>,
    told_typing: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Up,
    Down,
}

/// Where an own message stands.
#[derive(Debug)]
enum Fate {
    /// Nothing was heard of it.
    Open { text: String, told_at: Instant },
    /// It was said to wait.
    Waiting { text: String },
    /// Nobody can say, for the time being.
    InDoubt { text: String },
    /// It ended.
    Ended(End),
}

/// How an own message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The cloud has it.
    Sent,
    /// It was not delivered.
    Failed(Code),
}

/// What became of the own messages together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those nothing final is known of.
    pub open: usize,
    /// Those nobody can say anything of.
    pub in_doubt: usize,
    /// Why the first one failed that did.
    pub failed: Option<Code>,
}

impl Talk {
    /// Nothing has been shown yet.
    pub fn new(conversation: Conversation, user: UserId) -> Self {
        Self {
            conversation,
            user,
            place: Seq(0),
            own: BTreeMap::new(),
            handed: BTreeSet::new(),
            sent: Vec::new(),
            read: None,
            read_told: None,
            link: Link::Up,
            typing: BTreeMap::new(),
            told_typing: None,
        }
    }

    /// The last messages, the oldest first, with a mark before the first one that is unread.
    pub fn open(&mut self, last: Vec<Message>, summary: Option<&ConversationSummary>) -> Vec<Said> {
        let read = summary.and_then(|summary| summary.read_up_to);
        let unread = summary.map_or(0, |summary| summary.unread);
        let is_unread = |message: &Message| {
            message.direction == Direction::Received
                && message.flags.counted
                && read.is_none_or(|read| message.sent_at > read)
        };
        let shown = last.iter().filter(|message| is_unread(message)).count();
        let hidden = unread.saturating_sub(u32::try_from(shown).unwrap_or(u32::MAX));
        let mut mark = (unread > 0).then_some(Said::Unread { unread, hidden });
        self.read = read;
        self.read_told = read;
        let mut said = Vec::new();
        for message in last {
            if is_unread(&message) {
                said.extend(mark.take());
            }
            said.extend(self.stored(message));
        }
        said
    }

    /// Begins behind these messages without showing them.
    pub fn skip(&mut self, last: &[Message]) {
        self.place = last.last().map_or(self.place, |message| message.seq);
    }

    /// A stored message, if it comes behind those that were shown.
    pub fn stored(&mut self, message: Message) -> Option<Said> {
        if message.seq <= self.place {
            return None;
        }
        self.place = message.seq;
        match message.direction {
            Direction::Sent if message.object_name.as_str() == NOTICE => {}
            Direction::Sent => self.may_be_taken_back(message.uid.clone()),
            Direction::Received => {
                self.typing.remove(&message.sender);
                self.read = self.read.max(Some(message.sent_at));
            }
        }
        if self.is_own(&message) {
            return None;
        }
        Some(Said::Message(Shown(Box::new(message))))
    }

    /// A message that is not stored: somebody types, or the conversation stores none.
    pub fn heard(&mut self, message: Message, now: Instant) -> Option<Said> {
        if message.conversation != self.conversation {
            return None;
        }
        if message.object_name.as_str() == TYPING_NOTICE {
            return self.typing(message.sender, now);
        }
        if self.conversation.kind != ConversationKind::Chatroom || self.is_own(&message) {
            return None;
        }
        Some(Said::Message(Shown(Box::new(message))))
    }

    fn typing(&mut self, user: UserId, now: Instant) -> Option<Said> {
        let shown = self.typing.get(&user);
        if user == self.user || shown.is_some_and(|shown| now < *shown + TYPING) {
            return None;
        }
        self.typing.insert(user.clone(), now);
        Some(Said::Typing {
            user: user.to_string(),
        })
    }

    /// Another message stands in the place of one.
    pub fn changed(&mut self, message: &Message) -> Option<Said> {
        if message.conversation != self.conversation {
            return None;
        }
        self.sent.retain(|uid| Some(uid) != message.uid.as_ref());
        Some(Said::Recalled {
            seq: message.seq.0,
            sender: message.sender.to_string(),
            sent_at: message.sent_at.0,
        })
    }

    /// The user says something.
    pub fn say(&mut self, client_id: ClientMessageId, text: String, now: Instant) {
        self.told_typing = None;
        let told_at = match self.link {
            Link::Up => now + SOON,
            Link::Down => now,
        };
        self.own.insert(client_id, Fate::Open { text, told_at });
    }

    /// The daemon has an own message, or may have it.
    pub fn handed(&mut self, id: ClientMessageId) {
        self.handed.insert(id);
    }

    /// The talk is over: what was not handed over by now is not sent.
    pub fn give_up(&mut self) -> Vec<Said> {
        let is_here = |(id, fate): &(&ClientMessageId, &Fate)| match fate {
            Fate::Open { .. } | Fate::Waiting { .. } => !self.handed.contains(*id),
            Fate::InDoubt { .. } | Fate::Ended(_) => false,
        };
        let here = self.own.iter().filter(is_here);
        let here: Vec<_> = here.map(|(id, _)| id.clone()).collect();
        here.iter()
            .filter_map(|id| self.failed(id, Code::RC_NET_CHANNEL_INVALID))
            .collect()
    }

    /// What became of an own message, as far as the daemon knows.
    pub fn ended(&mut self, id: &ClientMessageId, outcome: Result<Outcome, Error>) -> Option<Said> {
        match outcome {
            Ok(Outcome::Sent { uid, at }) => self.sent(id, uid, at),
            Ok(Outcome::Failed { code }) => self.failed(id, code),
            Ok(Outcome::InDoubt) => self.doubted(id),
            Err(error) => self.failed(id, error.code()),
        }
    }

    /// News of an own message that was in doubt.
    pub fn cleared(&mut self, id: &ClientMessageId, state: SendState) -> Option<Said> {
        let Some(Fate::InDoubt { .. }) = self.own.get(id) else {
            return None;
        };
        match state {
            SendState::Sent { uid, at } => self.sent(id, uid, at),
            SendState::Failed { code } => self.failed(id, code),
            SendState::Queued | SendState::Sending | SendState::InDoubt => None,
        }
    }

    fn sent(&mut self, id: &ClientMessageId, uid: MessageUid, at: Millis) -> Option<Said> {
        let own = self.end(id, End::Sent)?;
        self.may_be_taken_back(Some(uid.clone()));
        Some(Said::Sent {
            own,
            uid: uid.to_string(),
            sent_at: at.0,
        })
    }

    fn failed(&mut self, id: &ClientMessageId, code: Code) -> Option<Said> {
        let own = self.end(id, End::Failed(code))?;
        Some(Said::failed(own, code))
    }

    fn doubted(&mut self, id: &ClientMessageId) -> Option<Said> {
        let fate = self.own.get_mut(id)?;
        let text = fate.text()?.to_owned();
        if matches!(fate, Fate::InDoubt { .. }) {
            return None;
        }
        *fate = Fate::InDoubt { text: text.clone() };
        Some(Said::InDoubt(Own::new(id, text)))
    }

    fn end(&mut self, id: &ClientMessageId, end: End) -> Option<Own> {
        let fate = self.own.get_mut(id)?;
        let text = fate.text()?.to_owned();
        *fate = Fate::Ended(end);
        Some(Own::new(id, text))
    }

    /// The link, or the daemon, is there or not; said once each time.
    pub fn link(&mut self, up: bool, code: Option<Code>) -> Option<Said> {
        let link = if up { Link::Up } else { Link::Down };
        if std::mem::replace(&mut self.link, link) == link {
            return None;
        }
        Some(match link {
            Link::Up => Said::Connected,
            Link::Down => Said::Reconnecting {
                code: code.map(Code::number),
                code_name: code.map(Code::name),
            },
        })
    }

    /// When [`tick`](Self::tick) has something to say.
    pub fn deadline(&self) -> Option<Instant> {
        let open = self.own.values().filter_map(|fate| match fate {
            Fate::Open { told_at, .. } => Some(*told_at),
            Fate::Waiting { .. } | Fate::InDoubt { .. } | Fate::Ended(_) => None,
        });
        open.min()
    }

    /// Says which own messages wait.
    pub fn tick(&mut self, now: Instant) -> Vec<Said> {
        let mut said = Vec::new();
        for (id, fate) in &mut self.own {
            if let Fate::Open { text, told_at } = fate
                && *told_at <= now
            {
                let text = std::mem::take(text);
                said.push(Said::Waiting(Own::new(id, text.clone())));
                *fate = Fate::Waiting { text };
            }
        }
        said
    }

    /// Up to which time everything was shown, if the daemon does not know yet.
    pub fn take_read(&mut self) -> Option<Millis> {
        if self.read == self.read_told {
            return None;
        }
        self.read_told = self.read;
        self.read
    }

    /// Whether to tell the others that the user is typing; true once in a while only.
    pub fn tells_typing(&mut self, now: Instant) -> bool {
        let private = self.conversation.kind == ConversationKind::Private;
        let told = self
            .told_typing
            .is_some_and(|told| now < told + TELL_TYPING);
        if !private || told || self.link == Link::Down {
            return false;
        }
        self.told_typing = Some(now);
        true
    }

    /// The message to take back next.
    pub fn last_own(&self) -> Option<&MessageUid> {
        self.sent.last()
    }

    /// Place of the last stored message that was shown.
    pub fn place(&self) -> Seq {
        self.place
    }

    /// What became of the own messages together.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for fate in self.own.values() {
            match fate {
                Fate::Open { .. } | Fate::Waiting { .. } => tally.open += 1,
                Fate::InDoubt { .. } => tally.in_doubt += 1,
                Fate::Ended(End::Failed(code)) => tally.failed = tally.failed.or(Some(*code)),
                Fate::Ended(End::Sent) => {}
            }
        }
        tally
    }

    /// The outcome and the history name the same message.
    fn may_be_taken_back(&mut self, uid: Option<MessageUid>) {
        self.sent.extend(uid.filter(|uid| !self.sent.contains(uid)));
    }

    fn is_own(&self, message: &Message) -> bool {
        let id = message.client_id.as_ref();
        id.is_some_and(|id| self.own.contains_key(id))
    }
}

impl Fate {
    /// What the message says, while nothing final is known of it.
    fn text(&self) -> Option<&str> {
        match self {
            Self::Open { text, .. } | Self::Waiting { text } | Self::InDoubt { text } => Some(text),
            Self::Ended(_) => None,
        }
    }
}

impl Own {
    fn new(id: &ClientMessageId, text: String) -> Self {
        Self {
            client_id: id.to_string(),
            text,
        }
    }
}

#[cfg(test)]
mod tests;
