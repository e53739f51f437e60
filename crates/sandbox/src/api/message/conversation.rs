//! Conversations as calls name them: a number for the kind, and an id.

use imlink_model::{Conversation, ConversationKind, TargetId, UserId};

use crate::{
    Target,
    api::{
        ApiError,
        call::Call,
        field::Field,
        generation::Names,
        kind::{self, Number},
    },
};

pub(in crate::api) const KIND: Field<Number> = Field::new(
    Names::new("conversationType", "channelType"),
    Number(1..=10),
    "1 with a user, 3 in a group, 4 in a chatroom, 6 in the name of the app.",
);
pub(in crate::api) const ID: Field<kind::Target> = Field::new(
    Names::new("targetId", "channelId"),
    kind::Target,
    "The user, group or chatroom.",
);

/// Where messages of a conversation go.
pub(super) fn target(call: &Call) -> Result<Target, ApiError> {
    let id = call.required(&ID)?;
    match kind(call)? {
        ConversationKind::Group => Ok(Target::Group(id)),
        ConversationKind::Chatroom => Ok(Target::Chatroom(id)),
        ConversationKind::System => Ok(Target::System(user(call, &id)?)),
        _ => Ok(Target::User(user(call, &id)?)),
    }
}

/// A conversation as a user has it.
pub(in crate::api) fn conversation(call: &Call) -> Result<Conversation, ApiError> {
    Ok(Conversation {
        kind: kind(call)?,
        target: call.required(&ID)?,
        channel: None,
    })
}

fn kind(call: &Call) -> Result<ConversationKind, ApiError> {
    let number = i32::try_from(call.required(&KIND)?).ok();
    let kind = number.and_then(ConversationKind::from_number);
    let known = kind.filter(|kind| {
        matches!(
            kind,
            ConversationKind::Private
                | ConversationKind::Group
                | ConversationKind::Chatroom
                | ConversationKind::System
        )
    });
    known.ok_or_else(|| call.invalid(&KIND, "is no kind of conversation served here"))
}

fn user(call: &Call, id: &TargetId) -> Result<UserId, ApiError> {
    UserId::new(id.as_str()).map_err(|_| call.invalid(&ID, "is not a user id"))
}
