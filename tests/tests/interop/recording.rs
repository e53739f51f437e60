//! The scenario of `tests/interop/README.md`, played by the SDK.

use std::io::Write;
use std::process::Stdio;

use imlink_sandbox::Sandbox;
use imlink_tests::secrecy;
use serde_json::{Value, json};

use crate::frame::Frame;
use crate::installed::Interop;
use crate::line::{Line, What};
use crate::{alice, bob, scenario};

/// The SDK whose behaviour counts.
const VERSION: &str = "5.38.0";

/// What the SDK does, recorded in this very run.
pub async fn lines(interop: &Interop) -> Vec<Line> {
    let sandbox = scenario::sandbox();
    let input = json!({
        "appkey": sandbox.app_key().as_str(),
        "navigators": [sandbox.navigator()],
        "alice": secrecy::noted(sandbox.issue_token(&alice())),
        "bob": secrecy::noted(sandbox.issue_token(&bob())),
    });
    let mut script = interop.script("record.mjs");
    let record = move || {
        let mut node = script
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        node.stdin
            .take()
            .unwrap()
            .write_all(input.to_string().as_bytes())
            .unwrap();
        node.wait_with_output().unwrap()
    };
    // Every step of the script has a deadline of its own.
    let done = tokio::task::spawn_blocking(record).await.unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let recording: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        recording["sdk"],
        json!({ "engine": VERSION, "imlib": VERSION })
    );

    let mut requests = requests(&recording, &sandbox);
    let mut lines = Vec::new();
    for step in scenario::STEPS {
        lines.extend(requests.extract_if(.., |request| request.step == step));
        lines.extend(on_links(&recording, step));
    }
    lines
}

/// Navigation as the sandbox heard it, because a JSON object has no order and headers do; the step
/// is in the recording. Bob's requests come before the first of Alice's.
fn requests(recording: &Value, sandbox: &Sandbox) -> Vec<Line> {
    let transcript = sandbox.transcript();
    let heard: Vec<_> = transcript
        .iter()
        .filter(|record| record.link.is_none())
        .collect();
    let recorded = list(&recording["requests"]);
    assert!(!recorded.is_empty(), "{recording}");
    let of_alice = &heard[heard.len() - recorded.len()..];
    let pairs = recorded.iter().zip(of_alice);
    pairs
        .map(|(recorded, heard)| {
            let is_it = |step: &&&str| recorded["step"] == **step;
            let step = scenario::STEPS
                .iter()
                .find(is_it)
                .expect("a step of the scenario");
            scenario::line(heard, step, &mut Vec::new()).unwrap()
        })
        .collect()
}

/// Upgrades and packets, as the SDK handed them to its sockets.
fn on_links(recording: &Value, step: &'static str) -> Vec<Line> {
    let here = |entry: &&Value| entry["step"] == step;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut found = Vec::new();
    for (place, connection) in list(&recording["connections"]).iter().enumerate() {
        if here(&connection) {
            found.push(What::upgrade(&text(&connection["path"])));
        }
        let frames = list(&connection["frames"]).iter().filter(here);
        for frame in frames.filter(|frame| frame["direction"] == "sent") {
            let frame = Frame::read(&text(&frame["hex"]));
            found.push(What::Frame {
                link: place + 1,
                frame,
            });
        }
    }
    found.into_iter().map(|what| Line { step, what }).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}
