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

use http::HeaderMap;
use imlink_model::Millis;
use serde_json::{Value, json};

use crate::Cloud;
use call::Call;

/// One call, as HTTP brought it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Path without query.
    pub path: &'a str,
    /// Signature and app key are in either family of names, see [`sign`].
    pub headers: &'a HeaderMap,
    /// The form or the JSON object.
    pub body: &'a [u8],
}

/// What to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// A JSON object with a `code`.
    pub body: Value,
}

/// Whether a path belongs to the Server API.
#[must_use]
pub fn serves(path: &str) -> bool {
    route::find(path).is_some()
}

/// Carries a call out.
pub fn answer(cloud: &mut Cloud, request: Request<'_>, now: Millis) -> Response {
    match carry_out(cloud, request, now) {
        Ok(body) => Response { status: 200, body },
        Err(error) => {
            tracing::info!(path = request.path, code = error.code(), %error, "Server API call refused");
            Response {
                status: error.http_status(),
                body: error_body(&error),
            }
        }
    }
}

/// The body of an error (server-api.md, table of generations).
#[must_use]
pub fn error_body(error: &ApiError) -> Value {
    json!({ "code": error.code(), "errorMessage": error.to_string() })
}

fn carry_out(cloud: &mut Cloud, request: Request<'_>, now: Millis) -> Result<Value, ApiError> {
    let (operation, generation) = route::find(request.path).ok_or(ApiError::NoSuchPath)?;
    let key = signature::check(request.headers, |key| {
        Some(cloud.app(key)?.secret().reveal())
    })?;
    let app = cloud.app_mut(&key).ok_or(ApiError::AppKey)?;
    app.let_time_pass(now);
    let called = operation.read(generation, request.body).and_then(|source| {
        let call = Call {
            operation,
            generation,
            source: &source,
        };
        (operation.handler)(app, &call, now)
    });
    let counters = app.counters_mut();
    match &called {
        Ok(_) => counters.api_calls += 1,
        Err(_) => counters.refused_api_calls += 1,
    }
    called.map(|reply| reply.body(generation))
}
