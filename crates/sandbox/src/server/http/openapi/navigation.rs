//! Navigation, as the vendor's clients ask it (protocol/cloud-wire.md 1).

use axum::{http::Method, routing::options};
use schemars::SchemaGenerator;
use serde_json::{Value, json};

use super::{Operation, Table, parameter};
use crate::server::http::{cors, navigation};

const VERSION_2: &str = "/v2/navi.json";
const VERSION_1: &str = "/navi.js";

/// The two versions, and what browsers ask before the second.
pub(in crate::server::http) fn table() -> Table {
    Table::default()
        .route(
            VERSION_2,
            Method::POST,
            navigation::version_2,
            describe_version_2,
        )
        .route(
            VERSION_1,
            Method::GET,
            navigation::version_1,
            describe_version_1,
        )
        .with(|router| router.route(VERSION_2, options(cors::preflight)))
}

fn describe_version_2(_: &mut SchemaGenerator) -> Operation {
    let form = json!({
        "type": "object",
        "properties": {
            "token": text("The user's token, with what follows its `@`."),
            "v": text("Version of the client."),
            "platfrom": text("Kind of the client; the spelling is the vendor's."),
        },
        "required": ["token"],
    });
    Operation {
        method: Method::POST,
        path: VERSION_2.to_owned(),
        object: json!({
            "tags": ["navigation"],
            "operationId": "Navigate",
            "summary": "Tells a client where the gateway is.",
            "parameters": [
                parameter("header", "RC-Appkey", true, "The app key."),
                parameter("header", "RC-Negotiate", false, "What the client can open."),
            ],
            "requestBody": {
                "required": true,
                "content": { "application/x-www-form-urlencoded": { "schema": form } },
            },
            "responses": responses("application/json"),
        }),
    }
}

fn describe_version_1(_: &mut SchemaGenerator) -> Operation {
    Operation {
        method: Method::GET,
        path: VERSION_1.to_owned(),
        object: json!({
            "tags": ["navigation"],
            "operationId": "NavigateByScript",
            "summary": "Tells a web page where the gateway is, as a script that calls a function.",
            "parameters": [
                parameter("query", "appId", true, "The app key."),
                parameter("query", "token", true, "The user's token."),
                parameter("query", "callBack", false, "Name of the function."),
                parameter("query", "v", false, "Version of the client."),
            ],
            "responses": responses("application/javascript"),
        }),
    }
}

fn responses(kind: &str) -> Value {
    json!({
        "200": {
            "description": "Gateways and settings, with a `code` of 200 or a refusal.",
            "content": { kind: { "schema": {} } },
        },
        "400": { "description": "App key or token is missing." },
        "403": { "description": "The token is unknown or has expired." },
    })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}
