//! From the daemon: answers, events, messages.

use std::time::{Duration, Instant};

use imlink_ipc_proto::{
    self as proto, ChatroomChange, Failure, Outcome, Received, Response, ServerFrame,
};
use imlink_model::{ClientMessageId, Code, ConnectionStatus, Message};
use tracing::{debug, trace};

use super::call::SubscriptionKey;
use super::calls::{Connecting, InFlight, Purpose};
use super::repeat::Wish;
use super::{Action, Attachment, Handed, LEAVING_LIMIT, State};
use crate::{ConversationSummary, Error, Event, Gap, SendState, StatusChange};

/// How often in a row a subscription is repeated while another reader holds it: at the top step
/// of the ladder about ten seconds, in which the daemon has noticed that its last reader is gone.
const BUSY_REFUSALS: u32 = 10;

impl<W> Attachment<W> {
    /// A frame arrived.
    pub(crate) fn handle_frame(&mut self, received: Received, now: Instant) {
        match received {
            Received::Frame(ServerFrame::Response { id, result }) => {
                self.handle_response(id, result, now);
            }
            Received::Frame(ServerFrame::Event { sequence: _, event }) => {
                self.handle_event(event, now);
            }
            Received::Frame(ServerFrame::Delivery(delivery)) => self.handle_delivery(delivery, now),
            Received::Unknown(proto::UnknownFrame::Response { id }) => {
                let text = "the daemon answered with what this client is too old to understand";
                self.handle_failure(id, Failure::new(Code::LOCAL_VERSION, text), now);
            }
            Received::Unknown(proto::UnknownFrame::Event { .. } | proto::UnknownFrame::Frame) => {
                debug!("The daemon sent something this client is too old to understand");
            }
        }
    }

    /// This request cannot be sent, or its answer cannot be read; the stream itself is sound.
    pub(crate) fn handle_failure(&mut self, id: u64, failure: Failure, now: Instant) {
        self.handle_response(id, Outcome::Failed(failure), now);
    }

    fn handle_response(&mut self, id: u64, outcome: Outcome, now: Instant) {
        let Some(InFlight { purpose, waiters }) = self.pending.take(id) else {
            return trace!(id, "The daemon answered what nobody asked");
        };
        let result = match outcome {
            Outcome::Ok(response) => Ok(response),
            Outcome::Failed(failure) => Err(Error::because(failure.code, failure.message)),
        };
        match purpose {
            Purpose::Init => self.session.initialised |= result.is_ok(),
            Purpose::Reinit => {
                if let Err(error) = &result {
                    self.actions.push_back(Action::Close);
                    let error = error.clone();
                    self.detach(error.clone(), now);
                    return self.refused(error, now);
                }
            }
            Purpose::Connect(connecting) => {
                return self.connect_ended(connecting, waiters, result, now);
            }
            Purpose::Join { user, generation } => {
                if let Ok(Response::Connected { user: found }) = &result {
                    // The same account after a restart, even if more are live by then.
                    let wish = Wish::Join(Some(user.unwrap_or_else(|| found.clone())));
                    self.connected(wish, found.clone(), generation, now);
                }
            }
            Purpose::Repeat => self.repeated(&result, now),
            Purpose::EnterRoom(room) => self.session.rooms.entered(&room, result.is_ok()),
            Purpose::Reenter(room) => self.reentered(room, &result, now),
            Purpose::Other => {}
            Purpose::Subscribe(key) => self.subscribed(key, &result, now),
            Purpose::Resubscribe(key) => self.resubscribed(key, &result, now),
            Purpose::Acknowledge(key) => {
                if let Some(subscription) = self.session.subscriptions.get_mut(key) {
                    subscription.acknowledged(result.is_ok());
                }
                self.send_acknowledgement(key, now);
            }
            Purpose::Fate(client_id) => self.fate_answered(client_id, &result, now),
        }
        self.finish_all(waiters, &result);
    }

    fn connect_ended(
        &mut self,
        connecting: Connecting,
        waiters: Vec<W>,
        result: Result<Response, Error>,
        now: Instant,
    ) {
        let (connecting, waiters) = match &result {
            Ok(_) => (connecting, waiters),
            Err(error) => match self.renew(error, connecting, waiters, now) {
                Ok(()) => return,
                Err(given_back) => given_back,
            },
        };
        match &result {
            Ok(Response::Connected { user }) => {
                if let Some(token) = connecting.token {
                    let wish = Wish::Connect {
                        token,
                        succeeded: true,
                    };
                    self.connected(wish, user.clone(), connecting.generation, now);
                }
            }
            Err(error) if error.code() == Code::RC_CONNECTION_EXIST && connecting.renewed => {
                return self.take_part(waiters);
            }
            // A refusal changes nothing: 34001 leaves the connect that there is, anything else none.
            Ok(_) | Err(_) => {}
        }
        self.finish_all(waiters, &result);
    }

    /// The connect or join of an earlier attachment was repeated.
    fn repeated(&mut self, result: &Result<Response, Error>, now: Instant) {
        let error = match result {
            Ok(Response::Connected { user }) => {
                self.session.user = Some(user.clone());
                if let Some(Wish::Connect { succeeded, .. }) = &mut self.session.wish {
                    *succeeded = true;
                }
                self.repeat_ladder.reset();
                self.repeat_rest(now);
                return self.repeat_rooms(now);
            }
            Ok(_) => return,
            Err(error) => error,
        };
        let joining = matches!(self.session.wish, Some(Wish::Join(_)));
        if joining && error.code() == Code::LOCAL_NO_ACCOUNT {
            // It becomes live again as soon as the app that holds its token is back.
            if let State::Attached(attached) = &mut self.state {
                attached.join_again = true;
            }
            return self.repeat_later(now);
        }
        if error.is_retryable() && !error.code().is_terminal() {
            return;
        }
        self.session.wish = None;
        if !self.shown.status.is_final() {
            let status = ConnectionStatus::Unconnected;
            self.show(StatusChange {
                status,
                code: Some(error.code()),
                retry_in: None,
            });
        }
        self.renew_account(error, now);
    }

    fn subscribed(&mut self, key: SubscriptionKey, result: &Result<Response, Error>, now: Instant) {
        let Ok(Response::Subscribed {
            subscription,
            after,
            generation,
        }) = result
        else {
            self.session.subscriptions.remove(key);
            return;
        };
        if self.session.subscriptions.get_mut(key).is_none() {
            return self.give_back(*subscription, now);
        }
        let subscriptions = &mut self.session.subscriptions;
        if let Some(gap) = subscriptions.go_live(key, *subscription, *after, *generation) {
            self.emit(Event::Gap(gap));
        }
        self.send_acknowledgement(key, now);
    }

    fn resubscribed(
        &mut self,
        key: SubscriptionKey,
        result: &Result<Response, Error>,
        now: Instant,
    ) {
        let Err(error) = result else {
            return self.subscribed(key, result, now);
        };
        let Some(subscription) = self.session.subscriptions.get_mut(key) else {
            return;
        };
        subscription.refused();
        let again = match error.code() {
            Code::LOCAL_NO_ACCOUNT => true,
            Code::LOCAL_SUBSCRIPTION_BUSY => subscription.refusals < BUSY_REFUSALS,
            _ => error.is_retryable(),
        };
        if again {
            return self.repeat_later(now);
        }
        self.session.subscriptions.remove(key);
        self.actions
            .push_back(Action::End(key, Some(error.clone())));
    }

    fn fate_answered(
        &mut self,
        client_id: ClientMessageId,
        result: &Result<Response, Error>,
        now: Instant,
    ) {
        match result {
            Ok(Response::SendState { state: Some(state) }) => {
                self.settle(&client_id, state.clone().into());
            }
            // The row is gone, and with it the only knowledge of its fate.
            Ok(_) => self.settle(&client_id, SendState::InDoubt),
            Err(_) => {
                self.session.receipts.ask_again(client_id);
                self.repeat_later(now);
            }
        }
    }

    fn handle_event(&mut self, event: proto::Event, now: Instant) {
        match event {
            proto::Event::Status {
                status,
                code,
                retry_in_ms,
            } => {
                let Some(status) = ConnectionStatus::from_number(status) else {
                    return debug!(
                        status,
                        "The daemon knows a status that this client does not"
                    );
                };
                let retry_in = retry_in_ms.map(Duration::from_millis);
                let change = StatusChange {
                    status,
                    code,
                    retry_in,
                };
                self.handle_status(change, now);
            }
            proto::Event::DatabaseOpened { code } => self.handle_database_opened(code, now),
            proto::Event::DatabaseWritable { code } => self.emit(Event::DatabaseWritable { code }),
            proto::Event::SendResult {
                id,
                client_id,
                result,
            } => {
                let state = SendState::from(result);
                self.settle(&client_id, state.clone());
                self.emit(Event::SendResult {
                    id,
                    client_id,
                    state,
                });
            }
            proto::Event::Transient { message } => match Message::try_from(message) {
                Ok(message) => self.emit(Event::Transient(Box::new(message))),
                Err(error) => debug!(%error, "A transient message is left out"),
            },
            proto::Event::Chatroom { room, change } => {
                if let ChatroomChange::Left { .. } = change {
                    self.session.rooms.remove(&room);
                }
                self.emit(Event::Chatroom { room, change });
            }
            proto::Event::Synchronized {} => self.emit(Event::Synchronized),
            proto::Event::Changed { message } => match Message::try_from(message) {
                Ok(message) => self.emit(Event::Changed(Box::new(message))),
                Err(error) => debug!(%error, "A changed message is left out"),
            },
            proto::Event::Deleted { seqs } => self.emit(Event::Deleted(seqs)),
            proto::Event::Conversation { conversation } => {
                match ConversationSummary::try_from(*conversation) {
                    Ok(summary) => self.emit(Event::Conversation(Box::new(summary))),
                    Err(error) => debug!(%error, "A changed conversation is left out"),
                }
            }
            proto::Event::Gap {
                subscription,
                first,
                last,
                lost,
                cause,
            } => {
                let found = self.session.subscriptions.by_number(subscription);
                let found = found.map(|(_, found)| found);
                let gap = Gap {
                    subscription: found.as_ref().and_then(|found| found.name.clone()),
                    first,
                    last,
                    lost,
                    cause,
                };
                if !found.is_some_and(|found| found.knows(&gap)) {
                    self.emit(Event::Gap(gap));
                }
            }
            proto::Event::Progress { work, done, total } => {
                self.emit(Event::Progress { work, done, total });
            }
            proto::Event::Anomalies { found } => self.emit(Event::Anomalies(found)),
            proto::Event::GoingAway { code, message } => {
                if let State::Attached(attached) = &mut self.state {
                    attached.leaving = Some((now + LEAVING_LIMIT, message.clone()));
                }
                self.emit(Event::GoingAway { code, message });
            }
        }
    }

    fn handle_status(&mut self, change: StatusChange, now: Instant) {
        // UNCONNECTED without a code is how an account begins, not how it ends.
        let begins = change.status == ConnectionStatus::Unconnected && change.code.is_none();
        let ended = change.status.is_final() && !begins;
        // Kicked, refused, left: nothing connects again until the app does (P11).
        let lost = self.session.wish.take_if(|_| ended);
        self.show(change);
        if change.status == ConnectionStatus::Connected {
            self.wake();
        }
        if ended {
            self.stopped(change, lost.is_some(), now);
        }
    }

    /// The account stopped; `was_live` if this app was to be connected to it.
    fn stopped(&mut self, change: StatusChange, was_live: bool, now: Instant) {
        if change.status != ConnectionStatus::TokenIncorrect {
            self.session.stopped_as = None;
            return;
        }
        if !was_live {
            return;
        }
        self.session.stopped_as = self.session.user.clone();
        // A connect under way is told by its own answer.
        if let Some(code) = change.code
            && !self.is_connecting()
        {
            self.renew_account(&Error::plain(code), now);
        }
    }

    fn is_connecting(&mut self) -> bool {
        self.pending
            .iter_mut()
            .any(|in_flight| match in_flight.purpose {
                Purpose::Connect(_) | Purpose::Repeat | Purpose::Join { .. } => true,
                Purpose::Init
                | Purpose::Reinit
                | Purpose::Subscribe(_)
                | Purpose::Resubscribe(_)
                | Purpose::Acknowledge(_)
                | Purpose::Fate(_)
                | Purpose::EnterRoom(_)
                | Purpose::Reenter(_)
                | Purpose::Other => false,
            })
    }

    fn handle_database_opened(&mut self, code: Code, now: Instant) {
        self.emit(Event::DatabaseOpened { code });
        // It is news for the oldest connect under way; a later one will be refused.
        let callback = self
            .pending
            .iter_mut()
            .find_map(|in_flight| match &mut in_flight.purpose {
                Purpose::Connect(connecting) if !connecting.opened => {
                    connecting.opened = true;
                    Some(connecting.callback)
                }
                _ => None,
            });
        if let Some(callback) = callback.flatten() {
            self.actions.push_back(Action::Opened(callback, code));
        }
        if code.is_success() {
            self.repeat_rest(now);
        }
    }

    fn handle_delivery(&mut self, delivery: proto::Delivery, now: Instant) {
        let proto::Delivery {
            subscription: number,
            left,
            message,
        } = delivery;
        let seq = message.seq;
        let Some((key, subscription)) = self.session.subscriptions.by_number(number) else {
            return trace!(number, "A message came for a subscription that is no more");
        };
        let redelivered = subscription.hand(seq);
        let generation = subscription.rows();
        let handed = match Message::try_from(message) {
            Ok(message) => Ok(Handed {
                message,
                left,
                redelivered,
                generation,
            }),
            Err(error) => {
                let text = format!("message {seq} cannot be understood: {error}");
                Err(Error::because(Code::LOCAL_VERSION, text))
            }
        };
        self.actions.push_back(Action::Deliver(key, handed));
        self.send_acknowledgement(key, now);
    }

    fn settle(&mut self, client_id: &ClientMessageId, state: SendState) {
        let receipts = self.session.receipts.settle(client_id, &state);
        if !receipts.is_empty() {
            self.actions.push_back(Action::Settle(receipts, state));
        }
    }
}
