//! What is wrong with what an app asks for, each with its code (behaviour.md 12.2, 12.3).

use imlink_ipc_proto::{SendOptions, UnknownKind, limits};
use imlink_model::{Code, Conversation, ConversationKind, Expansion, ExpansionError, Millis};

/// Why a request is refused before anything is done.
pub(super) struct Refusal(pub(super) Code, pub(super) String);

/// A page is cut at its limit anyway; asking for nothing is a mistake.
pub(super) fn page(limit: u16) -> Result<usize, Refusal> {
    match limit {
        0 => Err(Refusal(
            Code::INVALID_PARAMETER_COUNT,
            "limit is 0, but must be 1 at least".into(),
        )),
        _ => Ok(limit.min(limits::PAGE_ENTRIES).into()),
    }
}

/// A refusal in the words of its code.
pub(super) fn plain(code: Code) -> Refusal {
    Refusal(code, code.cause().to_owned())
}

/// The conversation an app means; 34209 if it is of no kind that there is.
pub(super) fn meant(conversation: imlink_ipc_proto::Conversation) -> Result<Conversation, Refusal> {
    conversation.try_into().map_err(of_no_kind)
}

/// A conversation of a kind that there is not.
pub(super) fn of_no_kind(error: UnknownKind) -> Refusal {
    Refusal(Code::INVALID_PARAMETER_CONVERSATION_TYPE, error.to_string())
}

fn of_no_expansion(error: ExpansionError) -> Refusal {
    let code = match error {
        ExpansionError::Form => Code::INVALID_PARAMETER_MESSAGE_CONTENT,
        ExpansionError::Key | ExpansionError::Value | ExpansionError::Length => {
            Code::EXPANSION_LIMIT_EXCEET
        }
    };
    Refusal(code, error.to_string())
}

/// A time that an app gives.
pub(super) fn instant(time: Millis) -> Result<Millis, Refusal> {
    match time.0 {
        0.. => Ok(time),
        ..0 => Err(Refusal(
            Code::INVALID_PARAMETER_TIMESTAMP,
            format!("the time {time} is before 1970"),
        )),
    }
}

/// What an app keeps with a message.
pub(super) fn check_extra(bytes: usize) -> Result<(), Refusal> {
    if bytes <= limits::MAX_LOCAL_EXTRA {
        return Ok(());
    }
    let text = format!(
        "a local extra has {bytes} bytes, at most {} are allowed",
        limits::MAX_LOCAL_EXTRA
    );
    Err(Refusal(Code::LOCAL_BAD_REQUEST, text))
}

/// The conversation an app means, if it means one.
pub(super) fn optional(
    conversation: Option<imlink_ipc_proto::Conversation>,
) -> Result<Option<Conversation>, Refusal> {
    conversation.map(meant).transpose()
}

/// What a send may ask in its kind of conversation, and how much of it.
pub(super) fn check_options(
    conversation: &Conversation,
    options: &SendOptions,
) -> Result<(), Refusal> {
    for text in [&options.push_content, &options.push_data]
        .into_iter()
        .flatten()
    {
        if text.as_str().len() > limits::MAX_PUSH_TEXT {
            let text = format!(
                "push texts may have {} bytes at most",
                limits::MAX_PUSH_TEXT
            );
            return Err(Refusal(Code::LOCAL_BAD_REQUEST, text));
        }
    }
    if !options.directed.is_empty() && conversation.kind != ConversationKind::Group {
        return Err(plain(
            Code::RC_DIRECTIONAL_MESSAGE_INVALID_CONVERSATION_TYPE,
        ));
    }
    if (options.expandable || options.expansion.is_some()) && !takes_expansions(conversation.kind) {
        return Err(plain(Code::MESSAGE_KV_NOT_SUPPORT));
    }
    match &options.expansion {
        Some(text) => Expansion::parse(text.as_str())
            .map(drop)
            .map_err(of_no_expansion),
        None => Ok(()),
    }
}

/// Whether messages of that kind may carry key-value data (behaviour.md 13.1).
fn takes_expansions(kind: ConversationKind) -> bool {
    match kind {
        ConversationKind::Private | ConversationKind::Group | ConversationKind::UltraGroup => true,
        ConversationKind::Discussion
        | ConversationKind::Chatroom
        | ConversationKind::CustomerService
        | ConversationKind::System
        | ConversationKind::AppPublicService
        | ConversationKind::PublicService
        | ConversationKind::Encrypted
        | ConversationKind::RtcRoom => false,
    }
}
