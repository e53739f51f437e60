//! Bytes of protocol/cloud-tcp.md, written and read. Where it has layouts but no captured bytes, they were
//! laid out by hand and signed with another MD5.

use bytes::Bytes;
use imlink_wire::{
    ClientPacket, ConnAck, QoS, ServerPacket, Session,
    tcp::{ClientCodec, Connect, MAX_BODY, Mask, Received, ServerCodec},
};

use crate::{ZEROS, connected, hex, publish};

/// Section 4, as the SDK sent it.
const EXAMPLE: &str = "
    14 58 4c
    6c 4b 47 62 7c 48 63 13 6f 8b 1f 21 10 2c 72 12
    1a 24 76 44 3d 17 26 47 5d 4d 1b 73 7f 49 71 3e
    21 1d 56 62 7c 4e 73 19 18 4d 1f 71 53 0a 3b 42
    42 79 23 0f 21 27 1e 16 1c 3d 7e 44 69 17 27 77
    67 39 7a 4a 3d 46 74 14 08 28 73 61";

/// The same in version 4, without the reconnect kick, under [`KEY`].
const EXAMPLE_4: &str = "
    14 41 55
    a1 b4 91 97 89 99 72 7c a5 76 43 de e5 f6 0c 7c
    c4 c4 aa b7 80 db 37 28 91 83 c3 da b7 99 69 7f
    e8 ff 93 97 a6 9a 6e 7d cf c6 c3 de b5 b5 2a 35
    94 9c f7 e2 cb c7 07 10 c0 c2 b3 bf 80 8f 37 29
    a1 b9 b7 bb 8e db 66 7a c2 d6 a6 b2 a5 a2 bd 11
    ee 91 8f 3b dc";
const KEY: [u8; 8] = [0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x07, 0x18];

fn example(mask: Mask, reconnect_kick: bool) -> Connect {
    let mut connect = Connect::new("appkey01", "tok-abcdef@", "device-0001", mask);
    connect.reconnect_kick = reconnect_kick;
    connect
}

#[test]
fn connect_is_written_byte_for_byte_as_the_sdk_does() {
    for (connect, bytes) in [
        (example(Mask::Constant, true), EXAMPLE),
        (example(Mask::Chosen(KEY), false), EXAMPLE_4),
    ] {
        let (_, written) = ClientCodec::connect(&connect).unwrap();

        assert_eq!(written, hex(bytes), "{connect:?}");
    }
}

#[test]
fn connect_is_read_without_being_told_its_mask() {
    for (connect, bytes) in [
        (example(Mask::Constant, true), EXAMPLE),
        (example(Mask::Chosen(KEY), false), EXAMPLE_4),
    ] {
        let mut server = ServerCodec::new(MAX_BODY);
        server.push(&hex(bytes));

        assert_eq!(server.next_packet(), Ok(Some(Received::Connect(connect))));
        assert_eq!((server.next_packet(), server.pending()), (Ok(None), 0));
    }
}

#[test]
fn ping_and_pong_have_three_bytes() {
    for mask in [Mask::Constant, Mask::Chosen(KEY)] {
        let (mut client, mut server) = connected(mask);

        let ping = client.encode(&ClientPacket::PingReq).unwrap();
        let pong = server.encode(&ServerPacket::PingResp).unwrap();

        assert_eq!(ping, hex("c0 c0 00"));
        assert_eq!(pong, hex("d0 d0 00"));
        server.push(&ping);
        client.push(&pong);
        assert_eq!(
            server.next_packet(),
            Ok(Some(Received::Packet(ClientPacket::PingReq)))
        );
        assert_eq!(client.next_packet(), Ok(Some(ServerPacket::PingResp)));
    }
}

#[test]
fn every_packet_of_a_client_has_the_layout_of_the_table() {
    let publish = ClientPacket::Publish {
        qos: QoS::AtLeastOnce,
        topic: "ppMsgP".into(),
        target: "bob".into(),
        message_id: 0x1234,
        body: Bytes::from_static(&[0x0A, 0x0B]),
    };
    let query = ClientPacket::Query {
        topic: "qAppBot".into(),
        target: String::new(),
        message_id: 5,
        body: Bytes::new(),
    };
    for (packet, bytes) in [
        (
            publish,
            "32 2b 19 15 19 46 fb b4 ca c3 e7 00 06 70 70 4d 73 67 50 00 03 62 6f 62 12 34 0a 0b",
        ),
        (
            query,
            "52 47 15 06 68 1c 35 bc 94 24 7a 00 07 71 41 70 70 42 6f 74 00 00 00 05",
        ),
        (ClientPacket::PubAck { message_id: 9 }, "40 42 02 00 09"),
        (ClientPacket::QueryCon { message_id: 5 }, "70 72 02 00 05"),
        (ClientPacket::Disconnect { status: 4 }, "e0 e2 02 00 04"),
    ] {
        let (client, mut server) = connected(ZEROS);

        let written = client.encode(&packet).unwrap();

        assert_eq!(written, hex(bytes), "{packet:?}");
        server.push(&written);
        assert_eq!(server.next_packet(), Ok(Some(Received::Packet(packet))));
    }
}

#[test]
fn an_emoji_is_written_in_four_bytes_and_read_in_four_or_six() {
    let query = ClientPacket::Query {
        topic: "t".into(),
        target: "😀".into(),
        message_id: 1,
        body: Bytes::new(),
    };
    let (client, mut server) = connected(ZEROS);

    let written = client.encode(&query).unwrap();

    let utf8 = "52 41 13 35 02 81 6d 7c 62 05 e6 00 01 74 00 04 f0 9f 98 80 00 01";
    let cesu8 = "52 47 15 71 48 8d 94 61 3a c3 05 00 01 74 00 06 ed a0 bd ed b8 80 00 01";
    assert_eq!(written, hex(utf8));
    for bytes in [utf8, cesu8] {
        server.push(&hex(bytes));
        let received = Received::Packet(query.clone());
        assert_eq!(server.next_packet(), Ok(Some(received)));
    }
}

#[test]
fn every_packet_of_a_server_has_the_layout_of_the_table() {
    let puback = ServerPacket::PubAck {
        message_id: 0x1234,
        date: 0x6B00_0001,
        status: 405,
        millisecond: 100,
        message_uid: "F3ZJ-MFEP-2246-4ZFP".into(),
    };
    let answer = ServerPacket::QueryAck {
        qos: QoS::AtLeastOnce,
        message_id: 5,
        date: 0x6B00_0001,
        status: 0,
        body: Bytes::from_static(&[8, 1]),
    };
    let accepted = ServerPacket::ConnAck(ConnAck::accepted(session(Some(0x1000))));
    for (packet, bytes) in [
        (
            publish(Bytes::from_static(&[8, 1])),
            "32 2c 1e ea 0f 96 ba 69 05 4d 7a 6b 00 00 01 00 05 73 5f 6e 74 66 00 05 61 6c 69 63 65
             00 09 08 01",
        ),
        (
            puback,
            "42 5d 1f 12 34 6b 00 00 01 01 95 00 64 00 13 46 33 5a 4a 2d 4d 46 45 50 2d 32 32 34 36
             2d 34 5a 46 50",
        ),
        (answer, "62 68 0a 00 05 6b 00 00 01 00 00 08 01"),
        (
            accepted,
            "20 38 18 00 00 0f 00 05 61 6c 69 63 65 00 02 73 31 00 00 01 a1 fc 26 d6 54 10 00",
        ),
        (ServerPacket::ConnAck(ConnAck::refused(4)), "20 22 02 00 04"),
        (ServerPacket::Disconnect { status: 1 }, "e0 e2 02 00 01"),
    ] {
        let (mut client, server) = connected(ZEROS);

        let written = server.encode(&packet).unwrap();

        assert_eq!(written, hex(bytes), "{packet:?}");
        client.push(&written);
        assert_eq!(client.next_packet(), Ok(Some(packet)));
    }
}

#[test]
fn a_version_3_connack_has_fixed_fields_under_the_constant_mask() {
    let (mut client, server) = connected(Mask::Constant);
    let packet = ServerPacket::ConnAck(ConnAck::accepted(session(None)));

    let written = server.encode(&packet).unwrap();

    let bytes = "20 35 15 6c 4d 15 24 71 4b 7f 14 09 4d 17 52 21 27 16 76 cd b1 33 f7 44";
    assert_eq!(written, hex(bytes));
    client.push(&written);
    assert_eq!(client.next_packet(), Ok(Some(packet)));
}

#[test]
fn a_client_does_not_look_at_the_signature_of_a_publish() {
    let (mut client, _) = connected(ZEROS);
    client.push(&hex(
        "32 2c 1e 00 00 00 00 00 00 00 00 6b 00 00 01 00 05 73 5f 6e 74 66 00 05 61 6c 69 63 65
         00 09 08 01",
    ));

    let packet = client.next_packet();

    assert_eq!(packet, Ok(Some(publish(Bytes::from_static(&[8, 1])))));
}

fn session(message_id_base: Option<u16>) -> Session {
    Session {
        user_id: Some("alice".into()),
        session_id: Some("s1".into()),
        server_time: Some(1_795_231_766_100),
        message_id_base,
    }
}
