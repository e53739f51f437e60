//! Frames: bytes to packet, packet to bytes, body to type and back.

use bytes::Bytes;
use imlink_wire::{
    ClientPacket, ConnAck, ProtocolVersion, QoS, ServerPacket, Session, fuzzing,
    proto::{DownStreamMessages, decode_answer},
    websocket::{Header, PacketKind},
};
use serde_json::Value;

use crate::{FRAMES, Unchecked, json, vectors};

#[test]
fn every_frame_decodes_to_its_stated_meaning_and_encodes_to_the_same_bytes() {
    let vectors = vectors();
    let bodies = json::Bodies::load();

    let mut looked_at = 0;
    for frame in vectors["frames"].as_array().unwrap() {
        check(frame, &bodies);
        looked_at += 1;
    }

    assert_eq!(looked_at, FRAMES);
}

#[test]
fn the_one_compressed_answer_is_inflated_to_what_it_holds() {
    let vectors = vectors();
    let frames = vectors["frames"].as_array().unwrap();
    let compressed = frames
        .iter()
        .filter(|frame| !frame["decoded"]["body"]["compressedData"].is_null());
    let [frame] = compressed.collect::<Vec<_>>()[..] else {
        panic!("more than one")
    };
    let body = json::unhex(frame["decoded"]["bodyHex"].as_str().unwrap());

    let page: DownStreamMessages = decode_answer(body).unwrap();

    assert_eq!(page.list.len(), 1);
    assert_eq!(page.list[0].from_user_id, "bob");
    assert_eq!(page.sync_time, page.list[0].data_time);
    assert_eq!(page.finished, Some(true));
}

fn check(frame: &Value, bodies: &json::Bodies) {
    let mut outer = Unchecked::new(frame["id"].as_str().unwrap(), frame);
    outer.take("id");
    outer.take("scenario");
    let bytes = json::unhex(outer.take("hex").as_str().unwrap());
    let number = u8::try_from(outer.take("protocolVer").as_u64().unwrap()).unwrap();
    let version = ProtocolVersion::from_number(number).unwrap();
    let decoded = outer.take("decoded");
    let mut stated = Unchecked::new(&outer.of, &decoded);

    check_header(&mut stated, bytes[0]);
    let encoded = match outer.take("direction").as_str().unwrap() {
        "client->server" => {
            let packet = ClientPacket::decode(bytes.clone(), version).unwrap();
            check_client(&mut stated, &packet, bodies);
            packet.encode(version).unwrap()
        }
        "server->client" => {
            let packet = ServerPacket::decode(bytes.clone(), version).unwrap();
            check_server(&mut stated, &packet, bodies);
            packet.encode(version).unwrap()
        }
        other => panic!("direction {other}"),
    };

    assert_eq!(encoded, bytes, "{}", stated.of);
    stated.assert_nothing_left();
    outer.assert_nothing_left();
}

/// The flags of packets that have no field for them are in the header all the same.
fn check_header(stated: &mut Unchecked, byte: u8) {
    let header = Header::decode(byte).unwrap();
    let name = match header.kind {
        PacketKind::ConnAck => "CONNACK",
        PacketKind::Publish => "PUBLISH",
        PacketKind::PubAck => "PUBACK",
        PacketKind::Query => "QUERY",
        PacketKind::QueryAck => "QUERYACK",
        PacketKind::QueryCon => "QUERYCON",
        PacketKind::PingReq => "PINGREQ",
        PacketKind::PingResp => "PINGRESP",
        PacketKind::Disconnect => "DISCONNECT",
    };
    stated.expect("cmd", name);
    stated.expect("retain", header.retain);
    assert_eq!(header.encode(), byte, "{}", stated.of);
    if !matches!(header.kind, PacketKind::Publish | PacketKind::QueryAck) {
        stated.expect("sync", header.sync);
        stated.expect("qos", header.qos.bits());
    }
}

fn check_client(stated: &mut Unchecked, packet: &ClientPacket, bodies: &json::Bodies) {
    match packet {
        ClientPacket::Publish {
            qos,
            topic,
            target,
            message_id,
            body,
        } => {
            stated.expect("sync", false);
            check_qos(stated, *qos);
            check_addressed(stated, topic, target, *message_id);
            check_body(stated, body, bodies);
        }
        ClientPacket::Query {
            topic,
            target,
            message_id,
            body,
        } => {
            check_addressed(stated, topic, target, *message_id);
            check_body(stated, body, bodies);
        }
        ClientPacket::PubAck { message_id } | ClientPacket::QueryCon { message_id } => {
            stated.expect("messageId", *message_id);
        }
        ClientPacket::PingReq => {}
        ClientPacket::Disconnect { status } => stated.expect("status", *status),
    }
}

fn check_server(stated: &mut Unchecked, packet: &ServerPacket, bodies: &json::Bodies) {
    match packet {
        ServerPacket::ConnAck(ConnAck { status, session }) => {
            stated.expect("status", *status);
            check_session(stated, session.as_ref());
        }
        ServerPacket::Publish {
            sync,
            qos,
            date,
            topic,
            target,
            message_id,
            body,
        } => {
            stated.expect("sync", *sync);
            stated.expect("date", *date);
            check_qos(stated, *qos);
            check_addressed(stated, topic, target, *message_id);
            check_body(stated, body, bodies);
        }
        ServerPacket::PubAck {
            message_id,
            date,
            status,
            millisecond,
            message_uid,
        } => {
            stated.expect("messageId", *message_id);
            stated.expect("date", *date);
            stated.expect("status", *status);
            stated.expect("millisecond", *millisecond);
            stated.expect("timestamp", ServerPacket::sent_time(*date, *millisecond));
            stated.expect("messageUId", message_uid.as_str());
        }
        ServerPacket::QueryAck {
            qos,
            message_id,
            date,
            status,
            body,
        } => {
            stated.expect("sync", false);
            check_qos(stated, *qos);
            stated.expect("messageId", *message_id);
            stated.expect("date", *date);
            stated.expect("status", *status);
            // Which query it answers is not in the bytes.
            assert!(stated.take("answersTopic").is_string());
            check_body(stated, body, bodies);
        }
        ServerPacket::PingResp => {}
        ServerPacket::Disconnect { status } => stated.expect("status", *status),
    }
}

fn check_session(stated: &mut Unchecked, session: Option<&Session>) {
    let Some(Session {
        user_id,
        session_id,
        server_time,
        message_id_base,
    }) = session
    else {
        return;
    };
    stated.expect("userId", user_id.clone());
    stated.expect("sessionId", session_id.clone());
    stated.expect("timestamp", *server_time);
    if let Some(base) = message_id_base {
        stated.expect("messageId", *base);
        stated.expect("flags", 0b1111);
    }
}

fn check_qos(stated: &mut Unchecked, qos: QoS) {
    stated.expect("qos", qos.bits());
}

fn check_addressed(stated: &mut Unchecked, topic: &str, target: &str, message_id: u16) {
    stated.expect("topic", topic);
    stated.expect("targetId", target);
    stated.expect("messageId", message_id);
}

/// The bytes are the stated ones, our type writes them again, and an independent reader of cloud.proto
/// finds in what it wrote exactly the stated fields.
fn check_body(stated: &mut Unchecked, body: &Bytes, bodies: &json::Bodies) {
    stated.expect("bodyHex", json::hex(body));
    let Some(body_type) = stated.try_take("bodyType") else {
        return;
    };
    let body_type = body_type.as_str().unwrap();

    let recoded = fuzzing::recode(body_type, body.clone()).unwrap().unwrap();

    assert_eq!(&recoded, body, "{}: {body_type}", stated.of);
    stated.expect("body", bodies.read(body_type, recoded));
}
