//! A sandbox that dies while it writes.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use imlink_sandbox::Sandbox;

use super::{home, sandbox};
use crate::client::{DEADLINE, user};

/// Names the directory to the child.
const DATA: &str = "IMLINK_SANDBOX_TEST_DATA";

#[test]
fn a_kill_leaves_the_state_of_some_moment_whole_and_none_older_than_the_last() {
    let home = home();
    let mut kept = 0;

    for _ in 0..4 {
        let mut child = start(home.path());
        say_until_it_writes_again(&mut child, home.path());
        child.kill().unwrap();
        child.wait().unwrap();

        let restarted = sandbox(home.path());
        let said = said(&restarted);
        let expected: Vec<_> = (0..said.len()).map(|number| number.to_string()).collect();
        assert_eq!(said, expected, "a beginning of what was said");
        assert!(said.len() > kept, "{} after {kept}", said.len());
        kept = said.len();
    }
}

/// Says one thing more for each line it reads, until it is killed.
#[test]
#[ignore = "the test above starts it"]
fn a_child_that_says_what_it_is_told_to() {
    let Some(data) = std::env::var_os(DATA) else {
        return;
    };
    let sandbox = sandbox(Path::new(&data));
    let first = said(&sandbox).len();
    for (number, line) in (first..).zip(std::io::stdin().lines()) {
        line.unwrap();
        let content = number.to_string();
        sandbox.publish(&user("alice"), &user("bob"), "RC:TxtMsg", &content);
        // The harness would hold back what is printed.
        writeln!(std::io::stderr(), "said").unwrap();
    }
}

fn start(data: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "data::killed::a_child_that_says_what_it_is_told_to",
        ])
        .args(["--ignored", "--nocapture"])
        .env(DATA, data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Ends when the child has replaced the file at its start and with something said, and is at it
/// again, or has just done so again.
fn say_until_it_writes_again(child: &mut Child, data: &Path) {
    let file = |name: &str| fs::metadata(data.join(name)).ok().map(|file| file.ino());
    let (mut last, mut changes) = (file("state"), 0);
    let mut orders = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stderr.take().unwrap()).lines();
    let deadline = Instant::now() + DEADLINE;
    while Instant::now() < deadline {
        writeln!(orders).unwrap();
        assert_eq!(answers.next().unwrap().unwrap(), "said");
        let state = file("state");
        changes += u32::from(state != last);
        last = state;
        if changes > 2 || changes == 2 && file("state.new").is_some() {
            return;
        }
        // Between two looks; the more is said the longer a write takes, and the rest after it.
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("the child does not write");
}

fn said(sandbox: &Sandbox) -> Vec<String> {
    let stored = sandbox.stored(&user("bob")).into_iter();
    stored.map(|message| message.content).collect()
}
