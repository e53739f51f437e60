//! Connecting to a host that has several addresses.
//!
//! ```text
//! 1st  |----------- dead -------------->
//! 2nd  |  250 ms  |---- answers ---|  this one is taken, the first given up
//! 3rd  |          |    250 ms      |  not needed
//! ```
//!
//! The next address is tried a quarter of a second after the last one, or as soon as one fails, and
//! the first that answers is taken (RFC 8305; F-S03). The link's own time limit is over all of them.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;
use tokio::time::sleep;

/// From one address to the next, while none answers (RFC 8305, section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// Connects to whichever address answers first.
///
/// # Errors
/// That of the last address to fail, once all have.
pub(super) async fn connect(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut waiting = interleaved(addresses).into_iter();
    let mut attempts = FuturesUnordered::new();
    let mut failure = io::Error::new(io::ErrorKind::AddrNotAvailable, "the name has no address");
    loop {
        if let Some(address) = waiting.next() {
            attempts.push(TcpStream::connect(address));
        } else if attempts.is_empty() {
            return Err(failure);
        }
        tokio::select! {
            Some(result) = attempts.next() => match result {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = error,
            },
            () = sleep(STAGGER), if waiting.len() > 0 => {}
        }
    }
}

/// One of each family in turn, the resolver's order otherwise kept: where one family is dead
/// altogether, the second attempt is of the other.
fn interleaved(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let leads_with_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == leads_with_v6);
    let mut second = second.into_iter();
    let mut mixed = Vec::with_capacity(first.len() + second.len());
    for address in first {
        mixed.push(address);
        mixed.extend(second.next());
    }
    mixed.extend(second);
    mixed
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tokio::net::{TcpListener, TcpSocket};
    use tokio::time::timeout;

    use super::*;

    /// An address that takes no connection and refuses none: its queue is full.
    struct Hole {
        address: SocketAddr,
        _listener: TcpListener,
        _queue: Vec<TcpStream>,
    }

    impl Hole {
        async fn dig() -> Self {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let listener = socket.listen(0).unwrap();
            let address = listener.local_addr().unwrap();
            let mut queue = Vec::new();
            while let Ok(stream) = timeout(STAGGER, TcpStream::connect(address)).await {
                queue.push(stream.unwrap());
            }
            Self {
                address,
                _listener: listener,
                _queue: queue,
            }
        }
    }

    async fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    // F-S03
    #[tokio::test]
    async fn where_the_first_address_is_dead_another_answers_within_a_second() {
        let hole = Hole::dig().await;
        let (_listener, alive) = listener().await;
        let start = Instant::now();

        let stream = connect(vec![hole.address, alive]).await.unwrap();

        assert_eq!(stream.peer_addr().unwrap(), alive);
        assert!(start.elapsed() >= STAGGER, "the first one had its chance");
        assert!(start.elapsed() < Duration::from_secs(1));
    }

    // F-S03
    #[tokio::test]
    async fn an_address_that_refuses_is_not_waited_for() {
        let (gone, refuses) = listener().await;
        drop(gone);
        let (_listener, alive) = listener().await;
        let start = Instant::now();

        let stream = connect(vec![refuses, refuses, refuses, alive]).await;

        assert_eq!(stream.unwrap().peer_addr().unwrap(), alive);
        assert!(start.elapsed() < STAGGER);
    }

    #[tokio::test]
    async fn when_all_refuse_the_refusal_is_told() {
        let (gone, refuses) = listener().await;
        drop(gone);

        let error = connect(vec![refuses]).await.unwrap_err();
        let nowhere = connect(Vec::new()).await.unwrap_err();

        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(nowhere.kind(), io::ErrorKind::AddrNotAvailable);
    }

    #[test]
    fn the_families_take_turns() {
        let address = |text: &str| -> SocketAddr { text.parse().unwrap() };
        let [a, b, c] = ["[::1]:1", "[::2]:1", "[::3]:1"].map(address);
        let [x, y] = ["10.0.0.1:1", "10.0.0.2:1"].map(address);

        assert_eq!(interleaved(vec![a, b, c, x, y]), [a, x, b, y, c]);
        assert_eq!(interleaved(vec![x, y, a]), [x, a, y]);
        assert_eq!(interleaved(vec![x, y]), [x, y]);
    }
}
