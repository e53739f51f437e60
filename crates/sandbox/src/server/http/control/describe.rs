//! A control call as an OpenAPI operation.

use axum::http::Method;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::{
    apps::PEM_FILE,
    types::{AUTHORITY, Call, PREFIX, Refusal},
};
use crate::server::http::openapi::{Operation, response};

/// Describes a call by its types.
pub(super) fn operation<C: Call>(generator: &mut SchemaGenerator) -> Operation {
    let call = C::json_schema(generator).to_value();
    let mut parameters = vec![json!({
        "name": "app",
        "in": "query",
        "description": "In the world of which app key; without it the default one.",
        "schema": { "type": "string" },
    })];
    let mut object = json!({
        "tags": ["control"],
        "operationId": C::schema_name(),
        "summary": first_line(&call),
        "responses": {
            "200": answer::<C::Answer>(generator),
            "default": answer::<Refusal>(generator),
        },
    });
    if reads_body::<C>() {
        let schema = generator.subschema_for::<C>();
        object["requestBody"] = json!({ "content": { "application/json": { "schema": schema } } });
    } else {
        parameters.extend(query_parameters(&call));
    }
    object["parameters"] = parameters.into();
    Operation {
        method: C::METHOD,
        path: format!("{PREFIX}{}", C::PATH),
        object,
    }
}

/// Describes the one call that is not answered with JSON.
pub(super) fn authority(generator: &mut SchemaGenerator) -> Operation {
    let pem = json!({ PEM_FILE: { "schema": { "type": "string" } } });
    Operation {
        method: Method::GET,
        path: format!("{PREFIX}{AUTHORITY}"),
        object: json!({
            "tags": ["control"],
            "operationId": "GetAuthority",
            "summary": "Gets the authority behind the sandbox's certificate, for clients to trust.",
            "responses": {
                "200": { "description": "It is made at each start.", "content": pem },
                "default": answer::<Refusal>(generator),
            },
        }),
    }
}

/// Whether there is anything to say in a body.
fn reads_body<C: Call>() -> bool {
    matches!(C::METHOD.as_str(), "POST" | "PUT" | "PATCH")
}

fn answer<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    let description = first_line(&T::json_schema(generator).to_value());
    response(&description, &generator.subschema_for::<T>().to_value())
}

/// The first line of a type's documentation.
fn first_line(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
}

/// The fields of a call as parameters of its query.
fn query_parameters(call: &Value) -> Vec<Value> {
    let Some(fields) = call["properties"].as_object() else {
        return Vec::new();
    };
    let required = call["required"].as_array().cloned().unwrap_or_default();
    let parameter = |(name, schema): (&String, &Value)| {
        json!({
            "name": name,
            "in": "query",
            "required": required.contains(&json!(name)),
            "description": schema["description"],
            "schema": schema,
        })
    };
    fields.iter().map(parameter).collect()
}
