//! What an app does with the messages it sent and the cloud does not have.

use std::fmt;

use imlink_ipc_proto::{self as proto, Request, UnknownKind};
use imlink_model::{Body, ClientMessageId, Conversation, Millis, ObjectName, OutboxId};

use crate::{Client, Error, Page, SendState, answer};

/// A message of this app that is not sent, as far as anybody knows. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its row.
    pub id: OutboxId,
    /// The app's own id of it.
    pub client_id: ClientMessageId,
    /// Where it goes.
    pub conversation: Conversation,
    /// Its type.
    pub object_name: ObjectName,
    /// Its body.
    pub body: Body,
    /// This machine's time when it was accepted.
    pub accepted_at: Millis,
    /// Where it stands; never [`SendState::Sent`].
    pub state: SendState,
}

impl Client {
    /// The messages of this app that the cloud does not have, as far as anybody knows, oldest
    /// first: waiting, on their way, in doubt, or refused. Also those of earlier processes of the
    /// app; none of other apps, and none that the app withdrew.
    ///
    /// `behind` is the last one of the page before, `limit` from 1 to 200.
    ///
    /// # Errors
    /// 90010 without an account, 34232 for a limit of zero, 34302, 90019 or 90007 if the stored
    /// messages cannot be opened; else what any call may end with.
    pub async fn outbox(
        &self,
        behind: Option<OutboxId>,
        limit: u16,
    ) -> Result<Page<OutboxEntry>, Error> {
        let request = Request::Outbox { behind, limit };
        self.rows(request).await.and_then(answer::outbox)
    }

    /// Takes a message back that waits, or gives up on one in doubt, which may be delivered all the
    /// same. It has failed with 90023 then, and its receipts and
    /// [`Event::SendResult`](crate::Event::SendResult) say so. Again, it does nothing.
    ///
    /// # Errors
    /// 90021 if it is on its way or has ended: a message that was sent can be recalled. 90022 if
    /// this app sent none of that id. 90006 or 90020 if the disk is full or read-only; else as for
    /// [`outbox`](Self::outbox).
    pub async fn withdraw(&self, client_id: ClientMessageId) -> Result<(), Error> {
        self.rows(Request::Withdraw { client_id }).await.map(drop)
    }

    /// Sends a message in doubt once more, although it may be there already: its receivers may get
    /// it twice. It goes before those of its conversation that still wait, and has one more fate to
    /// come.
    ///
    /// # Errors
    /// 90021 if it is not in doubt; else as for [`withdraw`](Self::withdraw).
    pub async fn resend(&self, client_id: ClientMessageId) -> Result<(), Error> {
        self.rows(Request::Resend { client_id }).await.map(drop)
    }
}

impl TryFrom<proto::OutboxEntry> for OutboxEntry {
    type Error = UnknownKind;

    fn try_from(entry: proto::OutboxEntry) -> Result<Self, UnknownKind> {
        let proto::OutboxEntry {
            id,
            client_id,
            conversation,
            object_name,
            body,
            accepted_at,
            state,
        } = entry;
        Ok(Self {
            id,
            client_id,
            conversation: conversation.try_into()?,
            object_name,
            body,
            accepted_at,
            state: state.into(),
        })
    }
}

impl fmt::Debug for OutboxEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboxEntry")
            .field("id", &self.id)
            .field("client_id", &self.client_id)
            .field("conversation", &self.conversation)
            .field("object_name", &self.object_name)
            .field("body", &self.body)
            .field("accepted_at", &self.accepted_at)
            .field("state", &self.state)
            .finish()
    }
}
