//! Messages.

use imlink_model::{
    AppId, Body, ClientMessageId, Direction, Flags, Message, MessageUid, Millis, ObjectName,
    Origin, ReceivedStatus, Seq, UserId,
};
use serde::{Deserialize, Serialize};

use super::conversation::ConversationRow;
use super::{Row, read_form, write};

/// Form 1, of stores of format 1, was the first part alone.
#[derive(Serialize, Deserialize)]
struct MessageRow<'a> {
    #[serde(borrow)]
    message: ArrivedRow<'a>,
    local: LocalRow<'a>,
}

#[derive(Serialize, Deserialize)]
struct ArrivedRow<'a> {
    seq: u64,
    uid: Option<&'a str>,
    #[serde(borrow)]
    conversation: ConversationRow<'a>,
    sent: bool,
    origin: OriginRow<'a>,
    sender: &'a str,
    object_name: &'a str,
    body: &'a str,
    sent_at: i64,
    received_at: i64,
    flags: u8,
    client_id: Option<&'a str>,
    expansion: Option<&'a str>,
    offline: bool,
}

/// What is known of a message on this machine only.
#[derive(Default, Serialize, Deserialize)]
struct LocalRow<'a> {
    received: u8,
    extra: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
enum OriginRow<'a> {
    Remote,
    OtherDevice,
    App(&'a str),
}

impl Row for Message {
    const FORM: u8 = 2;

    fn encode(&self) -> Vec<u8> {
        let message = ArrivedRow {
            seq: self.seq.0,
            uid: self.uid.as_ref().map(MessageUid::as_str),
            conversation: ConversationRow::of(&self.conversation),
            sent: match self.direction {
                Direction::Sent => true,
                Direction::Received => false,
            },
            origin: match &self.origin {
                Origin::Remote => OriginRow::Remote,
                Origin::OtherDevice => OriginRow::OtherDevice,
                Origin::App(app) => OriginRow::App(app.as_str()),
            },
            sender: self.sender.as_str(),
            object_name: self.object_name.as_str(),
            body: self.body.as_str(),
            sent_at: self.sent_at.0,
            received_at: self.received_at.0,
            flags: flag_bits(self.flags),
            client_id: self.client_id.as_ref().map(ClientMessageId::as_str),
            expansion: self.expansion.as_deref(),
            offline: self.offline,
        };
        let local = LocalRow {
            received: self.received.bits(),
            extra: self.local_extra.as_deref(),
        };
        write(&MessageRow { message, local })
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        let MessageRow {
            message: row,
            local,
        } = match form {
            1 => MessageRow {
                message: read_form(1, form, payload)?,
                local: LocalRow::default(),
            },
            _ => read_form(Self::FORM, form, payload)?,
        };
        Some(Self {
            seq: Seq(row.seq),
            uid: row.uid.map(MessageUid::new).transpose().ok()?,
            conversation: row.conversation.into_model()?,
            direction: if row.sent {
                Direction::Sent
            } else {
                Direction::Received
            },
            origin: match row.origin {
                OriginRow::Remote => Origin::Remote,
                OriginRow::OtherDevice => Origin::OtherDevice,
                OriginRow::App(app) => Origin::App(AppId::new(app).ok()?),
            },
            sender: UserId::new(row.sender).ok()?,
            object_name: ObjectName::new(row.object_name).ok()?,
            body: Body::new(row.body),
            sent_at: Millis(row.sent_at),
            received_at: Millis(row.received_at),
            flags: flags_of(row.flags),
            client_id: row.client_id.map(ClientMessageId::new).transpose().ok()?,
            expansion: row.expansion.map(Into::into),
            offline: row.offline,
            received: ReceivedStatus::from_bits(local.received),
            local_extra: local.extra.map(Into::into),
        })
    }
}

fn flag_bits(flags: Flags) -> u8 {
    let Flags {
        persisted,
        counted,
        mention,
        silent,
        expandable,
        transient,
    } = flags;
    [persisted, counted, mention, silent, expandable, transient]
        .into_iter()
        .rev()
        .fold(0, |bits, set| bits << 1 | u8::from(set))
}

fn flags_of(bits: u8) -> Flags {
    let set = |bit: u8| bits & (1 << bit) != 0;
    Flags {
        persisted: set(0),
        counted: set(1),
        mention: set(2),
        silent: set(3),
        expandable: set(4),
        transient: set(5),
    }
}
