//! Tokens and bodies are shown by nothing but the frame itself.

use bytes::BytesMut;
use imlink_ipc_proto::{Codec, decode_client, decode_server, encode_client, encode_server};
use serde_json::Value;

use crate::samples::{CANARY, client_frames, server_frames};

// F-K01 F-K10
#[test]
fn debug_shows_no_token_and_no_body() {
    for (name, frame) in client_frames() {
        assert!(!format!("{frame:?}").contains(CANARY), "{name}");
    }
    for (name, frame) in server_frames() {
        assert!(!format!("{frame:?}").contains(CANARY), "{name}");
    }
}

// F-K02
#[test]
fn no_error_about_json_repeats_what_stood_in_the_frame() {
    let mut refused = 0;
    for (side, frame) in frames(Codec::Json) {
        let good: Value = serde_json::from_slice(&frame).unwrap();
        for wrong in with_a_canary_somewhere(&good) {
            refused += usize::from(says_no_canary(
                Codec::Json,
                side,
                wrong.to_string().as_bytes(),
            ));
        }
    }
    assert!(
        refused > 500,
        "only {refused} of the wrong frames were refused"
    );
}

// F-K02
#[test]
fn no_error_about_bincode_repeats_what_stood_in_the_frame() {
    let mut refused = 0;
    for (side, frame) in frames(Codec::Bincode) {
        for place in 0..frame.len() {
            for byte in [0, 1, 0x7f, 0xff] {
                let mut wrong = frame.clone();
                wrong[place] = byte;
                refused += usize::from(says_no_canary(Codec::Bincode, side, &wrong));
            }
        }
    }
    assert!(
        refused > 500,
        "only {refused} of the wrong frames were refused"
    );
}

#[derive(Clone, Copy)]
enum Side {
    Client,
    Server,
}

fn frames(codec: Codec) -> Vec<(Side, Vec<u8>)> {
    let client = client_frames().into_iter().map(|(_, frame)| {
        let mut out = BytesMut::new();
        encode_client(codec, &frame, &mut out).unwrap();
        (Side::Client, out[4..].to_vec())
    });
    let server = server_frames().into_iter().map(|(_, frame)| {
        let mut out = BytesMut::new();
        encode_server(codec, &frame, &mut out).unwrap();
        (Side::Server, out[4..].to_vec())
    });
    client.chain(server).collect()
}

/// Whether the frame is refused; checks what the refusal says.
fn says_no_canary(codec: Codec, side: Side, frame: &[u8]) -> bool {
    let error = match side {
        Side::Client => decode_client(codec, frame).err(),
        Side::Server => decode_server(codec, frame).err(),
    };
    let Some(error) = error else {
        return false;
    };
    let said = format!("{error} {error:?} {:?}", error.failure());
    assert!(!said.contains("canary"), "{said}");
    true
}

/// The value with each of its parts in turn replaced by a text, a list or an object that holds
/// the canary, and each of its names in turn by the canary.
fn with_a_canary_somewhere(value: &Value) -> Vec<Value> {
    let canary = Value::from(CANARY);
    let mut wrong = vec![
        canary.clone(),
        Value::from(format!("{CANARY}, expected {CANARY}")),
        Value::from(vec![canary.clone()]),
        serde_json::json!({ CANARY: canary }),
    ];
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let others = || {
                    fields
                        .clone()
                        .into_iter()
                        .filter(|(other, _)| other != name)
                };
                wrong.extend(
                    with_a_canary_somewhere(field)
                        .into_iter()
                        .map(|field| others().chain([(name.clone(), field)]).collect::<Value>()),
                );
                wrong.push(
                    others()
                        .chain([(CANARY.to_owned(), field.clone())])
                        .collect(),
                );
            }
        }
        Value::Array(entries) => {
            for place in 0..entries.len() {
                wrong.extend(
                    with_a_canary_somewhere(&entries[place])
                        .into_iter()
                        .map(|entry| {
                            let mut entries = entries.clone();
                            entries[place] = entry;
                            Value::from(entries)
                        }),
                );
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    wrong
}

// F-K14, S0-03, S2-03: a token goes to the daemon and never comes back
#[test]
fn no_answer_and_no_event_has_a_place_for_a_token() {
    for (name, frame) in server_frames() {
        let mut bytes = BytesMut::new();
        encode_server(Codec::Json, &frame, &mut bytes).unwrap();
        let frame: Value = serde_json::from_slice(&bytes[4..]).unwrap();
        assert!(!has_key(&frame, "token"), "{name}");
    }
    let asking = client_frames().into_iter().filter(|(_, frame)| {
        let mut bytes = BytesMut::new();
        encode_client(Codec::Json, frame, &mut bytes).unwrap();
        has_key(&serde_json::from_slice(&bytes[4..]).unwrap(), "token")
    });
    assert_ne!(asking.count(), 0, "the search finds those of requests");
}

fn has_key(value: &Value, wanted: &str) -> bool {
    match value {
        Value::Object(fields) => {
            let mut fields = fields.iter();
            fields.any(|(key, value)| key == wanted || has_key(value, wanted))
        }
        Value::Array(items) => items.iter().any(|item| has_key(item, wanted)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

// F-I36: what an app hands over is bytes
#[test]
fn no_request_names_a_path_or_a_descriptor() {
    for (name, frame) in client_frames() {
        let mut bytes = BytesMut::new();
        encode_client(Codec::Json, &frame, &mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for word in [
            "path",
            "file",
            "directory",
            "folder",
            "\"fd\"",
            "descriptor",
        ] {
            assert!(!text.contains(word), "{name} names a {word}");
        }
    }
}
