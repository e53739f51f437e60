//! What is read of rows, for apps and for what they are to be delivered.

use imlink_ipc_proto::limits;
use imlink_model::Seq;
use imlink_store::{HistoryQuery, Page, ReadError, SearchQuery, Store};

use crate::registry::{Found, Read, Stretch};

/// Bytes of message bodies that an answer carries at most, so that it fits into a frame.
const PAGE_BYTES: usize = limits::PAGE_BYTES;

/// Reads what is asked for.
pub(super) fn find(store: &Store, read: Read) -> Result<Found, ReadError> {
    match read {
        Read::After { seq, limit, bytes } => stretch(store, seq, limit, bytes).map(Found::Stretch),
        Read::History {
            conversation,
            side,
            object_names,
            limit,
        } => store
            .history_page(&HistoryQuery {
                conversation: &conversation,
                side,
                object_names: &object_names,
                limit,
                max_bytes: PAGE_BYTES,
            })
            .map(Found::Page),
        Read::Timeline { after, limit } => {
            let messages = store.messages_after(after, limit, PAGE_BYTES);
            messages.map(|messages| {
                let last = messages.last().map(|message| message.seq);
                Found::Timeline(Page {
                    more: last.is_some_and(|last| last < store.last_seq()),
                    messages,
                })
            })
        }
        Read::Place(seq) => store.message(seq).map(Found::Message),
        Read::Uid(uid) => store.message_by_uid(&uid).map(Found::Message),
        Read::Search {
            keyword,
            conversation,
            before,
            limit,
        } => store
            .search(&SearchQuery {
                keyword: keyword.as_str(),
                conversation: conversation.as_ref(),
                before,
                limit,
                max_bytes: PAGE_BYTES,
            })
            .map(Found::Search),
        Read::Conversations { behind, limit } => store
            .conversation_page(behind.as_ref(), limit, PAGE_BYTES)
            .map(Found::Conversations),
        Read::Conversation(conversation) => {
            store.conversation(&conversation).map(Found::Conversation)
        }
        Read::Unread => Ok(Found::Unread(store.unread())),
        Read::Outbox { app, behind, limit } => store
            .outbox_page(&app, behind, limit, PAGE_BYTES)
            .map(Found::Outbox),
        Read::Outgoing { app, client_id } => store.fate(&app, &client_id).map(Found::Outgoing),
    }
}

/// What a subscription that is behind gets next.
fn stretch(store: &Store, after: Seq, limit: usize, bytes: usize) -> Result<Stretch, ReadError> {
    let messages = store.messages_after(after, limit, bytes)?;
    let end = messages.last().map_or(after, |message| message.seq);
    let newest = store.last_seq();
    let up_to = match end < newest && store.messages_after(end, 1, bytes)?.is_empty() {
        true => newest,
        false => end,
    };
    Ok(Stretch {
        messages,
        gaps: store.gaps()?,
        up_to,
    })
}
