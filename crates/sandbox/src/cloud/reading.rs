//! How far a user has read (protocol/cloud-wire.md 5.7), and what he has not (`pullSe`).
//!
//! A client tells its read position by a PUBLISH of its own or, older, by a message; either way the
//! user's other devices hear of it.

use imlink_model::{Conversation, ConversationKind, Direction, Millis, TargetId, UserId};
use imlink_wire::{
    notify::{Change, Notification},
    proto::{
        SessionMsgReadInput, SessionOutput, SessionQryInput, SessionsOutput, UnreadInfo,
        UnreadMsgInfo, decode_body, encode_body,
    },
};
use serde::Deserialize;

use super::{
    App, LinkId,
    acks::Accepted,
    history::{Thread, conversation},
    message::Message,
    publish::{INVALID, Refusal, Sending},
    query::{Answer, Query},
};

/// Messages by which a user's own clients tell how far he has read: to his other devices, and to
/// whoever wrote.
const READING: [&str; 2] = ["RC:SRSMsg", "RC:ReadNtf"];

impl App {
    /// Takes the read position of a PUBLISH, and echoes it as it came.
    pub(super) fn read_position(
        &mut self,
        user: &UserId,
        sending: &Sending,
        now: Millis,
    ) -> Result<(), Refusal> {
        let position: SessionMsgReadInput =
            decode_body(sending.body.clone()).map_err(Refusal::malformed)?;
        let conversation = conversation_of(position.r#type, &position.channel_id)?;
        let from = Some(sending.link);
        self.has_read(user, conversation, Millis(position.msg_time), from, now);
        let accepted = Accepted { uid: "", time: now };
        self.acknowledge(sending, accepted);
        self.echo(sending, user, accepted, now);
        Ok(())
    }

    /// Takes the read position that a message of the user himself tells, if it tells one.
    pub(super) fn note_reading(&mut self, user: &UserId, message: &Message) {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Position {
            last_message_send_time: i64,
        }
        let body = &message.draft.body;
        if !READING.contains(&body.classname.as_str()) {
            return;
        }
        let Ok(position) = serde_json::from_str::<Position>(&body.content) else {
            return;
        };
        let conversation = conversation(message, Direction::Sent);
        let time = Millis(position.last_message_send_time);
        self.has_read(user, conversation, time, None, message.time);
    }

    /// Tells what is unread: conversations whose count has changed since a version, that version's
    /// own included, for clients ask with the version of the notification itself.
    pub(super) fn pull_unread(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: SessionQryInput = query.read()?;
        let since = Millis(asked.version.unwrap_or_default());
        let after = asked.page_token.as_deref().map(position_of).transpose()?;
        let limit = self.policy.page.max(1);
        let archive = &self.user(&query.user).archive;
        let mut changed = archive
            .threads()
            .filter(|(_, thread)| thread.counted >= since && thread.counted > Millis::default())
            .filter(|(conversation, _)| after.as_ref().is_none_or(|after| *conversation > after));
        let page: Vec<_> = changed.by_ref().take(limit).collect();
        let more = changed.next().is_some();
        let last = page.last().filter(|_| more);
        Ok(encode_body(&SessionsOutput {
            page_token: last.map(|(conversation, _)| token_of(conversation)),
            session: page
                .into_iter()
                .map(|(conversation, thread)| session(&query.user, conversation, thread))
                .collect(),
            ..SessionsOutput::default()
        }))
    }

    fn has_read(
        &mut self,
        user: &UserId,
        conversation: Conversation,
        time: Millis,
        from: Option<LinkId>,
        now: Millis,
    ) {
        let thread = self.user(user).archive.thread(conversation);
        let version = now.max(Millis(thread.counted.0.saturating_add(1)));
        if !thread.read_up_to(time, version) || !self.policy.unread_kept {
            return;
        }
        let news = Notification::Changed {
            what: Change::Unread,
            time: version.0,
        };
        self.tell(user, &news, from, now);
    }
}

/// The conversation that a body names by numbers and text.
pub(super) fn conversation_of(kind: i32, target: &str) -> Result<Conversation, Refusal> {
    let kind = ConversationKind::from_number(kind);
    match (kind, TargetId::new(target)) {
        (Some(kind), Ok(target)) => Ok(Conversation {
            kind,
            target,
            channel: None,
        }),
        (None, _) | (_, Err(_)) => Err(Refusal::new(INVALID, "no such conversation")),
    }
}

fn session(user: &UserId, conversation: &Conversation, thread: &Thread) -> SessionOutput {
    let unread = Unread::of(user, thread);
    SessionOutput {
        target_id: Some(conversation.target.to_string()),
        bus_channel: None,
        r#type: Some(conversation.kind.number().into()),
        version: Some(thread.counted.0),
        unread: Some(UnreadInfo {
            cnt: Some(unread.count),
            mention_cnt: Some(unread.mentions),
            mention_me_cnt: Some(unread.mentions_of_user),
            clear_time: Some(thread.read.0),
            // Clients count what they pull themselves, from here on.
            cut_off_time: Some(thread.newest().0),
            first_unread_msg: unread.first,
        }),
    }
}

/// The unread messages of a conversation in numbers.
#[derive(Default)]
pub(super) struct Unread {
    pub(super) count: i32,
    /// How many of them mention the user or everyone.
    pub(super) mentions: i32,
    /// How many of them mention the user himself.
    pub(super) mentions_of_user: i32,
    pub(super) first: Option<UnreadMsgInfo>,
}

impl Unread {
    pub(super) fn of(user: &UserId, thread: &Thread) -> Self {
        let mut unread = Self::default();
        for message in thread.unread() {
            let mention = Mention::of(message, user);
            unread.count += 1;
            unread.mentions += i32::from(mention != Mention::Nobody);
            unread.mentions_of_user += i32::from(mention == Mention::User);
            unread.first.get_or_insert_with(|| UnreadMsgInfo {
                msg_id: message.uid.clone(),
                msg_time: message.time.0,
                remind_type: None,
                class_name: Some(message.draft.body.classname.clone()),
            });
        }
        unread
    }
}

/// Whom a message mentions, as far as it concerns one user.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mention {
    Nobody,
    Everyone,
    User,
}

impl Mention {
    fn of(message: &Message, user: &UserId) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Content {
            mentioned_info: Mentioned,
        }
        /// `content.mentionedInfo`: type 1 is everyone, 2 those of the list.
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Mentioned {
            r#type: i64,
            #[serde(default)]
            user_id_list: Vec<String>,
        }
        let content = serde_json::from_str::<Content>(&message.draft.body.content);
        let Ok(mentioned) = content.map(|content| content.mentioned_info) else {
            return Self::Nobody;
        };
        match mentioned.r#type {
            1 => Self::Everyone,
            2 if mentioned.user_id_list.iter().any(|id| id == user.as_str()) => Self::User,
            _ => Self::Nobody,
        }
    }
}

/// The page after a conversation begins behind it.
fn token_of(conversation: &Conversation) -> String {
    format!("{}/{}", conversation.kind.number(), conversation.target)
}

fn position_of(token: &str) -> Result<Conversation, Refusal> {
    let no_token = Refusal::new(INVALID, "no page token of this cloud");
    let (kind, target) = token.split_once('/').ok_or(no_token)?;
    conversation_of(kind.parse().unwrap_or_default(), target)
}
