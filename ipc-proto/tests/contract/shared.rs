//! One encoded message behind many heads.

use bytes::BytesMut;
use imlink_ipc_proto::{
    Codec, Delivery, EncodeError, EncodedMessage, Message, PrivateText, ServerFrame, encode_server,
    limits::{MAX_FRAME, MAX_MESSAGE},
};
use proptest::prelude::*;

use crate::samples;
use crate::strategies::{codec, message};

proptest! {
    #[test]
    fn head_body_and_tail_are_the_frame_of_the_delivery(
        codec in codec(),
        subscription in any::<u32>(),
        left in any::<u32>(),
        message in message(),
    ) {
        let encoded = EncodedMessage::encode(codec, &message).unwrap();
        let pieces = encoded.delivery(subscription, left);

        let mut whole = BytesMut::new();
        let frame = ServerFrame::Delivery(Delivery { subscription, left, message });
        encode_server(codec, &frame, &mut whole).unwrap();
        prop_assert_eq!(pieces.len(), whole.len());
        prop_assert_eq!(pieces.into_parts().concat(), whole.to_vec());
    }
}

#[test]
fn the_bytes_of_a_message_are_the_same_memory_in_every_delivery() {
    for codec in Codec::ALL {
        let encoded = EncodedMessage::encode(codec, &samples::message()).unwrap();

        let first = encoded.delivery(1, 0).body;
        let second = encoded.delivery(2, 9).body;

        assert_eq!(first.as_ptr(), second.as_ptr());
        assert_eq!(first.len(), encoded.len());
    }
}

#[test]
fn the_longest_message_still_fits_the_widest_head() {
    for codec in Codec::ALL {
        let longest = EncodedMessage::encode(codec, &message_of(codec, MAX_MESSAGE)).unwrap();

        let frame = longest.delivery(u32::MAX, u32::MAX);

        assert_eq!(longest.len(), MAX_MESSAGE);
        assert!(frame.len() <= 4 + MAX_FRAME);
        assert_eq!(
            EncodedMessage::encode(codec, &message_of(codec, MAX_MESSAGE + 1)),
            Err(EncodeError::TooLong { limit: MAX_MESSAGE })
        );
    }
}

/// A message of exactly that many encoded bytes.
fn message_of(codec: Codec, bytes: usize) -> Message {
    let with = |length: usize| Message {
        expansion: Some(PrivateText::from("x".repeat(length))),
        ..samples::plain_message()
    };
    // Long enough that bincode writes the length at its full width.
    let base = 70_000;
    let encoded = EncodedMessage::encode(codec, &with(base)).unwrap();
    with(base + bytes - encoded.len())
}
