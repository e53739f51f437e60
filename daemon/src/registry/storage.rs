//! Results of the store: what was opened, committed, read.

use imlink_ipc_proto::{Event, Response, page_length};
use imlink_model::uplink::{Command, Restored};
use imlink_model::{Code, ConnectionStatus, Message, OutgoingMessage, Seq};
use imlink_store::{Applied, ConversationSummary, OutboxState, Page};

use super::account::{Parked, StoreState};
use super::subscription::State;
use super::{AccountId, Registry, Then};

/// What was read for a [`Read`](super::Read).
#[derive(Debug)]
pub enum Found {
    /// Messages, for a subscription.
    Messages(Vec<Message>),
    /// A page of history.
    Page(Page),
    /// Conversations.
    Conversations {
        /// Newest first.
        conversations: Vec<ConversationSummary>,
        /// There are older ones.
        more: bool,
    },
    /// What became of a message an app sent, if it was ever accepted.
    Outgoing(Option<(OutgoingMessage, OutboxState)>),
}

impl Registry {
    /// The rows of an account are open, or cannot be opened.
    pub fn store_opened(&mut self, id: AccountId, result: Result<(Restored, Seq), Code>) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let code = match result {
            Ok((restored, last_seq)) => {
                account.store = StoreState::Open { last_seq };
                self.uplink(id, Command::Restore(restored));
                Code::SUCCESS
            }
            Err(code) => {
                account.store = StoreState::Failed(code);
                code
            }
        };
        for peer in self.peers_of(id) {
            self.emit(peer, Event::DatabaseOpened { code });
        }
        if !code.is_success() {
            let push = imlink_model::uplink::PushAfterLeaving::Keep;
            self.uplink(id, Command::Disconnect { push });
            for peer in self.peers_of(id) {
                self.show(peer, ConnectionStatus::Unconnected, Some(code), None);
            }
            self.stopped(id, code);
        }
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        for Parked { peer, id, request } in std::mem::take(&mut account.parked) {
            self.handle_store_request(peer, id, request);
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
            (Then::Answer { peer, request }, _) => self.answer(peer, request, Response::Done {}),
            (
                Then::Subscribe {
                    peer,
                    request,
                    subscription,
                },
                Applied::Subscribed { after },
            ) => {
                if let Some(found) = self.subscriptions.get_mut(&subscription) {
                    found.sent = after;
                    found.state = State::Waiting;
                    let response = Response::Subscribed {
                        subscription: subscription.0,
                        after,
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
        match (then, found) {
            (Then::Deliver { subscription }, Found::Messages(messages)) => {
                self.page_read(subscription, messages);
            }
            (Then::Answer { peer, request }, Found::Messages(messages)) => {
                let messages = messages.into_iter().map(Into::into).collect();
                self.answer(
                    peer,
                    request,
                    Response::Page {
                        messages,
                        more: false,
                    },
                );
            }
            (Then::Answer { peer, request }, Found::Page(page)) => {
                let found = page.messages.into_iter().map(Into::into);
                let mut messages: Vec<imlink_ipc_proto::Message> = found.collect();
                // The store counts bodies; in a frame there are escapes and names around them.
                let fitting = page_length(&messages);
                let more = page.more || fitting < messages.len();
                messages.truncate(fitting);
                self.answer(peer, request, Response::Page { messages, more });
            }
            (
                Then::Answer { peer, request },
                Found::Conversations {
                    conversations,
                    more,
                },
            ) => {
                let conversations = conversations
                    .into_iter()
                    .map(super::report::summary)
                    .collect();
                self.answer(
                    peer,
                    request,
                    Response::Conversations {
                        conversations,
                        more,
                    },
                );
            }
            (Then::Answer { peer, request }, Found::Outgoing(found)) => {
                let state = super::report::send_state(found);
                self.answer(peer, request, Response::SendState { state });
            }
            (Then::Subscribe { .. } | Then::Deliver { .. }, _) => {}
        }
    }

    fn failed(&mut self, then: Then, code: Code) {
        match then {
            Then::Answer { peer, request } => self.refuse_plainly(peer, request, code),
            Then::Subscribe {
                peer,
                request,
                subscription,
            } => {
                self.subscriptions.remove(&subscription);
                self.refuse_plainly(peer, request, code);
            }
            Then::Deliver { subscription } => {
                // The next stored message or acknowledgement tries again.
                if let Some(found) = self.subscriptions.get_mut(&subscription) {
                    found.state = State::Waiting;
                }
            }
        }
    }
}
