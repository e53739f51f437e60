//! Conversations and their summaries.

use imlink_model::{ChannelId, Conversation, ConversationKind, Millis, Seq, TargetId};
use serde::{Deserialize, Serialize};

use super::{Row, read, read_form, write};
use crate::ConversationSummary;

/// A conversation inside any row.
#[derive(Serialize, Deserialize)]
pub(super) struct ConversationRow<'a> {
    kind: u8,
    target: &'a str,
    channel: Option<&'a str>,
}

impl<'a> ConversationRow<'a> {
    pub(super) fn of(conversation: &'a Conversation) -> Self {
        Self {
            kind: conversation.kind.number(),
            target: conversation.target.as_str(),
            channel: conversation.channel.as_ref().map(ChannelId::as_str),
        }
    }

    pub(super) fn into_model(self) -> Option<Conversation> {
        Some(Conversation {
            kind: ConversationKind::from_number(self.kind.into())?,
            target: TargetId::new(self.target).ok()?,
            channel: self.channel.map(ChannelId::new).transpose().ok()?,
        })
    }
}

impl Row for Conversation {
    fn encode(&self) -> Vec<u8> {
        write(&ConversationRow::of(self))
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        read::<ConversationRow<'_>>(form, payload)?.into_model()
    }
}

#[derive(Serialize, Deserialize)]
struct SummaryRow<'a> {
    #[serde(borrow)]
    conversation: ConversationRow<'a>,
    position: u64,
    last_seq: u64,
    last_at: i64,
    newest_at: i64,
    read_up_to: Option<i64>,
    unread: u32,
    mentions: u32,
    total: u32,
}

/// Form 1 was of stores of format 1, whose summaries are counted anew when they are taken over.
impl Row for ConversationSummary {
    const FORM: u8 = 2;

    fn encode(&self) -> Vec<u8> {
        write(&SummaryRow {
            conversation: ConversationRow::of(&self.conversation),
            position: self.position.0,
            last_seq: self.last_seq.0,
            last_at: self.last_at.0,
            newest_at: self.newest_at.0,
            read_up_to: self.read_up_to.map(|at| at.0),
            unread: self.unread,
            mentions: self.mentions,
            total: self.total,
        })
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        let row: SummaryRow<'_> = read_form(Self::FORM, form, payload)?;
        Some(Self {
            conversation: row.conversation.into_model()?,
            position: Seq(row.position),
            last_seq: Seq(row.last_seq),
            last_at: Millis(row.last_at),
            newest_at: Millis(row.newest_at),
            read_up_to: row.read_up_to.map(Millis),
            unread: row.unread,
            mentions: row.mentions,
            total: row.total,
        })
    }
}
