//! The Server API: what app servers call (server-api.md).
//!
//! ```text
//! path -> operation    headers -> app key, signature    body -> source -> call -> reply -> JSON
//! ```
//!
//! One table says of every operation its path in either [`Generation`], its fields and who carries
//! it out; fields are read by the same rows that [`routes`] documents.
//!
//! Pure as the core: a [`Request`] and the time go in, a [`Response`] comes out. Every answer,
//! errors too, is a JSON object with a `code`.

mod call;
mod chatroom;
mod conversation;
mod error;
mod field;
mod generation;
mod group;
mod kind;
mod message;
mod page;
mod reply;
mod route;
mod signature;
mod source;
mod user;
mod word;

pub use error::ApiError;
pub use generation::Generation;
pub use kind::FieldType;
pub use route::{Encoding, Route, RouteField, routes};
pub use signature::sign;

use std::{fmt, time::Duration};

use http::HeaderMap;
use imlink_model::Millis;
use serde_json::{Value, json};

use crate::{App, Cloud, Fault, ServerApiFault};
use call::Call;
use reply::Reply;
use route::Operation;

/// What an SDK names a call by, for whoever reads logs (server-api.md 1).
const REQUEST_ID: &str = "X-Request-ID";
/// Its longest length, in bytes.
const MAX_REQUEST_ID: usize = 36;

/// One call, as HTTP brought it. Its body is somebody's message, so it is not shown.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Path without query.
    pub path: &'a str,
    /// Signature and app key are in either family of names, see [`sign`].
    pub headers: &'a HeaderMap,
    /// The form or the JSON object.
    pub body: &'a [u8],
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("path", &self.path)
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// What to answer. Its body may hold a token, so it is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// A JSON object with a `code`.
    pub body: Value,
    /// How long to wait before answering.
    pub delay: Duration,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("code", &self.body["code"])
            .field("delay", &self.delay)
            .finish_non_exhaustive()
    }
}

/// Whether a path belongs to the Server API.
#[must_use]
pub fn serves(path: &str) -> bool {
    route::find(path).is_some()
}

/// Carries a call out.
pub fn answer(cloud: &mut Cloud, request: Request<'_>, now: Millis) -> Response {
    let mut delay = Duration::ZERO;
    let (status, body) = match carry_out(cloud, request, now, &mut delay) {
        Ok(body) => (200, body),
        Err(error) => {
            log_refusal(request.path, request.headers, &error);
            (error.http_status(), error_body(&error))
        }
    };
    Response {
        status,
        body,
        delay,
    }
}

/// Says in the log why a call is refused, with the id that the caller gave it, if it did.
pub(crate) fn log_refusal(path: &str, headers: &HeaderMap, error: &ApiError) {
    let request = headers
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .filter(|id| id.len() <= MAX_REQUEST_ID);
    let app = signature::app_key(headers);
    tracing::info!(app, path, request, code = error.code(), %error, "Server API call refused");
}

/// The body of an error (server-api.md, table of generations).
#[must_use]
pub fn error_body(error: &ApiError) -> Value {
    json!({ "code": error.code(), "errorMessage": error.to_string() })
}

fn carry_out(
    cloud: &mut Cloud,
    request: Request<'_>,
    now: Millis,
    delay: &mut Duration,
) -> Result<Value, ApiError> {
    let (operation, generation) = route::find(request.path).ok_or(ApiError::NoSuchPath)?;
    let key = signature::check(request.headers, |key| {
        Some(cloud.app(key)?.secret().reveal())
    })?;
    let app = cloud.app_mut(&key).ok_or(ApiError::AppKey)?;
    app.let_time_pass(now);
    let fault = app.strikes(None, |fault| match fault {
        Fault::ServerApi(fault) => Some(fault.clone()),
        _ => None,
    });
    let called = match fault {
        Some(ServerApiFault::Status(status)) => Err(ApiError::Fault(status)),
        Some(ServerApiFault::Slow(time)) => {
            *delay = time;
            call(app, operation, generation, request.body, now)
        }
        None => call(app, operation, generation, request.body, now),
    };
    let counters = app.counters_mut();
    match &called {
        Ok(_) => counters.api_calls += 1,
        Err(_) => counters.refused_api_calls += 1,
    }
    called.map(|reply| reply.body(generation))
}

fn call(
    app: &mut App,
    operation: &Operation,
    generation: Generation,
    body: &[u8],
    now: Millis,
) -> Result<Reply, ApiError> {
    let path = operation.path(generation).unwrap_or_default();
    if !app.may_call(path, now) {
        return Err(ApiError::TooFast);
    }
    let source = operation.read(generation, body)?;
    let call = Call {
        operation,
        generation,
        source: &source,
    };
    (operation.handler)(app, &call, now)
}
