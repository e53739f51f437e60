//! What a daemon costs while nothing happens: a measurement, not a test.

mod report;

use std::time::Duration;

use anyhow::{Result, ensure};
use imlink_ipc_proto::{Codec, Request, Response, SecretText};
use imlink_model::Token;
use imlink_sandbox::Sandbox;

use crate::cloud::{cloud, token, write};
use crate::process::Process;
use crate::{Command, RawApp, Setup, eventually};
pub use report::Report;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long wake-ups are counted.
    pub window: Duration,
    /// Messages in the store.
    pub messages: u32,
    /// Further apps, twice: with the token of the first, and with one of their own each. Whose a token
    /// is stays known, whether its app does or not.
    pub apps: u32,
}

/// What one kind of idling costs.
#[derive(Clone, Copy, Debug)]
struct Cost {
    /// Resident memory in KB.
    resident: u64,
    /// What of it is the process's own: neither its program nor libraries.
    own: u64,
    threads: usize,
    /// Wake-ups a second, of all threads.
    wakeups: f64,
}

/// Starts a cloud and a daemon, and measures the daemon in four states.
///
/// # Errors
/// If something does not start, or its process cannot be looked at.
///
/// # Panics
/// If the daemon does not answer.
pub fn run(command: Command, options: Options) -> Result<Report> {
    let cloud = cloud();
    let setup = Setup::new(command).quiet();
    let daemon = setup.start();
    let process = Process::of(daemon.pid());
    let alone = measure(process, options.window)?;

    let first = token(&cloud, USER);
    let mut apps = vec![connected(&setup, &cloud, &first)?];
    for n in 0..options.messages {
        let words = format!("message {n}, as long as people write");
        write(&cloud, &format!("peer-{}", n % PEERS), USER, &words);
    }
    eventually("the messages are stored", || {
        (unread(&mut apps[0]) >= options.messages.into()).then_some(())
    });
    let connected_to_cloud = measure(process, options.window)?;

    for _ in 0..options.apps {
        apps.push(connected(&setup, &cloud, &first)?);
    }
    let with_apps = measure(process, options.window)?;
    for _ in 0..options.apps {
        apps.push(connected(&setup, &cloud, &token(&cloud, USER))?);
    }
    let with_tokens = measure(process, options.window)?;
    let attached = apps[0].status();
    ensure!(
        attached.apps.len() + attached.more_apps as usize == apps.len(),
        "Apps were detached meanwhile"
    );
    Ok(Report {
        options,
        alone,
        connected: connected_to_cloud,
        with_apps,
        with_tokens,
    })
}

/// Whose account it is.
const USER: &str = "bob";

/// Who writes to him.
const PEERS: u32 = 20;

fn connected(setup: &Setup, cloud: &Sandbox, token: &Token) -> Result<RawApp> {
    let mut app = RawApp::attached(&setup.socket(), Codec::Bincode);
    let app_key = cloud.app_key().clone();
    let refused = |failure| anyhow::anyhow!("The daemon refuses an app: {failure:?}");
    app.ask(Request::Init { app_key }).map_err(refused)?;
    app.ask(Request::Connect {
        token: SecretText::from(token),
        time_limit: None,
        replay: false,
        was_connected: false,
        set_aside: false,
    })
    .map_err(refused)?;
    Ok(app)
}

fn unread(app: &mut RawApp) -> u64 {
    match app.ask(Request::Unread {}) {
        Ok(Response::Unread { messages, .. }) => messages,
        other => panic!("no count: {other:?}"),
    }
}

/// What a process costs that is left alone.
fn measure(process: Process, window: Duration) -> Result<Cost> {
    // What was started last has an end first.
    std::thread::sleep(SETTLING);
    let before = process.switches()?;
    std::thread::sleep(window);
    let switches = process.switches()?.saturating_sub(before);
    let memory = process.memory()?;
    Ok(Cost {
        resident: memory.resident,
        own: memory.own,
        threads: process.threads()?,
        wakeups: switches as f64 / window.as_secs_f64(),
    })
}

/// How long a daemon is given to come to rest: threads that are in excess end after some seconds.
const SETTLING: Duration = Duration::from_secs(10);
