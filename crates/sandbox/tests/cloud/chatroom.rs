//! Chatrooms, as clients and app servers know them.

mod administration;
mod entries;
mod invariants;
mod lifetime;
mod membership;
mod speech;

use imlink_model::TargetId;
use imlink_sandbox::{ChatroomOptions, LinkId};
use imlink_wire::{
    ServerPacket,
    notify::Notification,
    proto::{
        ChrmDownStreamMessages, ChrmInput, ChrmOutput, ChrmPullMsg, DownStreamMessage, decode_body,
        encode_body,
    },
    topic,
};

use crate::bench::{Ack, Bench, text_body};

pub const ROOM: &str = "lobby";

pub fn room(id: &str) -> TargetId {
    TargetId::new(id).unwrap()
}

/// A bench with a room made by an app server.
pub fn bench_with_room() -> Bench {
    let mut bench = Bench::new();
    make(&mut bench, ChatroomOptions::default());
    bench
}

pub fn make(bench: &mut Bench, options: ChatroomOptions) {
    let now = bench.now;
    bench
        .app()
        .create_chatroom(&room(ROOM), "The lobby", options, now);
}

/// Joins a room that is there. The status, and the answer if it is 0.
pub fn join(bench: &mut Bench, link: LinkId, id: &str) -> (u16, Option<ChrmOutput>) {
    ask_about_room(bench, link, topic::REJOIN_CHATROOM, id)
}

pub fn leave(bench: &mut Bench, link: LinkId, id: &str) -> u16 {
    ask_about_room(bench, link, topic::LEAVE_CHATROOM, id).0
}

pub fn ask_about_room(
    bench: &mut Bench,
    link: LinkId,
    topic: &str,
    id: &str,
) -> (u16, Option<ChrmOutput>) {
    let asked = ChrmInput {
        nothing: 1,
        extra: None,
    };
    let (status, body) = bench.query_about(link, topic, id, encode_body(&asked));
    let answer = (status == 0).then(|| decode_body(body).unwrap());
    (status, answer)
}

/// A user online and in the room.
pub fn inside(bench: &mut Bench, name: &str) -> LinkId {
    let link = bench.online(name);
    assert_eq!(join(bench, link, ROOM).0, 0);
    link
}

/// Says something in the room; its only PUBACK.
pub fn say(bench: &mut Bench, link: LinkId, text: &str) -> Ack {
    bench.publish(link, topic::CHATROOM, ROOM, encode_body(&text_body(text)));
    let acks = bench.acks(link);
    assert_eq!(acks.len(), 1, "one PUBACK");
    acks[0].clone()
}

/// What a pull of the room brings, and the cursor after it.
pub fn pull(
    bench: &mut Bench,
    link: LinkId,
    cursor: i64,
    count: i32,
) -> (Vec<DownStreamMessage>, i64) {
    let asked = ChrmPullMsg {
        sync_time: cursor,
        count,
        ..ChrmPullMsg::default()
    };
    let (status, body) = bench.query_about(link, topic::PULL_CHATROOM, ROOM, encode_body(&asked));
    assert_eq!(status, 0);
    let answer: ChrmDownStreamMessages = decode_body(body).unwrap();
    let messages = answer.list.into_iter();
    let messages = messages.map(|message| decode_body(message).unwrap());
    (messages.collect(), answer.sync_time)
}

pub fn texts(messages: &[DownStreamMessage]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| {
            let content = message.content.strip_prefix(r#"{"content":""#).unwrap();
            content.strip_suffix(r#""}"#).unwrap()
        })
        .collect()
}

/// The notifications among packets.
pub fn notifications(packets: &[ServerPacket]) -> Vec<Notification> {
    packets
        .iter()
        .filter_map(|packet| match packet {
            ServerPacket::Publish { topic, body, .. } => {
                Notification::read(topic, body.clone()).unwrap()
            }
            _ => None,
        })
        .collect()
}
