//! The control API: every method of [`Sandbox`] as an HTTP call with a JSON body.
//!
//! Calls act in the world of the default app key, or of the one named by `?app=`. An error is
//! `{"error": "..."}` with a status of 400 or more. Whoever reaches it may do everything.

mod call;
mod faults;
mod people;
mod watch;

use axum::{
    Router,
    routing::{get, post},
};

use crate::server::Sandbox;

/// The calls below `/sandbox/v1`.
pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/info", get(watch::info))
        .route("/apps", get(watch::apps).post(people::add_app))
        .route("/users", get(watch::users))
        .route("/links", get(watch::links))
        .route("/stats", get(watch::stats))
        .route("/transcript", get(watch::transcript))
        .route("/stored", get(watch::stored))
        .route("/tokens", post(people::issue_token))
        .route("/tokens/expire", post(people::expire_tokens))
        .route("/block", post(people::block))
        .route("/unblock", post(people::unblock))
        .route("/publish", post(people::publish))
        .route("/kick", post(people::kick))
        .route("/disconnect", post(people::disconnect))
        .route("/faults", post(faults::add).delete(faults::clear))
        .route("/transport", post(faults::set_transport))
        .route("/drop", post(faults::drop_links))
        .route("/inject", post(faults::inject))
        .route("/gateway", post(faults::gateway))
        .route("/policy", get(watch::policy).put(faults::set_policy))
        .route("/clock", post(faults::advance_clock))
        .fallback(call::unknown)
}
