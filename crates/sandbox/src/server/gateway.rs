//! The gateway: accepts connections, and refuses them on demand.

mod conduit;
mod session;
mod upgrade;

use std::{
    io,
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
};

use tokio::{net::TcpListener, sync::mpsc};

use super::world::Shared;

/// Asks the gateway to listen or not to, and is told how that went.
pub(super) struct Order {
    pub(super) wanted: Wanted,
    pub(super) done: Box<dyn FnOnce(io::Result<()>) + Send>,
}

/// Whether connections are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The listener is bound; on the same port as ever.
    Listening,
    /// The listener is closed: the kernel refuses connections.
    Refusing,
}

/// Accepts connections for ever. Each lives in a task of its own.
pub(super) async fn serve(
    listener: TcpListener,
    address: SocketAddr,
    mut orders: mpsc::UnboundedReceiver<Order>,
    shared: Arc<Shared>,
) {
    let mut listener = Some(listener);
    loop {
        tokio::select! {
            accepted = accept(listener.as_ref()) => match accepted {
                Ok(stream) => {
                    tokio::spawn(session::serve(stream, shared.clone()));
                }
                Err(error) => tracing::warn!(%error, "Connection not accepted"),
            },
            order = orders.recv() => {
                let Some(Order { wanted, done }) = order else { return };
                done(obey(wanted, address, &mut listener));
            }
        }
    }
}

/// Binds a listener that can be handed to a runtime. Says the address and purpose if it cannot.
pub(super) fn bind(address: SocketAddr, purpose: &str) -> io::Result<StdListener> {
    let bound = StdListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    bound.map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("cannot listen on {address} for {purpose}: {error}"),
        )
    })
}

fn obey(wanted: Wanted, address: SocketAddr, listener: &mut Option<TcpListener>) -> io::Result<()> {
    match (wanted, &listener) {
        (Wanted::Refusing, _) => *listener = None,
        (Wanted::Listening, Some(_)) => {}
        (Wanted::Listening, None) => {
            *listener = Some(TcpListener::from_std(bind(address, "the gateway")?)?);
        }
    }
    Ok(())
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<tokio::net::TcpStream> {
    match listener {
        Some(listener) => Ok(listener.accept().await?.0),
        None => std::future::pending().await,
    }
}
