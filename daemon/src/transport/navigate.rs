//! Asking a navigator: one HTTP request, no redirect followed, a bounded answer.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::header::{CONTENT_LENGTH, HOST, HeaderMap, RETRY_AFTER};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use imlink_connection::{HttpAnswer, LinkError};
use imlink_wire::navigation::{MAX_ANSWER, NavigationRequest};

use super::Dialer;
use super::dial::{DialError, Security};

impl Dialer {
    /// Asks a navigator. Whatever status it answers is an answer; a redirect is one too, and is
    /// never followed: the token goes to nobody else (F-S26, F-S32).
    ///
    /// # Errors
    /// [`LinkError`] if there is no answer.
    pub async fn navigate(&self, request: NavigationRequest) -> Result<HttpAnswer, LinkError> {
        let uri: Uri = request.url().parse().map_err(|_| LinkError::Unresolved)?;
        let security = if request.navigator.is_https() {
            Security::Tls
        } else {
            Security::Clear
        };
        let host = uri.host().ok_or(LinkError::Unresolved)?;
        let port = uri.port_u16().unwrap_or(match security {
            Security::Clear => 80,
            Security::Tls => 443,
        });
        let stream = match self.dial(&format!("{host}:{port}"), security).await {
            Ok(stream) => stream,
            // A sign-in page in a navigator's place has a certificate of its own (F-S26).
            Err(DialError::OtherHost) => return Err(LinkError::Portal),
            Err(DialError::Link(error)) => return Err(error),
        };
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|_| LinkError::Protocol)?;

        let body = request.body();
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let mut builder = Request::post(path)
            .header(
                HOST,
                uri.authority().map_or("", |authority| authority.as_str()),
            )
            .header(CONTENT_LENGTH, body.len());
        for (name, value) in request.headers() {
            builder = builder.header(name, value);
        }
        let request = builder
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| LinkError::Protocol)?;

        let exchange = async {
            let response = sender
                .send_request(request)
                .await
                .map_err(|_| LinkError::Closed)?;
            let status = response.status().as_u16();
            let retry_after = retry_after(response.headers());
            let mut frames = response.into_body();
            let mut body = BytesMut::new();
            while let Some(frame) = frames.frame().await {
                let frame = frame.map_err(|_| LinkError::Closed)?;
                let Some(data) = frame.data_ref() else {
                    continue;
                };
                if body.len() + data.len() > MAX_ANSWER {
                    return Err(LinkError::TooLarge);
                }
                body.extend_from_slice(data);
            }
            Ok(HttpAnswer {
                status,
                body: body.freeze(),
                retry_after,
            })
        };
        tokio::pin!(exchange);
        tokio::select! {
            answer = &mut exchange => answer,
            // The connection may be done first; what it had is in the exchange by then.
            _ = connection => exchange.await,
        }
    }
}

/// How long the navigator wants to be left alone. Only in seconds: a date would need a clock that is
/// right.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse();
    seconds.ok().map(Duration::from_secs)
}
