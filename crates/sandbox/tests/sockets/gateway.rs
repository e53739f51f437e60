//! Packets over WebSocket.

use imlink_model::AppKey;
use imlink_sandbox::{Config, Heard, Sandbox, Secret};
use imlink_wire::{ClientPacket, ProtocolVersion, ServerPacket, topic};
use tokio_tungstenite::tungstenite;

use crate::client::{Client, sandbox, until, user};

#[tokio::test]
async fn both_connack_layouts_are_spoken() {
    let sandbox = sandbox();
    let token = sandbox.issue_token(&user("alice"));

    for (version, base) in [
        (ProtocolVersion::V3, None),
        (ProtocolVersion::V4, Some(0x1000)),
    ] {
        let mut client = Client::open(&sandbox, &token, version).await.unwrap();

        let Some(ServerPacket::ConnAck(connack)) = client.next().await else {
            panic!()
        };
        let session = connack.session.unwrap();
        assert_eq!(connack.status, 0);
        assert_eq!(session.user_id.as_deref(), Some("alice"));
        assert_eq!(session.message_id_base, base);
        client.ping().await;
    }
}

#[tokio::test]
async fn a_message_goes_from_one_client_to_another() {
    let sandbox = sandbox();
    let mut alice = Client::online(&sandbox, "alice").await;
    let mut bob = Client::online(&sandbox, "bob").await;

    alice.say("bob", "hello", 1).await;

    let acked = alice.next().await;
    let Some(ServerPacket::PubAck {
        message_id: 1,
        status: 0,
        message_uid,
        ..
    }) = acked
    else {
        panic!("{acked:?}")
    };
    let notified = bob.next().await;
    assert!(
        matches!(&notified, Some(ServerPacket::Publish { topic, .. }) if topic == topic::NOTIFICATION),
        "{notified:?}"
    );
    let page = bob.pull().await;
    assert_eq!(page.list.len(), 1);
    assert_eq!(page.list[0].msg_id.as_deref(), Some(message_uid.as_str()));
    assert_eq!(page.list[0].content, r#"{"content":"hello"}"#);
}

#[tokio::test]
async fn a_refusal_ends_the_link_after_its_connack() {
    let sandbox = sandbox();

    let mut client = Client::open(&sandbox, "nonsense", ProtocolVersion::V3)
        .await
        .unwrap();

    let Some(ServerPacket::ConnAck(connack)) = client.next().await else {
        panic!()
    };
    assert_eq!(connack.status, 4);
    assert_eq!(client.next().await, None);
}

#[tokio::test]
async fn a_kicked_client_hears_why_before_the_end() {
    let sandbox = sandbox();
    let mut client = Client::online(&sandbox, "alice").await;

    assert_eq!(sandbox.kick(&user("alice")), 1);

    assert_eq!(
        client.next().await,
        Some(ServerPacket::Disconnect { status: 1 })
    );
    assert_eq!(client.next().await, None);
    until(&sandbox, "the link is forgotten", |app| {
        app.counters().closed == 1
    });
}

#[tokio::test]
async fn a_client_that_leaves_is_offline() {
    let sandbox = sandbox();
    let client = Client::online(&sandbox, "alice").await;

    drop(client);

    until(&sandbox, "offline", |app| app.links().is_empty());
}

#[tokio::test]
async fn a_goodbye_ends_the_link() {
    let sandbox = sandbox();
    let mut client = Client::online(&sandbox, "alice").await;

    client.send(ClientPacket::Disconnect { status: 4 }).await;

    assert_eq!(client.next().await, None);
}

#[tokio::test]
async fn a_handshake_without_app_or_token_is_no_upgrade() {
    let sandbox = sandbox();

    for (path, status) in [
        ("/websocket?token=x&protocolVer=3", 400),
        ("/websocket?appId=x&protocolVer=3", 400),
        ("/websocket", 400),
        ("/elsewhere?appId=x&token=x&protocolVer=3", 404),
    ] {
        let refused = Client::upgrade(&sandbox, path, ProtocolVersion::V3)
            .await
            .err()
            .unwrap();
        let tungstenite::Error::Http(response) = refused else {
            panic!("{refused}")
        };
        assert_eq!(response.status().as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn a_protocol_version_nobody_speaks_is_refused_with_31001() {
    let sandbox = sandbox();

    let path = "/websocket?appId=x&token=x&protocolVer=9";
    let mut client = Client::upgrade(&sandbox, path, ProtocolVersion::V3)
        .await
        .unwrap();

    let Some(ServerPacket::ConnAck(connack)) = client.next().await else {
        panic!()
    };
    assert_eq!(connack.status, 1);
    assert_eq!(client.next().await, None);
}

#[tokio::test]
async fn apps_live_side_by_side_behind_one_gateway() {
    let sandbox = sandbox();
    let other = sandbox.app(&AppKey::new("other").unwrap(), &Secret::new("x"));
    let mut alice = Client::online(&sandbox, "alice").await;
    let mut stranger = Client::online(&other, "bob").await;

    alice.say("bob", "hello", 1).await;

    assert!(matches!(
        alice.next().await,
        Some(ServerPacket::PubAck { status: 0, .. })
    ));
    stranger.ping().await;
    assert_eq!(other.stored(&user("bob")), []);
    assert_eq!((sandbox.links().len(), other.links().len()), (1, 1));
}

// F-K07
#[tokio::test]
async fn the_transcript_tells_handshake_and_packets_without_the_token() {
    let sandbox = Sandbox::spawn(Config {
        seed: Some(1),
        ..Config::default()
    })
    .unwrap();
    let mut alice = Client::online(&sandbox, "alice").await;
    alice.ping().await;

    let records = sandbox.transcript();

    let [handshake, ping] = &records[..] else {
        panic!("{records:?}")
    };
    let Heard::Handshake { request } = &handshake.heard else {
        panic!()
    };
    assert!(
        request.starts_with("/websocket?appId=imlink-sandbox&token=<token>&sdkVer=5.38.0&pid=&"),
        "{request}"
    );
    assert!(matches!(&ping.heard, Heard::Packet { packet, .. } if packet == "PINGREQ"));
    assert_eq!(handshake.link, ping.link);
}
