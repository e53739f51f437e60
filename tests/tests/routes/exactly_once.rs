//! The example for acting on every message once, put to the test.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use imlink_tests::cloud::{issued, write};
use imlink_tests::{Setup, cloud, eventually};

use crate::IMLINK;

// F-I27; issue 4, "exactly-once effect"
#[test]
fn the_example_counts_each_message_once_while_it_and_the_daemon_are_killed() {
    const KILLS: i64 = 8;
    const NUMBERS: i64 = 12;
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let (example, file) = (example(), setup.home().join("sum"));
    let token = issued(&cloud, "lei");
    let mut daemon = setup.start();
    let mut app = start(&example, &setup, &file, &token);
    let mut expected = 0;
    let mut next = 0;

    for kill in 0..KILLS {
        for _ in 0..NUMBERS {
            next += 1;
            expected += next;
            write(&cloud, "han", "lei", &next.to_string());
        }
        // It has begun with these, and is not done with all of them.
        let begun = expected - next * (NUMBERS - 1);
        eventually("some of the numbers", || {
            sum(&file).filter(|sum| *sum >= begun)
        });
        if kill % 2 == 0 {
            app.kill().unwrap();
            app.wait().unwrap();
            app = start(&example, &setup, &file, &token);
        } else {
            daemon.kill();
            daemon = setup.start();
        }
    }

    eventually("the whole sum", || {
        sum(&file).filter(|sum| *sum >= expected)
    });
    // The number after all others shows that none of them comes a second time.
    write(&cloud, "han", "lei", "1000000");
    let total = eventually("the last number", || {
        sum(&file).filter(|sum| *sum >= 1_000_000)
    });
    assert_eq!(total, expected + 1_000_000);
    app.kill().unwrap();
    app.wait().unwrap();
    drop(daemon);
}

/// The example's program, which is built if it is not there.
fn example() -> PathBuf {
    let built = std::process::Command::new(env!("CARGO"))
        .args(["build", "--locked", "--workspace", "--example"])
        .args(["exactly_once", "--message-format", "json"])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(built.status.success(), "the example is built");
    let lines = String::from_utf8(built.stdout).unwrap();
    let program = lines.lines().find_map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(line.get("executable")?.as_str()?))
    });
    program.expect("cargo says where it is")
}

fn start(example: &Path, setup: &Setup, file: &Path, token: &str) -> Child {
    let mut child = std::process::Command::new(example)
        .arg(file)
        .env_clear()
        .env("IMLINK_SOCKET", setup.socket())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(token.as_bytes()).unwrap();
    child
}

fn sum(file: &Path) -> Option<i64> {
    let text = fs::read_to_string(file).ok()?;
    text.split_whitespace().nth(2)?.parse().ok()
}
