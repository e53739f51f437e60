//! What apps ask of the messages they sent: which are not sent yet, taking one back, sending one
//! again.

use std::collections::VecDeque;

use imlink_ipc_proto::{OutboxEntry, Response, entries_length};
use imlink_model::uplink::{Command, SendOutcome};
use imlink_model::{ClientMessageId, OutboxId, OutgoingMessage};
use imlink_store::{Change, OutboxPage};

use super::report::state_of;
use super::{AccountId, Effect, PeerId, Read, Registry, Then};

/// Rows whose end is remembered: more than can be on their way from the store.
const REMEMBERED: usize = 1024;

/// The messages of an account that ended last.
///
/// What became of a message is told by the link and by the answers to apps. Each way keeps its
/// order, but not with the other: a doubt must not be told behind the end.
#[derive(Debug, Default)]
pub(super) struct Ended(VecDeque<OutboxId>);

impl Ended {
    /// Whether an outcome is still news; a final one always is.
    pub(super) fn admits(&mut self, id: OutboxId, outcome: &SendOutcome) -> bool {
        let is_known = self.0.contains(&id);
        match outcome {
            SendOutcome::InDoubt | SendOutcome::Queued => return !is_known,
            SendOutcome::Sent { .. } | SendOutcome::Failed { .. } => {}
        }
        if !is_known {
            self.0.push_back(id);
        }
        if self.0.len() > REMEMBERED {
            self.0.pop_front();
        }
        true
    }
}

/// A request about messages of the app that asks (failures.md I37).
#[derive(Debug)]
pub(super) enum OutboxRequest {
    List {
        behind: Option<OutboxId>,
        limit: usize,
    },
    Withdraw(ClientMessageId),
    Resend(ClientMessageId),
}

impl Registry {
    /// Does it on open rows; nothing if the app is gone.
    pub(super) fn outbox_effect(
        &self,
        peer: PeerId,
        account: AccountId,
        request: OutboxRequest,
        then: Then,
    ) -> Option<Effect> {
        let app = self.peers.get(&peer)?.identity.local_app();
        let change = match request {
            OutboxRequest::List { behind, limit } => {
                let read = Read::Outbox { app, behind, limit };
                return Some(Effect::Read {
                    account,
                    read,
                    then,
                });
            }
            OutboxRequest::Withdraw(client_id) => Change::Withdraw { app, client_id },
            OutboxRequest::Resend(client_id) => Change::Resend { app, client_id },
        };
        Some(Effect::Commit {
            account,
            change,
            then,
        })
    }

    /// An app's wish for a message is durable: the driver hears of it, then every attachment of the
    /// app.
    pub(super) fn wish_granted(
        &mut self,
        id: AccountId,
        outgoing: &OutgoingMessage,
        outcome: &SendOutcome,
    ) {
        match outcome {
            SendOutcome::Failed { .. } => self.uplink(id, Command::Withdraw(outgoing.id)),
            SendOutcome::Queued => self.uplink(id, Command::Resend(outgoing.id)),
            // The store grants no such wish.
            SendOutcome::Sent { .. } | SendOutcome::InDoubt => {}
        }
        self.settled(id, outgoing, outcome);
    }
}

pub(super) fn outbox_response(found: OutboxPage) -> Response {
    let entries = found.entries.into_iter();
    let mut entries: Vec<OutboxEntry> = entries
        .map(|(outgoing, state)| OutboxEntry {
            id: outgoing.id,
            client_id: outgoing.client_id,
            conversation: outgoing.conversation.into(),
            object_name: outgoing.object_name,
            body: outgoing.body,
            accepted_at: outgoing.accepted_at,
            state: state_of(state),
        })
        .collect();
    let fitting = entries_length(&entries);
    let more = found.more || fitting < entries.len();
    entries.truncate(fitting);
    Response::Outbox { entries, more }
}
