//! A gateway that says what no gateway says, in either form.

use bytes::Bytes;
use imlink::ConnectionStatus;
use imlink_sandbox::Injection;

use crate::guesthouse::Guesthouse;

type Table = Vec<(&'static str, Injection)>;

// F-S12, F-S14
#[tokio::test]
async fn what_is_only_strange_on_a_websocket_is_passed_over() {
    let table = vec![
        ("a text frame", Injection::Text("hello?".into())),
        ("a huge text frame", Injection::Text("x".repeat(1 << 20))),
        ("a packet of a kind nobody knows", binary(&[0xF0, 1, 2, 3])),
        ("another one", binary(&[0x00])),
        ("an acknowledgement of nothing", message(0x40, &OF_NOTHING)),
        ("the answer to no question", message(0x60, &OF_NOTHING[..8])),
        ("a pong nobody asked for", binary(&[0xD0])),
        ("a WebSocket ping", raw(&[0x89, 0])),
    ];
    is_passed_over("websocket", table).await;
}

// F-S12, F-S14
#[tokio::test]
async fn what_is_only_strange_in_a_stream_is_passed_over() {
    let table = vec![
        ("a packet of a kind nobody knows", packet(0xF0, &[1, 2, 3])),
        ("another one", packet(0x00, &[])),
        ("an acknowledgement of nothing", packet(0x42, &OF_NOTHING)),
        ("the answer to no question", packet(0x62, &OF_NOTHING[..8])),
        ("a pong nobody asked for", packet(0xD0, &[])),
    ];
    is_passed_over("tcp", table).await;
}

// F-S08, F-S09, F-S10
#[tokio::test]
async fn what_cannot_be_read_ends_a_websocket_which_comes_back() {
    let mut huge = vec![0x82, 0x7F];
    huge.extend_from_slice(&(1_u64 << 40).to_be_bytes());
    let table = vec![
        ("an empty message", binary(&[])),
        ("a PUBLISH without fields", binary(&[0x30])),
        ("a topic longer than its message", message(0x30, CUT_TOPIC)),
        ("a CONNACK again, cut short", binary(&[0x20, 0])),
        ("a frame of 2^40 bytes", raw(&huge)),
        ("reserved bits", raw(&[0xF2, 1, 0])),
        (
            "half of a frame, then garbage",
            raw(b"\x82\x03\x30\xFF\xFF\xFF\xFF\xFF"),
        ),
        ("the end of the conversation", raw(&[0x88, 0])),
    ];
    ends_the_link("websocket", table).await;
}

// F-S08, F-S09, F-S10
#[tokio::test]
async fn what_cannot_be_read_ends_a_stream_which_comes_back() {
    let signed = [&[0; 8], CUT_TOPIC].concat();
    let table = vec![
        ("a PUBLISH without fields", packet(0x30, &[])),
        ("a PUBLISH with half a signature", packet(0x30, &[0; 4])),
        ("a topic longer than its packet", packet(0x30, &signed)),
        ("a CONNACK again, cut short", packet(0x20, &[0])),
        ("a wrong check byte", raw(&[0xD0, 0xD1, 0x00])),
        (
            "a packet of 2^28 bytes",
            raw(&[0x32, 0x32 ^ 0x7F ^ 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
        ),
        (
            "a length without end",
            raw(&[0x32, 0x32, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        ),
        (
            "an answer of HTTP",
            raw(b"HTTP/1.1 502 Bad Gateway\r\n\r\n"),
        ),
    ];
    ends_the_link("tcp", table).await;
}

async fn is_passed_over(transport: &str, table: Table) {
    let mut house = Guesthouse::speaking(transport).await;
    for (number, (what, strange)) in table.into_iter().enumerate() {
        let mut guest = house.guest(&format!("guest{number}")).await;

        assert!(house.cloud.inject(guest.link, strange), "{what}");

        guest.still_gets(&house.cloud, "after it").await;
        assert_eq!(guest.link_now(&house.cloud), Some(guest.link), "{what}");
        assert_eq!(guest.app.rest().await, [], "{what}");
    }
    house.is_undisturbed().await;
}

async fn ends_the_link(transport: &str, table: Table) {
    let mut house = Guesthouse::speaking(transport).await;
    for (number, (what, garbage)) in table.into_iter().enumerate() {
        let mut guest = house.guest(&format!("guest{number}")).await;

        assert!(house.cloud.inject(guest.link, garbage), "{what}");

        let change = guest.app.shows(ConnectionStatus::Suspend).await;
        assert!(
            change.code.is_some_and(|code| code.is_retryable()),
            "{what}: {change:?}"
        );
        guest.app.shows(ConnectionStatus::Connected).await;
        guest.still_gets(&house.cloud, "after it").await;
        assert_ne!(guest.link_now(&house.cloud), Some(guest.link), "{what}");
    }
    house.is_undisturbed().await;
}

/// Message id 0x7A7A, date, status and, of a PUBACK, millisecond.
const OF_NOTHING: [u8; 10] = [0x7A, 0x7A, 0, 0, 0, 0, 0, 0, 0, 0];

/// Date, and the first bytes of a topic that says it has 65535.
const CUT_TOPIC: &[u8] = b"\0\0\0\0\xFF\xFFshort";

/// The key of version 3 (protocol/cloud-tcp.md 3).
const KEY: [u8; 8] = [0x6C, 0x4D, 0x15, 0x21, 0x10, 0x27, 0x16, 0x77];

/// A packet of the TCP form that is framed as it should be, whatever is in it.
fn packet(header: u8, body: &[u8]) -> Injection {
    let length = u8::try_from(body.len()).unwrap();
    assert!(length < 0x80, "one byte of length");
    let masked = body.iter().zip(KEY.iter().cycle());
    let mut bytes = vec![header, header ^ length, length];
    bytes.extend(masked.map(|(byte, key)| byte ^ key));
    Injection::Binary(bytes.into())
}

/// The same in a WebSocket message.
fn message(header: u8, fields: &[u8]) -> Injection {
    binary(&[&[header], fields].concat())
}

fn binary(bytes: &[u8]) -> Injection {
    Injection::Binary(Bytes::copy_from_slice(bytes))
}

fn raw(bytes: &[u8]) -> Injection {
    Injection::Raw(Bytes::copy_from_slice(bytes))
}
