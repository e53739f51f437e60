//! Everything that is asked over HTTP.

mod connection;
pub mod control;
mod cors;
mod navigation;
mod openapi;
mod secure;
mod server_api;

use axum::{
    Extension,
    body::{Body, Bytes, to_bytes},
    middleware::from_fn,
    serve::Listener,
};
use imlink_wire::navigation::NavigatorScheme;
use tokio::time::timeout;

pub(super) use secure::SecureListener;

use super::Sandbox;
use openapi::Table;

/// The largest body read: a message of 128 KiB, form-encoded, to a thousand receivers.
const MAX_BODY: usize = 1024 * 1024;

/// Serves HTTP for ever, over a listener of this scheme.
pub(super) async fn serve<L: Listener>(mut listener: L, scheme: NavigatorScheme, sandbox: Sandbox) {
    let patience = sandbox.shared().handshake_time;
    let router = table()
        .into_router()
        .fallback(server_api::call)
        .method_not_allowed_fallback(navigation::unknown_method)
        // Outside of all nesting: paths are whole here.
        .layer(from_fn(control::log_refusal))
        .layer(Extension(scheme))
        .with_state(sandbox);
    loop {
        // Logs and waits where there are too many open files.
        let (stream, _) = listener.accept().await;
        tokio::spawn(connection::serve(stream, router.clone(), patience));
    }
}

/// Every call that has a path of its own; all others are the Server API's.
fn table() -> Table {
    openapi::table().nest(control::PREFIX, control::table())
}

/// Why a body was not read.
enum BodyError {
    TooLarge,
    TooSlow,
}

/// Reads a body that may take as long as a handshake.
async fn read(body: Body, sandbox: &Sandbox) -> Result<Bytes, BodyError> {
    let patience = sandbox.shared().handshake_time;
    match timeout(patience, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(BodyError::TooLarge),
        Err(_) => Err(BodyError::TooSlow),
    }
}
