//! One POST to an app server.

use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri, header};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

use super::Callback;

/// Why a callback was not taken.
#[derive(Debug, thiserror::Error)]
enum PostError {
    #[error("the address is no http URL")]
    Address,
    #[error("the app server cannot be reached")]
    Unreachable(#[source] std::io::Error),
    #[error("the app server does not speak HTTP")]
    Http(#[from] hyper::Error),
    #[error("the app server answered {0}")]
    Status(StatusCode),
    #[error("the app server took too long")]
    TooSlow,
}

/// Posts a callback until it is taken, at most so often. Says whether it was.
pub(super) async fn until_taken(callback: &Callback, tries: usize) -> bool {
    for attempt in 1..=tries {
        let posted = timeout(callback.patience, post(callback)).await;
        match posted.unwrap_or(Err(PostError::TooSlow)) {
            Ok(()) => return true,
            Err(error) => tracing::info!(app = %callback.app, attempt, %error, "Callback failed"),
        }
    }
    false
}

async fn post(callback: &Callback) -> Result<(), PostError> {
    let uri: Uri = callback.url.parse().map_err(|_| PostError::Address)?;
    let host = uri.host().filter(|_| uri.scheme_str() == Some("http"));
    let host = host.ok_or(PostError::Address)?;
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((name, uri.port_u16().unwrap_or(80)))
        .await
        .map_err(PostError::Unreachable)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with the exchange; its error shows there too.
    tokio::spawn(connection);
    let target = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or(host, |authority| authority.as_str());
    let request = Request::builder()
        .method(Method::POST)
        .uri(target)
        .header(header::HOST, authority)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(callback.body.to_string())))
        .map_err(|_| PostError::Address)?;
    let answer = sender.send_request(request).await?;
    match answer.status() {
        StatusCode::OK => Ok(()),
        other => Err(PostError::Status(other)),
    }
}
