//! The gateway: accepts connections in all its forms, and refuses them on demand.

mod conduit;
mod connect;
mod framing;
mod session;
mod upgrade;

use std::{
    future::poll_fn,
    io,
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::sleep,
};
use tokio_rustls::TlsAcceptor;

use super::{doors, world::Shared};

/// Pause after a connection could not be accepted: too many open files do not become fewer by
/// asking again at once.
const BREATH: Duration = Duration::from_millis(100);

/// Asks the gateway to listen or not to, and is told how that went.
pub(super) struct Order {
    pub(super) wanted: Wanted,
    pub(super) done: Box<dyn FnOnce(io::Result<()>) + Send>,
}

/// Whether connections are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The listeners are bound; on the same ports as ever.
    Listening,
    /// The listeners are closed: the kernel refuses connections.
    Refusing,
    /// The one at that address is, whatever becomes of the others.
    RefusingAt(SocketAddr),
}

/// What packets look like on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One per WebSocket message (protocol/cloud-wire.md).
    WebSocket,
    /// One after the other in the stream (protocol/cloud-tcp.md).
    Tcp,
}

/// What is spoken on a connection.
#[derive(Clone)]
pub(super) struct Speech {
    pub(super) form: Form,
    /// TLS around it, if there is any.
    pub(super) tls: Option<TlsAcceptor>,
}

/// A byte stream, whatever is around it.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// One address of the gateway.
pub(super) struct Entrance {
    /// `None` while connections are refused.
    listener: Option<TcpListener>,
    address: SocketAddr,
    speech: Speech,
}

impl Entrance {
    /// # Errors
    /// The listener has no address.
    ///
    /// # Panics
    /// Outside a runtime.
    pub(super) fn new(listener: StdListener, speech: Speech) -> io::Result<Self> {
        Ok(Self {
            address: listener.local_addr()?,
            listener: Some(TcpListener::from_std(listener)?),
            speech,
        })
    }
}

/// Accepts connections for ever. Each lives in a task of its own.
pub(super) async fn serve(
    mut entrances: Vec<Entrance>,
    mut orders: mpsc::UnboundedReceiver<Order>,
    shared: Arc<Shared>,
) {
    loop {
        tokio::select! {
            accepted = accept(&entrances) => match accepted {
                Ok((stream, speech)) => {
                    tokio::spawn(session::serve(stream, speech, shared.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "Connection not accepted");
                    sleep(BREATH).await;
                }
            },
            order = orders.recv() => {
                let Some(Order { wanted, done }) = order else { return };
                done(obey(wanted, &mut entrances));
            }
        }
    }
}

/// Does all or, where a port was taken meanwhile, nothing.
fn obey(wanted: Wanted, entrances: &mut [Entrance]) -> io::Result<()> {
    match wanted {
        Wanted::Refusing => {
            for entrance in entrances {
                entrance.listener = None;
            }
        }
        Wanted::RefusingAt(address) => {
            let mut places = entrances.iter_mut();
            let entrance = places.find(|entrance| entrance.address == address);
            let nowhere = || io::Error::new(io::ErrorKind::NotFound, "no gateway has that address");
            entrance.ok_or_else(nowhere)?.listener = None;
        }
        Wanted::Listening => {
            let mut bound = Vec::new();
            for entrance in entrances.iter_mut().filter(|one| one.listener.is_none()) {
                let listener = doors::bind(entrance.address, "the gateway")?;
                bound.push((TcpListener::from_std(listener)?, entrance));
            }
            for (listener, entrance) in bound {
                entrance.listener = Some(listener);
            }
        }
    }
    Ok(())
}

/// Waits for a connection at any entrance.
async fn accept(entrances: &[Entrance]) -> io::Result<(TcpStream, Speech)> {
    poll_fn(|context| {
        for entrance in entrances {
            let Some(listener) = &entrance.listener else {
                continue;
            };
            if let Poll::Ready(accepted) = listener.poll_accept(context) {
                return Poll::Ready(accepted.map(|(stream, _)| (stream, entrance.speech.clone())));
            }
        }
        Poll::Pending
    })
    .await
}
