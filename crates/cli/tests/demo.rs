//! The demo proves what it says, and notices when it is not so: with each step sabotaged in turn,
//! in product or sandbox, that step fails and is named.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

#[test]
fn the_demo_observes_every_step_and_says_what_it_proved() {
    let output = demo(&[]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let said = text(&output);
    let last = said.lines().last().unwrap_or_default();
    let apps = if has_python() { 3 } else { 2 };
    let proven = format!(
        "proven: {apps} apps, 1 cloud connection, 9 messages, 0 lost, 0 doubled, daemon replaced once, in "
    );
    assert!(last.starts_with(&proven), "{last}");
    assert_eq!(
        said.lines().filter(|line| line.contains(" s  ok ")).count(),
        7,
        "{said}"
    );
    assert!(!said.contains('\u{1b}'), "no terminal, no colour: {said}");
}

#[test]
fn programs_get_every_line_as_json() {
    let output = demo(&["--json"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let said = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<serde_json::Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (proven, timeline) = lines.split_last().unwrap();
    assert_eq!(proven["proven"]["lost"], 0);
    assert_eq!(proven["proven"]["cloud_connections"], 1);
    assert!(
        timeline
            .iter()
            .all(|line| line["at_ms"].is_u64() && line["says"].is_string())
    );
}

#[test]
fn a_daemon_that_does_not_start_fails_step_1() {
    fails(
        "broken-daemon",
        1,
        "Awaited: daemon is ready. Seen: daemon ended (exit status: 2)",
    );
}

#[test]
fn a_second_cloud_connection_fails_step_2() {
    fails(
        "two-connections",
        2,
        "sees exactly 1 connection of alice's. Seen: it sees 2",
    );
}

#[test]
fn a_swallowed_message_fails_step_3() {
    fails("swallow", 3, "is shown by notes, reader");
}

#[test]
fn a_doubled_message_fails_step_4() {
    fails("double", 4, "once. Seen: notes has shown it 2 times");
}

#[test]
fn an_app_that_never_sees_the_daemons_end_fails_step_5() {
    fails(
        "no-ipc-disconnect",
        5,
        "every app reports -2 (IPC_DISCONNECT). Seen: not by reader",
    );
}

#[test]
fn a_daemon_that_loses_an_apps_place_fails_step_6() {
    fails("no-replay", 6, "is shown by reader. Seen: not by reader");
}

#[test]
fn what_the_demo_keeps_can_be_used_and_stopped() {
    let output = demo(&["--keep", "--json"]);

    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let said = String::from_utf8(output.stdout).unwrap();
    let kept: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    let field = |name: &str| kept[name].as_str().unwrap().to_owned();
    let status = Command::new(env!("CARGO_BIN_EXE_imlink"))
        .args(["status", "--json"])
        .env("IMLINK_SOCKET", field("socket"))
        .output()
        .unwrap();
    let stopped = Command::new("sh")
        .args(["-c", &field("stop")])
        .status()
        .unwrap();

    let report: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(report["accounts"][0]["user"], "alice");
    assert_eq!(report["accounts"][0]["status_name"], "CONNECTED");
    assert!(stopped.success());
    assert!(!PathBuf::from(field("socket")).exists());
}

#[test]
fn ctrl_c_ends_the_demo_and_everybody_in_it() {
    // The swallowed message keeps it waiting.
    let mut demo = Command::new(env!("CARGO_BIN_EXE_imlink"))
        .args(["demo", "--json", "--sabotage", "swallow"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Kept until the end: a demo that cannot write any more ends for that.
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let mut pids = Vec::new();
    for line in lines.by_ref() {
        let line: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let says = line["says"].as_str().unwrap();
        pids.extend(says.strip_prefix("starts, pid ").map(str::to_owned));
        if line["step"] == 3 {
            break;
        }
    }

    let killed = Command::new("kill")
        .args(["-INT", &demo.id().to_string()])
        .status()
        .unwrap();
    let status = demo.wait().unwrap();

    assert!(killed.success());
    assert_eq!(status.code(), Some(130));
    assert!(pids.len() >= 6, "{pids:?}");
    for pid in pids {
        assert!(
            !PathBuf::from("/proc").join(&pid).exists(),
            "pid {pid} is still there"
        );
    }
}

fn fails(sabotage: &str, step: u8, seen: &str) {
    let output = demo(&["--sabotage", sabotage]);

    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains(&format!("error: Step {step} of the demo failed")),
        "{said}"
    );
    assert!(said.contains(seen), "{said}");
    assert!(!said.contains("proven"), "{said}");
}

fn demo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_imlink"))
        .arg("demo")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Both streams, one after the other.
fn text(output: &Output) -> String {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8(both).unwrap()
}

/// Whether the third app can take part; where everything is required, it has to.
fn has_python() -> bool {
    let found = Command::new("python3")
        .arg("--version")
        .output()
        .is_ok_and(|o| o.status.success());
    assert!(
        found || std::env::var_os("IMLINK_REQUIRE_ALL").is_none(),
        "python3 is required here"
    );
    if !found {
        use std::io::Write;
        // Not eprintln!: libtest swallows that of a test that passes.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED the demo's Python app: there is no python3"
        );
    }
    found
}
