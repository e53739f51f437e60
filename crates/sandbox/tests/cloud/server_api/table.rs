//! The table of paths is what is routed by, checked by and documented from.

use std::collections::BTreeSet;

use imlink_sandbox::api::{Encoding, FieldType, Generation, Route, routes};
use serde_json::{Map, Value, json};

use super::{call, code};
use crate::bench::Bench;

#[test]
fn every_path_is_there_once_and_looks_like_its_generation() {
    let mut paths = BTreeSet::new();
    for route in routes() {
        assert!(paths.insert(route.path), "{} is there twice", route.path);
        match route.generation {
            Generation::RongCloud => assert!(route.path.ends_with(".json"), "{}", route.path),
            Generation::Nexconn => assert!(route.path.starts_with("/v4/"), "{}", route.path),
        }
        let mut names = BTreeSet::new();
        for field in &route.fields {
            assert!(
                names.insert(field.name),
                "{} has {} twice",
                route.path,
                field.name
            );
            assert!(
                field.meaning.ends_with('.'),
                "{}: {}",
                route.path,
                field.meaning
            );
        }
    }
    assert!(paths.len() > 100, "{}", paths.len());
}

/// A value that the documentation calls good.
fn sample(field_type: &FieldType) -> Value {
    match field_type {
        FieldType::Text { .. } => json!("RC:TxtMsg"),
        FieldType::Number { min, .. } => json!(min.max(&1)),
        FieldType::Flag => json!(1),
        FieldType::List { .. } => json!(["PERSON"]),
        FieldType::Map { .. } => json!({ "a": "b" }),
        FieldType::Rows { .. } => json!([{ "word": "b" }]),
    }
}

/// A value that the documentation calls bad, if there is one.
fn too_much(field_type: &FieldType) -> Option<(Value, u64)> {
    match field_type {
        FieldType::Text { max_length } => Some((json!("x".repeat(max_length + 1)), 1005)),
        FieldType::Number { max: i64::MAX, .. } => None,
        FieldType::Number { max, .. } => Some((json!(max + 1), 1002)),
        FieldType::Flag => Some((json!("perhaps"), 1002)),
        FieldType::List { max_items, .. } => Some((json!(vec!["x"; max_items + 1]), 1502)),
        FieldType::Map { max_items } => {
            let entries = (0..=*max_items).map(|n| (n.to_string(), json!("x")));
            Some((Value::Object(entries.collect()), 1502))
        }
        FieldType::Rows { max_items } => Some((json!(vec![json!({}); max_items + 1]), 1502)),
    }
}

/// A body with these fields.
pub fn body(route: &Route, fields: &Map<String, Value>) -> String {
    match route.encoding {
        Encoding::Json => Value::Object(fields.clone()).to_string(),
        Encoding::Form => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            for (name, value) in fields {
                match value {
                    Value::Array(values) => {
                        for value in values {
                            form.append_pair(name, &text(value));
                        }
                    }
                    Value::Object(entries) => {
                        for (key, value) in entries {
                            form.append_pair(&format!("{name}[{key}]"), &text(value));
                        }
                    }
                    value => {
                        form.append_pair(name, &text(value));
                    }
                }
            }
            form.finish()
        }
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A good value for every field.
pub fn samples(route: &Route) -> Map<String, Value> {
    let fields = route.fields.iter();
    fields
        .map(|field| (field.name.to_owned(), sample(&field.field_type)))
        .collect()
}

#[test]
fn a_call_with_every_field_is_understood() {
    for route in routes() {
        let answer = call(
            &mut Bench::new(),
            route.path,
            &body(&route, &samples(&route)),
        );

        // 1002 is the state's: there is no such group. The table's own errors have other codes.
        let (_, code) = code(&answer);
        let message = answer.body["errorMessage"].as_str().unwrap_or_default();
        let understood = code == 200 || code == 0 || code == 1002 && !message.contains("required");
        assert!(understood, "{}: {}", route.path, answer.body);
    }
}

#[test]
fn a_call_without_a_required_field_is_refused_by_that_fields_name() {
    for route in routes() {
        let required = route.fields.iter().filter(|field| field.required);
        for field in required {
            let mut fields = samples(&route);
            fields.remove(field.name);
            fields.insert("unknown".to_owned(), json!(1));

            let answer = call(&mut Bench::new(), route.path, &body(&route, &fields));

            assert_eq!(code(&answer), (400, 1002), "{} {}", route.path, field.name);
            let expected = format!("{} is required", field.name);
            assert_eq!(answer.body["errorMessage"], expected, "{}", route.path);
        }
    }
}

#[test]
fn a_field_beyond_its_limit_is_refused_by_its_name() {
    for route in routes() {
        for field in &route.fields {
            let Some((value, expected)) = too_much(&field.field_type) else {
                continue;
            };
            let mut fields = samples(&route);
            fields.insert(field.name.to_owned(), value);

            let answer = call(&mut Bench::new(), route.path, &body(&route, &fields));

            assert_eq!(
                code(&answer),
                (400, expected),
                "{} {}",
                route.path,
                field.name
            );
            let message = answer.body["errorMessage"].as_str().unwrap();
            assert!(message.starts_with(field.name), "{}: {message}", route.path);
        }
    }
}
