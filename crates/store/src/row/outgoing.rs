//! Outgoing messages and their states.

use imlink_model::{
    Body, ClientMessageId, Code, MessageUid, Millis, ObjectName, OutboxId, OutgoingMessage, Resend,
    SendOptions, UserId,
};
use serde::{Deserialize, Serialize};

use super::conversation::ConversationRow;
use super::{Row, read, read_form, write};
use crate::OutboxState;

#[derive(Serialize, Deserialize)]
struct OutgoingRow<'a> {
    #[serde(borrow)]
    message: MessageRow<'a>,
    resend: ResendRow,
    #[serde(borrow)]
    directed: Vec<&'a str>,
    expandable: bool,
    expansion: Option<&'a str>,
}

/// All there was in form 1.
#[derive(Serialize, Deserialize)]
struct MessageRow<'a> {
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

#[derive(Clone, Copy, Serialize, Deserialize)]
enum ResendRow {
    Safe,
    Always,
    Never,
}

/// Form 1 was of stores of format 1; all of its messages were resent when that was safe.
impl Row for OutgoingMessage {
    const FORM: u8 = 2;

    fn encode(&self) -> Vec<u8> {
        let SendOptions {
            silent,
            push_content,
            push_data,
            resend,
            directed,
            expandable,
            expansion,
        } = &self.options;
        write(&OutgoingRow {
            message: MessageRow {
                id: self.id.0,
                app: &self.app.to_string(),
                client_id: self.client_id.as_str(),
                wire_ref: self.wire_ref,
                conversation: ConversationRow::of(&self.conversation),
                object_name: self.object_name.as_str(),
                body: self.body.as_str(),
                accepted_at: self.accepted_at.0,
                silent: *silent,
                push_content: push_content.as_deref(),
                push_data: push_data.as_deref(),
            },
            resend: ResendRow::of(*resend),
            directed: directed.iter().map(UserId::as_str).collect(),
            expandable: *expandable,
            expansion: expansion.as_deref(),
        })
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        if form == 1 {
            let row: MessageRow<'_> = read(form, payload)?;
            return row.into_model();
        }
        let row: OutgoingRow<'_> = read_form(Self::FORM, form, payload)?;
        let directed = row.directed.into_iter().map(UserId::new);
        let directed = directed.collect::<Result<_, _>>().ok()?;
        let mut message = row.message.into_model()?;
        message.options.resend = row.resend.into_model();
        message.options.directed = directed;
        message.options.expandable = row.expandable;
        message.options.expansion = row.expansion.map(Into::into);
        Some(message)
    }
}

impl MessageRow<'_> {
    fn into_model(self) -> Option<OutgoingMessage> {
        Some(OutgoingMessage {
            id: OutboxId(self.id),
            app: self.app.parse().ok()?,
            client_id: ClientMessageId::new(self.client_id).ok()?,
            wire_ref: self.wire_ref,
            conversation: self.conversation.into_model()?,
            object_name: ObjectName::new(self.object_name).ok()?,
            body: Body::new(self.body),
            accepted_at: Millis(self.accepted_at),
            options: SendOptions {
                silent: self.silent,
                push_content: self.push_content.map(Into::into),
                push_data: self.push_data.map(Into::into),
                ..SendOptions::default()
            },
        })
    }
}

impl ResendRow {
    fn of(resend: Resend) -> Self {
        match resend {
            Resend::Safe => Self::Safe,
            Resend::Always => Self::Always,
            Resend::Never => Self::Never,
        }
    }

    fn into_model(self) -> Resend {
        match self {
            Self::Safe => Resend::Safe,
            Self::Always => Resend::Always,
            Self::Never => Resend::Never,
        }
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
