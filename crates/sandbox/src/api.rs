//! The Server API: what app servers call (server-api.md).
//!
//! ```text
//! path -> route    headers -> app key, signature    body -> form    -> handler -> JSON
//! ```
//!
//! Pure as the core: a [`Request`] and the time go in, a [`Response`] comes out. Every answer,
//! errors too, is a JSON object with a `code`.

mod error;
mod form;
mod message;
mod route;
mod signature;
mod user;

pub use error::ApiError;
pub use signature::sign;

use http::HeaderMap;
use imlink_model::Millis;
use serde_json::{Value, json};

use crate::Cloud;
use form::Form;

/// One call, as HTTP brought it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Path without query.
    pub path: &'a str,
    /// Signature and app key are in either family of names, see [`sign`].
    pub headers: &'a HeaderMap,
    /// The form.
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

/// The path of every call.
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    route::paths()
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
    let handler = route::find(request.path).ok_or(ApiError::NoSuchPath)?;
    let key = signature::check(request.headers, |key| {
        Some(cloud.app(key)?.secret().reveal())
    })?;
    let app = cloud.app_mut(&key).ok_or(ApiError::AppKey)?;
    let called = Form::parse(request.body).and_then(|form| handler(app, &form, now));
    let counters = app.counters_mut();
    match &called {
        Ok(_) => counters.api_calls += 1,
        Err(_) => counters.refused_api_calls += 1,
    }
    called
}
