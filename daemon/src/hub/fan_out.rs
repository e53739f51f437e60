//! What goes to the apps: frames, encoded and queued.
//!
//! An incoming message is encoded once per codec and goes to every app as shared bytes behind a
//! small header.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use imlink_ipc_proto::{
    Codec, EncodeError, EncodedMessage, Failure, Outcome, ServerFrame, encode_server,
};
use imlink_model::{Code, Message};
use tracing::{error, warn};

use super::Hub;
use crate::outbox::Outbox;
use crate::registry::{PeerId, SubscriptionId};

/// An attached app.
pub(super) struct App {
    pub(super) codec: Codec,
    pub(super) outbox: Outbox,
    /// Events told so far.
    pub(super) sequence: u64,
}

/// The last message that was encoded, once per codec: a fan-out is a run of the same one.
#[derive(Default)]
pub(super) struct Encoded {
    message: Option<Arc<Message>>,
    by_codec: BTreeMap<Codec, EncodedMessage>,
}

impl Hub {
    /// Encodes one frame for one app; `make` gets the sequence that an event would have.
    pub(super) fn write(&mut self, peer: PeerId, make: impl FnOnce(u64) -> ServerFrame) {
        let Some(app) = self.apps.get_mut(&peer) else {
            return;
        };
        let frame = make(app.sequence + 1);
        if matches!(frame, ServerFrame::Event { .. }) {
            app.sequence += 1;
        }
        let mut bytes = BytesMut::new();
        if let Err(problem) = encode_server(app.codec, &frame, &mut bytes) {
            // Pages are cut by bytes and bodies are bounded, so this is a bug; the app still gets
            // its one answer, and a failure always fits.
            error!(%peer, error = %problem, "A frame cannot be encoded");
            let ServerFrame::Response { id, .. } = frame else {
                return;
            };
            let result = Outcome::Failed(Failure::new(Code::UNKNOWN, problem.to_string()));
            let _ = encode_server(app.codec, &ServerFrame::Response { id, result }, &mut bytes);
        }
        self.push(peer, [bytes.freeze()]);
    }

    pub(super) fn deliver(
        &mut self,
        peer: PeerId,
        subscription: SubscriptionId,
        left: u32,
        message: Arc<Message>,
        encoded: &mut Encoded,
    ) {
        let Some(app) = self.apps.get(&peer) else {
            return;
        };
        let frame = match encoded.in_codec(app.codec, message) {
            Ok(shared) => shared.delivery(subscription.0, left),
            Err(problem) => {
                return error!(%peer, error = %problem, "A message is too large to be delivered");
            }
        };
        self.push(peer, frame.into_parts());
    }

    fn push<const N: usize>(&mut self, peer: PeerId, parts: [Bytes; N]) {
        let Some(app) = self.apps.get(&peer) else {
            return;
        };
        if app.outbox.push(parts).is_ok() {
            return;
        }
        warn!(%peer, "An app does not read what it asked for; it is detached");
        let event = imlink_ipc_proto::Event::GoingAway {
            code: Code::LOCAL_SLOW,
            message: Code::LOCAL_SLOW.cause().into(),
        };
        let mut last = BytesMut::new();
        let frame = ServerFrame::Event {
            sequence: app.sequence + 1,
            event,
        };
        if encode_server(app.codec, &frame, &mut last).is_ok() {
            app.outbox.abandon(last.freeze());
        }
        self.apps.remove(&peer);
        self.registry.detach(peer);
    }
}

impl Encoded {
    fn in_codec(
        &mut self,
        codec: Codec,
        message: Arc<Message>,
    ) -> Result<&EncodedMessage, EncodeError> {
        if !self
            .message
            .as_ref()
            .is_some_and(|last| Arc::ptr_eq(last, &message))
        {
            self.by_codec.clear();
            self.message = Some(Arc::clone(&message));
        }
        match self.by_codec.entry(codec) {
            Entry::Occupied(encoded) => Ok(encoded.into_mut()),
            Entry::Vacant(place) => {
                let mut message: imlink_ipc_proto::Message = (*message).clone().into();
                let encoded = EncodedMessage::encode(codec, &message).or_else(|_| {
                    // Only key-value data can be too much for a frame; the message still comes.
                    warn!(seq = %message.seq, "A message is delivered without its key-value data");
                    message.expansion = None;
                    EncodedMessage::encode(codec, &message)
                })?;
                Ok(place.insert(encoded))
            }
        }
    }
}
