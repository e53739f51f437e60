//! The TCP form against a gateway that is only a socket and a codec.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::LocalBoxStream;
use imlink_connection::{Greeting, LinkError};
use imlink_wire::navigation::{GatewayAddress, GatewayScheme};
use imlink_wire::tcp::{Connect, MAX_BODY, Mask, ServerCodec};
use imlink_wire::{ClientPacket, ConnAck, ProtocolVersion, QoS, ServerPacket, Session, tcp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

use super::super::heard::SIGN_OF_LIFE;
use super::super::link::{Link, Opened, Received};
use super::super::{Dialer, ProxyInUse};

/// What no local exchange comes near.
const DEADLINE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn connect_is_the_first_packet_and_the_answer_comes_in_its_mask() {
    for mask in [Mask::Constant, Mask::Chosen(*b"a secret")] {
        in_time(async {
            let (mut house, mut gateway) = connected(mask).await;

            let connect = gateway.connect.clone();
            assert_eq!(connect.mask, mask);
            assert_eq!(connect.token(), "token@");
            assert_eq!(connect.device_id, "device");
            let session = Session {
                user_id: Some("alice".to_owned()),
                session_id: (mask.version() == ProtocolVersion::V3).then(|| "session".to_owned()),
                server_time: Some(7),
                message_id_base: None,
            };
            let accepted = ServerPacket::ConnAck(ConnAck::accepted(session));
            gateway.say(&accepted).await;

            assert_eq!(house.hears().await, Received::Packet(Ok(accepted)));
        })
        .await;
    }
}

#[tokio::test]
async fn packets_of_any_size_go_both_ways_in_whatever_pieces_they_travel() {
    in_time(async {
        let (mut house, mut gateway) = connected(Mask::Chosen(*b"12345678")).await;
        let up = query(vec![7; 300_000]);
        let down = publication(vec![9; 300_000]);

        house.link().send(&up).unwrap();
        assert_eq!(gateway.hears().await, up);

        gateway.say(&down).await;
        assert_eq!(house.hears_packet().await, down);

        let small = gateway.bytes(&publication(vec![1; 40]));
        for byte in &small {
            gateway.socket.write_all(&[*byte]).await.unwrap();
            gateway.socket.flush().await.unwrap();
            tokio::task::yield_now().await;
        }
        gateway.say(&ServerPacket::PingResp).await;
        assert_eq!(house.hears_packet().await, publication(vec![1; 40]));
        assert_eq!(house.hears_packet().await, ServerPacket::PingResp);
    })
    .await;
}

// F-S20, F-S47
#[tokio::test]
async fn a_good_part_of_an_unfinished_packet_is_a_sign_of_life() {
    in_time(async {
        let (mut house, mut gateway) = connected(Mask::Constant).await;
        let packet = publication(vec![3; 3 * SIGN_OF_LIFE]);
        let bytes = gateway.bytes(&packet);

        gateway
            .socket
            .write_all(&bytes[..SIGN_OF_LIFE])
            .await
            .unwrap();
        assert_eq!(house.hears().await, Received::Alive);

        let rest = &bytes[SIGN_OF_LIFE..];
        gateway.socket.write_all(rest).await.unwrap();
        assert_eq!(house.hears_packet().await, packet);
        // What belonged to the packet is no life of the next one.
        gateway.say(&ServerPacket::PingResp).await;
        assert_eq!(
            house.hears().await,
            Received::Packet(Ok(ServerPacket::PingResp))
        );
    })
    .await;
}

// F-S08, F-S09, F-S10
#[tokio::test]
async fn what_is_no_packet_ends_the_link() {
    let html = &b"HTTP/1.1 400 Bad Request\r\n"[..];
    let endless = &[0x32, 0x32, 0xFF, 0xFF, 0xFF, 0xFF][..];
    let too_long = &[
        0x32,
        0x32 ^ 0xFF ^ 0xFF ^ 0xFF ^ 0x7F,
        0xFF,
        0xFF,
        0xFF,
        0x7F,
    ][..];
    let cut = &[0x32, 0x32 ^ 0x09, 0x09, 1, 2, 3][..];
    for (bytes, error) in [
        (html, LinkError::Protocol),
        (endless, LinkError::Protocol),
        (too_long, LinkError::TooLarge),
        (cut, LinkError::Closed),
    ] {
        in_time(async {
            let (mut house, mut gateway) = connected(Mask::Constant).await;

            gateway.socket.write_all(bytes).await.unwrap();
            gateway.socket.shutdown().await.unwrap();

            assert_eq!(house.hears().await, Received::Lost(error));
        })
        .await;
    }
}

// F-S12
#[tokio::test]
async fn a_packet_of_an_unknown_kind_costs_its_neighbours_nothing() {
    in_time(async {
        let (mut house, mut gateway) = connected(Mask::Constant).await;

        gateway.socket.write_all(&[0xF0, 0xF0, 0x00]).await.unwrap();
        gateway.say(&ServerPacket::PingResp).await;

        assert!(matches!(house.hears().await, Received::Packet(Err(_))));
        assert_eq!(house.hears_packet().await, ServerPacket::PingResp);
    })
    .await;
}

#[tokio::test]
async fn a_gateway_that_hangs_up_ends_the_link() {
    in_time(async {
        let (mut house, gateway) = connected(Mask::Constant).await;

        drop(gateway);

        assert!(matches!(house.hears().await, Received::Lost(_)));
    })
    .await;
}

#[tokio::test]
async fn what_was_handed_over_is_written_before_a_dropped_link_closes() {
    in_time(async {
        let (mut house, mut gateway) = connected(Mask::Constant).await;
        let farewell = ClientPacket::Disconnect { status: 4 };

        house.link().send(&query(vec![1; 200_000])).unwrap();
        house.link().send(&farewell).unwrap();
        house.link = None;

        assert_eq!(gateway.hears().await, query(vec![1; 200_000]));
        assert_eq!(gateway.hears().await, farewell);
        assert_eq!(gateway.socket.read(&mut [0]).await.unwrap(), 0, "closed");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_said_to_a_gateway_that_answers_no_tls() {
    in_time(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = address(GatewayScheme::Tls, &listener);
        let opened = tokio::task::spawn_local(async move {
            dialer().open(&target, &greeting(Mask::Constant)).await
        });
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut heard = vec![0; 4096];
        let read = socket.read(&mut heard).await.unwrap();

        socket
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();

        let error = opened.await.unwrap().unwrap_err();
        assert_eq!(error, LinkError::Insecure);
        let rest = socket.read(&mut heard[read..]).await.unwrap_or(0);
        assert!(!contains(&heard[..read + rest], b"token"));
    })
    .await;
}

#[tokio::test]
async fn a_gateway_that_hangs_up_during_the_handshake_is_not_called_untrusted() {
    in_time(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = address(GatewayScheme::Tls, &listener);
        let opened = tokio::task::spawn_local(async move {
            dialer().open(&target, &greeting(Mask::Constant)).await
        });
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 4096]).await.unwrap();

        drop(socket);

        let error = opened.await.unwrap().unwrap_err();
        assert!(
            matches!(error, LinkError::Closed | LinkError::Reset),
            "{error:?}"
        );
    })
    .await;
}

/// Our side of a link.
struct House {
    link: Option<Link>,
    received: LocalBoxStream<'static, Received>,
}

/// The other side.
struct Gateway {
    socket: TcpStream,
    codec: ServerCodec,
    connect: Connect,
}

async fn connected(mask: Mask) -> (House, Gateway) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = address(GatewayScheme::Tcp, &listener);
    let greeting = greeting(mask);
    let dialer = dialer();
    let (opened, accepted) = tokio::join!(dialer.open(&target, &greeting), listener.accept());
    let Opened {
        link,
        writer,
        received,
    } = opened.unwrap();
    tokio::task::spawn_local(writer);
    let house = House {
        link: Some(link),
        received,
    };
    let gateway = Gateway::greeted(accepted.unwrap().0).await;
    (house, gateway)
}

impl House {
    fn link(&self) -> &Link {
        self.link.as_ref().unwrap()
    }

    async fn hears(&mut self) -> Received {
        self.received.next().await.expect("Lost is the last")
    }

    /// The next packet; signs of life before it are passed over.
    async fn hears_packet(&mut self) -> ServerPacket {
        loop {
            match self.hears().await {
                Received::Packet(packet) => return packet.unwrap(),
                Received::Alive => {}
                Received::Lost(error) => panic!("the link is gone: {error}"),
            }
        }
    }
}

impl Gateway {
    async fn greeted(mut socket: TcpStream) -> Self {
        let mut codec = ServerCodec::new(MAX_BODY);
        let connect = loop {
            match codec.next_packet().unwrap() {
                Some(tcp::Received::Connect(connect)) => break connect,
                Some(other) => panic!("not CONNECT: {other:?}"),
                None => read_into(&mut socket, &mut codec).await,
            }
        };
        Self {
            socket,
            codec,
            connect,
        }
    }

    async fn hears(&mut self) -> ClientPacket {
        loop {
            match self.codec.next_packet().unwrap() {
                Some(tcp::Received::Packet(packet)) => return packet,
                Some(other) => panic!("a second CONNECT: {other:?}"),
                None => read_into(&mut self.socket, &mut self.codec).await,
            }
        }
    }

    fn bytes(&self, packet: &ServerPacket) -> Vec<u8> {
        self.codec.encode(packet).unwrap().to_vec()
    }

    async fn say(&mut self, packet: &ServerPacket) {
        let bytes = self.bytes(packet);
        self.socket.write_all(&bytes).await.unwrap();
    }
}

async fn read_into(socket: &mut TcpStream, codec: &mut ServerCodec) {
    let mut bytes = [0; 4096];
    let read = socket.read(&mut bytes).await.unwrap();
    assert!(read > 0, "the house hung up");
    codec.push(&bytes[..read]);
}

fn dialer() -> Dialer {
    Dialer::new(None, &[], ProxyInUse::default()).unwrap()
}

fn greeting(mask: Mask) -> Greeting {
    Greeting::Tcp(Connect::new("key", "token@host", "device", mask))
}

fn address(scheme: GatewayScheme, listener: &TcpListener) -> GatewayAddress {
    GatewayAddress {
        scheme,
        authority: listener.local_addr().unwrap().to_string(),
    }
}

fn query(body: Vec<u8>) -> ClientPacket {
    ClientPacket::Query {
        topic: "pullMsg".to_owned(),
        target: "alice".to_owned(),
        message_id: 1,
        body: body.into(),
    }
}

fn publication(body: Vec<u8>) -> ServerPacket {
    ServerPacket::Publish {
        sync: false,
        qos: QoS::AtLeastOnce,
        date: 3,
        topic: "s_msg".to_owned(),
        target: "alice".to_owned(),
        message_id: 2,
        body: body.into(),
    }
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// Runs a test that spawns, within [`DEADLINE`].
async fn in_time(test: impl Future<Output = ()>) {
    let local = LocalSet::new();
    tokio::time::timeout(DEADLINE, local.run_until(test))
        .await
        .expect("nothing here takes long");
}
