//! What goes in comes out, in whatever pieces.

use imlink_wire::{
    ProtocolVersion, ServerPacket, fuzzing,
    tcp::{ClientCodec, Connect, MAX_BODY, Mask, Received, ServerCodec},
};
use proptest::{collection::vec, prelude::*};

use crate::strategies::{client_packet, text, versioned_server_packet};

proptest! {
    #[test]
    fn what_a_client_writes_a_server_reads_however_it_is_cut(
        connect in connect(),
        packets in vec(client_packet(), 0..6),
        chunk in 1..40_usize,
    ) {
        let (client, mut stream) = begin(&connect);
        for packet in &packets {
            stream.extend(client.encode(packet).unwrap());
        }

        let mut server = ServerCodec::new(MAX_BODY);
        let mut received = Vec::new();
        for piece in stream.chunks(chunk) {
            server.push(piece);
            while let Some(packet) = server.next_packet().unwrap() {
                received.push(packet);
            }
        }

        let sent = packets.into_iter().map(Received::Packet);
        prop_assert_eq!(received, [Received::Connect(connect)].into_iter().chain(sent).collect::<Vec<_>>());
        prop_assert_eq!(server.pending(), 0);
    }

    #[test]
    fn what_a_server_writes_a_client_reads_however_it_is_cut(
        key in any::<[u8; 8]>(),
        packets in vec(versioned_server_packet(), 0..6),
        chunk in 1..40_usize,
    ) {
        for mask in [Mask::Constant, Mask::Chosen(key)] {
            let sent: Vec<_> = of_version(&packets, mask.version());
            let (mut client, hello) = begin(&Connect::new("k", "t", "d", mask));
            let mut server = ServerCodec::new(MAX_BODY);
            server.push(&hello);
            server.next_packet().unwrap();
            let stream: Vec<u8> = sent.iter().flat_map(|packet| server.encode(packet).unwrap()).collect();

            let mut received = Vec::new();
            for piece in stream.chunks(chunk) {
                client.push(piece);
                while let Some(packet) = client.next_packet().unwrap() {
                    received.push(packet);
                }
            }

            prop_assert_eq!(received, sent);
            prop_assert_eq!(client.pending(), 0);
        }
    }

    #[test]
    fn any_bytes_in_any_pieces_give_the_same_packets_and_errors(data in vec(any::<u8>(), 0..400)) {
        // Both panic if the whole stream and its pieces differ.
        fuzzing::tcp_client_stream(&data);
        fuzzing::tcp_server_stream(&data);
    }

    #[test]
    fn an_altered_stream_never_panics(
        packets in vec(client_packet(), 1..4),
        place in any::<prop::sample::Index>(),
        value in any::<u8>(),
    ) {
        let (client, mut stream) = begin(&Connect::new("k", "t", "d", Mask::Constant));
        for packet in &packets {
            stream.extend(client.encode(packet).unwrap());
        }
        let place = place.index(stream.len());
        stream[place] = value;
        stream.insert(0, value & !2);

        fuzzing::tcp_client_stream(&stream);
        fuzzing::tcp_server_stream(&stream);
    }
}

/// CONNACK has two layouts; the other packets are the same in both versions.
fn of_version(
    packets: &[(ProtocolVersion, ServerPacket)],
    version: ProtocolVersion,
) -> Vec<ServerPacket> {
    packets
        .iter()
        .filter(|(of, packet)| *of == version || !matches!(packet, ServerPacket::ConnAck(_)))
        .map(|(_, packet)| packet.clone())
        .collect()
}

fn begin(connect: &Connect) -> (ClientCodec, Vec<u8>) {
    let (client, bytes) = ClientCodec::connect(connect).unwrap();
    (client, bytes.to_vec())
}

fn connect() -> impl Strategy<Value = Connect> {
    let mask = prop_oneof![
        Just(Mask::Constant),
        any::<[u8; 8]>().prop_map(Mask::Chosen)
    ];
    (mask, any::<bool>(), vec(text(), 5)).prop_map(|(mask, reconnect_kick, mut texts)| {
        let mut text = || texts.pop().unwrap();
        let mut connect = Connect::new(text(), &text(), text(), mask);
        connect.reconnect_kick = reconnect_kick;
        connect.application = text();
        connect.client_info = text();
        connect
    })
}
