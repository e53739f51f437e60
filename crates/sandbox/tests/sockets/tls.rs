//! The sandbox over TLS: both forms of the gateway, and navigation.

use std::{io, time::Duration};

use imlink_sandbox::{CertificateKind, Config, Drip, Ending, Sandbox, Scope, Tls, TransportFaults};
use imlink_wire::{
    ProtocolVersion, ServerPacket,
    handshake::Handshake,
    navigation::{NEGOTIATE, gateway_token, outcome},
    tcp::Mask,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

use crate::{
    client::{in_time, until, user},
    tcp_client::{CHOSEN, TcpClient, connect, secure},
};

#[tokio::test]
async fn the_tcp_form_is_the_same_inside_tls_in_either_mask() {
    let sandbox = with_certificate(CertificateKind::Good);
    for mask in [Mask::Constant, CHOSEN] {
        let mut client = online(&sandbox, mask).await;

        client.ping().await;

        client.say("bob", "hello", 1).await;
        let acknowledged = client.next().await;
        assert!(
            matches!(acknowledged, Some(ServerPacket::PubAck { status: 0, .. })),
            "{acknowledged:?}"
        );
    }
}

#[tokio::test]
async fn every_name_of_this_machine_and_the_public_one_are_in_the_certificate() {
    let config = Config {
        public_host: Some("sandbox.example".to_owned()),
        ..config(CertificateKind::Good)
    };
    let sandbox = Sandbox::spawn(config).unwrap();

    for host in ["localhost", "127.0.0.1", "::1", "sandbox.example"] {
        assert!(shake_hands(&sandbox, host).await.is_ok(), "{host}");
    }
    assert!(shake_hands(&sandbox, "example.com").await.is_err());
}

#[tokio::test]
async fn a_bad_certificate_is_refused_by_a_client_that_looks() {
    for kind in [
        CertificateKind::Expired,
        CertificateKind::NotYetValid,
        CertificateKind::WrongHost,
        CertificateKind::SelfSigned,
    ] {
        let sandbox = with_certificate(kind);

        let error = shake_hands(&sandbox, "localhost").await.unwrap_err();

        assert_eq!(
            error.kind(),
            io::ErrorKind::InvalidData,
            "{kind:?}: {error}"
        );
        let reason = match kind {
            CertificateKind::Expired => "expired",
            CertificateKind::NotYetValid => "not valid yet",
            CertificateKind::WrongHost => "not valid for name",
            CertificateKind::SelfSigned | CertificateKind::Good => "UnknownIssuer",
        };
        assert!(error.to_string().contains(reason), "{kind:?}: {error}");
        until(&sandbox, "nobody came in", |app| {
            app.counters().handshakes == 0
        });
    }
}

#[tokio::test]
async fn two_sandboxes_have_two_authorities() {
    let one = with_certificate(CertificateKind::Good);
    let other = with_certificate(CertificateKind::Good);
    let stream = TcpStream::connect(one.tls_address().unwrap())
        .await
        .unwrap();

    assert!(secure(&other, stream, "localhost").await.is_err());
}

#[tokio::test]
async fn the_websocket_form_is_the_same_inside_tls() {
    let sandbox = with_certificate(CertificateKind::Good);
    let token = sandbox.issue_token(&user("alice"));
    let handshake = Handshake::new(
        sandbox.app_key().as_str(),
        gateway_token(&token),
        "device",
        ProtocolVersion::V3,
    );
    let address = sandbox.wss_address().unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let stream = secure(&sandbox, stream, "localhost").await.unwrap();
    let url = format!("ws://{address}/websocket?{}", handshake.query());

    let (mut socket, _) = in_time(tokio_tungstenite::client_async(url, stream))
        .await
        .unwrap();

    let message = in_time(futures_util::StreamExt::next(&mut socket)).await;
    let bytes = message.unwrap().unwrap().into_data();
    let connack = ServerPacket::decode(bytes, ProtocolVersion::V3).unwrap();
    assert!(matches!(connack, ServerPacket::ConnAck(ack) if ack.status == 0));
}

#[tokio::test]
async fn navigation_over_https_leads_to_wss() {
    let sandbox = with_certificate(CertificateKind::Good);
    let token = sandbox.issue_token(&user("alice"));
    let address = sandbox.https_address().unwrap();
    assert_eq!(
        sandbox.https_navigator(),
        Some(format!("https://{address}"))
    );

    for negotiate in [format!("{NEGOTIATE}: conn=6;rtc=4\r\n"), String::new()] {
        let stream = TcpStream::connect(address).await.unwrap();
        let mut stream = secure(&sandbox, stream, "localhost").await.unwrap();
        let form = format!("token={token}&platfrom=browser");
        let request = format!(
            "POST /v2/navi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             RC-Appkey: {}\r\nContent-Length: {}\r\n{negotiate}\r\n{form}",
            sandbox.app_key(),
            form.len(),
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        in_time(stream.read_to_end(&mut answer)).await.unwrap();

        let answer = String::from_utf8(answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let list = outcome(200, body.as_bytes()).unwrap().server_addr.unwrap();
        let wss = sandbox.wss_address().unwrap().to_string();
        assert_eq!(list.len(), 1, "{list:?}");
        assert_eq!((&list[0].addr, list[0].protocol), (&wss, Some(6)));
    }
}

// F-S07
#[tokio::test]
async fn a_client_that_never_finishes_its_tls_handshake_is_closed_in_time() {
    let config = Config {
        handshake_time: Duration::from_millis(20),
        ..config(CertificateKind::Good)
    };
    let sandbox = Sandbox::spawn(config).unwrap();

    for begun in [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00\x01\x00"] {
        let mut stream = TcpStream::connect(sandbox.tls_address().unwrap())
            .await
            .unwrap();
        stream.write_all(begun).await.unwrap();

        let mut rest = Vec::new();
        in_time(stream.read_to_end(&mut rest)).await.ok();
        assert_eq!(rest, b"", "{begun:?}");
    }
}

// F-S09
#[tokio::test]
async fn what_is_no_tls_is_closed_and_nobody_is_disturbed() {
    let sandbox = with_certificate(CertificateKind::Good);
    let mut neighbour = online(&sandbox, CHOSEN).await;
    let mut plain = TcpStream::connect(sandbox.tls_address().unwrap())
        .await
        .unwrap();

    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();

    // An alert at most.
    let mut rest = Vec::new();
    in_time(plain.read_to_end(&mut rest)).await.ok();
    assert!(rest.len() <= 7, "{rest:?}");
    neighbour.ping().await;
}

#[tokio::test]
async fn faults_strike_below_tls() {
    let sandbox = with_certificate(CertificateKind::Good);
    let drip = Some(Drip {
        bytes: 3,
        every: Duration::ZERO,
    });
    sandbox.set_transport(
        &Scope::Everyone,
        &TransportFaults {
            drip,
            ..TransportFaults::default()
        },
    );
    let mut client = online(&sandbox, CHOSEN).await;
    client.ping().await;

    let cut_after = Some(1);
    sandbox.set_transport(
        &Scope::User(user("alice")),
        &TransportFaults {
            cut_after,
            ..TransportFaults::default()
        },
    );
    client.send(&imlink_wire::ClientPacket::PingReq).await;
    assert_eq!(client.next().await, None, "one byte of a record is nothing");

    sandbox.clear_faults();
    let mut client = online(&sandbox, CHOSEN).await;
    sandbox.drop_links(&Scope::User(user("alice")), Ending::Reset);
    let error = in_time(client.stream.read_u8()).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

// F-S01
#[tokio::test]
async fn every_entrance_of_the_gateway_is_closed_and_opened_at_once() {
    let sandbox = with_certificate(CertificateKind::Good);
    let entrances = [
        sandbox.gateway_address(),
        sandbox.tcp_address(),
        sandbox.wss_address().unwrap(),
        sandbox.tls_address().unwrap(),
    ];

    sandbox.refuse_connections().unwrap();
    for address in entrances {
        let refused = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }

    sandbox.accept_connections().unwrap();
    for address in entrances {
        TcpStream::connect(address).await.unwrap();
    }
    online(&sandbox, CHOSEN).await.ping().await;
}

#[test]
fn without_tls_there_is_neither_address_nor_authority() {
    let sandbox = crate::client::sandbox();

    assert_eq!(sandbox.ca_pem(), None);
    assert_eq!(sandbox.https_navigator(), None);
    let addresses = [
        sandbox.https_address(),
        sandbox.wss_address(),
        sandbox.tls_address(),
    ];
    assert_eq!(addresses, [None; 3]);
}

#[test]
fn a_public_host_that_fits_in_no_certificate_is_said_at_the_start() {
    let config = Config {
        public_host: Some("caf\u{e9}".to_owned()),
        ..config(CertificateKind::Good)
    };

    let error = Sandbox::spawn(config).unwrap_err();

    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    assert!(error.to_string().contains("certificate"), "{error}");
}

fn config(certificate: CertificateKind) -> Config {
    Config {
        tls: Some(Tls {
            certificate,
            ..Tls::default()
        }),
        ..Config::default()
    }
}

fn with_certificate(certificate: CertificateKind) -> Sandbox {
    Sandbox::spawn(config(certificate)).unwrap()
}

async fn shake_hands(sandbox: &Sandbox, host: &str) -> io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(sandbox.tls_address().unwrap()).await?;
    let mut stream = secure(sandbox, stream, host).await?;
    // The server's last word on a TLS 1.3 handshake comes after the client's.
    stream.flush().await?;
    Ok(stream)
}

/// A client of the TCP form over TLS that has had CONNACK 0.
async fn online(sandbox: &Sandbox, mask: Mask) -> TcpClient<TlsStream<TcpStream>> {
    let stream = shake_hands(sandbox, "localhost").await.unwrap();
    let mut client = TcpClient::over(stream, &connect(sandbox, "alice", mask)).await;
    client.expect_accepted().await;
    client
}
