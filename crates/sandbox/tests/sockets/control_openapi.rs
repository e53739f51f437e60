//! The OpenAPI document: what it says is what is served.

use std::collections::BTreeSet;

use imlink_sandbox::{Config, Sandbox, Tls};
use serde_json::{Map, Value};

use crate::{client::sandbox, web::request};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The promise to those who call: a call is not taken away by accident.
const CALLS: &[&str] = &[
    "delete /sandbox/v1/faults",
    "get /navi.js",
    "get /openapi.json",
    "get /sandbox/v1/apps",
    "get /sandbox/v1/ca.pem",
    "get /sandbox/v1/chatrooms",
    "get /sandbox/v1/faults",
    "get /sandbox/v1/groups",
    "get /sandbox/v1/info",
    "get /sandbox/v1/links",
    "get /sandbox/v1/policy",
    "get /sandbox/v1/stats",
    "get /sandbox/v1/stored",
    "get /sandbox/v1/transcript",
    "get /sandbox/v1/users",
    "patch /sandbox/v1/transport",
    "post /sandbox/v1/apps",
    "post /sandbox/v1/apps/open",
    "post /sandbox/v1/apps/shut",
    "post /sandbox/v1/block",
    "post /sandbox/v1/chatrooms",
    "post /sandbox/v1/chatrooms/destroy",
    "post /sandbox/v1/clock",
    "post /sandbox/v1/disconnect",
    "post /sandbox/v1/drop",
    "post /sandbox/v1/faults",
    "post /sandbox/v1/gateway",
    "post /sandbox/v1/groups/dismiss",
    "post /sandbox/v1/groups/join",
    "post /sandbox/v1/inject",
    "post /sandbox/v1/kick",
    "post /sandbox/v1/publish",
    "post /sandbox/v1/tokens",
    "post /sandbox/v1/tokens/expire",
    "post /sandbox/v1/transport",
    "post /sandbox/v1/unblock",
    "post /sandbox/v1/users/delete",
    "post /sandbox/v1/users/restore",
    "post /v2/navi.json",
    "put /sandbox/v1/policy",
];

#[test]
fn the_document_names_every_call_of_the_promise() {
    let document = document();

    let named: BTreeSet<String> = operations(&document)
        .filter(|(_, _, operation)| operation["tags"][0] != "server-api")
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();

    assert_eq!(named, CALLS.iter().map(ToString::to_string).collect());
}

#[test]
fn every_call_of_the_document_is_served_and_no_other_method_of_its_path() {
    let sandbox = with_tls();
    let document = document();

    for (path, documented) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            let answer = request(&sandbox, &method.to_uppercase(), path, &[], b"");
            // What belongs to the Server API is 401 for want of a signature, or of a POST.
            let is_served = !matches!(answer.status, 404 | 405) && !is_wrong_method(&answer.body);
            assert_eq!(
                is_served,
                documented.get(method).is_some(),
                "{method} {path}: {}",
                answer.status
            );
        }
    }
}

fn with_tls() -> Sandbox {
    let config = Config {
        tls: Some(Tls::default()),
        ..Config::default()
    };
    Sandbox::spawn(config).unwrap()
}

/// The Server API's own way to say 405.
fn is_wrong_method(body: &[u8]) -> bool {
    serde_json::from_slice(body).is_ok_and(|body: Value| body["code"] == 1007)
}

#[test]
fn every_operation_is_told_apart_explained_and_answered() {
    let document = document();
    let mut ids = BTreeSet::new();

    for (method, path, operation) in operations(&document) {
        let text = |field: &str| operation[field].as_str().unwrap_or_default();
        let responses = operation["responses"].as_object().unwrap();

        assert!(ids.insert(text("operationId")), "{path}: the id is taken");
        assert!(!text("summary").is_empty(), "{path}: no summary");
        assert!(responses.contains_key("200"), "{path}: no answer");
        for (status, response) in responses {
            let about = response["description"].as_str().unwrap_or_default();
            assert!(!about.is_empty(), "{method} {path}: {status} unexplained");
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(
                matches!(parameter["in"].as_str(), Some("query" | "header")),
                "{path}: {parameter}"
            );
            assert!(parameter["name"].is_string(), "{path}: {parameter}");
            assert!(parameter["schema"].is_object(), "{path}: {parameter}");
        }
        if let Some(body) = operation.get("requestBody") {
            let content = body["content"].as_object().unwrap();
            assert!(!content.is_empty(), "{path}: {body}");
            assert!(content.values().all(|kind| kind["schema"].is_object()));
        }
    }
}

#[test]
fn every_reference_leads_to_a_schema_and_every_schema_is_referred_to() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();

    let mut referred = BTreeSet::new();
    collect_references(&document, &mut referred);

    let known = schemas
        .keys()
        .map(|name| format!("#/components/schemas/{name}"));
    assert_eq!(referred, known.collect());
}

#[test]
fn the_fields_of_calls_are_explained() {
    let document = document();

    let faults = &document["components"]["schemas"]["AddFault"]["properties"];
    let stored = &document["paths"]["/sandbox/v1/stored"]["get"]["parameters"];

    assert_eq!(faults["scope"]["description"], "For whom.");
    assert_eq!(stored[1]["name"], "user");
    assert_eq!(stored[1]["required"], true);
}

#[test]
fn the_document_says_which_version_of_openapi_it_is() {
    let document = document();

    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["info"]["title"].is_string());
    assert!(document["info"]["version"].is_string());
}

fn document() -> Value {
    let answer = request(&sandbox(), "GET", "/openapi.json", &[], b"");
    assert_eq!(answer.status, 200);
    assert!(answer.has_header("content-type: application/json"));
    answer.json()
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths: &Map<String, Value> = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
    })
}

fn collect_references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                found.insert(reference.clone());
            }
            fields
                .values()
                .for_each(|value| collect_references(value, found));
        }
        Value::Array(values) => values
            .iter()
            .for_each(|value| collect_references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
