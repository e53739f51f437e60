//! What is to be seen.

use axum::{
    Json,
    extract::{FromRequestParts, Query},
    http::{StatusCode, request::Parts},
};
use imlink_model::UserId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{App, Refused};
use crate::server::Sandbox;

/// `GET /info`: addresses and keys.
pub(super) async fn info(App(sandbox): App) -> Json<Value> {
    Json(json!({
        "app_key": sandbox.app_key(),
        "secret": sandbox.secret().reveal(),
        "navigator": sandbox.navigator(),
        "gateway": sandbox.gateway_address().to_string(),
        "links": sandbox.links().len(),
    }))
}

/// `GET /apps`: app keys.
pub(super) async fn apps(App(sandbox): App) -> Json<Value> {
    let keys: Vec<Value> = sandbox
        .shared()
        .act(|world, _| world.cloud.apps().map(|(key, _)| json!(key)).collect());
    Json(json!({ "apps": keys }))
}

/// `GET /users`.
pub(super) async fn users(App(sandbox): App) -> Json<Value> {
    let users: Vec<Value> = sandbox.with_app(|app| {
        let described = app.users().map(|(user, name, portrait)| {
            json!({ "user": user, "name": name, "portrait": portrait, "online": app.is_online(user) })
        });
        described.collect()
    });
    Json(json!({ "users": users }))
}

/// `GET /links`: the links that are online.
pub(super) async fn links(App(sandbox): App) -> Json<Value> {
    Json(json!({ "links": sandbox.links() }))
}

/// `GET /stats`: counters.
pub(super) async fn stats(App(sandbox): App) -> Json<Value> {
    Json(json!(sandbox.counters()))
}

/// `GET /transcript`: what clients said.
pub(super) async fn transcript(App(sandbox): App) -> Json<Value> {
    Json(json!({ "records": sandbox.transcript() }))
}

/// `GET /policy`.
pub(super) async fn policy(App(sandbox): App) -> Json<Value> {
    Json(json!(sandbox.with_app(|app| app.policy().clone())))
}

/// `GET /stored?user=`: a user's mailbox, contents included.
pub(super) async fn stored(App(sandbox): App, Of(user): Of) -> Json<Value> {
    Json(json!({ "messages": sandbox.stored(&user) }))
}

/// The user named by `?user=`.
pub(super) struct Of(UserId);

#[derive(Deserialize)]
struct Named {
    user: UserId,
}

impl FromRequestParts<Sandbox> for Of {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, Refused> {
        let named = Query::<Named>::from_request_parts(parts, sandbox).await;
        let named =
            named.map_err(|error| Refused::new(StatusCode::BAD_REQUEST, error.body_text()))?;
        Ok(Self(named.0.user))
    }
}
