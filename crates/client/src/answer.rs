//! What an answer of the daemon means to the call that asked.

use imlink_ipc_proto::{self as proto, Response, StatusReport};
use imlink_model::{Code, Conversation, Message, Millis, OutboxId, Seq, UserId};
use tracing::debug;

use crate::{Error, SendState};

/// Part of a longer list, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What was found.
    pub entries: Vec<T>,
    /// There are older ones.
    pub more: bool,
}

/// One line of the list of conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationSummary {
    /// Which one.
    pub conversation: Conversation,
    /// Place of its newest message in the account's local order.
    pub last_seq: Seq,
    /// The server's time of its newest message.
    pub last_at: Millis,
    /// Messages counted as unread.
    pub unread: u32,
    /// Messages stored.
    pub total: u32,
}

pub(crate) fn connected(response: Response) -> Result<UserId, Error> {
    match response {
        Response::Connected { user } => Ok(user),
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn accepted(response: Response) -> Result<(OutboxId, bool), Error> {
    match response {
        Response::Accepted { id, new } => Ok((id, new)),
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn send_state(response: Response) -> Result<Option<SendState>, Error> {
    match response {
        Response::SendState { state } => Ok(state.map(SendState::from)),
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn status(response: Response) -> Result<StatusReport, Error> {
    match response {
        Response::Status(report) => Ok(report),
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn messages(response: Response) -> Result<Page<Message>, Error> {
    match response {
        Response::Page { messages, more } => Ok(Page {
            entries: known(messages),
            more,
        }),
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn conversations(response: Response) -> Result<Page<ConversationSummary>, Error> {
    match response {
        Response::Conversations {
            conversations,
            more,
        } => Ok(Page {
            entries: known(conversations),
            more,
        }),
        other => Err(unexpected(&other)),
    }
}

impl TryFrom<proto::ConversationSummary> for ConversationSummary {
    type Error = proto::UnknownKind;

    fn try_from(summary: proto::ConversationSummary) -> Result<Self, proto::UnknownKind> {
        let proto::ConversationSummary {
            conversation,
            last_seq,
            last_at,
            unread,
            total,
        } = summary;
        Ok(Self {
            conversation: conversation.try_into()?,
            last_seq,
            last_at,
            unread,
            total,
        })
    }
}

/// Entries in conversations of a kind that only a newer daemon knows are left out: there is no
/// word for them here.
fn known<T, U>(entries: Vec<T>) -> Vec<U>
where
    U: TryFrom<T, Error = proto::UnknownKind>,
{
    let known = entries
        .into_iter()
        .filter_map(|entry| match U::try_from(entry) {
            Ok(entry) => Some(entry),
            Err(error) => {
                debug!(%error, "An entry is left out");
                None
            }
        });
    known.collect()
}

fn unexpected(response: &Response) -> Error {
    let kind = match response {
        Response::Ready {} => "Ready",
        Response::Connected { .. } => "Connected",
        Response::Done {} => "Done",
        Response::Accepted { .. } => "Accepted",
        Response::SendState { .. } => "SendState",
        Response::Subscribed { .. } => "Subscribed",
        Response::Page { .. } => "Page",
        Response::Conversations { .. } => "Conversations",
        Response::Status(_) => "Status",
        Response::Pong {} => "Pong",
    };
    Error::because(
        Code::UNKNOWN,
        format!("the daemon answered with {kind}, which was not asked"),
    )
}
