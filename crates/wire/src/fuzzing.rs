//! Entries for fuzz targets and for the tests that replay their corpus.
//!
//! Each takes any bytes, panics if a promise of this crate is broken, and returns whether the bytes were
//! understood, so that a test can tell a corpus that reaches the far side from one that does not.

mod tcp;

use bytes::Bytes;

pub use tcp::{tcp_client_stream, tcp_server_stream};

use crate::{
    ClientPacket, EncodeError, Handshake, ProtocolVersion, ServerPacket,
    navigation::{GatewayScheme, NavigationAnswer, outcome, script},
    notify::Notification,
    proto::{BODIES, BodyError, DownStreamMessages, decode_answer},
    topic,
};

/// The first byte picks the version, the rest is a message.
pub fn client_packet(data: &[u8]) -> bool {
    let Some((version, message)) = versioned(data) else {
        return false;
    };
    let Ok(packet) = ClientPacket::decode(message, version) else {
        return false;
    };
    match packet.encode(version) {
        Ok(bytes) => assert_eq!(ClientPacket::decode(bytes, version).as_ref(), Ok(&packet)),
        // CESU-8 is longer than the UTF-8 that was read.
        Err(error) => assert!(matches!(error, EncodeError::TextTooLong { .. })),
    }
    let _ = format!("{packet:?}");
    true
}

/// The first byte picks the version, the rest is a message.
pub fn server_packet(data: &[u8]) -> bool {
    let Some((version, message)) = versioned(data) else {
        return false;
    };
    let Ok(packet) = ServerPacket::decode(message, version) else {
        return false;
    };
    let bytes = packet
        .encode(version)
        .expect("UTF-8 is never longer than what was read");
    assert_eq!(ServerPacket::decode(bytes, version).as_ref(), Ok(&packet));
    let _ = format!("{packet:?}");
    true
}

/// The body of a navigation answer in either form.
pub fn navigation_answer(data: &[u8]) -> bool {
    let mut understood = false;
    for answer in [outcome(200, data), script::outcome(200, data)]
        .into_iter()
        .flatten()
    {
        understood = true;
        let _ = answer.gateways(GatewayScheme::Ws);
        let script = script::render("x", &answer);
        // The call around the object may push it over the limit.
        if script.len() <= crate::navigation::MAX_ANSWER {
            assert_eq!(
                script::outcome(200, script.as_bytes()),
                Ok::<NavigationAnswer, _>(answer)
            );
        }
    }
    understood
}

/// The query of an upgrade URL.
pub fn handshake(data: &[u8]) -> bool {
    let Ok(query) = std::str::from_utf8(data) else {
        return false;
    };
    let Ok(handshake) = Handshake::parse(query) else {
        return false;
    };
    assert_eq!(
        Handshake::parse(&handshake.query()).as_ref(),
        Ok(&handshake)
    );
    let _ = format!("{handshake:?}");
    true
}

/// The first byte picks a message type, the rest is its encoding.
pub fn bodies(data: &[u8]) -> bool {
    let Some((kind, body)) = data.split_first() else {
        return false;
    };
    let Some(kind) = BODIES.get(usize::from(*kind)) else {
        return false;
    };
    let body = Bytes::copy_from_slice(body);
    let _ = Notification::read(topic::COMMAND, body.clone());
    let _ = decode_answer::<DownStreamMessages>(body.clone());
    let Ok(encoded) = (kind.recode)(body.clone()) else {
        return false;
    };
    assert_eq!((kind.recode)(encoded.clone()), Ok(encoded));
    assert!((kind.print)(body).is_ok());
    true
}

/// Decodes and encodes a body by the name of its type; `None` if there is no such type.
#[must_use]
pub fn recode(name: &str, body: Bytes) -> Option<Result<Bytes, BodyError>> {
    BODIES
        .iter()
        .find(|kind| kind.schema.name == name)
        .map(|kind| (kind.recode)(body))
}

/// Prints a body by the name of its type.
#[must_use]
pub fn print(name: &str, body: Bytes) -> Option<Result<String, BodyError>> {
    BODIES
        .iter()
        .find(|kind| kind.schema.name == name)
        .map(|kind| (kind.print)(body))
}

/// Every message type with the encoding of a value in which nothing is set.
pub fn blanks() -> impl Iterator<Item = (&'static crate::proto::Schema, Bytes)> {
    BODIES.iter().map(|kind| (kind.schema, (kind.blank)()))
}

fn versioned(data: &[u8]) -> Option<(ProtocolVersion, Bytes)> {
    let (first, message) = data.split_first()?;
    let version = if first & 1 == 0 {
        ProtocolVersion::V3
    } else {
        ProtocolVersion::V4
    };
    Some((version, Bytes::copy_from_slice(message)))
}
