//! What `imlink sandbox` prints, used as a newcomer would.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::stage::{Home, Running};

#[test]
fn the_printed_commands_work_when_they_are_pasted() {
    let home = Home::new();
    let (_sandbox, text) = start(&home);
    let (path, [daemon, connect, send]) = commands(&text);

    // `exec` leaves no shell between the test and the daemon it has to end.
    let _daemon = home.start_daemon_by(&format!("{path}; exec {daemon}"));
    let paste = |command: &str| {
        let output = home.shell(&format!("{path}; {command}")).output().unwrap();
        assert!(output.status.success(), "{command}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let connected = paste(connect);
    let sent = paste(send);

    assert!(connected.contains("CONNECTED as alice"), "{connected}");
    assert!(sent.starts_with("sent"), "{sent}");
    let users = paste("imlink sandbox users");
    assert!(users.contains("online"), "{users}");
}

#[test]
fn everything_fits_on_80_columns_and_is_plain_where_no_terminal_is() {
    let home = Home::new();

    let (_sandbox, text) = start(&home);

    // How long the two paths are is not ours to say.
    let is_ours = |line: &&str| !line.contains("export PATH=") && !line.contains("CA file");
    for line in text.lines().filter(is_ours) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(!text.contains('\u{1b}'), "{text}");
    for fact in ["imlink-sandbox-secret", "/openapi.json", "alice", "bob"] {
        assert!(text.contains(fact), "{fact} is missing: {text}");
    }
}

#[test]
fn programs_get_the_same_commands() {
    let home = Home::new();

    let sandbox = home.start_sandbox();

    assert_eq!(
        sandbox.started["try"],
        serde_json::json!([
            "imlink daemon",
            "imlink sandbox tokens alice | imlink connect --app-key imlink-sandbox",
            "imlink send bob 'Hi there'",
        ])
    );
}

#[test]
fn the_authority_of_its_certificate_is_in_a_file_and_on_the_control_api() {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    let secure = &sandbox.started["secure"];

    let file = std::fs::read_to_string(secure["ca_file"].as_str().unwrap()).unwrap();

    assert!(file.starts_with("-----BEGIN CERTIFICATE-----"), "{file}");
    assert!(
        secure["navigation"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );
    assert!(sandbox.text("GET", "/sandbox/v1/ca.pem", "") == file);
}

#[test]
fn the_document_it_names_describes_every_call() {
    let sandbox = Home::new().start_sandbox();
    let address = sandbox.started["openapi"].as_str().unwrap();
    let path = address.strip_prefix(sandbox.address()).unwrap();

    let document = sandbox.http("GET", path, "");

    assert!(document["paths"]["/sandbox/v1/kick"]["post"].is_object());
}

#[test]
fn the_risk_of_serving_other_machines_is_named_before_anything_is_served() {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    let port = sandbox.address().rsplit(':').next().unwrap();

    // The port is taken, so that this one never serves anybody.
    let remote = [
        "--dangerously-allow-remote",
        "--public-host",
        "example.test",
    ];
    let ran = home.run(&[&["sandbox", "--port", port][..], &remote].concat());
    let riskless = home.run(&["sandbox", "--public-host", "example.test"]);
    let hostless = home.run(&["sandbox", "--dangerously-allow-remote"]);

    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.err.starts_with("warning: everyone"), "{ran:?}");
    assert_eq!(riskless.status, Some(2), "{riskless:?}");
    assert_eq!(hostless.status, Some(2), "{hostless:?}");
}

/// A sandbox and what it prints for people, up to the last command to try.
fn start(home: &Home) -> (Running, String) {
    let mut child = home
        .command(&["sandbox", "--port", "0", "--log", "warn"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while !text.contains("imlink send") {
        let line = lines.next().expect("more lines").unwrap();
        text.push_str(&line);
        text.push('\n');
    }
    (child.into(), text)
}

/// What finds the program, and the three commands.
fn commands(text: &str) -> (&str, [&str; 3]) {
    let (_, commands) = text.split_once("Try, in other terminals:\n").unwrap();
    let lines: Vec<&str> = commands.lines().map(str::trim).collect();
    let [path, commands @ ..] = &lines[..] else {
        panic!("{text}");
    };
    (path, commands.try_into().unwrap())
}
