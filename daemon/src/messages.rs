//! What the actors say to each other. Commands are imperative, events are past.

use std::path::PathBuf;

use actix::{Addr, Message};
use imlink_ipc_proto::Request;
use imlink_model::uplink::{self, LinkReport, SendOutcome};
use imlink_model::{Code, Message as StoredMessage, OutgoingMessage, Seq};
use imlink_store::{Anomalies, Edited, Progress};

use crate::outbox::Outbox;
use crate::registry::{AccountId, PeerId, PeerIdentity};
use crate::store::StoreActor;

/// Peer to Hub: an app said Hello and may be here.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Attach {
    /// The attachment.
    pub peer: PeerId,
    /// Who it is.
    pub identity: PeerIdentity,
    /// Where its frames go.
    pub outbox: Outbox,
}

/// Peer to Hub: the app is gone. Does nothing if it never attached.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Detach {
    /// The attachment.
    pub peer: PeerId,
}

/// Peer to Hub: the app asks.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Ask {
    /// The attachment.
    pub peer: PeerId,
    /// The id it gave the request.
    pub id: u64,
    /// What it asks.
    pub request: Request,
}

/// Hub to Upstream: a command for the driver.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Drive(pub uplink::Command);

/// Hub to Upstream: the rows of the account are here. Comes before anything is recorded.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct UseStore(pub Addr<StoreActor>);

/// Hub to Upstream: how are you?
#[derive(Debug, Message)]
#[rtype(result = "LinkReport")]
pub struct Inspect;

/// Upstream to Hub: something happened to the link.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Happened {
    /// The account.
    pub account: AccountId,
    /// What.
    pub event: uplink::Event,
    /// How many tokens the Upstream had been brought by then: more may be on their way to it.
    pub brought: u64,
}

/// Upstream to Hub: what the cloud brought is durable.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Stored {
    /// The account.
    pub account: AccountId,
    /// In local order.
    pub messages: Vec<StoredMessage>,
    /// What came with them did this to messages stored before.
    pub changed: Vec<Edited>,
}

/// Upstream to Hub: a position stands for messages that may have been missed.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct GapNoted {
    /// The account.
    pub account: AccountId,
    /// The last position given.
    pub last: Seq,
}

/// Upstream to Hub: the fate of an outgoing message is durable.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Settled {
    /// The account.
    pub account: AccountId,
    /// The message.
    pub outgoing: OutgoingMessage,
    /// Its fate.
    pub outcome: SendOutcome,
}

/// Store to Hub: long work on the rows of a directory goes on.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Progressed {
    /// Where the rows are.
    pub directory: PathBuf,
    /// How far it is.
    pub progress: Progress,
}

/// Store to Hub: whether rows of a directory can be written turned.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct WritableTurned {
    /// Where the rows are.
    pub directory: PathBuf,
    /// 0 if they can be, else why not.
    pub code: Code,
}

/// Store to Hub: open rows of a directory cannot be read any more, and were closed.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct ReadingFailed {
    /// Where the rows are.
    pub directory: PathBuf,
    /// Why.
    pub code: Code,
}

/// Store to Hub: something more was come upon in the rows of a directory that should not be.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct AnomaliesFound {
    /// Where the rows are.
    pub directory: PathBuf,
    /// All that was come upon since they were opened.
    pub anomalies: Anomalies,
    /// The account is to be read again for messages among it.
    pub reads_again: bool,
}

/// To the Hub and the stores: the state directory is being removed, and the process is about to end.
/// Answered when what nobody else has was written once more.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Rescue;

/// To any actor: finish what you have and end. Answered when that is done.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Stop;
