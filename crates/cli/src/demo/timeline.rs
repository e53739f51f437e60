//! The timeline: what a person reads, or a program.

use std::fmt::Display;
use std::io;
use std::time::{Duration, Instant};

use imlink::Code;
use serde::Serialize;

use super::actor::{Actor, LONGEST_NAME};
use super::lines::AppEvent;
use super::log::Happening;
use super::step::Step;
use crate::output::{Escaped, Output, Paint};

/// Tells what happens, as it happens.
#[derive(Debug)]
pub struct Timeline {
    output: Output,
    began: Instant,
    step: Option<Step>,
}

/// One line, for programs.
#[derive(Serialize)]
struct Line<'a> {
    at_ms: u128,
    step: Option<u8>,
    actor: &'a str,
    says: &'a str,
}

/// What was proven, for programs.
#[derive(Serialize)]
struct Proven<'a> {
    proven: &'a Proof,
}

/// What the whole demo has shown.
#[derive(Clone, Debug, Serialize)]
pub struct Proof {
    /// Apps of Alice's that shared the connection.
    pub apps: usize,
    /// Links of hers that the cloud saw at once.
    pub cloud_connections: usize,
    /// Messages that every one of the apps had to show.
    pub messages: usize,
    /// Of these, times an app did not show one.
    pub lost: usize,
    /// Of these, times an app showed one again.
    pub doubled: usize,
    /// Times the daemon was killed and another took its place.
    pub daemon_replacements: usize,
    /// How long it took.
    pub seconds: f32,
}

impl Timeline {
    pub fn new(output: Output) -> Self {
        Self {
            output,
            began: Instant::now(),
            step: None,
        }
    }

    /// Where it is told.
    pub fn output(&self) -> Output {
        self.output
    }

    /// Time since the beginning.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    pub fn headline(&self) -> io::Result<()> {
        if self.output.is_json() {
            return Ok(());
        }
        self.print(Paint::strong(
            "imlink demo: one cloud connection, shared by several apps",
        ))
    }

    pub fn begin(&mut self, step: Step) -> io::Result<()> {
        self.step = Some(step);
        if self.output.is_json() {
            return self.line(Actor::Demo, step.title());
        }
        self.print(Paint::strong(format_args!(
            "\n{}  {}",
            step.number(),
            step.title()
        )))
    }

    /// Someone does something.
    pub fn say(&self, actor: Actor, sentence: &str) -> io::Result<()> {
        if self.output.is_json() {
            return self.line(actor, sentence);
        }
        self.print(format_args!(
            "{}  {}  {}",
            Paint::dim(self.offset()),
            Paint::actor(format_args!("{actor:LONGEST_NAME$}")),
            Escaped(sentence)
        ))
    }

    /// Something happened; not everything is worth a line.
    pub fn happened(&self, actor: Actor, happening: &Happening) -> io::Result<()> {
        match sentence(happening) {
            Some(sentence) => self.say(actor, &sentence),
            None => Ok(()),
        }
    }

    /// A step was observed.
    pub fn observed(&self, what: &str) -> io::Result<()> {
        if self.output.is_json() {
            return self.line(Actor::Demo, &format!("ok: {what}"));
        }
        self.print(format_args!(
            "{}  {}  {}",
            Paint::dim(self.offset()),
            Paint::good(format_args!("{:LONGEST_NAME$}", "ok")),
            Escaped(what)
        ))
    }

    pub fn proven(&self, proof: &Proof) -> io::Result<()> {
        if self.output.is_json() {
            return self.print(crate::output::json_line(&Proven { proven: proof })?);
        }
        self.print(format_args!(
            "\n{} {} apps, {} cloud connection, {} messages, {} lost, {} doubled, daemon replaced {}, in {:.1} s",
            Paint::good("proven:"),
            proof.apps,
            proof.cloud_connections,
            proof.messages,
            proof.lost,
            proof.doubled,
            times(proof.daemon_replacements),
            proof.seconds
        ))
    }

    fn offset(&self) -> String {
        format!("{:7.2} s", self.elapsed().as_secs_f32())
    }

    fn line(&self, actor: Actor, says: &str) -> io::Result<()> {
        let step = self.step.map(Step::number);
        let at_ms = self.elapsed().as_millis();
        self.print(crate::output::json_line(&Line {
            at_ms,
            step,
            actor: actor.name(),
            says,
        })?)
    }

    fn print(&self, text: impl Display) -> io::Result<()> {
        use std::io::Write;
        let mut out = anstream::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()
    }
}

fn sentence(happening: &Happening) -> Option<String> {
    match happening {
        Happening::App(event) => told(event),
        Happening::Up(started) => Some(format!("is up at {}", started.navigation)),
        Happening::Ready => Some("is ready".to_owned()),
        Happening::Ended(status) => Some(format!("has ended: {status}")),
    }
}

fn told(event: &AppEvent) -> Option<String> {
    Some(match event {
        AppEvent::Connecting { count: 1 } => "connects".to_owned(),
        AppEvent::Connecting { count } => format!("connects, call {count}"),
        AppEvent::Connected { user } => format!("is connected as {user}"),
        AppEvent::Status { status, code: None } => format!("sees {status}"),
        AppEvent::Status {
            status,
            code: Some(code),
        } => {
            format!("sees {status} ({code} {})", Code::new(*code).name())
        }
        AppEvent::Attached {
            reattached: true, ..
        } => "has attached again by itself".to_owned(),
        AppEvent::Message { sender, text, .. } => format!("shows “{text}” from {sender}"),
        AppEvent::Sent { text, .. } => format!("has sent “{text}”"),
        AppEvent::Failed { what, code, cause } => format!("failed to {what}: {code} {cause}"),
        AppEvent::Attached {
            reattached: false, ..
        }
        | AppEvent::Acknowledged { .. } => return None,
    })
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}
