//! The control API: every method of [`Sandbox`] as an HTTP call with JSON.
//!
//! Calls act in the world of the default app key, or of the one named by `?app=`. An error is a
//! [`Refusal`] with a status of 400 or more. Whoever reaches it may do everything.
//!
//! ```text
//! types: one for each call -+-> table -+-> router
//!                           |          +-> OpenAPI document
//!                           +-> whoever calls, `imlink sandbox users` and so on
//! ```

mod apps;
mod conversations;
mod describe;
mod faults;
mod people;
mod read;
mod rules;
mod transport;
mod types;
mod watch;

use axum::{Json, http::Method};

pub(super) use read::log_refusal;
pub use types::*;

use super::openapi::Table;
use crate::server::Sandbox;
use read::{App, Fields, Outcome};

/// All calls, without their [`PREFIX`].
pub(super) fn table() -> Table {
    Table::default()
        .call(apps::info)
        .call(apps::list)
        .call(apps::add)
        .call(apps::shut)
        .call(apps::open)
        .call(people::list)
        .call(people::issue_token)
        .call(people::expire_tokens)
        .call(people::block)
        .call(people::unblock)
        .call(people::kick)
        .call(people::disconnect)
        .call(people::delete)
        .call(people::restore)
        .call(people::publish)
        .call(conversations::groups)
        .call(conversations::join_group)
        .call(conversations::dismiss_group)
        .call(conversations::chatrooms)
        .call(conversations::create_chatroom)
        .call(conversations::destroy_chatroom)
        .call(watch::links)
        .call(watch::stats)
        .call(watch::transcript)
        .call(watch::stored)
        .call(faults::list)
        .call(faults::add)
        .call(faults::clear)
        .call(transport::set)
        .call(transport::change)
        .call(transport::drop_links)
        .call(transport::inject)
        .call(rules::set_gateway)
        .call(rules::policy)
        .call(rules::set_policy)
        .call(rules::advance_clock)
        .route(AUTHORITY, Method::GET, apps::authority, describe::authority)
        .with(|router| {
            router
                .fallback(read::unknown_path)
                .method_not_allowed_fallback(read::unknown_method)
        })
}

impl Table {
    /// Adds a call and what carries it out.
    fn call<C, F, T>(self, carry_out: F) -> Self
    where
        C: Call,
        F: Fn(Sandbox, C) -> T + Clone + Send + Sync + 'static,
        T: Future<Output = Outcome<C::Answer>> + Send,
    {
        let handler = async move |App(sandbox): App, Fields(call): Fields<C>| {
            carry_out(sandbox, call).await.map(Json)
        };
        self.route(C::PATH, C::METHOD, handler, describe::operation::<C>)
    }
}
