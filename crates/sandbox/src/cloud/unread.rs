//! What a user has not read (`pullSe`, protocol/cloud-wire.md 5.3).

use imlink_model::{Conversation, Millis, UserId};
use imlink_wire::proto::{
    SessionOutput, SessionQryInput, SessionsOutput, UnreadInfo, UnreadMsgInfo, encode_body,
};
use serde::Deserialize;

use super::{
    App,
    history::Thread,
    message::Message,
    publish::{INVALID, Refusal},
    query::{Answer, Query, conversation_of},
};

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

impl App {
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
