//! What is served at which door.

use std::{io, net::TcpListener as StdListener};

use imlink_wire::navigation::NavigatorScheme;
use tokio::{net::TcpListener, sync::mpsc};
use tokio_rustls::TlsAcceptor;

use super::{
    Sandbox,
    doors::{Doors, SecondDoors, SecureDoors},
    gateway::{self, Entrance, Form, Order, Speech},
    http::{self, SecureListener},
};

/// Starts to serve everywhere; each task goes on for ever.
///
/// # Errors
/// A listener that is not non-blocking.
///
/// # Panics
/// Outside a runtime.
pub(super) fn serve(
    listeners: Doors<StdListener>,
    tls: Option<TlsAcceptor>,
    orders: mpsc::UnboundedReceiver<Order>,
    sandbox: &Sandbox,
) -> io::Result<()> {
    let Doors {
        http,
        websocket,
        tcp,
        second,
        secure,
    } = listeners;
    let entrance = |listener, form, tls| Entrance::new(listener, Speech { form, tls });
    let mut entrances = vec![
        entrance(websocket, Form::WebSocket, None)?,
        entrance(tcp, Form::Tcp, None)?,
    ];
    if let Some(SecondDoors { websocket, tcp }) = second {
        entrances.push(entrance(websocket, Form::WebSocket, None)?);
        entrances.push(entrance(tcp, Form::Tcp, None)?);
    }
    let http = TcpListener::from_std(http)?;
    tokio::spawn(http::serve(http, NavigatorScheme::Http, sandbox.clone()));
    if let (Some(secure), Some(tls)) = (secure, tls) {
        let SecureDoors {
            http,
            websocket,
            tcp,
        } = secure;
        entrances.push(entrance(websocket, Form::WebSocket, Some(tls.clone()))?);
        entrances.push(entrance(tcp, Form::Tcp, Some(tls.clone()))?);
        let https = SecureListener::new(http, tls, sandbox.shared().handshake_time)?;
        tokio::spawn(http::serve(https, NavigatorScheme::Https, sandbox.clone()));
    }
    tokio::spawn(gateway::serve(entrances, orders, sandbox.shared().clone()));
    Ok(())
}
