//! What an answer of the daemon means to the call that asked.

use std::fmt;
use std::path::PathBuf;

use imlink_ipc_proto::{self as proto, Finding, Response, StatusReport};
use imlink_model::{Code, Conversation, Direction, Message, Millis, OutboxId, Seq, UserId};
use tracing::debug;

use crate::{Error, OutboxEntry, ProxyInUse, SendState};

/// Part of a longer list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What was found; that nearest to where the list begins first.
    pub entries: Vec<T>,
    /// There are more in that direction.
    pub more: bool,
}

/// What a search came upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Newest first. May be empty although there are more.
    pub messages: Vec<Message>,
    /// Before which place to go on; `None` if everything was searched.
    pub next: Option<Seq>,
}

/// What is unread in all conversations together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Received messages that count as unread.
    pub messages: u64,
    /// Those of them that mention the user.
    pub mentions: u64,
}

/// What a list shows of a conversation. `Debug` does not show the draft.
#[derive(Clone, PartialEq, Eq)]
pub struct ConversationSummary {
    /// Which one.
    pub conversation: Conversation,
    /// Where it stands in the list, for
    /// [`conversations_behind`](crate::Client::conversations_behind).
    pub position: Seq,
    /// Its last message; `None` if it has none, if it would make the answer too long, and in
    /// [`Event::Conversation`](crate::Event::Conversation).
    pub last: Option<Message>,
    /// Place of its last message in the account's local order; 0 if it has none.
    pub last_seq: Seq,
    /// The server's time of its last message.
    pub last_at: Millis,
    /// Up to which server's time it is read; `None` if it never was.
    pub read_up_to: Option<Millis>,
    /// Received messages counted as unread.
    pub unread: u32,
    /// Those of them that mention the user.
    pub mentions: u32,
    /// Messages stored.
    pub total: u32,
    /// What the user has begun to write.
    pub draft: Option<String>,
}

impl ConversationSummary {
    /// Whether a message of this conversation is read: one the user wrote always is, a received one
    /// if its time is not behind [`read_up_to`](Self::read_up_to).
    ///
    /// [`mark_read`](crate::Client::mark_read) and the unread counts go by this.
    /// [`ReceivedStatus::READ`](crate::ReceivedStatus::READ) is a bit that apps set for themselves.
    #[must_use]
    pub fn has_read(&self, message: &Message) -> bool {
        match message.direction {
            Direction::Sent => true,
            Direction::Received => Some(message.sent_at) <= self.read_up_to,
        }
    }
}

impl fmt::Debug for ConversationSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConversationSummary")
            .field("conversation", &self.conversation)
            .field("position", &self.position)
            .field("last_seq", &self.last_seq)
            .field("unread", &self.unread)
            .field("mentions", &self.mentions)
            .field("total", &self.total)
            .field("draft", &self.draft.as_ref().map(String::len))
            .finish_non_exhaustive()
    }
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

pub(crate) fn findings(response: Response) -> Result<Vec<Finding>, Error> {
    match response {
        Response::Diagnosis { findings } => Ok(findings),
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
            position,
            last,
            last_seq,
            last_at,
            read_up_to,
            unread,
            mentions,
            total,
            draft,
        } = summary;
        Ok(Self {
            conversation: conversation.try_into()?,
            position,
            last: last.map(TryInto::try_into).transpose()?,
            last_seq,
            last_at,
            read_up_to,
            unread,
            mentions,
            total,
            draft: draft.map(String::from),
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

pub(crate) fn message(response: Response) -> Result<Option<Message>, Error> {
    match response {
        Response::Message { message } => Ok(known(message.into_iter().collect()).pop()),
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn found(response: Response) -> Result<Found, Error> {
    match response {
        Response::Found { messages, next } => Ok(Found {
            messages: known(messages),
            next,
        }),
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn conversation(response: Response) -> Result<Option<ConversationSummary>, Error> {
    match response {
        Response::Conversation { conversation } => {
            let entries = conversation.map(|conversation| *conversation);
            Ok(known(entries.into_iter().collect()).pop())
        }
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn outbox(response: Response) -> Result<Page<OutboxEntry>, Error> {
    match response {
        Response::Outbox { entries, more } => Ok(Page {
            entries: known(entries),
            more,
        }),
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn unread(response: Response) -> Result<Unread, Error> {
    match response {
        Response::Unread { messages, mentions } => Ok(Unread { messages, mentions }),
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn stored(response: Response) -> Result<Seq, Error> {
    match response {
        Response::Stored { seq } => Ok(seq),
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn proxy(response: Response) -> Result<Option<ProxyInUse>, Error> {
    match response {
        Response::Proxy { proxy, by_app } => Ok(proxy.map(|proxy| ProxyInUse {
            kind: proxy.kind,
            host: proxy.host,
            port: proxy.port,
            user: proxy.user.map(String::from),
            set_by_app: by_app,
        })),
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn imported(response: Response) -> Result<u16, Error> {
    match response {
        Response::Imported { new } => Ok(new),
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn forgotten(response: Response) -> Result<Vec<PathBuf>, Error> {
    match response {
        Response::Forgotten { set_aside } => Ok(set_aside.into_iter().map(PathBuf::from).collect()),
        other => Err(unexpected(&other)),
    }
}

fn unexpected(response: &Response) -> Error {
    let kind = match response {
        Response::Ready {} => "Ready",
        Response::Connected { .. } => "Connected",
        Response::Done {} => "Done",
        Response::Accepted { .. } => "Accepted",
        Response::SendState { .. } => "SendState",
        Response::Outbox { .. } => "Outbox",
        Response::Subscribed { .. } => "Subscribed",
        Response::Page { .. } => "Page",
        Response::Message { .. } => "Message",
        Response::Found { .. } => "Found",
        Response::Conversations { .. } => "Conversations",
        Response::Conversation { .. } => "Conversation",
        Response::Unread { .. } => "Unread",
        Response::Stored { .. } => "Stored",
        Response::Imported { .. } => "Imported",
        Response::Status(_) => "Status",
        Response::Pong {} => "Pong",
        Response::Proxy { .. } => "Proxy",
        Response::Diagnosis { .. } => "Diagnosis",
        Response::Forgotten { .. } => "Forgotten",
    };
    Error::because(
        Code::UNKNOWN,
        format!("the daemon answered with {kind}, which was not asked"),
    )
}
