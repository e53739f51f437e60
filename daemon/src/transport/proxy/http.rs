//! HTTP's `CONNECT` (RFC 9110, 9.3.6), with basic authentication (RFC 7617).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue, PROXY_AUTHORIZATION};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use imlink_connection::{LinkError, ProxyFault};
use imlink_model::{Proxy, ProxyPassword};
use zeroize::Zeroizing;

use super::super::dial::Stream;

/// Longest head of an answer, in bytes; proxies say a few hundred.
const MAX_HEAD: usize = 16 * 1024;

/// Asks for the way. A name is sent as a name: the proxy resolves it.
pub(super) async fn connect(
    proxy: &Proxy,
    stream: impl Stream + 'static,
    authority: &str,
) -> Result<Box<dyn Stream>, LinkError> {
    let request = request(proxy, authority)?;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| no_proxy(&error))?;
    let way = async {
        let answer = sender.send_request(request).await;
        let answer = answer.map_err(|error| no_proxy(&error))?;
        check(answer.status(), proxy)?;
        let way = hyper::upgrade::on(answer).await;
        way.map_err(|error| no_proxy(&error))
    };
    let connection = connection.with_upgrades();
    tokio::pin!(way);
    let way = tokio::select! {
        way = &mut way => way?,
        // The connection may be done first; what it had is in `way` by then.
        _ = connection => way.await?,
    };
    Ok(Box::new(TokioIo::new(way)))
}

fn request(proxy: &Proxy, authority: &str) -> Result<Request<Empty<Bytes>>, LinkError> {
    let mut request = Request::connect(authority).header(HOST, authority);
    if let Some(user) = proxy.user() {
        request = request.header(PROXY_AUTHORIZATION, basic(user, proxy.password())?);
    }
    request
        .body(Empty::new())
        .map_err(|_| LinkError::Unresolved)
}

fn basic(user: &str, password: Option<&ProxyPassword>) -> Result<HeaderValue, LinkError> {
    let password = password.map_or("", ProxyPassword::reveal);
    let login = Zeroizing::new(format!("{user}:{password}"));
    let value = Zeroizing::new(format!("Basic {}", STANDARD.encode(login.as_bytes())));
    let refused = LinkError::Proxy(ProxyFault::LoginRefused);
    let mut value = HeaderValue::from_str(&value).map_err(|_| refused)?;
    value.set_sensitive(true);
    Ok(value)
}

/// What the proxy says of the host is the host's affair; anything else is its own.
fn check(status: StatusCode, proxy: &Proxy) -> Result<(), LinkError> {
    if status.is_success() {
        return Ok(());
    }
    tracing::debug!(%status, "No way through the HTTP proxy");
    Err(match status {
        // tinyproxy says 401 to a wrong password.
        StatusCode::PROXY_AUTHENTICATION_REQUIRED | StatusCode::UNAUTHORIZED => {
            LinkError::Proxy(match proxy.user() {
                None => ProxyFault::WantsLogin,
                Some(_) => ProxyFault::LoginRefused,
            })
        }
        StatusCode::FORBIDDEN => LinkError::Proxy(ProxyFault::Forbidden),
        StatusCode::GATEWAY_TIMEOUT => LinkError::TimedOut,
        StatusCode::NOT_IMPLEMENTED => LinkError::Proxy(ProxyFault::NoProxy),
        status if status.is_server_error() => LinkError::Refused,
        _ => LinkError::Proxy(ProxyFault::NoProxy),
    })
}

fn no_proxy(error: &hyper::Error) -> LinkError {
    tracing::debug!(%error, "No answer of an HTTP proxy");
    LinkError::Proxy(ProxyFault::NoProxy)
}
