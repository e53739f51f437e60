//! One OpenAPI document of everything that is served over HTTP.
//!
//! Nothing is written twice: paths come from the [`Table`]s that also make the router, schemas from
//! the types that are read and written.

mod navigation;
mod server_api;
mod table;

use std::sync::LazyLock;

use axum::{
    http::{HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

pub(super) use table::Table;

/// Where the document is.
pub(super) const PATH: &str = "/openapi.json";

/// One call, described.
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: String,
    /// An Operation Object.
    pub(super) object: Value,
}

/// Describes one call; schemas with a name go into the generator.
pub(super) type Describe = fn(&mut SchemaGenerator) -> Operation;

/// The call that gets the document, and the calls that are described here.
pub(super) fn table() -> Table {
    Table::default()
        .route(PATH, Method::GET, document, describe)
        .nest("", navigation::table())
}

async fn document() -> Response {
    static DOCUMENT: LazyLock<String> =
        LazyLock::new(|| assemble(super::table().operations()).to_string());
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], DOCUMENT.as_str()).into_response()
}

fn describe(_: &mut SchemaGenerator) -> Operation {
    Operation {
        method: Method::GET,
        path: PATH.to_owned(),
        object: json!({
            "tags": ["control"],
            "operationId": "GetOpenApi",
            "summary": "Describes every call, as this document.",
            "responses": { "200": response("An OpenAPI document.", &json!({ "type": "object" })) },
        }),
    }
}

/// A Response Object with a JSON body.
pub(super) fn response(description: &str, schema: &Value) -> Value {
    json!({
        "description": description,
        "content": { "application/json": { "schema": schema } },
    })
}

/// A Parameter Object for a text.
fn parameter(place: &str, name: &str, required: bool, description: &str) -> Value {
    json!({
        "name": name,
        "in": place,
        "required": required,
        "description": description,
        "schema": { "type": "string" },
    })
}

fn assemble(operations: &[Describe]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    let described = operations.iter().map(|describe| describe(&mut generator));
    for operation in described.chain(server_api::operations()) {
        let Operation {
            method,
            path,
            object,
        } = operation;
        let methods = paths.entry(path).or_insert_with(|| json!({}));
        methods[method.as_str().to_ascii_lowercase()] = object;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "imlink sandbox",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A chat cloud in a box: navigation and Server API as the vendor's \
                clients and app servers call them, and a control API of its own.",
        },
        "servers": [{ "url": "/" }],
        "tags": [
            { "name": "control", "description": "Steers and watches the sandbox." },
            { "name": "navigation", "description": "Tells clients where the gateway is." },
            { "name": "server-api", "description": "What app servers call." },
        ],
        "paths": paths,
        "components": { "schemas": generator.take_definitions(true) },
    })
}
