//! The Server API, as app servers call it (server-api.md).

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::{Operation, parameter};
use crate::api::{self, Encoding, FieldType, Generation, RouteField};

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

/// The calls, by the table that routes them and reads their fields.
pub(super) fn operations() -> impl Iterator<Item = Operation> {
    api::routes().map(|route| Operation {
        method: Method::POST,
        path: route.path.to_owned(),
        object: json!({
            "tags": ["server-api"],
            "operationId": operation_id(route.path),
            "summary": route.purpose,
            "parameters": HEADERS.map(|(name, about)| parameter("header", name, true, about)),
            "requestBody": {
                "required": true,
                "content": { media_type(route.encoding): { "schema": body(&route.fields) } },
            },
            "responses": {
                "200": super::response("It is done.", &answer(route.generation)),
                "default": super::response("It is refused.", &refusal()),
            },
        }),
    })
}

const fn media_type(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Form => "application/x-www-form-urlencoded",
        Encoding::Json => "application/json",
    }
}

fn body(fields: &[RouteField]) -> Value {
    let properties: Map<_, _> = fields
        .iter()
        .map(|field| {
            let mut schema = schema(&field.field_type);
            schema["description"] = field.meaning.into();
            (field.name.to_owned(), schema)
        })
        .collect();
    let required = fields.iter().filter(|field| field.required);
    let required: Vec<_> = required.map(|field| field.name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// Most lengths are counted in bytes, which a schema cannot say.
fn schema(field_type: &FieldType) -> Value {
    match field_type {
        FieldType::Text { max_length } => json!({ "type": "string", "maxLength": max_length }),
        FieldType::Number { min, max } => {
            json!({ "type": "integer", "minimum": min, "maximum": max })
        }
        FieldType::Flag => json!({ "enum": [0, 1, "0", "1", false, true, "false", "true"] }),
        FieldType::List {
            max_items,
            max_length,
        } => json!({
            "type": "array",
            "items": { "type": "string", "maxLength": max_length },
            "maxItems": max_items,
        }),
        FieldType::Map { max_items } => json!({
            "type": "object",
            "additionalProperties": { "type": "string" },
            "maxProperties": max_items,
        }),
        FieldType::Rows { max_items } => json!({
            "type": "array",
            "items": { "type": "object", "additionalProperties": { "type": "string" } },
            "maxItems": max_items,
        }),
    }
}

fn answer(generation: Generation) -> Value {
    let code = match generation {
        Generation::RongCloud => 200,
        Generation::Nexconn => 0,
    };
    json!({
        "type": "object",
        "properties": { "code": { "const": code } },
        "required": ["code"],
    })
}

fn refusal() -> Value {
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
