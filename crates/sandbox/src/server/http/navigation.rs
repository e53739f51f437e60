//! Navigation requests in both versions.

use axum::{
    Json,
    body::Body,
    extract::{Extension, Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use imlink_model::AppKey;
use imlink_wire::navigation::{NEGOTIATE, NavigatorScheme, ReceivedRequest, RequestError};
use serde_json::json;

use super::{BodyError, cors, openapi, read};
use crate::{
    Heard, NavigationReply,
    server::{Sandbox, redaction::without_token},
};

/// `POST /v2/navi.json`.
pub(super) async fn version_2(
    State(sandbox): State<Sandbox>,
    Extension(scheme): Extension<NavigatorScheme>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = match read(body, &sandbox).await {
        Ok(body) => body,
        Err(BodyError::TooLarge) => {
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, "body is too large");
        }
        Err(BodyError::TooSlow) => {
            return refuse(StatusCode::REQUEST_TIMEOUT, "body came too slowly");
        }
    };
    let received = ReceivedRequest::parse_v2(header(&parts, "RC-Appkey"), &body)
        .map(|received| received.negotiating(header(&parts, NEGOTIATE)));
    let form = String::from_utf8_lossy(&body).into_owned();
    answer(&sandbox, &parts, form, received, scheme).await
}

/// `GET /navi.js`.
pub(super) async fn version_1(
    State(sandbox): State<Sandbox>,
    Extension(scheme): Extension<NavigatorScheme>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let received = ReceivedRequest::parse_v1(parts.uri.query().unwrap_or_default());
    answer(&sandbox, &parts, String::new(), received, scheme).await
}

async fn answer(
    sandbox: &Sandbox,
    parts: &Parts,
    form: String,
    received: Result<ReceivedRequest, RequestError>,
    scheme: NavigatorScheme,
) -> Response {
    let received = match received {
        Ok(received) => ReceivedRequest { scheme, ..received },
        Err(error) => return refuse(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let heard = heard(parts, form);
    let reply = sandbox.shared().act(|world, now| {
        let key = AppKey::new(received.app_key.as_str()).ok();
        if let Some(app) = key.and_then(|key| world.cloud.app_mut(&key)) {
            app.hear(None, heard, now);
        }
        world.cloud.navigate(&received, now)
    });
    tokio::time::sleep(reply.delay).await;
    respond(reply, received.callback.is_some())
}

fn respond(reply: NavigationReply, is_script: bool) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = if is_script {
        "application/javascript"
    } else {
        "application/json"
    };
    let headers = [
        cors::ANY_ORIGIN,
        (header::CONTENT_TYPE, header::HeaderValue::from_static(kind)),
    ];
    let mut response = (status, headers, Body::from(reply.body)).into_response();
    if let Some(location) = reply.location.and_then(|location| location.parse().ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn refuse(status: StatusCode, reason: &str) -> Response {
    tracing::info!(
        status = status.as_u16(),
        reason,
        "Navigation request refused"
    );
    (status, [cors::ANY_ORIGIN], reason.to_owned()).into_response()
}

/// A path that is there, asked in another way.
pub(super) async fn unknown_method(request: Request) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    tracing::info!(%method, path, status = 405, "Call refused: no such method");
    let error = format!("no such call with {method}; {} lists all", openapi::PATH);
    let body = Json(json!({ "code": 405, "errorMessage": error }));
    (StatusCode::METHOD_NOT_ALLOWED, [cors::ANY_ORIGIN], body).into_response()
}

fn header<'p>(parts: &'p Parts, name: &str) -> Option<&'p str> {
    parts.headers.get(name)?.to_str().ok()
}

fn heard(parts: &Parts, form: String) -> Heard {
    let request = match parts.uri.query() {
        None => format!("{} {}", parts.method, parts.uri.path()),
        Some(query) => format!(
            "{} {}?{}",
            parts.method,
            parts.uri.path(),
            without_token(query)
        ),
    };
    Heard::Navigation {
        request,
        headers: texts(&parts.headers),
        body: without_token(&form),
    }
}

fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect()
}
