//! One SDK in a process of its own: commands in, events out (`tests/interop/README.md`).

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use imlink::UserId;
use imlink_sandbox::Sandbox;
use imlink_tests::{DEADLINE, secrecy, within};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::installed::{Chromium, Interop};

/// A running SDK; ended when dropped.
pub struct Sdk {
    process: Child,
    events: mpsc::UnboundedReceiver<Value>,
    untaken: VecDeque<Value>,
    /// How many methods were called.
    calls: u32,
    /// Where it may write.
    _directory: TempDir,
}

impl Sdk {
    /// Starts a web SDK that asks the navigation of that sandbox.
    pub async fn web(interop: &Interop, sandbox: &Sandbox) -> Self {
        Self::start(interop.script("sdk.mjs"), sandbox).await
    }

    /// Starts a web SDK that trusts the sandbox's authority, and asks its navigation over TLS.
    pub async fn web_over_tls(interop: &Interop, sandbox: &Sandbox) -> Self {
        let directory = TempDir::new().unwrap();
        let authority = directory.path().join("ca.pem");
        fs::write(&authority, sandbox.ca_pem().unwrap()).unwrap();
        let mut script = interop.script("sdk.mjs");
        script.env("NODE_EXTRA_CA_CERTS", authority);
        let navigator = sandbox.https_navigator().unwrap();
        Self::run(script, directory, sandbox, navigator).await
    }

    /// Starts a desktop SDK that asks the navigation of that sandbox.
    pub async fn desktop(interop: &Interop, sandbox: &Sandbox) -> Self {
        Self::start(interop.script("desktop.mjs"), sandbox).await
    }

    /// Starts a web SDK in a page that asks the navigation of that sandbox.
    pub async fn in_browser(interop: &Interop, _: Chromium, sandbox: &Sandbox) -> Self {
        let profile = TempDir::new().unwrap();
        let mut script = interop.script("browser.mjs");
        script.arg(Chromium::COMMAND).arg(profile.path());
        Self::run(script, profile, sandbox, sandbox.navigator()).await
    }

    /// A web SDK that is connected as that user.
    pub async fn connected(interop: &Interop, sandbox: &Sandbox, user: &UserId) -> Self {
        let mut sdk = Self::web(interop, sandbox).await;
        sdk.connect(sandbox, user).await;
        sdk
    }

    /// Connects it, for the first time, as that user.
    pub async fn connect(&mut self, sandbox: &Sandbox, user: &UserId) {
        self.tell(
            "connect",
            json!({ "token": secrecy::noted(sandbox.issue_token(user)) }),
        );
        self.expect(json!({ "event": "connected", "userId": user.as_str() }))
            .await;
        self.expect_states(&["CONNECTING", "CONNECTED"]).await;
    }

    async fn start(script: Command, sandbox: &Sandbox) -> Self {
        let directory = TempDir::new().unwrap();
        Self::run(script, directory, sandbox, sandbox.navigator()).await
    }

    async fn run(
        mut script: Command,
        directory: TempDir,
        sandbox: &Sandbox,
        navigator: String,
    ) -> Self {
        let mut process = script
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = process.stdout.take().unwrap();
        let (sender, events) = mpsc::unbounded_channel();
        // Ends with the process; a test that has ended listens no more.
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line);
                let event = event.unwrap_or_else(|_| panic!("this is no event: {line}"));
                let _ = sender.send(event);
            }
        });
        let init = json!({
            "appkey": sandbox.app_key().as_str(),
            "navigators": [navigator],
            "directory": directory.path(),
        });
        let mut sdk = Self {
            process,
            events,
            untaken: VecDeque::new(),
            calls: 0,
            _directory: directory,
        };
        sdk.tell("init", init);
        sdk.expect(json!({ "event": "ready" })).await;
        sdk
    }

    /// Hands it a command.
    pub fn tell(&mut self, command: &str, fields: Value) {
        let mut line = object(fields);
        line.insert("command".to_owned(), command.into());
        let mut commands = self.process.stdin.as_ref().unwrap();
        writeln!(commands, "{}", Value::Object(line)).unwrap();
    }

    /// The first event not taken yet that has all these fields.
    pub async fn expect(&mut self, wanted: Value) -> Value {
        let awaited = format!("the SDK says {wanted}");
        let wanted = object(wanted);
        within(&awaited, self.take(&wanted)).await
    }

    /// Calls a method of a web SDK; how it ends, with `code` and `data`.
    pub async fn call(&mut self, method: &str, args: Value) -> Value {
        self.calls += 1;
        let tag = self.calls;
        let call = json!({ "method": method, "args": args, "tag": tag });
        self.tell("call", call);
        let called = json!({ "event": "called", "tag": tag });
        within(method, self.take(&object(called))).await
    }

    /// What a method of a web SDK gives, once it has succeeded.
    pub async fn ask(&mut self, method: &str, args: Value) -> Value {
        let mut called = self.call(method, args).await;
        assert_eq!(called["code"], 0, "{method}: {called}");
        called["data"].take()
    }

    /// The next of these that a web SDK tells.
    pub async fn told(&mut self, name: &str) -> Value {
        let told = json!({ "event": "told", "name": name });
        self.expect(told).await["value"].take()
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
        // The end of its commands ends it, and its browser before it. Gone already is as good.
        drop(self.process.stdin.take());
        let end = Instant::now() + DEADLINE;
        while matches!(self.process.try_wait(), Ok(None)) && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
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
