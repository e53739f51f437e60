//! Faults on the bytes of a connection.

use std::{
    io,
    time::{Duration, Instant},
};

use imlink_model::AppKey;
use imlink_sandbox::{
    Config, Drip, Ending, Sandbox, Scope, SecondGateway, Secret, TransportFaults,
};
use imlink_wire::{
    ClientPacket, ProtocolVersion, ServerPacket, handshake::Handshake, navigation::gateway_token,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::client::{Client, in_time, sandbox, until, user};

// F-S05
#[tokio::test]
async fn a_frozen_link_neither_hears_nor_speaks_and_goes_on_when_thawed() {
    let sandbox = sandbox();
    let mut alice = Client::online(&sandbox, "alice").await;
    let mut bob = Client::online(&sandbox, "bob").await;
    let frozen = TransportFaults {
        freeze: true,
        ..TransportFaults::default()
    };
    sandbox.set_transport(&Scope::User(user("alice")), &frozen);

    alice.send(ClientPacket::PingReq).await;
    bob.ping().await;
    sandbox.publish(&user("bob"), &user("alice"), "RC:TxtMsg", "{}");
    bob.ping().await;

    assert_eq!(sandbox.counters().pings, 2, "only bob's");
    assert_eq!(sandbox.links().len(), 2, "the socket is open");
    sandbox.clear_faults();
    assert!(matches!(
        alice.next().await,
        Some(ServerPacket::Publish { .. })
    ));
    assert_eq!(alice.next().await, Some(ServerPacket::PingResp));
}

// F-S06
#[tokio::test]
async fn a_gateway_that_stops_reading_still_speaks() {
    let sandbox = sandbox();
    let mut alice = Client::online(&sandbox, "alice").await;
    let deaf = TransportFaults {
        stop_reading: true,
        ..TransportFaults::default()
    };
    sandbox.set_transport(&Scope::User(user("alice")), &deaf);

    alice.send(ClientPacket::PingReq).await;
    sandbox.publish(&user("bob"), &user("alice"), "RC:TxtMsg", "{}");

    assert!(matches!(
        alice.next().await,
        Some(ServerPacket::Publish { .. })
    ));
    assert_eq!(sandbox.counters().pings, 0);
    sandbox.clear_faults();
    assert_eq!(alice.next().await, Some(ServerPacket::PingResp));
}

// F-S08
#[tokio::test]
async fn a_stream_is_cut_after_any_number_of_bytes() {
    let sandbox = sandbox();
    let token = sandbox.issue_token(&user("alice"));
    let whole = stream_until_end(&sandbox, &token, None).await;
    assert!(
        whole.starts_with(b"HTTP/1.1 101"),
        "the upgrade answer is part of it"
    );
    assert!(
        whole.ends_with(&[0x82, 0x01, 0xD0]),
        "PINGRESP is its last byte"
    );

    for cut in 0..whole.len() {
        let part = stream_until_end(&sandbox, &token, Some(cut)).await;
        assert_eq!(part.len(), cut);
    }
}

/// What a client that upgrades and pings hears: up to the PINGRESP, or up to the cut.
async fn stream_until_end(sandbox: &Sandbox, token: &str, cut: Option<usize>) -> Vec<u8> {
    let cut_after = cut.map(|cut| u64::try_from(cut).unwrap());
    let faults = TransportFaults {
        cut_after,
        ..TransportFaults::default()
    };
    sandbox.set_transport(&Scope::Everyone, &faults);
    let mut stream = TcpStream::connect(sandbox.gateway_address()).await.unwrap();
    let handshake = Handshake::new(
        sandbox.app_key().as_str(),
        gateway_token(token),
        "device",
        ProtocolVersion::V3,
    );
    let request = format!(
        "GET /websocket?{} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        handshake.query()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let ping = [0x82, 0x81, 0, 0, 0, 0, 0xC0];
    let (mut heard, mut chunk, mut upgraded) = (Vec::new(), [0; 1024], false);
    while !(cut.is_none() && heard.ends_with(&[0x82, 0x01, 0xD0])) {
        match in_time(stream.read(&mut chunk)).await {
            Ok(0) => break,
            Ok(read) => heard.extend_from_slice(&chunk[..read]),
            Err(error) => panic!("cut at {cut:?}: {error}"),
        }
        if !upgraded && heard.windows(4).any(|window| window == b"\r\n\r\n") {
            upgraded = true;
            // A link that is cut early may not take it any more.
            let _ = stream.write_all(&ping).await;
        }
    }
    heard
}

#[tokio::test]
async fn a_link_is_dropped_without_a_word() {
    let sandbox = sandbox();
    let client = Client::online(&sandbox, "alice").await;

    assert_eq!(
        sandbox.drop_links(&Scope::User(user("alice")), Ending::Close),
        1
    );

    assert_eq!(sandbox.links(), [], "at once");
    assert_eq!(client.rest().await.unwrap(), b"");
}

#[tokio::test]
async fn a_link_is_reset() {
    let sandbox = sandbox();
    let client = Client::online(&sandbox, "alice").await;

    sandbox.drop_links(&Scope::Everyone, Ending::Reset);

    assert_eq!(
        client.rest().await.unwrap_err().kind(),
        io::ErrorKind::ConnectionReset
    );
}

#[tokio::test]
async fn dropping_one_users_links_leaves_others() {
    let sandbox = sandbox();
    let mut bob = Client::online(&sandbox, "bob").await;
    let _alice = Client::online(&sandbox, "alice").await;

    sandbox.drop_links(&Scope::User(user("alice")), Ending::Close);

    bob.ping().await;
    assert_eq!(sandbox.links().len(), 1);
}

#[tokio::test]
async fn delays_hold_bytes_back_in_either_direction() {
    let sandbox = sandbox();
    let mut alice = Client::online(&sandbox, "alice").await;
    let delay = Duration::from_millis(60);

    for faults in [
        TransportFaults {
            delay_up: delay,
            ..TransportFaults::default()
        },
        TransportFaults {
            delay_down: delay,
            ..TransportFaults::default()
        },
    ] {
        sandbox.set_transport(&Scope::User(user("alice")), &faults);
        let asked = Instant::now();
        alice.ping().await;
        assert!(asked.elapsed() >= delay, "{faults:?}");
    }
}

#[tokio::test]
async fn a_drip_brings_everything_in_pieces() {
    let sandbox = sandbox();
    let mut alice = Client::online(&sandbox, "alice").await;
    let drip = Some(Drip {
        bytes: 1,
        every: Duration::from_millis(2),
    });
    sandbox.set_transport(
        &Scope::User(user("alice")),
        &TransportFaults {
            drip,
            ..TransportFaults::default()
        },
    );

    let asked = Instant::now();
    sandbox.publish(&user("bob"), &user("alice"), "RC:TxtMsg", "{}");

    let notified = alice.next().await;
    assert!(matches!(&notified, Some(ServerPacket::Publish { body, .. }) if !body.is_empty()));
    assert!(
        asked.elapsed() >= Duration::from_millis(2 * 30),
        "thirty bytes and more"
    );
}

#[tokio::test]
async fn a_users_transport_holds_for_his_next_link_too() {
    let sandbox = sandbox();
    let deaf = TransportFaults {
        stop_reading: true,
        ..TransportFaults::default()
    };
    sandbox.set_transport(&Scope::User(user("alice")), &deaf);

    let mut alice = Client::online(&sandbox, "alice").await;
    let mut bob = Client::online(&sandbox, "bob").await;
    alice.send(ClientPacket::PingReq).await;
    bob.ping().await;

    assert_eq!(sandbox.counters().pings, 1);
}

// F-S01
#[tokio::test]
async fn connections_are_refused_by_the_kernel_and_taken_again_on_the_same_port() {
    let sandbox = sandbox();
    let mut alice = Client::online(&sandbox, "alice").await;

    sandbox.refuse_connections().unwrap();
    sandbox.refuse_connections().unwrap();

    let refused = TcpStream::connect(sandbox.gateway_address())
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    alice.ping().await;
    sandbox.accept_connections().unwrap();
    Client::online(&sandbox, "bob").await.ping().await;
    until(&sandbox, "bob is gone again", |app| app.links().len() == 1);
}

#[tokio::test]
async fn one_of_two_addresses_is_closed_by_itself_and_opened_with_all() {
    let config = Config {
        second: Some(SecondGateway::default()),
        ..Config::default()
    };
    let sandbox = Sandbox::spawn(config).unwrap();
    let (first, second) = (sandbox.tcp_address(), sandbox.second_tcp_address().unwrap());
    let named: Vec<(String, i32)> = sandbox.with_app(|app| {
        let gateways = app.policy().gateways.iter();
        gateways
            .filter(|gateway| gateway.protocol == 1)
            .map(|gateway| (gateway.addr.clone(), gateway.weight))
            .collect()
    });
    assert_eq!(named, [(first.to_string(), 10), (second.to_string(), 9)]);

    sandbox.refuse_connections_at(first).unwrap();
    sandbox.refuse_connections_at(first).unwrap();
    let refused = TcpStream::connect(first).await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    TcpStream::connect(second).await.unwrap();
    let nowhere = sandbox.refuse_connections_at(sandbox.http_address());
    assert_eq!(nowhere.unwrap_err().kind(), io::ErrorKind::NotFound);

    sandbox.accept_connections().unwrap();
    TcpStream::connect(first).await.unwrap();
}

#[tokio::test]
async fn faults_of_one_app_leave_the_links_of_another_alone() {
    let sandbox = sandbox();
    let shop = sandbox.app(&AppKey::new("shop").unwrap(), &Secret::new("s"));
    let mut alice = Client::online(&sandbox, "alice").await;
    let mut carol = Client::online(&shop, "carol").await;
    let frozen = TransportFaults {
        freeze: true,
        ..TransportFaults::default()
    };

    shop.set_transport(&Scope::User(user("carol")), &frozen);
    shop.set_transport(&Scope::Everyone, &frozen);
    alice.ping().await;
    assert_eq!(sandbox.transport_faults(), []);
    sandbox.clear_faults();
    assert_eq!(shop.transport_faults(), [(Scope::Everyone, frozen)]);
    shop.clear_faults();
    carol.ping().await;

    assert_eq!(shop.drop_links(&Scope::Everyone, Ending::Close), 1);
    assert_eq!(carol.next().await, None);
    alice.ping().await;
    assert_eq!(sandbox.drop_links(&Scope::Everyone, Ending::Close), 1);
}
