//! Clients of the TCP form that misbehave, and bytes no cloud would send.

use std::time::Duration;

use bytes::Bytes;
use imlink_sandbox::{Config, Injection, Sandbox};
use imlink_wire::{
    ClientPacket, ServerPacket,
    tcp::{ClientCodec, Mask},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    client::{Client, in_time, sandbox, until},
    tcp_client::{CHOSEN, TcpClient, connect},
};

// F-S09
#[tokio::test]
async fn what_is_no_connect_is_closed_without_a_word() {
    let sandbox = sandbox();
    let mut neighbour = TcpClient::online(&sandbox, "bob").await;

    for hello in [
        &b"GET /websocket HTTP/1.1\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"\xC0\xC0\x00",
        b"\x14\x14\x00",
        b"\x14\x18\x0C\x6C\x4B\x47\x62\x7C\x48\x63\x13\x6F\x8B\x1F\x21",
        b"\x14\x15\xFF\xFF\xFF\xFF\xFF",
    ] {
        let mut stream = TcpStream::connect(sandbox.tcp_address()).await.unwrap();
        stream.write_all(hello).await.unwrap();

        assert_eq!(rest(&mut stream).await, b"", "{hello:?}");
    }
    neighbour.ping().await;
    assert_eq!(sandbox.counters().handshakes, 1, "only the neighbour's");
}

// F-S09
#[tokio::test]
async fn a_protocol_version_nobody_knows_is_refused_with_31001() {
    let sandbox = sandbox();
    let (_, hello) = ClientCodec::connect(&connect(&sandbox, "alice", Mask::Constant)).unwrap();
    let version = 3 + 8;
    for number in [0, 2, 5, 255] {
        let mut bytes = hello.to_vec();
        // The mask stays: what was under it was 3.
        bytes[version] ^= 3 ^ number;
        let mut stream = TcpStream::connect(sandbox.tcp_address()).await.unwrap();
        stream.write_all(&bytes).await.unwrap();

        let connack = rest(&mut stream).await;

        // Header, check, length, then 0 and the status under the constant mask.
        assert_eq!(connack[..], [0x20, 0x22, 0x02, 0x6C, 0x4D ^ 1], "{number}");
    }
}

// F-S09
#[tokio::test]
async fn garbage_ends_its_own_link_and_no_other() {
    let sandbox = sandbox();
    let mut neighbour = Client::online(&sandbox, "bob").await;
    let mut tcp_neighbour = TcpClient::online(&sandbox, "carol").await;

    for garbage in [
        // A wrong check byte.
        &b"\xC0\xC1\x00"[..],
        // A length field without an end.
        b"\x32\xB2\xFF\xFF\xFF\xFF",
        // A kind only servers send, and one nobody does.
        b"\x20\x22\x02\x00\x00",
        b"\xF0\xF0\x00",
        // A PUBLISH too short for its signature, and one whose signature is wrong.
        b"\x32\x31\x03abc",
        b"\x32\x22\x10abcdefghijklmnop",
        // CONNECT comes once.
        b"\x14\x14\x00",
    ] {
        let mut client = TcpClient::online(&sandbox, "alice").await;
        client.stream.write_all(garbage).await.unwrap();

        assert_eq!(client.next().await, None, "{garbage:?}");
    }
    neighbour.ping().await;
    tcp_neighbour.ping().await;
}

// F-S10
#[tokio::test]
async fn a_length_beyond_the_limit_ends_the_link_before_its_body_comes() {
    let sandbox = sandbox();

    // 256 MiB - 1 after CONNECT; 16 KiB before it.
    let mut client = TcpClient::online(&sandbox, "alice").await;
    let header = [
        0x32,
        0x32 ^ 0xFF ^ 0xFF ^ 0xFF ^ 0x7F,
        0xFF,
        0xFF,
        0xFF,
        0x7F,
    ];
    client.stream.write_all(&header).await.unwrap();
    assert_eq!(client.next().await, None);

    let mut stream = TcpStream::connect(sandbox.tcp_address()).await.unwrap();
    let header = [0x14, 0x14 ^ 0x80 ^ 0x80 ^ 0x01, 0x80, 0x80, 0x01];
    stream.write_all(&header).await.unwrap();
    assert_eq!(rest(&mut stream).await, b"");
}

// F-S07
#[tokio::test]
async fn a_client_that_never_finishes_its_connect_is_closed_in_time() {
    let config = Config {
        handshake_time: Duration::from_millis(20),
        ..Config::default()
    };
    let sandbox = Sandbox::spawn(config).unwrap();
    let (_, hello) = ClientCodec::connect(&connect(&sandbox, "alice", CHOSEN)).unwrap();

    for begun in [0, 1, hello.len() - 1] {
        let mut stream = TcpStream::connect(sandbox.tcp_address()).await.unwrap();
        stream.write_all(&hello[..begun]).await.unwrap();

        assert_eq!(rest(&mut stream).await, b"", "{begun}");
    }
}

// F-S08
#[tokio::test]
async fn a_client_that_goes_in_the_middle_of_a_packet_is_gone() {
    let sandbox = sandbox();
    let mut client = TcpClient::online(&sandbox, "alice").await;
    let ping = client.encode(&ClientPacket::PingReq);

    client.stream.write_all(&ping[..2]).await.unwrap();
    client.stream.shutdown().await.unwrap();

    assert_eq!(client.next().await, None);
    until(&sandbox, "the link is gone", |app| app.links().is_empty());
    assert_eq!(sandbox.counters().pings, 0);
}

#[tokio::test]
async fn any_bytes_can_be_sent_to_a_client_and_text_there_is_none() {
    let sandbox = sandbox();
    let mut client = TcpClient::online(&sandbox, "alice").await;
    let link = sandbox.links()[0].link;
    let pong = Bytes::from_static(&[0xD0, 0xD0, 0x00]);

    for injection in [
        Injection::Text("text".to_owned()),
        Injection::Binary(pong.clone()),
        Injection::Text("text".to_owned()),
        Injection::Raw(pong.clone()),
    ] {
        assert!(sandbox.inject(link, injection));
    }

    for _ in 0..2 {
        assert_eq!(client.next().await, Some(ServerPacket::PingResp));
    }
    client.ping().await;
}

async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    in_time(stream.read_to_end(&mut rest)).await.ok();
    rest
}
