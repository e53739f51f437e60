//! Faults on the bytes of a connection of the TCP form.

use std::{
    io,
    time::{Duration, Instant},
};

use imlink_sandbox::{Drip, Ending, Sandbox, Scope, TransportFaults};
use imlink_wire::{
    ClientPacket, ServerPacket,
    tcp::{ClientCodec, Connect},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    client::{in_time, sandbox, user},
    tcp_client::{CHOSEN, TcpClient, connect},
};

// F-S05
#[tokio::test]
async fn a_frozen_link_neither_hears_nor_speaks_and_goes_on_when_thawed() {
    let sandbox = sandbox();
    let mut alice = TcpClient::online(&sandbox, "alice").await;
    let mut bob = TcpClient::online(&sandbox, "bob").await;
    set(&sandbox, |faults| faults.freeze = true);

    alice.send(&ClientPacket::PingReq).await;
    bob.ping().await;
    sandbox.publish(&user("bob"), &user("alice"), "RC:TxtMsg", "{}");
    bob.ping().await;

    assert_eq!(sandbox.counters().pings, 2, "only bob's");
    sandbox.clear_faults();
    assert!(matches!(
        alice.next().await,
        Some(ServerPacket::Publish { .. })
    ));
    assert_eq!(alice.next().await, Some(ServerPacket::PingResp));
}

// F-S08
#[tokio::test]
async fn a_stream_is_cut_after_any_number_of_bytes() {
    let sandbox = sandbox();
    let connect = connect(&sandbox, "alice", CHOSEN);
    let whole = stream_until_end(&sandbox, &connect, None).await;
    assert!(whole.ends_with(&[0xD0, 0xD0, 0x00]), "PINGRESP is the last");

    for cut in 0..whole.len() {
        let part = stream_until_end(&sandbox, &connect, Some(cut)).await;
        assert_eq!(part.len(), cut);
    }
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let sandbox = sandbox();
    let mut alice = TcpClient::online(&sandbox, "alice").await;

    assert_eq!(
        sandbox.drop_links(&Scope::User(user("alice")), Ending::Reset),
        1
    );

    let error = in_time(alice.stream.read_u8()).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn bytes_are_late_in_either_direction() {
    let sandbox = sandbox();
    let mut alice = TcpClient::online(&sandbox, "alice").await;
    let late = Duration::from_millis(30);
    set(&sandbox, |faults| {
        faults.delay_up = late;
        faults.delay_down = late;
    });

    let asked = Instant::now();
    alice.ping().await;

    assert!(asked.elapsed() >= 2 * late);
}

#[tokio::test]
async fn a_packet_that_drips_is_whole_in_the_end() {
    let sandbox = sandbox();
    let mut alice = TcpClient::online(&sandbox, "alice").await;
    set(&sandbox, |faults| {
        faults.drip = Some(Drip {
            bytes: 1,
            every: Duration::from_millis(1),
        });
    });

    let asked = Instant::now();
    sandbox.publish(&user("bob"), &user("alice"), "RC:TxtMsg", "{}");

    let notified = alice.next().await;
    assert!(matches!(&notified, Some(ServerPacket::Publish { body, .. }) if !body.is_empty()));
    assert!(
        asked.elapsed() >= Duration::from_millis(30),
        "thirty bytes and more"
    );
}

/// Changes the transport of alice.
fn set(sandbox: &Sandbox, change: impl FnOnce(&mut TransportFaults)) {
    let mut faults = TransportFaults::default();
    change(&mut faults);
    sandbox.set_transport(&Scope::User(user("alice")), &faults);
}

/// What a client that connects and pings hears: up to the PINGRESP, or up to the cut.
async fn stream_until_end(sandbox: &Sandbox, connect: &Connect, cut: Option<usize>) -> Vec<u8> {
    let cut_after = cut.map(|cut| u64::try_from(cut).unwrap());
    let faults = TransportFaults {
        cut_after,
        ..TransportFaults::default()
    };
    sandbox.set_transport(&Scope::Everyone, &faults);
    let (mut codec, hello) = ClientCodec::connect(connect).unwrap();
    let ping = codec.encode(&ClientPacket::PingReq).unwrap();
    let mut stream = TcpStream::connect(sandbox.tcp_address()).await.unwrap();
    stream.write_all(&[hello, ping].concat()).await.unwrap();
    let mut heard = Vec::new();
    loop {
        match in_time(stream.read_u8()).await {
            Ok(byte) => {
                heard.push(byte);
                codec.push(&[byte]);
            }
            Err(_) => return heard,
        }
        let packet = codec.next_packet().unwrap();
        if cut.is_none() && packet == Some(ServerPacket::PingResp) {
            return heard;
        }
    }
}
