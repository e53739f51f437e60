//! What apps ask of the stored messages: reading them, and changing them.

use std::path::PathBuf;

use imlink_ipc_proto::{
    ConversationSummary, Event, MessageKey, Request, Response, Work, conversation_cost,
    conversations_length, limits, page_length,
};
use imlink_model::{Code, Conversation, MAX_BODY_BYTES, Message, Millis, ReceivedStatus, Seq};
use imlink_store::{
    ConversationEntry, ConversationPage, ConversationPlace, Edit, Edited, Insertion, Progress,
    SearchPage, Side,
};

use super::checks::{Refusal, check_extra, instant, meant, of_no_kind, optional, page, plain};
use super::requests::{Import, StoreRequest};
use super::{AccountId, PeerId, Read, Registry, Then};

/// What a frame leaves for one conversation of an answer.
const MAX_CONVERSATION: usize = limits::MAX_MESSAGE;

impl Registry {
    /// A request about the rows, checked.
    pub(super) fn rows_request(
        &self,
        peer: PeerId,
        request: Request,
    ) -> Result<StoreRequest, Refusal> {
        Ok(match request {
            Request::History {
                conversation,
                side,
                object_names,
                limit,
            } => StoreRequest::Read(Read::History {
                conversation: meant(conversation)?,
                side: side_of(side),
                object_names,
                limit: page(limit)?,
            }),
            Request::Timeline { after, limit } => StoreRequest::Read(Read::Timeline {
                after,
                limit: page(limit)?,
            }),
            Request::Message { message } => StoreRequest::Read(match message {
                MessageKey::Place { seq } => Read::Place(seq),
                MessageKey::Uid { uid } => Read::Uid(uid),
            }),
            Request::Search {
                keyword,
                conversation,
                before,
                limit,
            } => {
                if keyword.as_str().trim().is_empty() {
                    let text = "the keyword is empty; search for a part of a text";
                    return Err(Refusal(Code::LOCAL_BAD_REQUEST, text.into()));
                }
                StoreRequest::Read(Read::Search {
                    keyword,
                    conversation: optional(conversation)?,
                    before,
                    limit: page(limit)?,
                })
            }
            Request::Conversations { behind, limit } => {
                let behind = match behind {
                    None => None,
                    Some(place) => Some(ConversationPlace {
                        position: place.position,
                        conversation: meant(place.conversation)?,
                    }),
                };
                StoreRequest::Read(Read::Conversations {
                    behind,
                    limit: page(limit)?,
                })
            }
            Request::Conversation { conversation } => {
                let conversation = meant(conversation)?;
                StoreRequest::Read(Read::Conversation(conversation))
            }
            Request::Unread {} => StoreRequest::Read(Read::Unread),
            Request::MarkRead {
                conversation,
                up_to,
            } => StoreRequest::Edit(Edit::MarkRead {
                conversation: meant(conversation)?,
                up_to: instant(up_to)?,
            }),
            Request::SetDraft { conversation, text } => {
                let text = text.map(|text| imlink_model::Body::new(String::from(text)));
                StoreRequest::Edit(Edit::SetDraft {
                    conversation: meant(conversation)?,
                    text,
                })
            }
            Request::Insert {
                conversation,
                direction,
                sender,
                object_name,
                body,
                sent_at,
                counted,
                client_id,
            } => {
                if body.as_str().len() > MAX_BODY_BYTES {
                    return Err(plain(Code::RC_MSG_CONTENT_EXCEED_LIMIT));
                }
                let Some(found) = self.peers.get(&peer) else {
                    return Err(plain(Code::LOCAL_NO_ACCOUNT));
                };
                StoreRequest::Edit(Edit::Insert(Insertion {
                    app: found.identity.local_app(),
                    client_id,
                    conversation: meant(conversation)?,
                    direction: direction.into(),
                    sender,
                    object_name,
                    body,
                    sent_at: instant(sent_at)?,
                    counted,
                }))
            }
            Request::Annotate {
                seq,
                set,
                clear,
                extra,
            } => {
                if let Some(extra) = &extra {
                    check_extra(extra.as_str().len())?;
                }
                StoreRequest::Edit(Edit::Annotate {
                    seq,
                    set: ReceivedStatus::from_bits(set),
                    clear: ReceivedStatus::from_bits(clear),
                    extra: extra.map(|text| imlink_model::Body::new(String::from(text))),
                })
            }
            Request::Delete { seqs } if seqs.is_empty() => {
                return Err(plain(Code::INVALID_PARAMETER_MESSAGE_ARRAY));
            }
            Request::Delete { seqs } => StoreRequest::Edit(Edit::Delete(seqs)),
            Request::Forget { conversation } => StoreRequest::Forget(meant(conversation)?),
            Request::Import {
                messages,
                done,
                total,
            } => {
                let messages: Result<Vec<Message>, _> =
                    messages.into_iter().map(TryInto::try_into).collect();
                let messages = messages.map_err(of_no_kind)?;
                if messages
                    .iter()
                    .any(|message| message.body.as_str().len() > MAX_BODY_BYTES)
                {
                    return Err(plain(Code::RC_MSG_CONTENT_EXCEED_LIMIT));
                }
                for extra in messages.iter().filter_map(|one| one.local_extra.as_ref()) {
                    check_extra(extra.len())?;
                }
                StoreRequest::Import(Import {
                    messages,
                    done,
                    total,
                })
            }
            Request::Ping {}
            | Request::Status {}
            | Request::Init { .. }
            | Request::Join { .. }
            | Request::Connect { .. }
            | Request::Disconnect {}
            | Request::Logout {}
            | Request::Send { .. }
            | Request::SendState { .. }
            | Request::Outbox { .. }
            | Request::Withdraw { .. }
            | Request::Resend { .. }
            | Request::Signal { .. }
            | Request::Recall { .. }
            | Request::JoinChatroom { .. }
            | Request::LeaveChatroom { .. }
            | Request::Purge { .. }
            | Request::Subscribe { .. }
            | Request::Acknowledge { .. }
            | Request::Unsubscribe { .. }
            | Request::Hint { .. }
            | Request::SetProxy { .. }
            | Request::Proxy {}
            | Request::TestProxy { .. }
            | Request::Diagnose {} => return Err(plain(Code::LOCAL_BAD_REQUEST)),
        })
    }

    /// Edits are durable, or could not be made.
    pub fn edited(&mut self, id: AccountId, then: Then, result: Result<Vec<Edited>, Code>) {
        let edited = match result {
            Ok(edited) => edited,
            Err(code) => return self.failed(then, code),
        };
        let asker = match then {
            Then::Answer { peer, .. }
            | Then::Import { peer, .. }
            | Then::Subscribe { peer, .. } => Some(peer),
            // Whoever recalls a message hears like the others what it left.
            Then::Recall { .. } | Then::Deliver { .. } => None,
        };
        let mut stored = Vec::new();
        let mut response = Response::Done {};
        for edited in edited {
            match edited {
                Edited::Stored(message) => {
                    response = Response::Stored { seq: message.seq };
                    stored.push(message);
                }
                Edited::Known(seq) => response = Response::Stored { seq },
                Edited::Refused { code } => return self.failed(then, code),
                edited => self.tell_of(id, asker, edited),
            }
        }
        if let Then::Import { done, total, .. } = then {
            let new = u16::try_from(stored.len()).unwrap_or(u16::MAX);
            response = Response::Imported { new };
            if total > 0 {
                let work = Work::Importing;
                self.tell_others(id, None, &Event::Progress { work, done, total });
            }
        }
        // The answer first: an app that subscribes too knows the place when the message comes.
        if let Then::Answer { peer, request }
        | Then::Import { peer, request, .. }
        | Then::Recall { peer, request, .. } = then
        {
            self.answer(peer, request, response);
        }
        self.stored(id, stored);
    }

    /// The cloud changed stored messages: every app hears of it.
    pub fn changed(&mut self, id: AccountId, changes: Vec<Edited>) {
        for change in changes {
            self.tell_of(id, None, change);
        }
    }

    /// A conversation is deleted, or could not be.
    pub fn forgotten(
        &mut self,
        id: AccountId,
        conversation: Conversation,
        then: Then,
        result: Result<Vec<PathBuf>, Code>,
    ) {
        let set_aside = match result {
            Ok(set_aside) => set_aside,
            Err(code) => return self.failed(then, code),
        };
        let Then::Answer { peer, request } = then else {
            return;
        };
        let conversation = Box::new(ConversationSummary {
            conversation: conversation.into(),
            position: Seq(0),
            last: None,
            last_seq: Seq(0),
            last_at: Millis(0),
            read_up_to: None,
            unread: 0,
            mentions: 0,
            total: 0,
            draft: None,
        });
        self.tell_others(id, Some(peer), &Event::Conversation { conversation });
        let set_aside = set_aside.into_iter().take(limits::SET_ASIDE);
        let set_aside = set_aside.map(|path| path.display().to_string()).collect();
        self.answer(peer, request, Response::Forgotten { set_aside });
    }

    /// Long work on the rows of an account goes on.
    pub fn progressed(&mut self, id: AccountId, progress: Progress) {
        let event = Event::Progress {
            work: match progress.work {
                imlink_store::Work::Migration => Work::Migrating,
                imlink_store::Work::Recovery => Work::Recovering,
                imlink_store::Work::Forgetting => Work::Forgetting,
                imlink_store::Work::Compaction => Work::Compacting,
            },
            done: progress.done,
            total: progress.total,
        };
        self.tell_others(id, None, &event);
    }

    /// Tells the apps of an account what became of stored messages; the one that asked for it knows,
    /// but for what stands in the place of a message.
    fn tell_of(&mut self, id: AccountId, asker: Option<PeerId>, edited: Edited) {
        match edited {
            Edited::Conversation { summary, draft } => {
                let last = None;
                let conversation = Box::new(entry(ConversationEntry {
                    summary,
                    draft,
                    last,
                }));
                self.tell_others(id, asker, &Event::Conversation { conversation });
            }
            Edited::Annotated(message) => {
                let message = message.into();
                self.tell_others(id, asker, &Event::Changed { message });
            }
            Edited::Recalled(message) | Edited::Restored(message) => {
                let message = message.into();
                self.tell_others(id, None, &Event::Changed { message });
            }
            Edited::Deleted(seqs) => {
                for seqs in seqs.chunks(limits::PAGE_ENTRIES.into()) {
                    let seqs = seqs.to_vec();
                    self.tell_others(id, asker, &Event::Deleted { seqs });
                }
            }
            Edited::Stored(_)
            | Edited::Known(_)
            | Edited::Forgotten { .. }
            | Edited::Unchanged
            | Edited::Refused { .. } => {}
        }
    }

    /// Tells every app of an account but one.
    fn tell_others(&mut self, id: AccountId, but: Option<PeerId>, event: &Event) {
        for peer in self.peers_of(id) {
            if Some(peer) != but {
                self.emit(peer, event.clone());
            }
        }
    }
}

/// The answer to a page of messages: the store counts bodies, and in a frame there are escapes and
/// names around them.
pub(super) fn page_response(found: Vec<Message>, more: bool) -> Response {
    let mut messages: Vec<imlink_ipc_proto::Message> = found.into_iter().map(Into::into).collect();
    let fitting = page_length(&messages);
    let more = more || fitting < messages.len();
    messages.truncate(fitting);
    Response::Page { messages, more }
}

pub(super) fn search_response(found: SearchPage) -> Response {
    let mut messages: Vec<imlink_ipc_proto::Message> =
        found.messages.into_iter().map(Into::into).collect();
    let fitting = page_length(&messages);
    let mut next = found.next;
    if fitting < messages.len() {
        messages.truncate(fitting);
        next = messages.last().map(|message| message.seq);
    }
    Response::Found { messages, next }
}

pub(super) fn conversations_response(found: ConversationPage) -> Response {
    let mut conversations: Vec<_> = found.entries.into_iter().map(entry).collect();
    let fitting = conversations_length(&conversations);
    let more = found.more || fitting < conversations.len();
    conversations.truncate(fitting);
    Response::Conversations {
        conversations,
        more,
    }
}

pub(super) fn entry(found: ConversationEntry) -> ConversationSummary {
    let mut entry = ConversationSummary {
        draft: found.draft.map(|draft| String::from(draft.as_str()).into()),
        last: found.last.map(Into::into),
        ..summary_of(found.summary)
    };
    if conversation_cost(&entry) > MAX_CONVERSATION {
        entry.last = None;
    }
    entry
}

fn summary_of(found: imlink_store::ConversationSummary) -> ConversationSummary {
    ConversationSummary {
        conversation: found.conversation.into(),
        position: found.position,
        last: None,
        last_seq: found.last_seq,
        last_at: found.last_at,
        read_up_to: found.read_up_to,
        unread: found.unread,
        mentions: found.mentions,
        total: found.total,
        draft: None,
    }
}

fn side_of(side: imlink_ipc_proto::Side) -> Side {
    match side {
        imlink_ipc_proto::Side::Newest => Side::Newest,
        imlink_ipc_proto::Side::Before { seq } => Side::Before(seq),
        imlink_ipc_proto::Side::After { seq } => Side::After(seq),
    }
}
