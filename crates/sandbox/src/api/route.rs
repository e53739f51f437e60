//! Which path does what.

use imlink_model::Millis;
use serde_json::Value;

use super::{ApiError, form::Form, message, user};
use crate::App;

/// Carries out one call whose signature is good.
pub(super) type Handler = fn(&mut App, &Form, Millis) -> Result<Value, ApiError>;

const ROUTES: &[(&str, Handler)] = &[
    ("/user/getToken.json", user::get_token),
    ("/user/token/expire.json", user::expire_tokens),
    ("/user/block.json", user::block),
    ("/user/unblock.json", user::unblock),
    ("/message/private/publish.json", message::publish_private),
];

/// Every path.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    ROUTES.iter().map(|(path, _)| *path)
}

/// The handler of a path. Some SDKs double slashes (server-api.md 2).
pub(super) fn find(path: &str) -> Option<Handler> {
    let same = |route: &str| {
        let segments = |path| str::split(path, '/').filter(|segment| !segment.is_empty());
        segments(route).eq(segments(path))
    };
    ROUTES
        .iter()
        .find(|(route, _)| same(route))
        .map(|(_, handler)| *handler)
}
