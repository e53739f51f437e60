//! What goes into the machine, and what comes out of it.

use std::time::Duration;

use imlink_ipc_proto::{self as proto, ClientFrame, Hint, Request, Response, Start};
use imlink_model::{
    ClientMessageId, Code, Generation, Message, Seq, SubscriptionName, TargetId, Token, UserId,
};

use crate::{Error, Event, Outgoing, SendState, TokenRefused};

/// One subscription of this client, over all its attachments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SubscriptionKey(pub(crate) u64);

/// One receipt an app holds for a message it sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReceiptKey(pub(crate) u64);

/// One set of connect callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CallbackKey(pub(crate) u64);

/// What an app asks for.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    Init,
    DaemonStatus,
    Connect {
        token: Token,
        limit: Option<TimeLimit>,
        unreadable: Unreadable,
        callback: Option<CallbackKey>,
    },
    Join {
        user: Option<UserId>,
    },
    Disconnect,
    Logout,
    Send {
        receipt: ReceiptKey,
        message: Outgoing,
    },
    SendState {
        client_id: ClientMessageId,
    },
    Subscribe {
        key: SubscriptionKey,
        name: Option<SubscriptionName>,
        start: Start,
        filter: proto::Filter,
    },
    Acknowledge {
        key: SubscriptionKey,
        seq: Seq,
    },
    /// The daemon forgets the place of a durable subscription; it ends.
    Forget {
        key: SubscriptionKey,
    },
    /// One request and its answer, such as what is asked about the stored messages.
    Rows(Request),
    /// The app enters a chatroom.
    EnterRoom {
        room: TargetId,
        create: bool,
        recent: u16,
    },
    /// The app leaves a chatroom, or does not want to be in it any more.
    LeaveRoom {
        room: TargetId,
    },
    Hint(Hint),
    Ping,
}

/// What becomes of stored messages that cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// The connect is refused.
    Refuse,
    /// They are set aside.
    SetAside,
}

/// What an app has dropped. Nobody waits for what comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dropped {
    Subscription(SubscriptionKey),
    Receipt(ReceiptKey),
}

/// Whole seconds after which the daemon gives a connect up (decisions.md P9); never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeLimit(u32);

impl TimeLimit {
    /// The limit, rounded up to whole seconds; `None` for zero, which means no limit (S4-10).
    pub(crate) fn from_duration(limit: Duration) -> Option<Self> {
        let up = u64::from(limit.subsec_nanos() > 0);
        let seconds = limit.as_secs().saturating_add(up);
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        (seconds > 0).then_some(Self(seconds))
    }

    pub(crate) fn seconds(self) -> u32 {
        self.0
    }

    pub(crate) fn duration(self) -> Duration {
        Duration::from_secs(self.0.into())
    }
}

/// A stored message, handed to a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handed {
    pub(crate) message: Message,
    pub(crate) left: u32,
    pub(crate) redelivered: bool,
    pub(crate) generation: Generation,
}

/// What the driver is to do, in order.
#[derive(Debug)]
pub(crate) enum Action<W> {
    /// Open the socket; comes back as `dialled` or `dial_failed`.
    Dial,
    /// Say Hello on the socket; comes back as `greeted`.
    Greet,
    /// Close the socket, if it is open. Nothing comes back.
    Close,
    /// Write a frame.
    Write(ClientFrame),
    /// A call has ended.
    Finish(W, Result<Response, Error>),
    /// Tell the app.
    Emit(Event),
    /// The store that a connect waited for is open, or could not be opened.
    Opened(CallbackKey, Code),
    /// Hand a message to a subscription.
    Deliver(SubscriptionKey, Result<Handed, Error>),
    /// Nothing comes on this subscription any more.
    End(SubscriptionKey, Option<Error>),
    /// A message that receipts are held for was given its row.
    Settle(Vec<ReceiptKey>, SendState),
    /// Ask the app's token provider; comes back as `handle_token` with this number. It is the only
    /// question: an earlier one has been answered, or is not waited for any more.
    AskToken(u64, TokenRefused),
}

/// Why the socket could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DialFailure {
    /// Nobody listens; the text says where it was looked for.
    Nobody(String),
    /// The daemon is there, but more clients are waiting for it than the system keeps.
    Busy,
}

impl Call {
    /// The call can be made before `init`: it concerns the daemon, not an account.
    pub(super) fn works_before_init(&self) -> bool {
        match self {
            Self::Init | Self::DaemonStatus => true,
            Self::Rows(request) => matches!(
                request,
                Request::SetProxy { .. }
                    | Request::Proxy {}
                    | Request::TestProxy { .. }
                    | Request::Diagnose {}
            ),
            Self::Connect { .. }
            | Self::Join { .. }
            | Self::Disconnect
            | Self::Logout
            | Self::Send { .. }
            | Self::SendState { .. }
            | Self::Subscribe { .. }
            | Self::Acknowledge { .. }
            | Self::Forget { .. }
            | Self::EnterRoom { .. }
            | Self::LeaveRoom { .. }
            | Self::Hint(_)
            | Self::Ping => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S4-10 S4-11, S0-15, S2-07, S3-04: seconds
    #[test]
    fn a_limit_is_whole_seconds_rounded_up_and_zero_is_none() {
        let seconds = |limit| TimeLimit::from_duration(limit).map(TimeLimit::seconds);

        assert_eq!(seconds(Duration::ZERO), None);
        assert_eq!(seconds(Duration::from_millis(1)), Some(1));
        assert_eq!(seconds(Duration::from_secs(5)), Some(5));
        assert_eq!(seconds(Duration::from_millis(5001)), Some(6));
        assert_eq!(seconds(Duration::MAX), Some(u32::MAX));
    }
}
