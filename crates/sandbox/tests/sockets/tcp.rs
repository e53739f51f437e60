//! The gateway's TCP form, plain (protocol/cloud-tcp.md).

use imlink_sandbox::{DeviceClass, Heard};
use imlink_wire::{
    ClientPacket, ProtocolVersion, ServerPacket,
    proto::{DownStreamMessages, SyncRequestMsg, decode_body, encode_body},
    tcp::{ClientCodec, Connect, Mask},
    topic,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    client::{Client, in_time, sandbox, until, user},
    tcp_client::{CHOSEN, TcpClient, connect, message},
};

#[tokio::test]
async fn a_client_is_accepted_in_the_version_and_mask_it_used() {
    let sandbox = sandbox();
    for (mask, version) in [
        (Mask::Constant, ProtocolVersion::V3),
        (CHOSEN, ProtocolVersion::V4),
    ] {
        assert_eq!(mask.version(), version);
        let mut client = TcpClient::open(&sandbox, &connect(&sandbox, "alice", mask)).await;

        let session = client.expect_accepted().await.session.unwrap();

        assert_eq!(session.user_id.as_deref(), Some("alice"));
        client.ping().await;
        // Only version 4 says where message ids begin.
        let names_base = session.message_id_base.is_some();
        assert_eq!(names_base, version == ProtocolVersion::V4);
    }
}

#[tokio::test]
async fn a_client_takes_the_desktop_slot_under_its_device_id() {
    let sandbox = sandbox();

    let _client = TcpClient::online(&sandbox, "alice").await;

    let links = sandbox.links();
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].class, DeviceClass::Desktop);
    assert_eq!(
        (&links[0].user, &*links[0].device),
        (&user("alice"), "alice")
    );
}

#[tokio::test]
async fn a_client_is_refused_with_the_status_of_its_fault() {
    let sandbox = sandbox();
    let good = connect(&sandbox, "alice", CHOSEN);
    let expired = connect(&sandbox, "bob", Mask::Constant);
    sandbox.expire_tokens(&user("bob"));
    let key = sandbox.app_key().as_str();

    for (connect, status) in [
        (Connect::new("nobody", good.token(), "d", CHOSEN), 2),
        (
            Connect::new("no key at all", good.token(), "d", Mask::Constant),
            2,
        ),
        (Connect::new(key, "nonsense@", "d", Mask::Constant), 4),
        (expired, 10),
    ] {
        let client = TcpClient::open(&sandbox, &connect).await;
        assert_eq!(client.refused().await, status);
    }
}

#[tokio::test]
async fn messages_go_between_a_web_and_a_desktop_device_and_both_see_their_own() {
    let sandbox = sandbox();
    let mut alice_web = Client::online(&sandbox, "alice").await;
    let mut alice = TcpClient::online(&sandbox, "alice").await;
    let mut bob = TcpClient::open(&sandbox, &connect(&sandbox, "bob", CHOSEN)).await;
    bob.expect_accepted().await;

    alice.say("bob", "from the desktop", 1).await;

    let acknowledged = alice.next().await;
    assert!(
        matches!(&acknowledged, Some(ServerPacket::PubAck { message_id: 1, status: 0, message_uid, .. }) if !message_uid.is_empty()),
        "{acknowledged:?}"
    );
    assert_notified(bob.next().await);
    assert_echoed(alice_web.next().await);

    alice_web.say("bob", "from the page", 1).await;
    assert_notified(bob.next().await);
    assert_echoed(alice.next().await);

    let pulled = pull(&mut bob).await;
    let texts: Vec<_> = pulled.list.iter().map(|one| one.content.as_str()).collect();
    let expected = [
        r#"{"content":"from the desktop"}"#,
        r#"{"content":"from the page"}"#,
    ];
    assert_eq!(texts, expected);
}

#[tokio::test]
async fn a_packet_that_comes_byte_by_byte_and_two_that_come_at_once_are_read() {
    let sandbox = sandbox();
    let mut alice = TcpClient::online(&sandbox, "alice").await;
    let one = alice.encode(&message("bob", "slow", 1));
    let two = alice.encode(&message("bob", "fast", 2));

    for byte in &one {
        write(&mut alice, std::slice::from_ref(byte)).await;
    }
    assert_acknowledged(alice.next().await, 1);
    write(&mut alice, &[&two[..], &two[..]].concat()).await;

    assert_acknowledged(alice.next().await, 2);
    assert_acknowledged(alice.next().await, 2);
}

#[tokio::test]
async fn a_connect_that_comes_byte_by_byte_with_a_packet_behind_it_is_read() {
    let sandbox = sandbox();
    let (codec, hello) = ClientCodec::connect(&connect(&sandbox, "alice", CHOSEN)).unwrap();
    let ping = codec.encode(&ClientPacket::PingReq).unwrap();
    let mut stream = TcpStream::connect(sandbox.tcp_address()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (last, most) = hello.split_last().unwrap();
    for byte in most {
        stream.write_all(std::slice::from_ref(byte)).await.unwrap();
    }
    let rest = [std::slice::from_ref(last), &ping[..]].concat();
    stream.write_all(&rest).await.unwrap();

    until(&sandbox, "the ping behind CONNECT", |app| {
        app.counters().pings == 1
    });
    let header = in_time(stream.read_u8()).await.unwrap();
    assert_eq!(header >> 4, 2, "CONNACK comes first");
}

#[tokio::test]
async fn a_message_of_the_largest_size_comes_through() {
    let sandbox = sandbox();
    let mut alice = TcpClient::open(&sandbox, &connect(&sandbox, "alice", CHOSEN)).await;
    alice.expect_accepted().await;
    let mut bob = TcpClient::online(&sandbox, "bob").await;
    // behaviour.md: a content has at most 128 KiB.
    let text = "x".repeat(128 * 1024 - r#"{"content":""}"#.len());

    alice.say("bob", &text, 1).await;

    assert_acknowledged(alice.next().await, 1);
    assert_notified(bob.next().await);
    let pulled = pull(&mut bob).await;
    assert_eq!(pulled.list.len(), 1);
    assert_eq!(pulled.list[0].content, format!(r#"{{"content":"{text}"}}"#));
}

// P12
#[tokio::test]
async fn under_the_one_device_policy_the_newcomer_kicks_unless_it_reconnects_and_yields() {
    let sandbox = sandbox();
    sandbox.change_policy(|policy| policy.one_device = true);
    let device = |name: &str| {
        let token = sandbox.issue_token(&user("alice"));
        let mut connect = Connect::new(sandbox.app_key().as_str(), &token, name, Mask::Constant);
        connect.reconnect_kick = true;
        connect
    };
    let mut first = TcpClient::open(&sandbox, &device("first")).await;
    first.expect_accepted().await;

    let mut second = TcpClient::open(&sandbox, &device("second")).await;
    second.expect_accepted().await;
    assert_eq!(
        first.next().await,
        Some(ServerPacket::Disconnect { status: 1 })
    );
    assert_eq!(first.next().await, None);

    drop(second);
    until(&sandbox, "the second is lost", |app| app.links().is_empty());
    let mut first = TcpClient::open(&sandbox, &device("first")).await;
    first.expect_accepted().await;
    let second = TcpClient::open(&sandbox, &device("second")).await;
    assert_eq!(second.refused().await, 13, "31023");
    first.ping().await;
}

// F-K07
#[tokio::test]
async fn the_transcript_tells_a_connect_without_its_token() {
    let sandbox = sandbox();
    let connect = connect(&sandbox, "alice", Mask::Constant);

    TcpClient::open(&sandbox, &connect)
        .await
        .expect_accepted()
        .await;

    let requests: Vec<_> = sandbox
        .transcript()
        .into_iter()
        .filter_map(|record| match record.heard {
            Heard::Handshake { request } => Some(request),
            Heard::Navigation { .. } | Heard::Packet { .. } => None,
        })
        .collect();
    let [request] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert!(request.starts_with("CONNECT version=3 "), "{request}");
    assert!(request.contains("client=PC--5.46.1"), "{request}");
    assert!(!request.contains(connect.token()));
}

async fn pull(client: &mut TcpClient) -> DownStreamMessages {
    client
        .send(&ClientPacket::Query {
            topic: topic::PULL_MESSAGES.to_owned(),
            target: String::new(),
            message_id: 77,
            body: encode_body(&SyncRequestMsg::default()),
        })
        .await;
    loop {
        match client.next().await {
            Some(ServerPacket::QueryAck {
                message_id: 77,
                status: 0,
                body,
                ..
            }) => return decode_body(body).unwrap(),
            Some(ServerPacket::Publish { .. }) => {}
            other => panic!("no answer: {other:?}"),
        }
    }
}

async fn write(client: &mut TcpClient, bytes: &[u8]) {
    client.stream.write_all(bytes).await.unwrap();
}

fn assert_notified(packet: Option<ServerPacket>) {
    assert!(
        matches!(&packet, Some(ServerPacket::Publish { topic, .. }) if topic == topic::NOTIFICATION),
        "{packet:?}"
    );
}

/// The sender's other device gets the message itself.
fn assert_echoed(packet: Option<ServerPacket>) {
    assert!(
        matches!(&packet, Some(ServerPacket::Publish { sync: true, topic, target, .. })
            if topic == topic::PRIVATE && target == "bob"),
        "{packet:?}"
    );
}

fn assert_acknowledged(packet: Option<ServerPacket>, id: u16) {
    assert!(
        matches!(&packet, Some(ServerPacket::PubAck { message_id, status: 0, .. }) if *message_id == id),
        "{packet:?}"
    );
}
