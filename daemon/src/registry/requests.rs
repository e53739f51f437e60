//! One match over what an app may ask; each verb has a function of its own.

use std::time::{Duration, Instant};

use imlink_ipc_proto::{Request, Response, Start, limits};
use imlink_model::uplink::{Command, Hint};
use imlink_model::{
    AppKey, Class, ClientMessageId, Code, Conversation, ConversationKind, MAX_BODY_BYTES, Message,
    SubscriptionName, Token, UserId,
};
use imlink_store::{Change, Edit, Submission};

use super::account::{Parked, StoreState};
use super::checks::{Refusal, check_options, meant, of_no_kind, page, plain};
use super::connect::Connect;
use super::live::{RecallRequest, trace_of};
use super::outbox::OutboxRequest;
use super::subscription::Filter;
use super::{Effect, PeerId, Read, Registry, Then, Unreadable};

/// Whose token is this? Known by its hash, from an earlier connect.
pub trait Tokens {
    /// The user of a token that was proven before.
    fn known_user(&self, app_key: &AppKey, token: &Token) -> Option<UserId>;
}

/// A request that needs the rows of an account; it waits until they are open.
#[derive(Debug)]
pub(super) enum StoreRequest {
    Send(Submission),
    SendState(ClientMessageId),
    Outbox(OutboxRequest),
    Subscribe {
        name: Option<SubscriptionName>,
        start: imlink_store::Start,
        filter: Filter,
    },
    Read(Read),
    Recall(RecallRequest),
    Edit(Edit),
    Import(Import),
    Forget(Conversation),
}

/// A part of an export.
#[derive(Debug)]
pub(super) struct Import {
    pub(super) messages: Vec<Message>,
    /// How many came before.
    pub(super) done: u64,
    /// How many there are in all; 0 if that is not known.
    pub(super) total: u64,
}

impl Registry {
    /// An app asks. It gets exactly one answer, now or later.
    pub fn handle_request(
        &mut self,
        peer: PeerId,
        id: u64,
        request: Request,
        now: Instant,
        tokens: &impl Tokens,
    ) {
        if let Err(Refusal(code, message)) = self.dispatch(peer, id, request, now, tokens) {
            self.refuse(peer, id, code, message);
        }
    }

    /// A request that found its account's rows open, or has to wait for them.
    pub(super) fn handle_store_request(&mut self, peer: PeerId, id: u64, request: StoreRequest) {
        let Some(account) = self.session_of(peer) else {
            return self.refuse_plainly(peer, id, Code::LOCAL_NO_ACCOUNT);
        };
        let Some(found) = self.accounts.get_mut(&account) else {
            return self.refuse_plainly(peer, id, Code::LOCAL_NO_ACCOUNT);
        };
        match found.store {
            StoreState::Open { .. } => {}
            StoreState::Failed(code) => return self.refuse_plainly(peer, id, code),
            StoreState::Unknown | StoreState::Opening { .. } => {
                let own = found.parked.iter().filter(|parked| parked.peer == peer);
                if own.count() >= limits::PENDING_REQUESTS {
                    return self.refuse_plainly(peer, id, Code::LOCAL_QUOTA);
                }
                return found.parked.push(Parked { peer, id, request });
            }
        }
        let then = Then::Answer { peer, request: id };
        let effect = match request {
            StoreRequest::Send(submission) => Effect::Commit {
                account,
                change: Change::Submit(submission),
                then,
            },
            StoreRequest::SendState(client_id) => {
                let Some(app) = self.peers.get(&peer).map(|peer| peer.identity.local_app()) else {
                    return;
                };
                Effect::Read {
                    account,
                    read: Read::Outgoing { app, client_id },
                    then,
                }
            }
            StoreRequest::Outbox(request) => {
                match self.outbox_effect(peer, account, request, then) {
                    Some(effect) => effect,
                    None => return,
                }
            }
            StoreRequest::Subscribe {
                name,
                start,
                filter,
            } => {
                return self.subscribe(peer, id, account, name, start, filter);
            }
            StoreRequest::Read(read) => Effect::Read {
                account,
                read,
                then,
            },
            StoreRequest::Recall(RecallRequest { uid, trace }) => Effect::Read {
                account,
                read: Read::Uid(uid),
                then: Then::Recall {
                    peer,
                    request: id,
                    trace,
                },
            },
            StoreRequest::Edit(edit) => Effect::Edit {
                account,
                edits: vec![edit],
                then,
            },
            StoreRequest::Import(import) => Effect::Edit {
                account,
                then: Then::Import {
                    peer,
                    request: id,
                    done: import.done.saturating_add(import.messages.len() as u64),
                    total: import.total,
                },
                edits: import.messages.into_iter().map(Edit::Import).collect(),
            },
            StoreRequest::Forget(conversation) => Effect::ForgetConversation {
                account,
                conversation,
                then,
            },
        };
        self.effects.push_back(effect);
    }

    fn dispatch(
        &mut self,
        peer: PeerId,
        id: u64,
        request: Request,
        now: Instant,
        tokens: &impl Tokens,
    ) -> Result<(), Refusal> {
        self.demand_right(peer, &request)?;
        if needs_init(&request) {
            self.initialised(peer)?;
        }
        match request {
            Request::Ping {} => self.answer(peer, id, Response::Pong {}),
            Request::Status {} => self.effects.push_back(Effect::Report { peer, request: id }),
            Request::Init { app_key } => self.init(peer, id, app_key)?,
            Request::Join { app_key, user } => {
                self.join(peer, id, app_key.as_ref(), user.as_ref());
            }
            Request::Connect { .. } => {
                let connect = self.connecting(peer, request, tokens)?;
                self.connect(peer, id, connect, now);
            }
            Request::Disconnect {} => self.disconnect(peer, id),
            Request::Logout {} => self.logout(peer, id),
            Request::Hint { hint } => self.hint(peer, id, hint.into()),
            Request::Acknowledge { subscription, seq } => {
                self.acknowledge(peer, id, subscription, seq)?;
            }
            Request::Unsubscribe {
                subscription,
                forget,
            } => {
                self.unsubscribe(peer, id, subscription, forget)?;
            }
            Request::Send { .. } => {
                let submission = self.submission(peer, request)?;
                self.handle_store_request(peer, id, StoreRequest::Send(submission));
            }
            Request::SendState { client_id } => {
                self.handle_store_request(peer, id, StoreRequest::SendState(client_id));
            }
            Request::Subscribe {
                name,
                start,
                filter,
            } => {
                let start = match start {
                    Start::Now => imlink_store::Start::Now,
                    Start::Beginning => imlink_store::Start::Beginning,
                };
                let filter = Filter::new(filter).map_err(of_no_kind)?;
                let request = StoreRequest::Subscribe {
                    name,
                    start,
                    filter,
                };
                self.handle_store_request(peer, id, request);
            }
            Request::Outbox { behind, limit } => {
                let limit = page(limit)?;
                let request = OutboxRequest::List { behind, limit };
                self.handle_store_request(peer, id, StoreRequest::Outbox(request));
            }
            Request::Withdraw { client_id } => {
                let request = OutboxRequest::Withdraw(client_id);
                self.handle_store_request(peer, id, StoreRequest::Outbox(request));
            }
            Request::Resend { client_id } => {
                let request = OutboxRequest::Resend(client_id);
                self.handle_store_request(peer, id, StoreRequest::Outbox(request));
            }
            Request::Signal {
                conversation,
                object_name,
                body,
            } => self.signal(peer, id, conversation, object_name, body, now)?,
            Request::Recall { uid, delete } => {
                self.linked_account(peer)?;
                let trace = trace_of(delete);
                let request = RecallRequest { uid, trace };
                self.handle_store_request(peer, id, StoreRequest::Recall(request));
            }
            Request::JoinChatroom {
                room,
                create,
                recent,
            } => self.enter_room(peer, id, room, create, recent)?,
            Request::LeaveChatroom { room } => self.leave_chatroom(peer, id, &room),
            Request::SetProxy { proxy } => self.set_proxy(peer, id, proxy.as_ref())?,
            Request::Proxy {} => self.read_proxy(peer, id),
            Request::TestProxy { proxy, host } => {
                self.test_proxy(peer, id, proxy.as_ref(), &host)?;
            }
            Request::Diagnose {} => self.diagnose(peer, id),
            Request::Purge { app_key, user } => self.purge(peer, id, app_key, user),
            Request::History { .. }
            | Request::Timeline { .. }
            | Request::Message { .. }
            | Request::Search { .. }
            | Request::Conversations { .. }
            | Request::Conversation { .. }
            | Request::Unread {}
            | Request::MarkRead { .. }
            | Request::SetDraft { .. }
            | Request::Insert { .. }
            | Request::Delete { .. }
            | Request::Forget { .. }
            | Request::Import { .. }
            | Request::Annotate { .. } => {
                let request = self.rows_request(peer, request)?;
                self.handle_store_request(peer, id, request);
            }
        }
        Ok(())
    }

    fn initialised(&self, peer: PeerId) -> Result<(), Refusal> {
        match self.peers.get(&peer) {
            Some(peer) if peer.app_key.is_none() => Err(plain(Code::RC_CLIENT_NOT_INIT)),
            Some(_) | None => Ok(()),
        }
    }

    fn init(&mut self, peer: PeerId, id: u64, app_key: AppKey) -> Result<(), Refusal> {
        let Some(found) = self.peers.get_mut(&peer) else {
            return Ok(());
        };
        if found.session.is_some() && found.app_key.as_ref().is_some_and(|key| *key != app_key) {
            let text = "this app is connected with another app key; disconnect first";
            return Err(Refusal(Code::LOCAL_BAD_REQUEST, text.into()));
        }
        found.app_key = Some(app_key);
        self.answer(peer, id, Response::Ready {});
        Ok(())
    }

    fn connecting(
        &self,
        peer: PeerId,
        request: Request,
        tokens: &impl Tokens,
    ) -> Result<Connect, Refusal> {
        let Request::Connect {
            token,
            time_limit,
            replay,
            was_connected,
            set_aside,
        } = request
        else {
            return Err(plain(Code::LOCAL_BAD_REQUEST));
        };
        let token = Token::try_from(&token)
            .map_err(|error| Refusal(Code::INVALID_ARGUMENT_TOKEN, error.to_string()))?;
        let app_key = self.peers.get(&peer).and_then(|peer| peer.app_key.as_ref());
        let limit = time_limit.filter(|limit| *limit > 0);
        Ok(Connect {
            known: app_key.and_then(|app_key| tokens.known_user(app_key, &token)),
            token,
            limit: limit.map(|seconds| Duration::from_secs(seconds.into())),
            unreadable: match set_aside {
                true => Unreadable::SetAside,
                false => Unreadable::Refuse,
            },
            replay,
            was_connected: replay && was_connected,
        })
    }

    fn hint(&mut self, peer: PeerId, id: u64, hint: Hint) {
        if let Some(account) = self.session_of(peer) {
            self.uplink(account, Command::Hint(hint));
        }
        self.answer(peer, id, Response::Done {});
    }

    fn submission(&self, peer: PeerId, request: Request) -> Result<Submission, Refusal> {
        let Request::Send {
            conversation,
            object_name,
            body,
            client_id,
            options,
        } = request
        else {
            return Err(plain(Code::LOCAL_BAD_REQUEST));
        };
        let Some(found) = self.peers.get(&peer) else {
            return Err(plain(Code::LOCAL_NO_ACCOUNT));
        };
        // P23: local reads work from database-opened on, sending from the first success on.
        if !found
            .session
            .as_ref()
            .is_some_and(|session| session.connected_once)
        {
            return Err(plain(Code::RC_NET_CHANNEL_INVALID));
        }
        let conversation = meant(conversation)?;
        if conversation.kind == ConversationKind::System {
            return Err(plain(Code::SYS_CONVERSATION_NOT_SUPPORT_MESSAGE));
        }
        if Class::of(object_name.as_str()) == Class::Status {
            let text = format!("{object_name} is for those who are online now: it is signalled");
            return Err(Refusal(Code::MESSAGE_NOT_SUPPORT_SENDING, text));
        }
        if body.as_str().len() > MAX_BODY_BYTES {
            return Err(plain(Code::RC_MSG_CONTENT_EXCEED_LIMIT));
        }
        check_options(&conversation, &options)?;
        Ok(Submission {
            app: found.identity.local_app(),
            client_id,
            conversation,
            object_name,
            body,
            options: options.into(),
        })
    }
}

/// Calls other than a few about the daemon itself come after `init` (33001, S4-26).
fn needs_init(request: &Request) -> bool {
    match request {
        Request::Ping {}
        | Request::Status {}
        | Request::Init { .. }
        | Request::Join { .. }
        | Request::SetProxy { .. }
        | Request::Proxy {}
        | Request::TestProxy { .. }
        | Request::Diagnose {} => false,
        Request::Connect { .. }
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
        | Request::History { .. }
        | Request::Timeline { .. }
        | Request::Message { .. }
        | Request::Search { .. }
        | Request::Conversations { .. }
        | Request::Conversation { .. }
        | Request::Unread {}
        | Request::MarkRead { .. }
        | Request::SetDraft { .. }
        | Request::Insert { .. }
        | Request::Delete { .. }
        | Request::Forget { .. }
        | Request::Import { .. }
        | Request::Annotate { .. }
        | Request::Hint { .. } => true,
    }
}
