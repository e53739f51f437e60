//! Streams that are cut, altered, or not of this protocol.

use bytes::Bytes;
use imlink_wire::{
    ClientPacket, DecodeError, EncodeError, QoS, ServerPacket,
    tcp::{MAX_BODY, Mask, Received, ServerCodec, StreamError},
};

use crate::{ZEROS, connected, publish};

// F-S08
#[test]
fn a_stream_cut_at_any_byte_gives_no_packet_and_shows_what_is_missing() {
    for mask in [Mask::Constant, ZEROS] {
        let (mut client, mut server) = connected(mask);
        let down = server.encode(&publish(vec![1; 200].into())).unwrap();
        let up = client.encode(&message(vec![1; 200].into())).unwrap();
        for cut in 1..down.len() {
            let (mut client, _) = connected(mask);
            client.push(&down[..cut]);
            assert_eq!((client.next_packet(), client.pending()), (Ok(None), cut));
        }
        for cut in 1..up.len() {
            let (_, mut server) = connected(mask);
            server.push(&up[..cut]);
            assert_eq!((server.next_packet(), server.pending()), (Ok(None), cut));
        }
        client.push(&down);
        server.push(&up);
        assert!(client.next_packet().unwrap().is_some());
        assert!(server.next_packet().unwrap().is_some());
    }
}

// F-S08
#[test]
fn a_body_cut_short_inside_a_whole_frame_is_no_packet() {
    // Under the mask of zeros a body may be cut and framed again.
    let (_, server) = connected(ZEROS);
    let whole = server.encode(&publish(Bytes::new())).unwrap();
    let body = &whole[3..];
    for cut in 0..body.len() {
        let (mut client, _) = connected(ZEROS);
        client.push(&framed(0x32, &body[..cut]));

        let error = client.next_packet().unwrap_err();

        assert!(
            matches!(error, StreamError::Packet(DecodeError::Truncated(_))),
            "{cut}: {error:?}"
        );
    }
}

// F-S09
#[test]
fn a_wrong_check_byte_ends_the_stream() {
    let (_, server) = connected(Mask::Constant);
    let good = server.encode(&publish(vec![1; 300].into())).unwrap();
    // The check byte itself, the header, and the first length byte.
    for place in [0, 1, 2] {
        for bit in 0..7 {
            let (mut client, _) = connected(Mask::Constant);
            let mut bytes = good.to_vec();
            bytes[place] ^= 1 << bit;
            client.push(&bytes);

            for _ in 0..2 {
                assert_eq!(
                    client.next_packet(),
                    Err(StreamError::Check),
                    "{place} {bit}"
                );
            }
        }
    }
}

// F-S10
#[test]
fn a_length_is_refused_as_soon_as_it_is_seen() {
    let (mut client, _) = connected(ZEROS);
    client.push(&[0x32, 0, 0xFF, 0xFF, 0xFF]);
    assert_eq!(client.next_packet(), Ok(None), "it may still end");
    client.push(&[0xFF]);
    for _ in 0..2 {
        assert_eq!(client.next_packet(), Err(StreamError::LengthField));
    }

    let (mut client, _) = connected(ZEROS);
    client.push(&head(0x32, MAX_BODY + 1));
    for _ in 0..2 {
        assert_eq!(
            client.next_packet(),
            Err(StreamError::TooLarge {
                bytes: MAX_BODY + 1,
                limit: MAX_BODY
            })
        );
    }

    let (mut client, _) = connected(ZEROS);
    client.push(&head(0x32, MAX_BODY));
    assert_eq!(client.next_packet(), Ok(None));
}

#[test]
fn the_largest_packet_passes_and_the_next_larger_is_not_written() {
    let (mut client, mut server) = connected(Mask::Constant);
    let zeros = Bytes::from(vec![0; MAX_BODY]);
    let fields = 8 + 2 + "ppMsgP".len() + 2 + "bob".len() + 2;

    let up = client.encode(&message(zeros.slice(fields..))).unwrap();
    server.push(&up);
    assert!(matches!(
        server.next_packet(),
        Ok(Some(Received::Packet(ClientPacket::Publish { body, .. }))) if body.len() == MAX_BODY - fields
    ));
    let one_more = message(zeros.slice(fields - 1..));
    let too_large = EncodeError::TooLarge(MAX_BODY + 1);
    assert_eq!(client.encode(&one_more), Err(too_large.clone()));

    let too_large_down = server.encode(&publish(zeros));
    assert!(matches!(
        too_large_down,
        Err(imlink_wire::tcp::ReplyError::Packet(EncodeError::TooLarge(
            _
        )))
    ));
    client.push(&server.encode(&ServerPacket::PingResp).unwrap());
    assert_eq!(client.next_packet(), Ok(Some(ServerPacket::PingResp)));
}

#[test]
fn a_text_that_does_not_fit_is_refused_instead_of_cut() {
    let (client, _) = connected(ZEROS);
    let query = |length| ClientPacket::Query {
        topic: "t".into(),
        target: "a".repeat(length),
        message_id: 1,
        body: Bytes::new(),
    };

    assert!(client.encode(&query(65_535)).is_ok());
    assert_eq!(
        client.encode(&query(65_536)),
        Err(EncodeError::TextTooLong {
            field: "target",
            length: 65_536
        })
    );
}

// F-S09
#[test]
fn a_wrong_signature_loses_its_packet_and_no_other() {
    let (client, mut server) = connected(Mask::Constant);
    let good = client.encode(&message(Bytes::from_static(b"x"))).unwrap();
    for place in 3..good.len() {
        let mut bad = good.to_vec();
        bad[place] ^= 1;
        server.push(&bad);
        server.push(&good);

        assert_eq!(
            server.next_packet(),
            Err(StreamError::Signature),
            "byte {place}"
        );
        assert!(server.next_packet().unwrap().is_some());
    }
}

// F-S09
#[test]
fn a_packet_of_the_other_direction_loses_itself_and_no_other() {
    let (mut client, mut server) = connected(ZEROS);
    for (header, number) in [(0x52, 5), (0x70, 7), (0xC0, 12), (0x14, 1), (0xF0, 15)] {
        client.push(&framed(header, &[]));
        let error = StreamError::Packet(DecodeError::Kind(number));
        assert_eq!(client.next_packet(), Err(error));
    }
    for (header, number) in [(0x20, 2), (0x62, 6), (0xD0, 13), (0x00, 0), (0x80, 8)] {
        server.push(&framed(header, &[]));
        let error = StreamError::Packet(DecodeError::Kind(number));
        assert_eq!(server.next_packet(), Err(error));
    }

    client.push(&[0xD0, 0xD0, 0]);
    server.push(&[0xC0, 0xC0, 0]);
    assert!(client.next_packet().unwrap().is_some());
    assert!(server.next_packet().unwrap().is_some());
}

// F-S09
#[test]
fn other_protocols_are_seen_by_their_first_bytes() {
    for bytes in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[
            0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03,
        ],
        b"SSH-2.0-OpenSSH_9.9\r\n",
        &[0; 64],
    ] {
        let mut server = ServerCodec::new(MAX_BODY);
        server.push(bytes);

        assert!(server.next_packet().unwrap_err().ends_stream(), "{bytes:?}");
    }
}

fn message(body: Bytes) -> ClientPacket {
    ClientPacket::Publish {
        qos: QoS::AtLeastOnce,
        topic: "ppMsgP".into(),
        target: "bob".into(),
        message_id: 0x1234,
        body,
    }
}

/// A frame under the mask of zeros.
fn framed(header: u8, body: &[u8]) -> Vec<u8> {
    [&head(header, body.len()), body].concat()
}

/// Header, check and a length of four bytes, which need not be the shortest.
fn head(header: u8, length: usize) -> Vec<u8> {
    let group = |place: usize| (length >> (7 * place) & 0x7F) as u8;
    let lengths = [group(0) | 0x80, group(1) | 0x80, group(2) | 0x80, group(3)];
    let check = lengths.iter().fold(header, |check, byte| check ^ byte);
    [&[header, check][..], &lengths].concat()
}
