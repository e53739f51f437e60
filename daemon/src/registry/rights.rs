//! What a request needs: one table of all of them (decisions.md P10).

use imlink_ipc_proto::{Request, Right};
use imlink_model::Code;

use super::checks::Refusal;
use super::{PeerId, Registry};
use crate::rules::Grant;

impl Registry {
    /// # Errors
    /// 90002 if the app has not the right that the request needs, with the rule that says so.
    pub(super) fn demand_right(&self, peer: PeerId, request: &Request) -> Result<(), Refusal> {
        let Some(peer) = self.peers.get(&peer) else {
            return Ok(());
        };
        let (needed, what) = need(request);
        let Grant { right, by } = &peer.identity.grant;
        if *right >= needed {
            return Ok(());
        }
        let text = format!("{by} gives {right}; {what} needs {needed}");
        Err(Refusal(Code::LOCAL_DENIED, text))
    }
}

/// The right that a request needs, and what it does, for people to read. Reading is what nobody
/// but the app itself notices; sending is whatever rows, other apps or the cloud notice; the rest
/// decides for all apps.
fn need(request: &Request) -> (Right, &'static str) {
    match request {
        Request::Init { .. } => (Right::Read, "initialising"),
        // Setting rows aside takes them from every app of the account.
        Request::Connect {
            set_aside: true, ..
        } => (Right::Admin, "setting an account's rows aside"),
        Request::Connect {
            set_aside: false, ..
        } => (Right::Read, "connecting"),
        Request::Join { .. } => (Right::Read, "joining"),
        Request::Disconnect {} => (Right::Read, "disconnecting"),
        Request::Status {} => (Right::Read, "asking for the status"),
        Request::Hint { .. } => (Right::Read, "giving a hint"),
        Request::Ping {} => (Right::Read, "a ping"),
        Request::Proxy {} => (Right::Read, "asking for the proxy"),
        Request::Subscribe { .. } => (Right::Read, "subscribing"),
        Request::Acknowledge { .. } => (Right::Read, "acknowledging"),
        Request::Unsubscribe { .. } => (Right::Read, "unsubscribing"),
        Request::SendState { .. } => (Right::Read, "asking for a message's state"),
        Request::Outbox { .. } => (Right::Read, "reading the outbox"),
        Request::History { .. } | Request::Timeline { .. } | Request::Message { .. } => {
            (Right::Read, "reading messages")
        }
        Request::Search { .. } => (Right::Read, "searching"),
        Request::Conversations { .. } | Request::Conversation { .. } => {
            (Right::Read, "reading conversations")
        }
        Request::Unread {} => (Right::Read, "asking what is unread"),
        Request::Send { .. } => (Right::Send, "sending"),
        Request::Withdraw { .. } => (Right::Send, "withdrawing a message"),
        Request::Resend { .. } => (Right::Send, "sending again"),
        Request::Signal { .. } => (Right::Send, "signalling"),
        Request::Recall { .. } => (Right::Send, "recalling a message"),
        Request::JoinChatroom { .. } => (Right::Send, "entering a chatroom"),
        Request::LeaveChatroom { .. } => (Right::Send, "leaving a chatroom"),
        Request::MarkRead { .. } => (Right::Send, "marking as read"),
        Request::SetDraft { .. } => (Right::Send, "keeping a draft"),
        Request::Insert { .. } => (Right::Send, "inserting a message"),
        Request::Delete { .. } => (Right::Send, "deleting messages"),
        Request::Forget { .. } => (Right::Send, "deleting a conversation"),
        Request::Import { .. } => (Right::Send, "importing messages"),
        Request::Annotate { .. } => (Right::Send, "noting something of a message"),
        Request::Logout {} => (Right::Admin, "logging an account out"),
        Request::Purge { .. } => (Right::Admin, "removing an account"),
        Request::SetProxy { .. } => (Right::Admin, "setting the proxy"),
        Request::TestProxy { .. } => (Right::Admin, "testing a proxy"),
        Request::Diagnose {} => (Right::Admin, "a diagnosis"),
    }
}
