//! The TCP form, through its two codecs.

mod damage;
mod golden;
mod handshake;
#[path = "../strategies/mod.rs"]
mod strategies;
mod streams;

use bytes::Bytes;
use imlink_wire::{
    QoS, ServerPacket,
    tcp::{ClientCodec, Connect, MAX_BODY, Mask, ServerCodec},
};

/// Under it bodies can be read in a test.
const ZEROS: Mask = Mask::Chosen([0; 8]);

/// Two codecs that have exchanged CONNECT.
fn connected(mask: Mask) -> (ClientCodec, ServerCodec) {
    let connect = Connect::new("appkey01", "tok-abcdef@", "device-0001", mask);
    let (client, bytes) = ClientCodec::connect(&connect).unwrap();
    let mut server = ServerCodec::new(MAX_BODY);
    server.push(&bytes);
    server.next_packet().unwrap().unwrap();
    (client, server)
}

fn publish(body: Bytes) -> ServerPacket {
    ServerPacket::Publish {
        sync: false,
        qos: QoS::AtLeastOnce,
        date: 0x6B00_0001,
        topic: "s_ntf".into(),
        target: "alice".into(),
        message_id: 9,
        body,
    }
}

/// Bytes written as in the document, spaces and line ends ignored.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.split_whitespace().collect();
    digits
        .iter()
        .map(|digits| u8::from_str_radix(digits, 16).unwrap())
        .collect()
}
