//! What clients QUERY: a topic, a handler, exactly one QUERYACK.

use bytes::Bytes;
use imlink_model::{Conversation, ConversationKind, Millis, TargetId, UserId};
use imlink_wire::{
    QoS, ServerPacket,
    proto::{Body, BotOutput, ReportSdkOutput, decode_body, encode_body},
    topic,
};

use super::{
    App, Fault, LinkId,
    publish::{INVALID, Refusal, UNKNOWN_TOPIC},
    send::seconds,
};

/// Answers one topic: the body of a QUERYACK with status 0, or the status of one without a body.
type Handler = fn(&mut App, &Query, Millis) -> Answer;

/// What a handler says.
pub(super) type Answer = Result<Bytes, Refusal>;

/// A QUERY on its way to its handler.
pub(super) struct Query {
    pub(super) link: LinkId,
    /// Who asks.
    pub(super) user: UserId,
    /// The room, message or conversation asked about; for most topics the user himself.
    pub(super) target: String,
    pub(super) body: Bytes,
}

/// Who answers a topic, `None` if this cloud does not serve it.
fn handler(topic: &str) -> Option<Handler> {
    Some(match topic {
        topic::PULL_MESSAGES => App::pull_messages,
        topic::PULL_USER_SETTINGS => App::pull_user_settings,
        topic::PULL_CONVERSATION_STATES => App::pull_conversation_states,
        topic::PULL_UNREAD => App::pull_unread,
        topic::PULL_EVENTS => App::pull_events,
        topic::PULL_MODIFIED => App::pull_modified,
        topic::PRIVATE_HISTORY => App::private_history,
        topic::GROUP_HISTORY => App::group_history,
        topic::SYSTEM_HISTORY => App::system_history,
        topic::CHATROOM_HISTORY => App::chatroom_history,
        topic::JOIN_CHATROOM => App::join_chatroom,
        topic::REJOIN_CHATROOM => App::rejoin_chatroom,
        topic::LEAVE_CHATROOM => App::exit_chatroom,
        topic::CHATROOM_INFO => App::query_chatroom,
        topic::PULL_CHATROOM => App::pull_chatroom,
        topic::PULL_CHATROOM_ENTRIES => App::pull_entries,
        topic::SET_ENTRY => App::set_entry,
        topic::REMOVE_ENTRY => App::remove_entry,
        topic::SET_ENTRIES => App::set_entries,
        topic::REMOVE_ENTRIES => App::remove_entries,
        topic::CONVERSATIONS | topic::CONVERSATIONS_OLD => App::list_conversations,
        topic::FILTER_CONVERSATIONS => App::filter_conversations,
        topic::LOOK_UP_CONVERSATIONS => App::look_up_conversations,
        topic::REMOVE_CONVERSATIONS => App::remove_conversations,
        topic::SET_CONVERSATION_STATES => App::set_conversation_states,
        topic::TAG_CONVERSATIONS => App::tag_conversations,
        topic::UNTAG_CONVERSATIONS => App::untag_conversations,
        topic::SET_KIND_SILENT => App::set_kind_silent,
        topic::MAKE_TAGS => App::make_tags,
        topic::END_TAGS => App::end_tags,
        topic::SET_LANGUAGE => App::set_language,
        topic::SET_AUTOMATIC_TRANSLATION => App::set_automatic_translation,
        topic::SET_QUIET_HOURS => App::set_quiet_hours,
        topic::END_QUIET_HOURS => App::end_quiet_hours,
        topic::QUIET_HOURS => App::query_quiet_hours,
        topic::MODIFY_MESSAGE => App::modify_message,
        topic::UPDATE_EXPANSION => App::update_expansion,
        topic::LOOK_UP_MESSAGES => App::look_up_messages,
        topic::DELETE_MESSAGES => App::delete_messages,
        topic::CLEAN_PRIVATE => App::clean_private,
        topic::CLEAN_GROUP => App::clean_group,
        topic::CLEAN_SYSTEM => App::clean_system,
        topic::CLEAN_MANY => App::clean_many,
        topic::APP_BOTS => |_, _, _| Ok(encode_body(&BotOutput::default())),
        topic::REPORT_SDK => |_, _, _| Ok(encode_body(&ReportSdkOutput::default())),
        _ => return None,
    })
}

impl Query {
    /// The body, or a refusal if it cannot be read.
    pub(super) fn read<B: Body>(&self) -> Result<B, Refusal> {
        decode_body(self.body.clone()).map_err(Refusal::malformed)
    }

    /// The target as a group or room.
    pub(super) fn target_id(&self) -> Result<TargetId, Refusal> {
        TargetId::new(self.target.as_str()).map_err(|_| Refusal::new(INVALID, "no target id"))
    }
}

impl App {
    /// Answers a QUERY; every one gets a QUERYACK (protocol/cloud-wire.md 3.6).
    pub(super) fn query(&mut self, topic: &str, query: &Query, message_id: u16, now: Millis) {
        let refusal = self.strikes(Some(&query.user), |fault| match fault {
            Fault::Topic {
                topic: spoiled,
                status,
            } if spoiled == topic => Some(*status),
            _ => None,
        });
        let answer = match (refusal, handler(topic)) {
            (Some(status), _) => Err(Refusal::new(status, "a fault is armed")),
            (None, Some(handler)) => handler(self, query, now),
            (None, None) => Err(Refusal::new(UNKNOWN_TOPIC, "unknown topic")),
        };
        let link = query.link;
        let (status, body) = match answer {
            Ok(body) => (0, body),
            Err(Refusal {
                status,
                reason,
                body,
            }) => {
                tracing::info!(app = %self.key, %link, topic, status, reason, "Query refused");
                (status, body)
            }
        };
        self.send(
            link,
            ServerPacket::QueryAck {
                qos: QoS::AtMostOnce,
                message_id,
                date: seconds(now),
                status,
                body,
            },
        );
    }
}

/// The conversation that a body names by numbers and text.
pub(super) fn conversation_of(kind: i32, target: &str) -> Result<Conversation, Refusal> {
    let kind = ConversationKind::from_number(kind);
    match (kind, TargetId::new(target)) {
        (Some(kind), Ok(target)) => Ok(Conversation {
            kind,
            target,
            channel: None,
        }),
        (None, _) | (_, Err(_)) => Err(Refusal::new(INVALID, "no such conversation")),
    }
}
