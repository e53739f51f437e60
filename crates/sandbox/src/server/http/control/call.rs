//! How a control call is read and answered.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use imlink_model::AppKey;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::super::{BodyError, read};
use crate::server::Sandbox;

/// Why a control call is refused.
pub(super) struct Refused {
    status: StatusCode,
    reason: String,
}

/// What a control call answers.
pub(super) type Answered = Result<Json<Value>, Refused>;

impl Refused {
    pub(super) fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { status, reason }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        // The reason may quote the call's values, so the log does without.
        tracing::info!(status = self.status.as_u16(), "Control call refused");
        (self.status, Json(json!({ "error": self.reason }))).into_response()
    }
}

/// The answer of a call that has nothing to tell.
pub(super) fn done() -> Answered {
    Ok(Json(json!({})))
}

/// A path nobody knows.
pub(super) async fn unknown() -> Refused {
    Refused::new(StatusCode::NOT_FOUND, "no such call")
}

/// The handle for the app named by `?app=`, or the default one.
pub(super) struct App(pub(super) Sandbox);

#[derive(Deserialize)]
struct Named {
    app: Option<AppKey>,
}

impl FromRequestParts<Sandbox> for App {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, Refused> {
        refuse_foreign_pages(&parts.headers)?;
        let Query(named) = Query::<Named>::from_request_parts(parts, sandbox)
            .await
            .map_err(|error| Refused::new(StatusCode::BAD_REQUEST, error.body_text()))?;
        let Some(key) = named.app else {
            return Ok(Self(sandbox.clone()));
        };
        let app = sandbox.existing_app(&key);
        app.map(Self)
            .ok_or_else(|| Refused::new(StatusCode::NOT_FOUND, "no such app key"))
    }
}

/// A page of another site that a developer has open must not steer the sandbox: browsers say where
/// a call comes from, other clients do not.
fn refuse_foreign_pages(headers: &HeaderMap) -> Result<(), Refused> {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    if origin.as_bytes() == format!("http://{host}").as_bytes() {
        return Ok(());
    }
    Err(Refused::new(
        StatusCode::FORBIDDEN,
        "call of a foreign page",
    ))
}

/// A JSON body, whatever its content type says; an empty one is `{}`.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Sandbox> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &Sandbox) -> Result<Self, Refused> {
        let body = match read(request.into_body()).await {
            Ok(body) if body.is_empty() => "{}".into(),
            Ok(body) => body,
            Err(BodyError::TooLarge) => {
                return Err(Refused::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "body is too large",
                ));
            }
            Err(BodyError::TooSlow) => {
                return Err(Refused::new(
                    StatusCode::REQUEST_TIMEOUT,
                    "body came too slowly",
                ));
            }
        };
        let value = serde_json::from_slice(&body);
        value
            .map(Self)
            .map_err(|error| Refused::new(StatusCode::BAD_REQUEST, error.to_string()))
    }
}
