//! Recalls of messages that have not come yet.

use imlink_model::{MessageUid, Millis, Recall, Trace, UserId};
use serde::{Deserialize, Serialize};

use super::conversation::ConversationRow;
use super::{Row, read, write};

#[derive(Serialize, Deserialize)]
struct RecallRow<'a> {
    uid: &'a str,
    #[serde(borrow)]
    conversation: ConversationRow<'a>,
    by: &'a str,
    at: i64,
    by_admin: bool,
    leaves_notice: bool,
}

impl Row for Recall {
    fn encode(&self) -> Vec<u8> {
        write(&RecallRow {
            uid: self.uid.as_str(),
            conversation: ConversationRow::of(&self.conversation),
            by: self.by.as_str(),
            at: self.at.0,
            by_admin: self.by_admin,
            leaves_notice: match self.trace {
                Trace::Notice => true,
                Trace::Nothing => false,
            },
        })
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        let row: RecallRow<'_> = read(form, payload)?;
        Some(Self {
            uid: MessageUid::new(row.uid).ok()?,
            conversation: row.conversation.into_model()?,
            by: UserId::new(row.by).ok()?,
            at: Millis(row.at),
            by_admin: row.by_admin,
            trace: if row.leaves_notice {
                Trace::Notice
            } else {
                Trace::Nothing
            },
        })
    }
}
