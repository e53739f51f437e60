//! HTTP over TLS: a listener whose connections have had their TLS handshake.

use std::{
    future::pending,
    io,
    net::{SocketAddr, TcpListener as StdListener},
    time::Duration,
};

use axum::serve::Listener;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// The most connections that have had their handshake and wait to be served.
const MAX_READY: usize = 64;

type Ready = (TlsStream<TcpStream>, SocketAddr);

/// Handshakes take place in tasks of their own: a slow one holds up nobody.
pub(in crate::server) struct SecureListener {
    ready: mpsc::Receiver<Ready>,
    address: SocketAddr,
}

impl SecureListener {
    /// `patience` is how long a TLS handshake may take.
    ///
    /// # Panics
    /// Outside a runtime.
    pub(in crate::server) fn new(
        listener: StdListener,
        tls: TlsAcceptor,
        patience: Duration,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let listener = TcpListener::from_std(listener)?;
        let (sender, ready) = mpsc::channel(MAX_READY);
        tokio::spawn(shake_hands(listener, tls, patience, sender));
        Ok(Self { ready, address })
    }
}

impl Listener for SecureListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Ready {
        match self.ready.recv().await {
            Some(ready) => ready,
            // The runtime is on its way down.
            None => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

async fn shake_hands(
    mut listener: TcpListener,
    tls: TlsAcceptor,
    patience: Duration,
    ready: mpsc::Sender<Ready>,
) {
    loop {
        // Logs and waits where there are too many open files.
        let (stream, address) = Listener::accept(&mut listener).await;
        let (tls, ready) = (tls.clone(), ready.clone());
        tokio::spawn(async move {
            match timeout(patience, tls.accept(stream)).await {
                // Fails only if nobody serves any more.
                Ok(Ok(stream)) => drop(ready.send((stream, address)).await),
                Ok(Err(error)) => tracing::info!(%error, "No TLS for HTTP"),
                Err(_) => tracing::info!("TLS for HTTP took too long"),
            }
        });
    }
}
