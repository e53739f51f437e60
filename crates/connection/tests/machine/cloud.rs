//! What the cloud says, as bodies.

use bytes::Bytes;
use imlink_model::{
    AppId, Body, ClientMessageId, Conversation, Millis, ObjectName, OutboxId, OutgoingMessage,
    SendOptions, UserId,
};
use imlink_wire::proto::{
    DownStreamMessage, DownStreamMessages, NotifyMsg, SyncRequestMsg, decode_body, encode_body,
};
use imlink_wire::{QoS, ServerPacket, topic};

/// A text from `bob`, sent at `time`, with the uid `u<time>`.
pub fn text(time: i64) -> DownStreamMessage {
    DownStreamMessage {
        from_user_id: "bob".to_owned(),
        r#type: 1,
        classname: "RC:TxtMsg".to_owned(),
        content: "{\"content\":\"hello\"}".to_owned(),
        data_time: time,
        status: 48,
        msg_id: Some(format!("u{time}")),
        direction: Some(2),
        ..DownStreamMessage::default()
    }
}

/// The cloud's copy of an own message.
pub fn own_copy(time: i64, wire_ref: u64) -> DownStreamMessage {
    let client_unique_id = i64::try_from(wire_ref).ok();
    DownStreamMessage {
        direction: Some(1),
        client_unique_id,
        ..text(time)
    }
}

/// The last page.
pub fn page(list: Vec<DownStreamMessage>, sync_time: i64) -> Bytes {
    encode_body(&answer(list, sync_time, true))
}

/// A page that promises more.
pub fn partial_page(list: Vec<DownStreamMessage>, sync_time: i64) -> Bytes {
    encode_body(&answer(list, sync_time, false))
}

pub fn answer(list: Vec<DownStreamMessage>, sync_time: i64, finished: bool) -> DownStreamMessages {
    DownStreamMessages {
        list,
        sync_time,
        finished: Some(finished),
        ..DownStreamMessages::default()
    }
}

/// What a pull asked for: inbox, sendbox and broadcast cursor.
pub fn cursors(query: Bytes) -> (i64, i64, i64) {
    let asked: SyncRequestMsg = decode_body(query).unwrap();
    let sendbox = asked.send_box_sync_time.unwrap();
    (asked.sync_time, sendbox, asked.broadcast_sync_time.unwrap())
}

/// "Something waits", of this time.
pub fn notification(message_id: u16, time: i64) -> ServerPacket {
    let body = NotifyMsg {
        r#type: 1,
        time: Some(time),
        ..NotifyMsg::default()
    };
    publish(topic::NOTIFICATION, message_id, encode_body(&body))
}

pub fn publish(topic: &str, message_id: u16, body: Bytes) -> ServerPacket {
    ServerPacket::Publish {
        sync: false,
        qos: QoS::AtLeastOnce,
        date: 0,
        topic: topic.to_owned(),
        target: "alice".to_owned(),
        message_id,
        body,
    }
}

/// What another device of the user sent.
pub fn echo(topic: &str, message_id: u16) -> ServerPacket {
    ServerPacket::Publish {
        sync: true,
        qos: QoS::AtLeastOnce,
        date: 0,
        topic: topic.to_owned(),
        target: "bob".to_owned(),
        message_id,
        body: Bytes::new(),
    }
}

pub fn puback(message_id: u16, status: u16, uid: &str) -> ServerPacket {
    ServerPacket::PubAck {
        message_id,
        date: 1_000,
        status,
        millisecond: 7,
        message_uid: uid.to_owned(),
    }
}

/// A message of ours to a user.
pub fn outgoing(id: u64, to: &str) -> OutgoingMessage {
    OutgoingMessage {
        id: OutboxId(id),
        app: AppId::new("notes").unwrap().into(),
        client_id: ClientMessageId::new(format!("c{id}")).unwrap(),
        wire_ref: 5_000 + id,
        conversation: Conversation::private(UserId::new(to).unwrap()),
        object_name: ObjectName::text(),
        body: Body::new("{\"content\":\"canary-body\"}"),
        accepted_at: Millis(0),
        options: SendOptions::default(),
    }
}
