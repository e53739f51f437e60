//! Everything that is asked over HTTP.

pub mod control;
mod cors;
mod navigation;
mod openapi;
mod secure;
mod server_api;

use std::time::Duration;

use axum::{
    Extension,
    body::{Body, Bytes, to_bytes},
    serve::Listener,
};
use imlink_wire::navigation::NavigatorScheme;
use tokio::time::timeout;

pub(super) use secure::SecureListener;

use super::Sandbox;
use openapi::Table;

/// The largest body read: a message of 128 KiB, form-encoded, to a thousand receivers.
const MAX_BODY: usize = 1024 * 1024;

/// How long a body may take.
const MAX_BODY_TIME: Duration = Duration::from_secs(10);

/// Serves HTTP for ever, over a listener of this scheme.
pub(super) async fn serve<L: Listener>(listener: L, scheme: NavigatorScheme, sandbox: Sandbox)
where
    L::Addr: std::fmt::Debug,
{
    let router = table()
        .into_router()
        .fallback(server_api::call)
        .layer(Extension(scheme))
        .with_state(sandbox);
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "HTTP has stopped");
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

async fn read(body: Body) -> Result<Bytes, BodyError> {
    match timeout(MAX_BODY_TIME, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(BodyError::TooLarge),
        Err(_) => Err(BodyError::TooSlow),
    }
}
