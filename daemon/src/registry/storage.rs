//! Results of the store: what was opened, committed, read.

use imlink_ipc_proto::{Event, Response, Work};
use imlink_model::uplink::{Command, Restored};
use imlink_model::{Code, ConnectionStatus, Generation, Message, Seq};
use imlink_store::{
    Anomalies, Applied, ConversationEntry, ConversationPage, OutboxPage, OutboxState, Page,
    SearchPage, Unread,
};

use super::account::{Parked, StoreState, Unreadable};
use super::deliver::Stretch;
use super::outbox::{Ended, outbox_response};
use super::report::anomaly_report;
use super::rows::{conversations_response, entry, page_response, search_response};
use super::subscription::State;
use super::{AccountId, Effect, PeerId, Registry, Then};

/// Rows that were opened.
#[derive(Clone, Debug)]
pub struct OpenedRows {
    /// What the driver of the account needs to know.
    pub restored: Restored,
    /// The newest stored position.
    pub last_seq: Seq,
    /// Which rows positions belong to.
    pub generation: Generation,
}

/// What was read for a [`Read`](super::Read).
#[derive(Debug)]
pub enum Found {
    /// Messages, for a subscription.
    Stretch(Stretch),
    /// A page of messages.
    Page(Page),
    /// A page of the messages of all conversations, oldest first.
    Timeline(Page),
    /// One message, if it is stored.
    Message(Option<Message>),
    /// What a search came upon.
    Search(SearchPage),
    /// A part of the list of conversations.
    Conversations(ConversationPage),
    /// One conversation, if anything is stored of it.
    Conversation(Option<ConversationEntry>),
    /// What is unread in all conversations together.
    Unread(Unread),
    /// A part of an app's outbox.
    Outbox(OutboxPage),
    /// What became of a message an app sent, if it was ever accepted.
    Outgoing(Option<OutboxState>),
}

impl Registry {
    /// Has the rows of an account opened, if it is known whose they are.
    pub(super) fn open_store(&mut self, id: AccountId) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let Some(user) = account.user.clone() else {
            return;
        };
        let unreadable = account.consent;
        account.store = StoreState::Opening { unreadable };
        account.anomalies = Anomalies::default();
        let app_key = account.app_key.clone();
        self.effects.push_back(Effect::OpenStore {
            account: id,
            app_key,
            user,
            unreadable,
        });
    }

    /// The rows of an account are open, or cannot be opened.
    pub fn store_opened(&mut self, id: AccountId, result: Result<OpenedRows, Code>) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let refused = matches!(
            account.store,
            StoreState::Opening {
                unreadable: Unreadable::Refuse
            }
        );
        if let Err(Code::RC_DB_CORRUPT | Code::LOCAL_STORE_NEWER) = result
            && refused
            && account.consent == Unreadable::SetAside
        {
            // An app agreed while they were being opened.
            return self.open_store(id);
        }
        account.consent = Unreadable::Refuse;
        let code = match result {
            Ok(OpenedRows {
                restored,
                last_seq,
                generation,
            }) => {
                account.store = StoreState::Open {
                    last_seq,
                    generation,
                };
                // Other rows may have these numbers, if the ones before were set aside.
                account.ended = Ended::default();
                self.effects.push_back(Effect::Uplink {
                    account: id,
                    command: Command::Restore(restored),
                });
                Code::SUCCESS
            }
            Err(code) => {
                account.store = StoreState::Failed(code);
                code
            }
        };
        for peer in self.peers_of(id) {
            self.show_database(peer, id);
        }
        if code.is_success() {
            self.resume_subscriptions(id);
        } else {
            self.stop_here(id, ConnectionStatus::Unconnected, code);
        }
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        for Parked { peer, id, request } in std::mem::take(&mut account.parked) {
            self.handle_store_request(peer, id, request);
        }
    }

    /// Tells an app how the rows of an account are, if that is known.
    pub(super) fn show_database(&mut self, peer: PeerId, id: AccountId) {
        let Some(account) = self.accounts.get(&id) else {
            return;
        };
        let (writable, anomalies) = (account.writable, account.anomalies);
        let code = match account.store {
            StoreState::Open { .. } => Code::SUCCESS,
            StoreState::Failed(code) => code,
            StoreState::Unknown | StoreState::Opening { .. } => return,
        };
        self.emit(peer, Event::DatabaseOpened { code });
        if !code.is_success() {
            return;
        }
        if !writable.is_success() {
            self.emit(peer, Event::DatabaseWritable { code: writable });
        }
        if anomalies != Anomalies::default() {
            let found = anomaly_report(anomalies);
            self.emit(peer, Event::Anomalies { found });
        }
    }

    /// Something more was come upon in the rows of an account that should not be (F-D07, F-D08,
    /// F-D16, F-D25).
    pub fn anomalies_found(&mut self, id: AccountId, anomalies: Anomalies) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let before = std::mem::replace(&mut account.anomalies, anomalies);
        let StoreState::Open { .. } = account.store else {
            return;
        };
        if before == anomalies {
            return;
        }
        let found = anomaly_report(anomalies);
        for peer in self.peers_of(id) {
            self.emit(peer, Event::Anomalies { found });
        }
    }

    /// Messages of an account turned out to be damaged, which the cloud may have still (F-D07).
    pub fn read_again(&mut self, id: AccountId) {
        self.uplink(id, Command::ReadAgain);
    }

    /// Whether the rows of an account can be written turned: once when it begins, once when it ends
    /// (F-D01, F-D05).
    pub fn writable_turned(&mut self, id: AccountId, code: Code) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        if account.writable == code {
            return;
        }
        account.writable = code;
        if let StoreState::Open { .. } = account.store {
            for peer in self.peers_of(id) {
                self.emit(peer, Event::DatabaseWritable { code });
            }
        }
        if code.is_success() {
            self.uplink(id, Command::Writable);
        }
    }

    /// A change is durable, or could not be made.
    pub fn committed(&mut self, id: AccountId, then: Then, result: Result<Applied, Code>) {
        let applied = match result {
            Ok(applied) => applied,
            Err(code) => return self.failed(then, code),
        };
        match (then, applied) {
            (then, Applied::Refused { code, .. }) => self.failed(then, code),
            (
                Then::Answer { peer, request },
                Applied::Accepted {
                    outgoing,
                    state,
                    new,
                },
            ) => {
                self.answer(
                    peer,
                    request,
                    Response::Accepted {
                        id: outgoing.id,
                        new,
                    },
                );
                if new {
                    self.uplink(id, Command::Send(outgoing));
                } else if let Some(outcome) = state.outcome() {
                    self.settled(id, &outgoing, &outcome);
                }
            }
            (
                Then::Answer { peer, request },
                Applied::Settled {
                    outgoing, outcome, ..
                },
            ) => {
                self.answer(peer, request, Response::Done {});
                self.wish_granted(id, &outgoing, &outcome);
            }
            (
                Then::Answer { peer, request }
                | Then::Import { peer, request, .. }
                | Then::Recall { peer, request, .. },
                _,
            ) => {
                self.answer(peer, request, Response::Done {});
            }
            (
                Then::Subscribe {
                    peer,
                    request,
                    subscription,
                },
                Applied::Subscribed { after },
            ) => {
                let generation = self.generation_of(id);
                if let Some(found) = self.subscriptions.get_mut(&subscription) {
                    found.sent = after;
                    found.state = State::Waiting;
                    let response = Response::Subscribed {
                        subscription: subscription.0,
                        after,
                        generation,
                    };
                    self.answer(peer, request, response);
                    self.pump(subscription);
                }
            }
            (Then::Subscribe { peer, request, .. }, _) => {
                self.refuse_plainly(peer, request, Code::LOCAL_STORE_FAILED);
            }
            (Then::Deliver { .. }, _) => {}
        }
    }

    /// Rows have been read, or could not be.
    pub fn read(&mut self, then: Then, result: Result<Found, Code>) {
        let found = match result {
            Ok(found) => found,
            Err(code) => return self.failed(then, code),
        };
        let (peer, request) = match then {
            Then::Deliver { subscription } => {
                if let Found::Stretch(stretch) = found {
                    self.page_read(subscription, stretch);
                }
                return;
            }
            Then::Recall {
                peer,
                request,
                trace,
            } => {
                if let Found::Message(message) = found {
                    self.recall_found(peer, request, trace, message);
                }
                return;
            }
            Then::Answer { peer, request } | Then::Import { peer, request, .. } => (peer, request),
            Then::Subscribe { .. } => return,
        };
        let response = match found {
            Found::Stretch(stretch) => page_response(stretch.messages, false),
            Found::Page(page) => page_response(page.messages, page.more),
            Found::Timeline(page) => {
                self.tell_place(peer, &page);
                page_response(page.messages, page.more)
            }
            Found::Message(message) => Response::Message {
                message: message.map(Into::into),
            },
            Found::Search(page) => search_response(page),
            Found::Conversations(page) => conversations_response(page),
            Found::Conversation(found) => Response::Conversation {
                conversation: found.map(|found| Box::new(entry(found))),
            },
            Found::Unread(unread) => Response::Unread {
                messages: unread.messages,
                mentions: unread.mentions,
            },
            Found::Outbox(page) => outbox_response(page),
            Found::Outgoing(found) => Response::SendState {
                state: found.map(super::report::state_of),
            },
        };
        self.answer(peer, request, response);
    }

    /// Tells an app that reads all messages how far it is; nothing, if this page is the last.
    fn tell_place(&mut self, peer: PeerId, page: &Page) {
        let newest = self
            .session_of(peer)
            .and_then(|account| self.accounts.get(&account)?.last_seq());
        let (Some(newest), Some(last), true) = (newest, page.messages.last(), page.more) else {
            return;
        };
        let event = Event::Progress {
            work: Work::Exporting,
            done: last.seq.0,
            total: newest.0,
        };
        self.emit(peer, event);
    }

    pub(super) fn failed(&mut self, then: Then, code: Code) {
        match then {
            Then::Answer { peer, request }
            | Then::Import { peer, request, .. }
            | Then::Recall { peer, request, .. } => {
                self.refuse_plainly(peer, request, code);
            }
            Then::Subscribe {
                peer,
                request,
                subscription,
            } => {
                self.subscriptions.remove(&subscription);
                self.refuse_plainly(peer, request, code);
            }
            Then::Deliver { subscription } => {
                // Rows that cannot be read are closed, and its app hears that of them; if they are
                // opened again it goes on.
                if let Some(found) = self.subscriptions.get_mut(&subscription) {
                    found.state = State::Waiting;
                }
                self.end_of_what_waits(subscription);
            }
        }
    }
}
