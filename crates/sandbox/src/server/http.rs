//! Everything that is asked over HTTP.

mod control;
mod cors;
mod navigation;
mod server_api;

use std::time::Duration;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    routing::{get, post},
};
use tokio::{net::TcpListener, time::timeout};

use super::Sandbox;

/// The largest body read: a message of 128 KiB, form-encoded, to a thousand receivers.
const MAX_BODY: usize = 1024 * 1024;

/// How long a body may take.
const MAX_BODY_TIME: Duration = Duration::from_secs(10);

/// Serves HTTP for ever.
pub(super) async fn serve(listener: TcpListener, sandbox: Sandbox) {
    let router = Router::new()
        .route(
            "/v2/navi.json",
            post(navigation::version_2).options(cors::preflight),
        )
        .route("/navi.js", get(navigation::version_1))
        .nest("/sandbox/v1", control::router())
        .fallback(server_api::call)
        .with_state(sandbox);
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "HTTP has stopped");
    }
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
