//! Messages of a subscription: encoded once, shared by everyone they go to.

use bytes::{BufMut, Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use crate::frame::prefix;
use crate::limits::{MAX_FRAME, MAX_MESSAGE};
use crate::{Codec, EncodeError, Message, codec};

/// A message of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The daemon's number of the subscription.
    pub subscription: u32,
    /// How many more messages are known to wait behind this one.
    pub left: u32,
    /// The message. Must stay last: [`EncodedMessage`] puts the same bytes behind many heads.
    pub message: Message,
}

/// A message in the bytes of one codec, to be shared by all deliveries of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedMessage {
    codec: Codec,
    bytes: Bytes,
}

impl EncodedMessage {
    /// Encodes a message once for everyone who speaks this codec.
    ///
    /// # Errors
    /// [`EncodeError::TooLong`] if it has more than [`MAX_MESSAGE`] bytes in this codec; only a
    /// large expansion can do that.
    pub fn encode(codec: Codec, message: &Message) -> Result<Self, EncodeError> {
        let mut out = BytesMut::new();
        codec::write(codec, message, &mut out, MAX_MESSAGE)?;
        Ok(Self {
            codec,
            bytes: out.freeze(),
        })
    }

    /// The codec it is in.
    #[must_use]
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Its length in bytes, as a subscription's window counts it.
    #[expect(
        clippy::len_without_is_empty,
        reason = "an encoded message is never empty"
    )]
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The frame that delivers it to one subscription.
    #[must_use]
    pub fn delivery(&self, subscription: u32, left: u32) -> SharedFrame {
        let (before, after) = codec::delivery_parts(self.codec, subscription, left);
        let length = before.len() + self.bytes.len() + after.len();
        let prefix = prefix(length, MAX_FRAME)
            .expect("MAX_MESSAGE leaves room for what surrounds a message");

        let mut head = BytesMut::with_capacity(prefix.len() + before.len());
        head.put_slice(&prefix);
        head.put_slice(&before);
        SharedFrame {
            head: head.freeze(),
            body: self.bytes.clone(),
            tail: after,
        }
    }
}

/// A whole frame in three pieces, to be written one after the other. Together they are, byte for
/// byte, what [`encode_server`](crate::encode_server) makes of the same [`Delivery`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedFrame {
    /// The length prefix and what comes before the message; differs per subscription.
    pub head: Bytes,
    /// The message; shared.
    pub body: Bytes,
    /// What comes after the message; empty in bincode.
    pub tail: Bytes,
}

impl SharedFrame {
    /// Length of the three pieces, in bytes.
    #[expect(clippy::len_without_is_empty, reason = "a frame is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.head.len() + self.body.len() + self.tail.len()
    }

    /// The pieces in the order they are written.
    #[must_use]
    pub fn into_parts(self) -> [Bytes; 3] {
        [self.head, self.body, self.tail]
    }
}
