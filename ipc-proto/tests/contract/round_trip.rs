//! What is written reads the same.

use bytes::BytesMut;
use imlink_ipc_proto::{
    Codec, Deframer, Received, decode_client, decode_server, encode_client, encode_server,
};
use imlink_model as model;
use proptest::prelude::*;

use crate::strategies::{client_frame, codec, message, server_frame};

proptest! {
    #[test]
    fn a_frame_from_an_app_reads_as_it_was_written(codec in codec(), frame in client_frame()) {
        let mut out = BytesMut::new();
        encode_client(codec, &frame, &mut out).unwrap();

        prop_assert_eq!(decode_client(codec, &only_frame(&out)), Ok(frame));
    }

    #[test]
    fn a_frame_from_the_daemon_reads_as_it_was_written(codec in codec(), frame in server_frame()) {
        let mut out = BytesMut::new();
        encode_server(codec, &frame, &mut out).unwrap();

        prop_assert_eq!(decode_server(codec, &only_frame(&out)), Ok(Received::Frame(frame)));
    }

    #[test]
    fn a_message_survives_the_way_through_the_model(mut message in message()) {
        let kinds = model::ConversationKind::ALL;
        let kind = kinds[usize::from(message.conversation.kind) % kinds.len()];
        message.conversation.kind = kind.number();

        let there = model::Message::try_from(message.clone()).unwrap();
        prop_assert_eq!(imlink_ipc_proto::Message::from(there), message);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for codec in Codec::ALL {
            let _ = decode_client(codec, &bytes);
            let _ = decode_server(codec, &bytes);
        }
        imlink_ipc_proto::fuzzing::hello(&bytes);
        imlink_ipc_proto::fuzzing::deframer(&bytes);
    }
}

#[test]
fn frames_are_appended_one_behind_the_other() {
    let frames = crate::samples::client_frames();
    for codec in Codec::ALL {
        let mut out = BytesMut::new();
        for (_, frame) in &frames {
            encode_client(codec, frame, &mut out).unwrap();
        }

        let mut deframer = deframer(&out);
        for (name, frame) in &frames {
            let body = deframer.next_frame().unwrap().unwrap();
            assert_eq!(decode_client(codec, &body).as_ref(), Ok(frame), "{name}");
        }
        assert_eq!(deframer.next_frame(), Ok(None));
    }
}

#[test]
fn a_conversation_of_an_unknown_kind_costs_its_message_only() {
    let mut message = crate::samples::message();
    message.conversation.kind = 99;

    let error = model::Message::try_from(message).unwrap_err();

    assert_eq!(error.to_string(), "no conversation kind has the number 99");
}

fn only_frame(out: &[u8]) -> Vec<u8> {
    let mut deframer = deframer(out);
    let body = deframer.next_frame().unwrap().unwrap();
    assert_eq!(deframer.next_frame(), Ok(None));
    body.to_vec()
}

fn deframer(bytes: &[u8]) -> Deframer {
    let mut deframer = Deframer::for_greeting();
    deframer.greeted();
    deframer.push(bytes);
    deframer
}
