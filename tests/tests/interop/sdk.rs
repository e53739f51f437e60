//! One SDK in a process of its own: commands in, events out (`tests/interop/README.md`).

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};

use imlink_sandbox::Sandbox;
use imlink_tests::within;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use crate::installed::Interop;

/// A running SDK; ended when dropped.
pub struct Sdk {
    process: Child,
    commands: ChildStdin,
    events: mpsc::UnboundedReceiver<Value>,
    untaken: VecDeque<Value>,
}

impl Sdk {
    /// Starts an SDK that asks the navigation of that sandbox.
    pub async fn start(interop: &Interop, sandbox: &Sandbox) -> Self {
        let mut process = interop
            .script("sdk.mjs")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let commands = process.stdin.take().unwrap();
        let output = process.stdout.take().unwrap();
        let (sender, events) = mpsc::unbounded_channel();
        // Ends with the process; a test that has ended listens no more.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        let mut sdk = Self {
            process,
            commands,
            events,
            untaken: VecDeque::new(),
        };
        let navigators = [sandbox.navigator()];
        let app_key = sandbox.app_key().as_str();
        sdk.tell(
            "init",
            json!({ "appkey": app_key, "navigators": navigators }),
        );
        sdk.expect(json!({ "event": "ready" })).await;
        sdk
    }

    /// Hands it a command.
    pub fn tell(&mut self, command: &str, fields: Value) {
        let mut line = object(fields);
        line.insert("command".to_owned(), command.into());
        writeln!(self.commands, "{}", Value::Object(line)).unwrap();
    }

    /// The first event not taken yet that has all these fields.
    pub async fn expect(&mut self, wanted: Value) -> Value {
        let awaited = format!("the SDK says {wanted}");
        let wanted = object(wanted);
        within(&awaited, self.take(&wanted)).await
    }

    /// The states it tells, one after the other, from the first of them on.
    pub async fn expect_states(&mut self, names: &[&str]) {
        for name in names {
            let event = self.expect(json!({ "event": "state" })).await;
            assert_eq!(event["name"], *name, "{event}");
        }
    }

    async fn take(&mut self, wanted: &Map<String, Value>) -> Value {
        loop {
            if let Some(place) = self.untaken.iter().position(|event| has(event, wanted)) {
                return self.untaken.remove(place).unwrap();
            }
            let event = self
                .events
                .recv()
                .await
                .expect("the SDK's process has ended");
            assert_ne!(event["event"], "fault", "{event}");
            self.untaken.push_back(event);
        }
    }
}

impl Drop for Sdk {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn has(event: &Value, wanted: &Map<String, Value>) -> bool {
    wanted
        .iter()
        .all(|(name, value)| event.get(name) == Some(value))
}

fn object(fields: Value) -> Map<String, Value> {
    match fields {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}
