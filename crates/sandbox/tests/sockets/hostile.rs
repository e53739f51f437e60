//! Clients that misbehave, and bytes no cloud would send.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use imlink_sandbox::{Config, Injection, Sandbox, Scope, TransportFaults};
use imlink_wire::ProtocolVersion;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Client, in_time, sandbox, user};

// F-S09
#[tokio::test]
async fn garbage_ends_its_own_link_and_no_other() {
    let sandbox = sandbox();
    let mut neighbour = Client::online(&sandbox, "bob").await;

    for garbage in [
        &b""[..],
        b"\x00",
        b"\xFF\xFF",
        b"\x32\x00",
        b"\x32\xFF\xFFshort",
        b"\x20\x00\x00",
        b"\x10\x00",
    ] {
        let mut client = Client::online(&sandbox, "alice").await;
        client
            .socket
            .send(Message::Binary(Bytes::from_static(garbage)))
            .await
            .unwrap();

        assert_eq!(client.next().await, None, "{garbage:?}");
    }
    neighbour.ping().await;
}

#[tokio::test]
async fn a_text_frame_is_ignored() {
    let sandbox = sandbox();
    let mut client = Client::online(&sandbox, "alice").await;

    client
        .socket
        .send(Message::Text("hello?".into()))
        .await
        .unwrap();

    client.ping().await;
}

// F-S10
#[tokio::test]
async fn a_message_beyond_the_limit_ends_its_link() {
    let sandbox = sandbox();
    let mut client = Client::online(&sandbox, "alice").await;
    // FIN and binary, masked, 64-bit length 2^40; the header alone must do.
    let header = [0x82, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4];

    client.socket.get_mut().write_all(&header).await.unwrap();

    assert_eq!(client.next().await, None);
}

#[tokio::test]
async fn what_is_no_websocket_is_closed() {
    let sandbox = sandbox();

    for hello in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"\r\n\r\n",
        b"POST /websocket HTTP/1.1\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(sandbox.gateway_address()).await.unwrap();
        stream.write_all(hello).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        in_time(stream.read_to_end(&mut rest)).await.ok();
        assert!(!rest.starts_with(b"HTTP/1.1 101"), "{hello:?}");
    }
}

// F-S07
#[tokio::test]
async fn a_client_that_never_upgrades_is_closed_in_time() {
    let config = Config {
        handshake_time: Duration::from_millis(20),
        ..Config::default()
    };
    let sandbox = Sandbox::spawn(config).unwrap();
    let mut stream = TcpStream::connect(sandbox.gateway_address()).await.unwrap();
    stream
        .write_all(b"GET /websocket HTTP/1.1\r\n")
        .await
        .unwrap();

    let mut rest = Vec::new();
    in_time(stream.read_to_end(&mut rest)).await.ok();

    assert_eq!(rest, b"");
}

// F-S06
#[tokio::test]
async fn a_client_that_never_reads_is_closed_and_its_neighbour_is_not_disturbed() {
    let sandbox = sandbox();
    let mut slow = Client::online(&sandbox, "slow").await;
    let mut neighbour = Client::online(&sandbox, "bob").await;
    let frozen = TransportFaults {
        freeze: true,
        ..TransportFaults::default()
    };
    sandbox.set_transport(&Scope::User(user("slow")), &frozen);

    let mut published = 0;
    while sandbox.with_app(|app| app.is_online(&user("slow"))) {
        assert!(published < 100_000, "the queue has an end");
        sandbox.publish(&user("bob"), &user("slow"), "RC:TxtMsg", "{}");
        published += 1;
    }

    neighbour.ping().await;
    assert!(
        in_time(slow.socket.next())
            .await
            .is_none_or(|message| message.is_err())
    );
    assert_eq!(
        sandbox.stored(&user("slow")).len(),
        published,
        "its messages wait for it"
    );
}

#[tokio::test]
async fn any_message_and_any_bytes_can_be_sent_to_a_client() {
    let sandbox = sandbox();
    let mut client = Client::online(&sandbox, "alice").await;
    let link = sandbox.links()[0].link;

    let garbage = Bytes::from_static(b"\xF0garbage");
    assert!(sandbox.inject(link, Injection::Binary(garbage.clone())));
    assert_eq!(client.next_message().await, Some(Message::Binary(garbage)));

    assert!(sandbox.inject(link, Injection::Text("text".to_owned())));
    assert_eq!(
        client.next_message().await,
        Some(Message::Text("text".into()))
    );

    let header = Bytes::from_static(&[0x82, 0x7F, 0xFF, 0, 0, 0, 0, 0, 0, 0]);
    assert!(sandbox.inject(link, Injection::Raw(header)));
    assert!(
        in_time(client.socket.next()).await.unwrap().is_err(),
        "no such length"
    );

    assert!(!sandbox.inject(imlink_sandbox::LinkId(999), Injection::Text(String::new())));
}

#[tokio::test]
async fn a_silenced_gateway_answers_no_handshake() {
    let sandbox = sandbox();
    let token = sandbox.issue_token(&user("alice"));
    sandbox.add_fault(
        imlink_sandbox::Fault::NoConnAck,
        Scope::Everyone,
        imlink_sandbox::Lasting::ONCE,
    );

    let mut silent = Client::open(&sandbox, &token, ProtocolVersion::V3)
        .await
        .unwrap();
    let mut answered = Client::online(&sandbox, "alice").await;
    answered.ping().await;
    sandbox.drop_links(&Scope::Everyone, imlink_sandbox::Ending::Close);

    assert_eq!(
        silent.next().await,
        None,
        "the first thing it hears is the end"
    );
}
