//! How a control call is read, and how it is refused.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{HeaderMap, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use imlink_model::{AppKey, UserId};
use serde::{Deserialize, de::DeserializeOwned};

use super::types::{Call, Done, Refusal};
use crate::server::{
    Sandbox,
    http::{BodyError, read},
};

/// Why a control call is refused.
pub(super) struct Refused {
    status: StatusCode,
    reason: String,
}

/// What a control call comes to.
pub(super) type Outcome<T> = Result<T, Refused>;

impl Refused {
    pub(super) fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { status, reason }
    }

    pub(super) fn bad_request(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason)
    }

    pub(super) fn not_found(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, reason)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        // The reason may quote the call's values, so the log does without.
        tracing::info!(status = self.status.as_u16(), "Control call refused");
        let refusal = Refusal { error: self.reason };
        (self.status, Json(refusal)).into_response()
    }
}

/// The outcome of a call that has nothing to tell.
pub(super) const DONE: Outcome<Done> = Ok(Done {});

/// A path nobody knows.
pub(super) async fn unknown_path() -> Refused {
    Refused::not_found("no such call; /openapi.json lists all")
}

/// A path that is there, asked in another way.
pub(super) async fn unknown_method(method: Method) -> Refused {
    Refused::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("no such call with {method}; /openapi.json lists all"),
    )
}

/// Refuses a user whom nobody has mentioned yet: most likely the name is misspelt.
pub(super) fn check_known(sandbox: &Sandbox, user: &UserId) -> Outcome<()> {
    let is_known = sandbox.with_app(|app| app.users().any(|(known, ..)| known == user));
    if is_known {
        return Ok(());
    }
    Err(Refused::not_found(format!("no such user: {user}")))
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
        let named: Named = query(&parts.uri)?;
        let Some(key) = named.app else {
            return Ok(Self(sandbox.clone()));
        };
        let app = sandbox.existing_app(&key);
        app.map(Self)
            .ok_or_else(|| Refused::not_found(format!("no such app key: {key}")))
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

/// The fields of a call, from wherever its method has them.
pub(super) struct Fields<C>(pub(super) C);

impl<C: Call> FromRequest<Sandbox> for Fields<C> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &Sandbox) -> Result<Self, Refused> {
        if C::METHOD == Method::GET {
            return query(&without_app(request.uri())).map(Self);
        }
        // Whatever its content type says; without one there are no fields.
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
        let fields = serde_json::from_slice(&body);
        fields
            .map(Self)
            .map_err(|error| Refused::bad_request(error.to_string()))
    }
}

fn query<T: DeserializeOwned>(uri: &Uri) -> Outcome<T> {
    let read = Query::try_from_uri(uri);
    read.map(|Query(fields)| fields)
        .map_err(|error| Refused::bad_request(error.body_text()))
}

/// The same query without the part that every call has.
fn without_app(uri: &Uri) -> Uri {
    let mut query = form_urlencoded::Serializer::new(String::from("/?"));
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if name != "app" {
            query.append_pair(&name, &value);
        }
    }
    let query = query.finish();
    query
        .parse()
        .expect("what is encoded for a form is a query")
}
