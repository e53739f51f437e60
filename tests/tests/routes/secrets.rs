//! Tokens and what people write stay out of everything that others may read.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use imlink::{ConnectionStatus, Outcome, Outgoing, Token};
use imlink_sandbox::{Ending, Fault, Lasting, NavigationFault, Sandbox, Scope};
use imlink_tests::cloud::{issued, with, write};
use imlink_tests::{App, Setup, cloud, eventually, next_words, secrecy, within};

use crate::IMLINK;

/// Nobody says this by chance.
const BODY: &str = "canary-body-5d1c7";

// S0-10, S1-11, S2-03
// F-K01, F-K04, F-K07, F-K10, F-K11; decisions.md P15
#[tokio::test]
async fn a_whole_day_at_trace_tells_neither_token_nor_message_over_tcp() {
    a_whole_day_is_silent("tcp").await;
}

// S0-10, S1-11, S2-03
// F-K01, F-K04, F-K07, F-K10, F-K11; decisions.md P15
#[tokio::test]
async fn a_whole_day_at_trace_tells_neither_token_nor_message_over_websocket() {
    a_whole_day_is_silent("websocket").await;
}

async fn a_whole_day_is_silent(transport: &str) {
    let cloud = cloud();
    let setup = Setup::new(IMLINK)
        .variable("IMLINK_LOG", "trace")
        .variable("IMLINK_TRANSPORT", transport);
    let mut daemon = setup.start();
    let canary = Canary::new(&cloud, "lei");
    let mut places = Places::default();

    // A navigator that fails, then everything that goes right, then a link that breaks.
    let broken = Fault::Navigation(NavigationFault::NotJson);
    cloud.add_fault(broken, Scope::Everyone, Lasting::ONCE);
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let connect = app.client.connect(canary.token());
    within("connect", connect).await.unwrap();
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    write(&cloud, "han", "lei", BODY);
    assert_eq!(next_words(&mut inbox).await, BODY);
    places.look_at_process(daemon.pid());
    cloud.drop_links(&Scope::Everyone, Ending::Reset);
    app.shows(ConnectionStatus::Suspend).await;
    app.shows(ConnectionStatus::Connected).await;
    let answer = Outgoing::text(with("han"), BODY);
    let receipt = within("send", app.client.send(answer)).await.unwrap();
    let outcome = within("its fate", receipt.outcome()).await.unwrap();
    assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");

    // The command, which reads token and message from its standard input.
    let key = cloud.app_key().to_string();
    for (arguments, input) in [
        (vec!["connect", "--app-key", &key], canary.token.as_str()),
        (vec!["connect", "--json", "--app-key", &key], &canary.token),
        (vec!["send", "han", "-"], BODY),
        (vec!["status"], ""),
        (vec!["status", "--json"], ""),
        (vec!["conversations", "--json"], ""),
    ] {
        let output = run(&setup, &arguments, input);
        places.look_at(&format!("{arguments:?}"), &output.stdout);
        places.look_at(&format!("{arguments:?}"), &output.stderr);
    }

    // A refusal, a death and a new daemon, an orderly end.
    let nobodys = format!("{}x", canary.secret);
    let wrong = format!("{nobodys}@{}", cloud.navigator());
    let stranger = App::new(&setup, &cloud, "stranger");
    within("init", stranger.client.init()).await.unwrap();
    let refused = stranger.client.connect(Token::new(wrong).unwrap());
    let error = within("an answer", refused).await.unwrap_err();
    places.look_at(
        "the error of a connect",
        format!("{error:?} {error}").as_bytes(),
    );
    daemon.kill();
    daemon = setup.start();
    app.shows(ConnectionStatus::Connected).await;
    places.look_at(
        "the client",
        format!("{:?} {:?}", app, canary.token()).as_bytes(),
    );
    daemon.signal(rustix::process::Signal::TERM);
    assert_eq!(daemon.ended().code(), Some(0));

    places.look_at("the log", daemon.log().text().as_bytes());
    assert!(places.text.contains(" DEBUG "), "the filter was taken");
    assert_eq!(places.found("app=notes").as_deref(), Some("the log"));
    places.hide(&canary.secret);
    places.hide(BODY);
    // The app server's alone: no app and no daemon is ever given it.
    places.hide(cloud.secret().reveal());
    // Messages are what a store is for, but no token is ever written.
    let mut stored = Places::default();
    stored.look_below(&setup.state());
    stored.hide(&canary.secret);
    stored.hide(cloud.secret().reveal());
}

/// The search finds what is there, wherever it is.
#[test]
fn a_planted_canary_is_found() {
    let setup = Setup::new(IMLINK);
    let file = setup.home().join("deep/below/file");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, b"\x00\xffbefore canary after").unwrap();
    let mut places = Places::default();
    places.look_at("harmless", b"nothing here");
    assert_eq!(places.found("canary"), None);

    places.look_below(setup.home());

    assert_eq!(places.found("canary"), Some(file.display().to_string()));
    let sleeper = setup
        .imlink()
        .args(["sandbox", "--port", "0", "--app-key", "bird"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut sleeper = sleeper.unwrap();
    let found = eventually("the kernel shows its command line", || {
        let mut process = Places::default();
        process.look_at_process(sleeper.id());
        process.found("bird")
    });
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    assert_eq!(found, format!("/proc/{}/cmdline", sleeper.id()));
}

// F-K01, F-K04: what every test looks for at the end of every daemon
#[test]
fn a_planted_token_is_found_in_a_log_and_in_the_environment_of_a_process() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let token = issued(&cloud, "lei");
    let log = setup.home().join("planted.log");
    fs::write(&log, "harmless\n").unwrap();
    assert_eq!(secrecy::told_by_file(&log, 0), None);
    fs::write(&log, format!("harmless\ntoken={token} end\n")).unwrap();
    let mut sleeper = setup
        .imlink()
        .args(["sandbox", "--port", "0"])
        .env("PLANTED", &token)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();

    let line = secrecy::told_by_file(&log, 0).unwrap();
    let place = eventually("the kernel shows its environment", || {
        secrecy::told_by_process(sleeper.id())
    });

    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    assert!(line.starts_with("token=(a token)"), "{line}");
    assert!(place.ends_with("environ"), "{}", place.display());
}

/// A token, and the part of it that is a secret.
struct Canary {
    token: String,
    secret: String,
}

impl Canary {
    fn new(cloud: &Sandbox, name: &str) -> Self {
        let token = issued(cloud, name);
        // The rest is an address. What is escaped in URLs is left out, so that a URL shows it too.
        let whole = token.split('@').next().unwrap();
        let parts = whole.split(|c: char| !c.is_ascii_alphanumeric());
        let secret = parts.max_by_key(|part| part.len()).unwrap().to_owned();
        assert!(secret.len() >= 8, "long enough not to be there by chance");
        Self { token, secret }
    }

    fn token(&self) -> Token {
        Token::new(&*self.token).unwrap()
    }
}

/// Everything that was looked at, and where each part of it comes from.
#[derive(Default)]
struct Places {
    text: String,
    starts: Vec<(usize, String)>,
}

impl Places {
    fn look_at(&mut self, place: &str, bytes: &[u8]) {
        self.starts.push((self.text.len(), place.to_owned()));
        self.text.push_str(&String::from_utf8_lossy(bytes));
        self.text.push('\n');
    }

    /// What any process of the same user sees of another one; not all of it is readable.
    fn look_at_process(&mut self, pid: u32) {
        for name in ["cmdline", "environ", "comm", "status"] {
            let path = PathBuf::from(format!("/proc/{pid}/{name}"));
            if let Ok(bytes) = fs::read(&path) {
                self.look_at(&path.display().to_string(), &bytes);
            }
        }
    }

    fn look_below(&mut self, directory: &Path) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.look_below(&path);
            } else if let Ok(bytes) = fs::read(&path) {
                self.look_at(&path.display().to_string(), &bytes);
            }
        }
    }

    /// The place where a secret is told, if it is.
    fn found(&self, secret: &str) -> Option<String> {
        let at = self.text.find(secret)?;
        let (_, place) = self.starts.iter().rev().find(|(start, _)| *start <= at)?;
        Some(place.clone())
    }

    fn hide(&self, secret: &str) {
        if let Some(place) = self.found(secret) {
            panic!("{place} tells {secret}");
        }
    }
}

fn run(setup: &Setup, arguments: &[&str], input: &str) -> Output {
    let mut child = setup
        .imlink()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}
