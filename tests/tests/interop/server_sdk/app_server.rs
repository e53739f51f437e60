//! The server SDK in a process of its own: one call at a time (`tests/interop/README.md`).

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use imlink_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::installed::Interop;

/// A running app server; ended when dropped.
pub struct AppServer {
    process: Child,
    commands: Option<ChildStdin>,
    events: Lines<BufReader<ChildStdout>>,
    calls: u32,
}

impl AppServer {
    /// Starts one that calls that sandbox.
    pub fn start(interop: &Interop, sandbox: &Sandbox) -> Self {
        let mut process = interop
            .script("server-sdk.mjs")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let commands = process.stdin.take();
        let events = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut server = Self {
            process,
            commands,
            events,
            calls: 0,
        };
        server.tell(&json!({
            "command": "init",
            "appkey": sandbox.app_key().as_str(),
            "secret": sandbox.secret().reveal(),
            "api": sandbox.navigator(),
        }));
        assert_eq!(server.event()["event"], "ready");
        server
    }

    /// Calls a method with one argument. Says its answer, whatever the server said.
    pub fn call(&mut self, method: &str, argument: Value) -> Value {
        self.calls += 1;
        let tag = self.calls;
        self.tell(&json!({
            "command": "call", "tag": tag, "method": method, "argument": argument,
        }));
        let mut event = self.event();
        // Not shown whole: it may hold a token.
        assert_eq!(event["event"], "called", "{method}: {}", event["message"]);
        assert_eq!(event["tag"], tag, "{method}");
        event["answer"].take()
    }

    /// Calls a method that must succeed.
    pub fn done(&mut self, method: &str, argument: Value) -> Value {
        let answer = self.call(method, argument);
        let said = (&answer["code"], &answer["msg"], &answer["refused"]);
        assert_eq!(answer["code"], 200, "{method}: {said:?}");
        answer
    }

    fn tell(&mut self, command: &Value) {
        let commands = self.commands.as_mut().unwrap();
        writeln!(commands, "{command}").unwrap();
    }

    fn event(&mut self) -> Value {
        let line = self.events.next().expect("the process has ended").unwrap();
        serde_json::from_str(&line).expect("events are JSON")
    }
}

impl Drop for AppServer {
    fn drop(&mut self) {
        // The end of its commands ends it. Gone already is as good.
        drop(self.commands.take());
        let _ = self.process.wait();
    }
}
