//! CONNECT: what it keeps to itself, and what becomes of a bad one.

use imlink_wire::{
    ConnAck, DecodeError, EncodeError, ServerPacket,
    tcp::{
        ClientCodec, Connect, MAX_BODY, MAX_CONNECT, Mask, ReplyError, ServerCodec, StreamError,
    },
};

use crate::{ZEROS, connected, publish};

#[test]
fn what_follows_the_at_of_a_token_is_not_sent() {
    let connect = Connect::new("k", "tok@nav.example;nav2.example", "d", ZEROS);

    let (_, bytes) = ClientCodec::connect(&connect).unwrap();

    assert_eq!(connect.token(), "tok@");
    let sent = String::from_utf8_lossy(&bytes);
    assert!(sent.contains("tok@") && !sent.contains("nav"), "{sent}");
}

// F-K10
#[test]
fn the_token_does_not_show_in_debug() {
    let connect = Connect::new("k", "canary@", "d", ZEROS);

    let shown = format!("{connect:?}");

    assert!(shown.contains("<hidden>"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn an_unknown_version_can_be_told_so() {
    // Under the mask of zeros the version is byte 8 of the body.
    let (mut client, mut server) = (connected(ZEROS).0, ServerCodec::new(MAX_BODY));
    server.push(&altered(ZEROS, 8, 5));

    assert_eq!(server.next_packet(), Err(StreamError::ProtocolVersion(5)));

    let refusal = ServerPacket::ConnAck(ConnAck::refused(1));
    client.push(&server.encode(&refusal).unwrap());
    assert_eq!(client.next_packet(), Ok(Some(refusal)));
}

#[test]
fn an_unmasked_connack_is_read_as_a_refusal() {
    // protocol/cloud-tcp.md 3: so does the SDK. 4d is the second byte of the constant.
    let (mut client, _) = connected(Mask::Constant);
    client.push(&[0x20, 0x22, 2, 0, 0]);

    let refusal = ServerPacket::ConnAck(ConnAck::refused(0x4D));
    assert_eq!(client.next_packet(), Ok(Some(refusal)));
}

#[test]
fn nothing_is_read_after_a_connect_that_was_no_good() {
    let mut server = ServerCodec::new(MAX_BODY);
    let mut bytes = altered(ZEROS, 8, 5);
    bytes.extend([0xC0, 0xC0, 0]);
    server.push(&bytes);

    for _ in 0..3 {
        assert_eq!(server.next_packet(), Err(StreamError::ProtocolVersion(5)));
    }
}

#[test]
fn version_3_goes_with_its_constant_only() {
    let mut server = ServerCodec::new(MAX_BODY);
    server.push(&altered(ZEROS, 8, 3));

    assert_eq!(server.next_packet(), Err(StreamError::Mask));
}

#[test]
fn any_altered_byte_of_a_signed_connect_is_noticed() {
    let length = altered(ZEROS, 0, 0).len() - 3;
    for place in 8..length {
        let mut server = ServerCodec::new(MAX_BODY);
        server.push(&altered(ZEROS, place, 0xEE));

        let error = server.next_packet().unwrap_err();

        assert!(error.ends_stream(), "byte {place}: {error}");
    }
    let mut server = ServerCodec::new(MAX_BODY);
    server.push(&altered(ZEROS, length - 1, 0xEE));
    assert_eq!(server.next_packet(), Err(StreamError::ConnectSignature));
}

#[test]
fn the_first_packet_is_connect_and_no_other_is() {
    let mut server = ServerCodec::new(MAX_BODY);
    server.push(&[0xC0, 0xC0, 0]);
    assert_eq!(server.next_packet(), Err(StreamError::NotConnect(12)));

    let (_, mut server) = connected(ZEROS);
    server.push(&altered(ZEROS, 8, 4));
    let error = StreamError::Packet(DecodeError::Kind(1));
    assert_eq!(server.next_packet(), Err(error));
}

#[test]
fn a_server_writes_nothing_before_connect() {
    let mut server = ServerCodec::new(MAX_BODY);
    let pong = ServerPacket::PingResp;
    assert_eq!(server.encode(&pong), Err(ReplyError::BeforeConnect));

    // No eight bytes, no key.
    server.push(&[0x14, 0x10, 0x04, 0, 6, b'R', b'C']);
    let truncated = StreamError::Connect(DecodeError::Truncated("name"));
    assert_eq!(server.next_packet(), Err(truncated));
    assert_eq!(server.encode(&pong), Err(ReplyError::BeforeConnect));
}

// F-S10
#[test]
fn a_connect_is_short_whatever_the_limit_afterwards() {
    let info = "RongIMPCClient".len() + "PC--5.46.1".len();
    // The name, version, flags and keep alive, the lengths of five texts, in version 4 more flags and a
    // signature.
    for (mask, fixed) in [
        (Mask::Constant, 8 + 2 + 2 + 10),
        (ZEROS, 8 + 3 + 2 + 10 + 8),
    ] {
        let longest = "d".repeat(MAX_CONNECT - fixed - info);
        let connect = |device: String| ClientCodec::connect(&Connect::new("", "", device, mask));

        let (_, fits) = connect(longest.clone()).unwrap();
        let too_large = connect(longest + "d").map(|_| ());

        let mut server = ServerCodec::new(MAX_BODY);
        server.push(&fits);
        assert!(server.next_packet().unwrap().is_some());
        assert_eq!(too_large, Err(EncodeError::TooLarge(MAX_CONNECT + 1)));
    }

    let mut server = ServerCodec::new(MAX_BODY);
    let announced = [0x81, 0x40];
    server.push(&[
        0x14,
        0x14 ^ announced[0] ^ announced[1],
        announced[0],
        announced[1],
    ]);
    assert_eq!(
        server.next_packet(),
        Err(StreamError::TooLarge {
            bytes: MAX_CONNECT + 1,
            limit: MAX_CONNECT
        })
    );
}

#[test]
fn the_owner_may_set_a_lower_limit_for_what_follows_connect() {
    let connect = Connect::new("k", "t", "d", ZEROS);
    let (client, bytes) = ClientCodec::connect(&connect).unwrap();
    let mut server = ServerCodec::new(3);
    server.push(&bytes);
    server.next_packet().unwrap();

    let acknowledgement = imlink_wire::ClientPacket::Disconnect { status: 4 };
    server.push(&client.encode(&acknowledgement).unwrap());
    assert!(server.next_packet().unwrap().is_some());

    let (_, other) = connected(ZEROS);
    server.push(&other.encode(&publish(vec![1].into())).unwrap());
    assert!(matches!(
        server.next_packet(),
        Err(StreamError::TooLarge { limit: 3, .. })
    ));
}

/// CONNECT with one byte of its body replaced.
fn altered(mask: Mask, place: usize, value: u8) -> Vec<u8> {
    let connect = Connect::new("appkey01", "tok-abcdef@", "device-0001", mask);
    let (_, bytes) = ClientCodec::connect(&connect).unwrap();
    let mut bytes = bytes.to_vec();
    bytes[3 + place] = value;
    bytes
}
