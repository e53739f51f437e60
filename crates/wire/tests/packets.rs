//! Packets of the WebSocket form: properties, limits and quirks.

mod strategies;

use bytes::Bytes;
use imlink_wire::{
    ClientPacket, ConnAck, DecodeError, EncodeError, MAX_MESSAGE, ProtocolVersion, QoS,
    ServerPacket, Session, fuzzing,
};
use proptest::prelude::*;
use strategies::{client_packet, server_packet, session_v3, versioned_server_packet};

const VERSIONS: [ProtocolVersion; 2] = [ProtocolVersion::V3, ProtocolVersion::V4];

proptest! {
    #[test]
    fn a_client_packet_survives_its_bytes(packet in client_packet()) {
        for version in VERSIONS {
            let bytes = packet.encode(version).unwrap();
            prop_assert_eq!(ClientPacket::decode(bytes, version).unwrap(), packet.clone());
        }
    }

    #[test]
    fn a_server_packet_survives_its_bytes((version, packet) in versioned_server_packet()) {
        let bytes = packet.encode(version).unwrap();
        prop_assert_eq!(ServerPacket::decode(bytes, version).unwrap(), packet);
    }

    #[test]
    fn any_bytes_give_a_packet_or_an_error(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        fuzzing::client_packet(&data);
        fuzzing::server_packet(&data);
    }

    #[test]
    fn a_packet_cut_short_is_never_taken_for_the_same_packet(packet in server_packet(session_v3().boxed())) {
        // F-S08. A PUBACK may lack its uid, which is the same as an empty one.
        let without_uid = matches!(&packet, ServerPacket::PubAck { message_uid, .. } if message_uid.is_empty());
        prop_assume!(!without_uid);
        let bytes = packet.encode(ProtocolVersion::V3).unwrap();
        for length in 0..bytes.len() {
            let cut = ServerPacket::decode(bytes.slice(..length), ProtocolVersion::V3);
            prop_assert_ne!(cut.ok(), Some(packet.clone()));
        }
    }
}

#[test]
fn a_client_writes_an_emoji_as_the_sdk_does_and_a_server_as_everyone_does() {
    let publish = ClientPacket::PubAck { message_id: 1 };
    assert_eq!(
        publish.encode(ProtocolVersion::V3).unwrap().as_ref(),
        [0x40, 0, 1]
    );

    let up = ClientPacket::Query {
        topic: "t".into(),
        target: "😀".into(),
        message_id: 1,
        body: Bytes::new(),
    };
    let up = up.encode(ProtocolVersion::V3).unwrap();
    assert_eq!(
        up.as_ref(),
        [
            0x50, 0, 1, b't', 0, 6, 0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80, 0, 1
        ]
    );

    let down = echo("😀").encode(ProtocolVersion::V3).unwrap();
    assert_eq!(&down[8..14], [0, 4, 0xF0, 0x9F, 0x98, 0x80]);
}

#[test]
fn a_refusing_connack_ends_after_its_status_and_is_read_no_further() {
    for version in VERSIONS {
        let refused = ServerPacket::ConnAck(ConnAck::refused(4));
        assert_eq!(refused.encode(version).unwrap().as_ref(), [0x20, 0, 4]);

        let trailing = Bytes::from_static(&[0x20, 0, 4, 0xFF, 0xFF, 0xFF]);
        assert_eq!(ServerPacket::decode(trailing, version), Ok(refused));
    }
}

#[test]
fn a_version_4_connack_may_leave_out_any_field() {
    let bytes = Bytes::from_static(&[0x20, 0, 0, 0b1001, 0, 1, b'u', 0x10, 0]);

    let packet = ServerPacket::decode(bytes.clone(), ProtocolVersion::V4).unwrap();

    let session = Session {
        user_id: Some("u".into()),
        message_id_base: Some(0x1000),
        ..Session::default()
    };
    assert_eq!(packet, ServerPacket::ConnAck(ConnAck::accepted(session)));
    assert_eq!(packet.encode(ProtocolVersion::V4).unwrap(), bytes);
}

#[test]
fn a_puback_without_its_uid_is_tolerated() {
    let bytes = Bytes::from_static(&[0x40, 0, 1, 0, 0, 0, 2, 1, 0x95, 0, 3]);

    let packet = ServerPacket::decode(bytes, ProtocolVersion::V3).unwrap();

    assert_eq!(
        packet,
        ServerPacket::PubAck {
            message_id: 1,
            date: 2,
            status: 405,
            millisecond: 3,
            message_uid: String::new()
        }
    );
}

#[test]
fn any_qos_but_0_asks_for_an_acknowledgement() {
    for header in [0x32, 0x34, 0x36] {
        let bytes = Bytes::copy_from_slice(&[header, 0, 0, 0, 0, 0, 0]);
        let packet = ClientPacket::decode(bytes, ProtocolVersion::V3).unwrap();
        assert!(
            matches!(
                packet,
                ClientPacket::Publish {
                    qos: QoS::AtLeastOnce,
                    ..
                }
            ),
            "{header:x}"
        );
    }
}

// F-S09
#[test]
fn what_is_no_packet_of_this_direction_is_refused() {
    let client =
        |bytes: &'static [u8]| ClientPacket::decode(Bytes::from_static(bytes), ProtocolVersion::V3);
    let server =
        |bytes: &'static [u8]| ServerPacket::decode(Bytes::from_static(bytes), ProtocolVersion::V3);

    assert_eq!(client(&[]), Err(DecodeError::Empty));
    assert_eq!(server(&[]), Err(DecodeError::Empty));
    assert_eq!(client(&[0x20, 0, 0]), Err(DecodeError::Kind(2)));
    assert_eq!(server(&[0xC0]), Err(DecodeError::Kind(12)));
    for unused in [0x00, 0x10, 0x80, 0x90, 0xA0, 0xB0, 0xF0] {
        let bytes = Bytes::copy_from_slice(&[unused, 0, 0]);
        assert_eq!(
            ServerPacket::decode(bytes, ProtocolVersion::V3),
            Err(DecodeError::Kind(unused >> 4))
        );
    }
    assert_eq!(
        client(&[0x50, 0, 9, b't']),
        Err(DecodeError::Truncated("topic"))
    );
    assert_eq!(client(&[0x50, 0, 1, 0xFF]), Err(DecodeError::Text("topic")));
    assert_eq!(
        server(&[0x40, 0]),
        Err(DecodeError::Truncated("message id"))
    );
}

// F-S10
#[test]
fn a_message_beyond_the_limit_is_neither_read_nor_written() {
    let zeros = Bytes::from(vec![0x30; MAX_MESSAGE + 1]);
    let too_large = DecodeError::TooLarge(MAX_MESSAGE + 1);
    assert_eq!(
        ClientPacket::decode(zeros.clone(), ProtocolVersion::V3),
        Err(too_large.clone())
    );
    assert_eq!(
        ServerPacket::decode(zeros.clone(), ProtocolVersion::V3),
        Err(too_large)
    );

    let fitting = zeros.slice(..MAX_MESSAGE - 8);
    let query = |body| ClientPacket::Query {
        topic: "t".into(),
        target: String::new(),
        message_id: 1,
        body,
    };
    assert_eq!(
        query(fitting.clone())
            .encode(ProtocolVersion::V3)
            .unwrap()
            .len(),
        MAX_MESSAGE
    );
    let oversized = query(zeros.slice(..MAX_MESSAGE - 7)).encode(ProtocolVersion::V3);
    assert_eq!(oversized, Err(EncodeError::TooLarge(MAX_MESSAGE + 1)));
}

#[test]
fn a_text_that_does_not_fit_is_refused_instead_of_cut() {
    let fits = echo(&"a".repeat(65_535)).encode(ProtocolVersion::V3);
    let too_long = echo(&"a".repeat(65_536)).encode(ProtocolVersion::V3);

    assert!(fits.is_ok());
    assert_eq!(
        too_long,
        Err(EncodeError::TextTooLong {
            field: "target",
            length: 65_536
        })
    );
}

// F-K10
#[test]
fn bodies_do_not_show_in_debug() {
    let body = Bytes::from_static(b"canary");
    let up = ClientPacket::Publish {
        qos: QoS::AtLeastOnce,
        topic: "ppMsgP".into(),
        target: "bob".into(),
        message_id: 1,
        body: body.clone(),
    };
    let query = ClientPacket::Query {
        topic: "t".into(),
        target: "x".into(),
        message_id: 1,
        body: body.clone(),
    };
    let answer = ServerPacket::QueryAck {
        qos: QoS::AtMostOnce,
        message_id: 1,
        date: 0,
        status: 0,
        body,
    };

    for shown in [
        format!("{up:?}"),
        format!("{query:?}"),
        format!("{answer:?}"),
        format!("{:?}", echo("bob")),
    ] {
        assert!(
            !shown.contains("canary") && !shown.contains("99, 97"),
            "{shown}"
        );
        assert!(shown.contains("<6 bytes>"), "{shown}");
    }
}

fn echo(target: &str) -> ServerPacket {
    ServerPacket::Publish {
        sync: true,
        qos: QoS::AtLeastOnce,
        date: 0,
        topic: "t".into(),
        target: target.into(),
        message_id: 1,
        body: Bytes::from_static(b"canary"),
    }
}
