//! How many messages, and how many conversations, fit on a page.

use crate::limits::{PAGE_BYTES, PAGE_ENTRIES};
use crate::{ConversationSummary, Message, OutboxEntry, SendState};

/// What the JSON form of a message needs beside its texts: field names, punctuation and every
/// number at its longest.
const FIXED: usize = 640;

/// How many of these messages, from the first on, make one page: as many as cost no more than
/// [`PAGE_BYTES`], at most [`PAGE_ENTRIES`], and at least one if there is any.
#[must_use]
pub fn page_length(messages: &[Message]) -> usize {
    fitting(messages, message_cost)
}

/// The same for conversations, with the cost of [`conversation_cost`].
#[must_use]
pub fn conversations_length(conversations: &[ConversationSummary]) -> usize {
    fitting(conversations, conversation_cost)
}

/// The same for messages of an outbox, by the length of their JSON form.
#[must_use]
pub fn entries_length(entries: &[OutboxEntry]) -> usize {
    fitting(entries, entry_cost)
}

fn fitting<T>(entries: &[T], cost_of: impl Fn(&T) -> usize) -> usize {
    let mut cost = 0usize;
    let fitting = entries
        .iter()
        .take(PAGE_ENTRIES.into())
        .take_while(|entry| {
            cost = cost.saturating_add(cost_of(entry));
            cost <= PAGE_BYTES
        })
        .count();
    fitting.max(entries.len().min(1))
}

/// Bytes a conversation needs at most in a list, in whichever codec.
///
/// One whose last message and draft together are too long for a frame is listed without the
/// message.
#[must_use]
pub fn conversation_cost(conversation: &ConversationSummary) -> usize {
    let texts = [
        Some(conversation.conversation.target.as_str()),
        conversation
            .conversation
            .channel
            .as_ref()
            .map(|id| id.as_str()),
        conversation.draft.as_ref().map(|text| text.as_str()),
    ];
    let last = conversation.last.as_ref().map_or(0, message_cost);
    texts
        .into_iter()
        .flatten()
        .map(escaped_length)
        .fold(FIXED.saturating_add(last), usize::saturating_add)
}

/// Bytes a message needs at most, in whichever codec.
///
/// The JSON form is never the shorter one, so this is its length with every number at its
/// longest. Found without encoding, and the same for every client, so that a page does not depend
/// on who asks.
#[must_use]
pub fn message_cost(message: &Message) -> usize {
    let texts = [
        Some(message.body.as_str()),
        message.expansion.as_ref().map(|text| text.as_str()),
        message.local_extra.as_ref().map(|text| text.as_str()),
        Some(message.conversation.target.as_str()),
        message.conversation.channel.as_ref().map(|id| id.as_str()),
        Some(message.sender.as_str()),
        Some(message.object_name.as_str()),
        message.client_id.as_ref().map(|id| id.as_str()),
        message.uid.as_ref().map(|id| id.as_str()),
        match &message.origin {
            crate::Origin::App(app) => Some(app.as_str()),
            crate::Origin::Remote | crate::Origin::OtherDevice => None,
        },
    ];
    texts
        .into_iter()
        .flatten()
        .map(escaped_length)
        .fold(FIXED, usize::saturating_add)
}

fn entry_cost(entry: &OutboxEntry) -> usize {
    let OutboxEntry {
        id: _,
        client_id,
        conversation,
        object_name,
        body,
        accepted_at: _,
        state,
    } = entry;
    let texts = [
        Some(client_id.as_str()),
        Some(conversation.target.as_str()),
        conversation.channel.as_ref().map(|id| id.as_str()),
        Some(object_name.as_str()),
        Some(body.as_str()),
        match state {
            SendState::Sent { uid, .. } => Some(uid.as_str()),
            SendState::Queued
            | SendState::Sending
            | SendState::Failed { .. }
            | SendState::InDoubt => None,
        },
    ];
    texts
        .into_iter()
        .flatten()
        .map(escaped_length)
        .fold(FIXED, usize::saturating_add)
}

/// Length of a text inside JSON quotes.
fn escaped_length(text: &str) -> usize {
    text.bytes()
        .map(|byte| match byte {
            b'"' | b'\\' | 0x08 | 0x09 | 0x0a | 0x0c | 0x0d => 2,
            0x00..=0x1f => 6,
            _ => 1,
        })
        .sum()
}
