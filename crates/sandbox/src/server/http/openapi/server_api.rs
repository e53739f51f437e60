//! The Server API, as app servers call it (server-api.md).

use axum::http::Method;
use serde_json::json;

use super::{Operation, parameter};
use crate::api;

/// What app servers sign a call with (server-api.md 1).
const HEADERS: [(&str, &str); 4] = [
    ("App-Key", "The app key."),
    ("Nonce", "Any text."),
    ("Timestamp", "Seconds or milliseconds since the epoch."),
    (
        "Signature",
        "SHA-1 of secret, nonce and timestamp, as hexadecimal digits.",
    ),
];

/// The calls, by the table that routes them.
pub(super) fn operations() -> impl Iterator<Item = Operation> {
    api::paths().map(|path| Operation {
        method: Method::POST,
        path: path.to_owned(),
        object: json!({
            "tags": ["server-api"],
            "operationId": operation_id(path),
            "summary": path.trim_start_matches('/').trim_end_matches(".json"),
            "parameters": HEADERS.map(|(name, about)| parameter("header", name, true, about)),
            "requestBody": {
                "required": true,
                "content": {
                    "application/x-www-form-urlencoded": { "schema": { "type": "object" } },
                },
            },
            "responses": {
                "200": super::response("It is done.", &answer()),
                "default": super::response("It is refused.", &refusal()),
            },
        }),
    })
}

fn answer() -> serde_json::Value {
    json!({
        "type": "object",
        "properties": { "code": { "const": 200 } },
        "required": ["code"],
    })
}

fn refusal() -> serde_json::Value {
    json!({
        "type": "object",
        "properties": {
            "code": { "type": "integer" },
            "errorMessage": { "type": "string" },
        },
        "required": ["code"],
    })
}

/// `/user/getToken.json` is `user-getToken`.
fn operation_id(path: &str) -> String {
    path.trim_matches('/')
        .trim_end_matches(".json")
        .replace('/', "-")
}
