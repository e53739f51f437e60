//! Outgoing messages and their states.

use imlink_model::{
    AppId, Body, ClientMessageId, Code, MessageUid, Millis, ObjectName, OutboxId, OutgoingMessage,
    SendOptions,
};
use serde::{Deserialize, Serialize};

use super::conversation::ConversationRow;
use super::{Row, read, write};
use crate::OutboxState;

#[derive(Serialize, Deserialize)]
struct OutgoingRow<'a> {
    id: u64,
    app: &'a str,
    client_id: &'a str,
    wire_ref: u64,
    #[serde(borrow)]
    conversation: ConversationRow<'a>,
    object_name: &'a str,
    body: &'a str,
    accepted_at: i64,
    silent: bool,
    push_content: Option<&'a str>,
    push_data: Option<&'a str>,
}

impl Row for OutgoingMessage {
    fn encode(&self) -> Vec<u8> {
        let SendOptions {
            silent,
            push_content,
            push_data,
        } = &self.options;
        write(&OutgoingRow {
            id: self.id.0,
            app: self.app.as_str(),
            client_id: self.client_id.as_str(),
            wire_ref: self.wire_ref,
            conversation: ConversationRow::of(&self.conversation),
            object_name: self.object_name.as_str(),
            body: self.body.as_str(),
            accepted_at: self.accepted_at.0,
            silent: *silent,
            push_content: push_content.as_deref(),
            push_data: push_data.as_deref(),
        })
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        let row: OutgoingRow<'_> = read(form, payload)?;
        Some(Self {
            id: OutboxId(row.id),
            app: AppId::new(row.app).ok()?,
            client_id: ClientMessageId::new(row.client_id).ok()?,
            wire_ref: row.wire_ref,
            conversation: row.conversation.into_model()?,
            object_name: ObjectName::new(row.object_name).ok()?,
            body: Body::new(row.body),
            accepted_at: Millis(row.accepted_at),
            options: SendOptions {
                silent: row.silent,
                push_content: row.push_content.map(Into::into),
                push_data: row.push_data.map(Into::into),
            },
        })
    }
}

#[derive(Serialize, Deserialize)]
enum StateRow<'a> {
    Queued,
    Sending,
    Sent { uid: &'a str, at: i64 },
    Failed { code: i32 },
    InDoubt,
}

impl Row for OutboxState {
    fn encode(&self) -> Vec<u8> {
        write(&match self {
            Self::Queued => StateRow::Queued,
            Self::Sending => StateRow::Sending,
            Self::Sent { uid, at } => StateRow::Sent {
                uid: uid.as_str(),
                at: at.0,
            },
            Self::Failed { code } => StateRow::Failed {
                code: code.number(),
            },
            Self::InDoubt => StateRow::InDoubt,
        })
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        Some(match read(form, payload)? {
            StateRow::Queued => Self::Queued,
            StateRow::Sending => Self::Sending,
            StateRow::Sent { uid, at } => Self::Sent {
                uid: MessageUid::new(uid).ok()?,
                at: Millis(at),
            },
            StateRow::Failed { code } => Self::Failed {
                code: Code::new(code),
            },
            StateRow::InDoubt => Self::InDoubt,
        })
    }
}
