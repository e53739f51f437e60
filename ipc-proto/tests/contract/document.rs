//! What PROTOCOL.md shows is what is accepted.

use std::collections::BTreeSet;
use std::time::Duration;

use imlink_ipc_proto::{Codec, Received, decode_client, decode_server, limits};
use imlink_model::{Area, CODES, Code, MAX_BODY_BYTES, MAX_DIRECTED};

use crate::completeness::{ALL, see_client_frame, see_server_frame};
use crate::golden;

const DOCUMENT: &str = include_str!("../../PROTOCOL.md");

#[test]
fn every_example_is_a_frame_and_every_frame_has_an_example() {
    let mut seen = BTreeSet::new();
    for example in blocks("json client") {
        let frame = decode_client(Codec::Json, example.as_bytes())
            .unwrap_or_else(|error| panic!("{error} in {example}"));
        see_client_frame(&frame, &mut seen);
    }
    for example in blocks("json server") {
        match decode_server(Codec::Json, example.as_bytes()) {
            Ok(Received::Frame(frame)) => see_server_frame(&frame, &mut seen),
            other => panic!("{other:?} from {example}"),
        }
    }

    let all: BTreeSet<&str> = ALL.iter().copied().collect();
    let missing: Vec<_> = all.difference(&seen).collect();
    assert!(missing.is_empty(), "no example of {missing:?}");
}

/// The examples leave no field out, so that a reader sees all there are.
#[test]
fn the_examples_show_every_field() {
    for example in blocks("json client") {
        let frame = decode_client(Codec::Json, example.as_bytes()).unwrap();
        assert_same(&example, &serde_json::to_string(&frame).unwrap());
    }
    for example in blocks("json server") {
        let Ok(Received::Frame(frame)) = decode_server(Codec::Json, example.as_bytes()) else {
            panic!("not a frame: {example}");
        };
        assert_same(&example, &serde_json::to_string(&frame).unwrap());
    }
}

#[test]
fn the_greetings_in_hex_are_the_golden_ones() {
    for name in ["hello", "welcome", "refused"] {
        let [block] = blocks(&format!("hex {name}")).try_into().unwrap();
        let hex: String = block
            .lines()
            // What follows two blanks is said in words.
            .map(|line| line.split("  ").next().unwrap().replace(' ', ""))
            .collect();

        assert_eq!(hex, golden::greeting_hex(name), "{name}");
    }
}

#[test]
fn the_codes_are_those_of_the_table() {
    let rows = rows("| code | name | meaning |");
    for row in &rows {
        let code = Code::new(row[0].parse().unwrap());
        assert_eq!(format!("`{}`", code.name()), row[1]);
    }

    let local = CODES
        .iter()
        .filter(|info| info.area == Area::Local && info.number != Code::LOCAL_CANCELLED.number())
        .count();
    let shown = rows
        .iter()
        .filter(|row| row[1].starts_with("`LOCAL_"))
        .count();
    assert_eq!(shown, local, "codes of imlink's own that concern a client");
}

#[test]
fn the_limits_are_those_in_force() {
    let seconds = |limit: Duration| format!("{} s", limit.as_secs());
    let expected = [
        ("MAX_FRAME", limits::MAX_FRAME.to_string()),
        ("MAX_GREETING", limits::MAX_GREETING.to_string()),
        ("MAX_BODY_BYTES", MAX_BODY_BYTES.to_string()),
        ("MAX_PUSH_TEXT", limits::MAX_PUSH_TEXT.to_string()),
        ("MAX_EXPANSION", limits::MAX_EXPANSION.to_string()),
        ("MAX_DIRECTED", MAX_DIRECTED.to_string()),
        ("MAX_LOCAL_EXTRA", limits::MAX_LOCAL_EXTRA.to_string()),
        ("RECENT_MESSAGES", limits::RECENT_MESSAGES.to_string()),
        ("CHATROOMS", limits::CHATROOMS.to_string()),
        (
            "FILTERED_CONVERSATIONS",
            limits::FILTERED_CONVERSATIONS.to_string(),
        ),
        ("FILTERED_NAMES", limits::FILTERED_NAMES.to_string()),
        ("PAGE_ENTRIES", limits::PAGE_ENTRIES.to_string()),
        ("PAGE_BYTES", limits::PAGE_BYTES.to_string()),
        ("FINDINGS", limits::FINDINGS.to_string()),
        ("SET_ASIDE", limits::SET_ASIDE.to_string()),
        ("WINDOW_MESSAGES", limits::WINDOW_MESSAGES.to_string()),
        ("WINDOW_BYTES", limits::WINDOW_BYTES.to_string()),
        ("SUBSCRIPTIONS", limits::SUBSCRIPTIONS.to_string()),
        ("PENDING_REQUESTS", limits::PENDING_REQUESTS.to_string()),
        ("OPEN_MESSAGES", limits::OPEN_MESSAGES.to_string()),
        ("OPEN_BYTES", limits::OPEN_BYTES.to_string()),
        ("OUTBOX_BYTES", limits::OUTBOX_BYTES.to_string()),
        ("WRITE_DEADLINE", seconds(limits::WRITE_DEADLINE)),
        ("HELLO_DEADLINE", seconds(limits::HELLO_DEADLINE)),
        ("PENDING_HELLOS", limits::PENDING_HELLOS.to_string()),
    ];

    let shown: Vec<(String, String)> = rows("| limit | value | what happens |")
        .into_iter()
        .map(|row| (row[0].replace('`', ""), row[1].clone()))
        .collect();
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(shown, expected);
}

/// The contents of every fenced block of that kind.
fn blocks(kind: &str) -> Vec<String> {
    let fence = format!("```{kind}");
    let mut blocks = Vec::new();
    let mut lines = DOCUMENT.lines();
    while let Some(line) = lines.next() {
        if line == fence {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(block.join("\n"));
        }
    }
    assert!(!blocks.is_empty(), "no {kind} in the document");
    blocks
}

/// The cells of the table with that head.
fn rows(head: &str) -> Vec<Vec<String>> {
    let rows: Vec<Vec<String>> = DOCUMENT
        .lines()
        .skip_while(|line| *line != head)
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            line.trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().to_owned())
                .collect()
        })
        .collect();
    assert!(!rows.is_empty(), "no table {head}");
    rows
}

fn assert_same(shown: &str, written: &str) {
    let value = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
    assert_eq!(value(shown), value(written));
}
