//! Sends one message to each of its receivers and says under which ids.

use imlink_model::Millis;

use super::draft::Letter;
use crate::{
    App, Target,
    api::{generation::Names, reply::Reply},
};

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// It is kept for those who are offline.
    Kept,
    /// Only who is online gets it.
    Status,
}

pub(super) const MESSAGE_ID: Names = Names::new("messageUID", "messageId");

/// Each receiver gets a message of his own, under an id of its own.
pub(super) fn publish(
    app: &mut App,
    letter: &Letter,
    receivers: impl IntoIterator<Item = Target>,
    manner: Manner,
    now: Millis,
) -> Reply {
    let sent = receivers.into_iter().map(|target| {
        let row = Reply::new().with(name_of(&target), target.id());
        let (draft, copy) = (letter.to(target), letter.copy);
        let uid = match manner {
            Manner::Kept => app.publish_as(draft, copy, now),
            Manner::Status => app.publish_status_as(draft, copy, now),
        };
        row.with(MESSAGE_ID, uid)
    });
    Reply::new().rows(Names::new("messageUIDs", "messageIds"), sent)
}

const fn name_of(target: &Target) -> Names {
    match target {
        Target::User(_) | Target::System(_) => Names::both("userId"),
        Target::Group(_) => Names::new("groupId", "channelId"),
        Target::Chatroom(_) => Names::new("chatroomId", "channelId"),
    }
}
