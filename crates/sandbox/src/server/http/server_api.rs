//! The Server API, and every path nobody knows.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
};

use super::{BodyError, read};
use crate::{
    api::{self, ApiError},
    server::Sandbox,
};

/// Carries out a call of the Server API. Every answer is a JSON object.
pub(super) async fn call(State(sandbox): State<Sandbox>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    if api::serves(path) && parts.method != Method::POST {
        return refuse(path, &parts.headers, &ApiError::Method);
    }
    let body = match read(body, &sandbox).await {
        Ok(body) => body,
        Err(BodyError::TooLarge) => return refuse(path, &parts.headers, &ApiError::BodyTooLarge),
        Err(BodyError::TooSlow) => return refuse(path, &parts.headers, &ApiError::BodyTooSlow),
    };
    let call = api::Request {
        path,
        headers: &parts.headers,
        body: &body,
    };
    let answer = sandbox
        .shared()
        .act(|world, now| api::answer(&mut world.cloud, call, now));
    tokio::time::sleep(answer.delay).await;
    respond(answer.status, answer.body)
}

fn refuse(path: &str, headers: &HeaderMap, error: &ApiError) -> Response {
    api::log_refusal(path, headers, error);
    respond(error.http_status(), api::error_body(error))
}

fn respond(status: u16, body: serde_json::Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(body)).into_response()
}
