//! The upgrade request that plays the role of a CONNECT packet (protocol/cloud-wire.md 2).

use imlink_wire::handshake::{Handshake, HandshakeError, PATH};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async_with_config,
    tungstenite::{
        self,
        handshake::server::{ErrorResponse, Request, Response},
        protocol::WebSocketConfig,
    },
};

use super::Stream;
use crate::server::redaction::without_token;

/// The largest message a client may send: contents are limited to 128 KiB, which JSON and
/// protobuf multiply by a few at most.
pub(super) const MAX_MESSAGE: usize = 2 * 1024 * 1024;

/// A client that has upgraded.
pub(super) struct Upgraded {
    pub(super) socket: WebSocketStream<Box<dyn Stream>>,
    /// Path and query without the token.
    pub(super) request: String,
    pub(super) handshake: Result<Handshake, HandshakeError>,
}

/// Waits for the request and agrees, if it is one to `/websocket` that names app and token.
pub(super) async fn accept(stream: Box<dyn Stream>) -> Result<Upgraded, tungstenite::Error> {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let mut seen = None;
    #[expect(clippy::result_large_err, reason = "tungstenite wants it so")]
    let callback = |request: &Request, response: Response| {
        if request.uri().path() != PATH {
            return Err(refusal(404, "no such path"));
        }
        let query = request.uri().query().unwrap_or_default();
        let handshake = Handshake::parse(query);
        if let Err(error @ HandshakeError::Missing(_)) = &handshake {
            return Err(refusal(400, &error.to_string()));
        }
        seen = Some((format!("{PATH}?{}", without_token(query)), handshake));
        Ok(response)
    };
    let socket = accept_hdr_async_with_config(stream, callback, Some(config)).await?;
    let (request, handshake) = seen.expect("the callback has agreed, so it has seen the request");
    Ok(Upgraded {
        socket,
        request,
        handshake,
    })
}

/// What the session says in the log, too.
fn refusal(status: u16, text: &str) -> ErrorResponse {
    let mut response = ErrorResponse::new(Some(text.to_owned()));
    *response.status_mut() = http::StatusCode::from_u16(status).expect("the status is in range");
    response
}
