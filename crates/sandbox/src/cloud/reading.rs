//! How far a user has read (protocol/cloud-wire.md 5.7).
//!
//! A client tells its read position by a PUBLISH of its own or, older, by a message; either way the
//! user's other devices hear of it.

use imlink_model::{Conversation, Direction, Millis, UserId};
use imlink_wire::{
    notify::{Change, Notification},
    proto::{SessionMsgReadInput, decode_body},
};
use serde::Deserialize;

use super::{
    App, LinkId,
    acks::Accepted,
    history::conversation,
    message::Message,
    publish::{Refusal, Sending},
    query::conversation_of,
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
        self.has_read(user, &conversation, Millis(position.msg_time), from, now);
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
        self.has_read(user, &conversation, time, None, message.time);
    }

    fn has_read(
        &mut self,
        user: &UserId,
        conversation: &Conversation,
        time: Millis,
        from: Option<LinkId>,
        now: Millis,
    ) {
        // Where nothing was said there is nothing to read.
        let Some(thread) = self.user(user).archive.get_mut(conversation) else {
            return;
        };
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
