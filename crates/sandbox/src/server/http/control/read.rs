//! How a control call is read, and how it is refused.

use std::net::IpAddr;

use axum::{
    Extension, Json,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{HeaderMap, Method, StatusCode, Uri, header, request::Parts, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};
use imlink_model::{AppKey, UserId};
use serde::{Deserialize, de::DeserializeOwned};

use super::types::{Call, Done, Problem, Refusal};
use crate::server::{
    Sandbox,
    http::{BodyError, read},
};

/// Why a control call is refused.
pub(super) struct Refused(Refusal);

/// What a control call comes to.
pub(super) type Outcome<T> = Result<T, Refused>;

impl Refused {
    pub(super) fn new(problem: Problem, error: impl Into<String>) -> Self {
        let error = error.into();
        Self(Refusal { problem, error })
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(refusal) = self;
        let logged = Extension(refusal.problem);
        (status_of(refusal.problem), logged, Json(refusal)).into_response()
    }
}

/// Says in the log which call is refused, and why.
pub(in crate::server::http) async fn log_refusal(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let uri = request.uri().clone();
    let response = next.run(request).await;
    if let Some(problem) = response.extensions().get::<Problem>() {
        // The words may quote the call's values, so the log does without.
        tracing::info!(%method, path = uri.path(), ?problem, "Control call refused");
    }
    response
}

fn status_of(problem: Problem) -> StatusCode {
    match problem {
        Problem::BadFields => StatusCode::BAD_REQUEST,
        Problem::ForeignPage => StatusCode::FORBIDDEN,
        Problem::UnknownCall
        | Problem::UnknownApp
        | Problem::UnknownUser
        | Problem::UnknownGroup
        | Problem::UnknownChatroom
        | Problem::UnknownLink
        | Problem::NoTls => StatusCode::NOT_FOUND,
        Problem::UnknownMethod => StatusCode::METHOD_NOT_ALLOWED,
        Problem::TooSlow => StatusCode::REQUEST_TIMEOUT,
        Problem::Conflict => StatusCode::CONFLICT,
        Problem::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
    }
}

/// The outcome of a call that has nothing to tell.
pub(super) const DONE: Outcome<Done> = Ok(Done {});

/// A path nobody knows.
pub(super) async fn unknown_path() -> Refused {
    let error = "no such call; /openapi.json lists all";
    Refused::new(Problem::UnknownCall, error)
}

/// A path that is there, asked in another way.
pub(super) async fn unknown_method(method: Method) -> Refused {
    let error = format!("no such call with {method}; /openapi.json lists all");
    Refused::new(Problem::UnknownMethod, error)
}

/// Refuses a user whom nobody has mentioned yet: most likely the name is misspelt.
pub(super) fn check_known(sandbox: &Sandbox, user: &UserId) -> Outcome<()> {
    let is_known = sandbox.with_app(|app| app.users().any(|(known, ..)| known == user));
    if is_known {
        return Ok(());
    }
    let error = format!("no such user: {user}");
    Err(Refused::new(Problem::UnknownUser, error))
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
        refuse_foreign_pages(&parts.headers, sandbox)?;
        let named: Named = query(&parts.uri)?;
        let Some(key) = named.app else {
            return Ok(Self(sandbox.clone()));
        };
        let app = sandbox.existing_app(&key);
        let unknown = || Refused::new(Problem::UnknownApp, format!("no such app key: {key}"));
        app.map(Self).ok_or_else(unknown)
    }
}

/// A page of another site that a developer has open must not steer the sandbox: browsers say where
/// a call comes from, other clients do not. Nor must a page whose own name has been made to lead
/// here, which only the name it calls gives away.
fn refuse_foreign_pages(headers: &HeaderMap, sandbox: &Sandbox) -> Result<(), Refused> {
    let refused = |error| Err(Refused::new(Problem::ForeignPage, error));
    let host = headers.get(header::HOST);
    let host = host.map(|host| host.to_str().unwrap_or_default());
    if host.is_some_and(|host| !is_name_of(host, sandbox)) {
        return refused("call to a name that is not the sandbox's");
    }
    let host = host.unwrap_or_default();
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let own = ["http", "https"].map(|scheme| format!("{scheme}://{host}"));
    if own.iter().any(|own| origin.as_bytes() == own.as_bytes()) {
        return Ok(());
    }
    refused("call of a foreign page")
}

/// Whether `host:port` is an address, this very machine, or the name that clients are told.
fn is_name_of(host: &str, sandbox: &Sandbox) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host().trim_matches(['[', ']']);
    let is_public = |navigator: &str| {
        let uri = navigator.parse::<Uri>();
        uri.is_ok_and(|uri| uri.host() == Some(name))
    };
    name == "localhost" || name.parse::<IpAddr>().is_ok() || is_public(&sandbox.navigator())
}

/// The fields of a call, from wherever its method has them.
pub(super) struct Fields<C>(pub(super) C);

impl<C: Call> FromRequest<Sandbox> for Fields<C> {
    type Rejection = Refused;

    async fn from_request(request: Request, sandbox: &Sandbox) -> Result<Self, Refused> {
        if C::METHOD == Method::GET {
            return query(&without_app(request.uri())).map(Self);
        }
        // Whatever its content type says; without one there are no fields.
        let body = match read(request.into_body(), sandbox).await {
            Ok(body) if body.is_empty() => "{}".into(),
            Ok(body) => body,
            Err(BodyError::TooLarge) => {
                return Err(Refused::new(Problem::TooLarge, "body is too large"));
            }
            Err(BodyError::TooSlow) => {
                return Err(Refused::new(Problem::TooSlow, "body came too slowly"));
            }
        };
        let fields = serde_json::from_slice(&body);
        fields
            .map(Self)
            .map_err(|error| Refused::new(Problem::BadFields, error.to_string()))
    }
}

fn query<T: DeserializeOwned>(uri: &Uri) -> Outcome<T> {
    let read = Query::try_from_uri(uri);
    read.map(|Query(fields)| fields)
        .map_err(|error| Refused::new(Problem::BadFields, error.body_text()))
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
