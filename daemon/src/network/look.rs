//! Asking the kernel for all addresses and routes.

use std::io;

use netlink_packet_core::{
    NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::address::AddressMessage;
use netlink_packet_route::route::RouteMessage;

use super::scene::Scene;
use super::socket::Socket;

/// Room for one part of an answer; the kernel fills up to 32 KiB.
const PART_BYTES: usize = 32 * 1024;

/// The length that every message begins with, in the byte order of this machine.
const LENGTH_BYTES: usize = 4;

/// Messages begin at multiples of this (`NLMSG_ALIGN`).
const ALIGNMENT: usize = 4;

/// Looks at what addresses and routes there are.
///
/// # Errors
/// What the system says, or that its answer is none.
pub async fn look() -> io::Result<Scene> {
    let socket = Socket::quiet()?;
    let mut scene = Scene::empty();
    let questions = [
        RouteNetlinkMessage::GetAddress(AddressMessage::default()),
        RouteNetlinkMessage::GetRoute(RouteMessage::default()),
    ];
    for question in questions {
        ask(&socket, question, &mut scene).await?;
    }
    Ok(scene)
}

async fn ask(socket: &Socket, question: RouteNetlinkMessage, scene: &mut Scene) -> io::Result<()> {
    socket.send(&request(question))?;
    let mut room = vec![0; PART_BYTES];
    loop {
        let length = socket.receive(&mut room).await?;
        let part = room.get(..length).ok_or(io::ErrorKind::InvalidData)?;
        if add(part, scene)? == Rest::None {
            return Ok(());
        }
        // A router may have very many of them, and others are waiting for this thread.
        tokio::task::yield_now().await;
    }
}

/// The question after all there are of a kind.
fn request(question: RouteNetlinkMessage) -> Vec<u8> {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    let mut message = NetlinkMessage::new(header, NetlinkPayload::from(question));
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// Whether there is more of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    None,
    Some,
}

/// Takes a part of an answer in.
fn add(mut part: &[u8], scene: &mut Scene) -> io::Result<Rest> {
    while let Some(length) = part.first_chunk::<LENGTH_BYTES>() {
        let length = usize::try_from(u32::from_ne_bytes(*length)).unwrap_or(usize::MAX);
        let message = part.get(..length).filter(|message| !message.is_empty());
        let message = message.ok_or(io::ErrorKind::InvalidData)?;
        match NetlinkMessage::<RouteNetlinkMessage>::deserialize(message) {
            Ok(message) => match message.payload {
                NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewAddress(address)) => {
                    scene.add_address(&address);
                }
                NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewRoute(route)) => {
                    scene.add_route(&route);
                }
                NetlinkPayload::Done(_) => return Ok(Rest::None),
                NetlinkPayload::Error(error) if error.code.is_some() => {
                    return Err(error.to_io());
                }
                // Not ours to forbid: the kernel may say more than it was asked.
                _ => {}
            },
            Err(error) => {
                tracing::debug!(%error, "A route that is not understood");
                scene.add_doubtful();
            }
        }
        part = part
            .get(length.next_multiple_of(ALIGNMENT)..)
            .unwrap_or(&[]);
    }
    Ok(Rest::Some)
}

#[cfg(test)]
mod tests {
    use netlink_packet_core::DoneMessage;

    use super::*;

    #[test]
    fn bytes_that_are_no_messages_are_an_error_and_never_a_panic() {
        for bytes in [
            &[0, 0, 0, 0][..],
            &[255, 255, 255, 255, 24, 0],
            &[5, 0, 0, 0],
        ] {
            assert!(add(bytes, &mut Scene::empty()).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_route_that_is_not_understood_counts_as_a_way_out() {
        let mut scene = Scene::empty();
        // RTM_NEWROUTE (24) with too few bytes for its own header.
        let mut route = vec![0; 20];
        route[..4].copy_from_slice(&20_u32.to_ne_bytes());
        route[4..6].copy_from_slice(&24_u16.to_ne_bytes());

        assert_eq!(add(&route, &mut scene).unwrap(), Rest::Some);

        assert!(scene.has_way_out());
    }

    #[test]
    fn the_end_of_an_answer_is_seen_behind_what_comes_before_it() {
        let route = message(NetlinkPayload::from(RouteNetlinkMessage::NewRoute(
            RouteMessage::default(),
        )));
        let done = message(NetlinkPayload::Done(DoneMessage::default()));
        let mut scene = Scene::empty();

        assert_eq!(add(&route, &mut scene).unwrap(), Rest::Some);
        assert_eq!(
            add(&[route, done].concat(), &mut scene).unwrap(),
            Rest::None
        );
    }

    fn message(payload: NetlinkPayload<RouteNetlinkMessage>) -> Vec<u8> {
        let mut message = NetlinkMessage::new(NetlinkHeader::default(), payload);
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        bytes
    }
}
