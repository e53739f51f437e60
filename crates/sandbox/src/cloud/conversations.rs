//! The conversation list (protocol/cloud-wire.md 5.8).
//!
//! A conversation is on the list from its first message on, at the time of its newest, until the
//! user removes it; its next message puts it back.

use std::collections::BTreeMap;

use bytes::Bytes;
use imlink_model::{Conversation, Millis, UserId};
use imlink_wire::proto::{
    RelationDelBatchReq, RelationInfo, RelationQryFilter, RelationQryInput, RelationsOutput,
    encode_body,
};

use super::{
    App,
    history::{HistoryOrder, Thread},
    publish::{INVALID, Refusal},
    query::{Answer, Query, conversation_of},
    unread::Unread,
};

/// Conversations in an answer to a query that names no number: what clients ask for by default.
const DEFAULT_COUNT: usize = 300;
/// The most conversations in one answer; a client that fetches them all asks for so many.
const MAX_COUNT: usize = 1000;
/// The most conversations that may be named in one query.
const MAX_NAMED: usize = 100;

/// `order` of "newer than the time, ascending".
const ORDER_NEWER: i32 = 1;

/// A part of the list, as a query wants it.
struct Selection<'q> {
    kinds: &'q [i32],
    /// Conversations carry one of these tags; any will do if there are none.
    tags: &'q [String],
    from: Millis,
    order: HistoryOrder,
    count: Option<i32>,
}

/// One answer.
struct Page<'a> {
    conversations: Vec<(Millis, &'a Conversation, &'a Thread)>,
    more: bool,
}

impl App {
    /// The list by time.
    pub(super) fn list_conversations(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: RelationQryInput = query.read()?;
        let from = asked.start_time.unwrap_or_default();
        let page = self.select(
            &query.user,
            &Selection {
                kinds: &asked.channel_type,
                tags: &[],
                from: Millis(from),
                order: order(asked.order),
                count: asked.count,
            },
        );
        let last = page.conversations.last().map(|(time, ..)| time.0);
        Ok(encode_body(&RelationsOutput {
            is_finished: Some(!page.more),
            pull_time: Some(last.unwrap_or(from)),
            info: self.infos(&query.user, &page),
            ..RelationsOutput::default()
        }))
    }

    /// The list by kinds and tags; the token of a page is the time of its last conversation.
    pub(super) fn filter_conversations(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: RelationQryFilter = query.read()?;
        let token = asked.page_token.as_deref().unwrap_or_default();
        let from = match token {
            "" => 0,
            token => token
                .parse()
                .map_err(|_| Refusal::new(INVALID, "no page token of this cloud"))?,
        };
        let page = self.select(
            &query.user,
            &Selection {
                kinds: &asked.r#type,
                tags: &asked.tags,
                from: Millis(from),
                order: order(asked.order),
                count: asked.count,
            },
        );
        let last = page.conversations.last().filter(|_| page.more);
        Ok(encode_body(&RelationsOutput {
            is_finished: Some(!page.more),
            page_token: last.map(|(time, ..)| time.0.to_string()),
            info: self.infos(&query.user, &page),
            ..RelationsOutput::default()
        }))
    }

    /// The conversations named, as far as they are known.
    pub(super) fn look_up_conversations(&mut self, query: &Query, _now: Millis) -> Answer {
        let named = named(query)?;
        let archive = self.users.get(&query.user).map(|user| &user.archive);
        let known = |conversation| {
            let thread = archive?.get(conversation)?;
            let time = thread.listed.unwrap_or_default();
            Some(self.info(&query.user, time, conversation, thread))
        };
        Ok(encode_body(&RelationsOutput {
            info: named.0.iter().filter_map(known).collect(),
            is_finished: Some(true),
            ..RelationsOutput::default()
        }))
    }

    /// Takes conversations off the list, and their messages out of the history if so asked.
    pub(super) fn remove_conversations(&mut self, query: &Query, now: Millis) -> Answer {
        let (conversations, clean) = named(query)?;
        let archive = &mut self.user(&query.user).archive;
        for conversation in &conversations {
            let Some(thread) = archive.get_mut(conversation) else {
                continue;
            };
            thread.unlist(now);
            if clean {
                thread.clean(thread.newest());
            }
        }
        Ok(Bytes::new())
    }

    fn select(&self, user: &UserId, selection: &Selection) -> Page<'_> {
        let Some(user) = self.users.get(user) else {
            return Page {
                conversations: Vec::new(),
                more: false,
            };
        };
        let Selection { kinds, tags, .. } = selection;
        let wanted = |conversation: &Conversation| {
            let kind = i32::from(conversation.kind.number());
            (kinds.is_empty() || kinds.contains(&kind))
                && (tags.is_empty() || user.states.has_tag(conversation, tags))
        };
        let by_time: BTreeMap<_, _> = user
            .archive
            .threads()
            .filter(|(conversation, _)| wanted(conversation))
            .filter_map(|(conversation, thread)| Some(((thread.listed?, conversation), thread)))
            .collect();
        let entry = |((time, conversation), thread)| (time, conversation, thread);
        let listed = by_time.into_iter().map(entry);
        match (selection.order, selection.from) {
            (HistoryOrder::Older, Millis(0)) => first(listed.rev(), selection.count),
            (HistoryOrder::Older, from) => first(
                listed.rev().filter(|(time, ..)| *time < from),
                selection.count,
            ),
            (HistoryOrder::Newer, from) => {
                first(listed.filter(|(time, ..)| *time > from), selection.count)
            }
        }
    }

    fn infos(&self, user: &UserId, page: &Page) -> Vec<RelationInfo> {
        let entries = page.conversations.iter();
        entries
            .map(|(time, conversation, thread)| self.info(user, *time, conversation, thread))
            .collect()
    }

    fn info(
        &self,
        user: &UserId,
        time: Millis,
        conversation: &Conversation,
        thread: &Thread,
    ) -> RelationInfo {
        let unread = Unread::of(user, thread);
        RelationInfo {
            r#type: conversation.kind.number().into(),
            user_id: conversation.target.to_string(),
            msg: thread
                .latest()
                .map(|kept| self.render(&kept.message, kept.direction)),
            read_msg_time: Some(thread.read.0),
            unread_count: Some(unread.count.into()),
            version_time: Some(time.0),
            remind_count: Some(unread.mentions.into()),
            remind_me_count: Some(unread.mentions_of_user),
            msg_info: unread.first,
            ..RelationInfo::default()
        }
    }
}

fn first<'a>(
    mut listed: impl Iterator<Item = (Millis, &'a Conversation, &'a Thread)>,
    count: Option<i32>,
) -> Page<'a> {
    let count = match usize::try_from(count.unwrap_or_default()) {
        Ok(0) | Err(_) => DEFAULT_COUNT,
        Ok(count) => count.min(MAX_COUNT),
    };
    let conversations = listed.by_ref().take(count).collect();
    Page {
        conversations,
        more: listed.next().is_some(),
    }
}

fn order(asked: Option<i32>) -> HistoryOrder {
    if asked == Some(ORDER_NEWER) {
        HistoryOrder::Newer
    } else {
        HistoryOrder::Older
    }
}

/// The conversations a query names, and whether it wants their messages gone.
fn named(query: &Query) -> Result<(Vec<Conversation>, bool), Refusal> {
    let asked: RelationDelBatchReq = query.read()?;
    if asked.relation.len() > MAX_NAMED {
        return Err(Refusal::new(INVALID, "too many conversations"));
    }
    let conversations = asked
        .relation
        .iter()
        .map(|named| conversation_of(named.conversation_type, &named.conversation_id))
        .collect::<Result<_, _>>()?;
    Ok((conversations, asked.clean_msg.unwrap_or_default()))
}
