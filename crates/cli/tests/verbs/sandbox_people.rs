//! `imlink sandbox users`, `tokens`, `expire`, `block`, `unblock` and `kick`.

use std::os::unix::fs::PermissionsExt;

use crate::stage::{Home, Sandbox};

#[test]
fn a_user_is_made_by_a_token_and_listed() {
    let (home, sandbox) = home_and_sandbox();

    let token = run(&home, &["tokens", "carol"]);

    assert!(token.trim().ends_with(&format!("@{}", sandbox.address())));
    let listed = home.run(&["sandbox", "users", "--json"]).json();
    let names: Vec<&str> = listed
        .iter()
        .map(|user| user["user"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["alice", "bob", "carol"]);
    let shown = run(&home, &["users"]);
    assert!(shown.contains("carol"), "{shown}");
}

// F-K05
#[test]
fn a_token_in_a_file_is_for_nobody_else_and_not_printed() {
    let (home, _sandbox) = home_and_sandbox();
    let path = home.path("token");
    let file = path.display().to_string();

    let ran = run(&home, &["tokens", "alice", "--file", &file]);

    let token = std::fs::read_to_string(&path).unwrap();
    assert!(!ran.contains(token.trim()), "{ran}");
    let mode = path.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let nowhere = home.run(&["sandbox", "tokens", "alice", "--file", "/nowhere/token"]);
    assert_eq!(nowhere.status, Some(2), "{nowhere:?}");
}

#[test]
fn a_user_is_kicked_blocked_and_let_in_again() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice"]);
    let connect = || {
        let arguments = ["connect", "--app-key", "imlink-sandbox"];
        home.run_with(&arguments, sandbox.token("alice"))
    };

    let kicked = run(&home, &["kick", "alice"]);
    let offline = run(&home, &["kick", "bob"]);
    let blocked = run(&home, &["block", "alice", "--minutes", "5"]);
    let refused = connect();
    let users = run(&home, &["users"]);
    run(&home, &["unblock", "alice"]);
    let welcome = connect();

    assert_eq!(kicked, "alice was kicked off one link (31010).\n");
    assert_eq!(offline, "bob is not online, so nobody was kicked.\n");
    assert_eq!(blocked, "alice is blocked for 5 min.\n");
    assert!(refused.err.contains("31009"), "{refused:?}");
    assert!(users.contains("until "), "{users}");
    assert_eq!(welcome.status, Some(0), "{welcome:?}");
}

#[test]
fn every_refusal_of_the_cloud_can_be_had_and_taken_back() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&[]);
    let refused_with = |code: i32| {
        let arguments = ["connect", "--app-key", "imlink-sandbox", "--json"];
        let ran = home.run_with(&arguments, sandbox.token("alice"));
        assert_eq!(ran.error()["code"], code, "{ran:?}");
    };

    run(&home, &["apps", "shut"]);
    refused_with(31008);
    run(&home, &["apps", "open"]);
    run(&home, &["delete", "alice"]);
    refused_with(31029);
    run(&home, &["restore", "alice"]);
    run(&home, &["policy", "--app-verification", "on"]);
    refused_with(31005);
    run(&home, &["policy", "--app-verification", "off"]);
    run(
        &home,
        &["faults", "add", "conn-ack", "18", "--user", "alice"],
    );
    refused_with(31028);

    let line = ["connect", "--app-key", "imlink-sandbox"];
    let welcome = home.run_with(&line, sandbox.token("alice"));
    assert_eq!(welcome.status, Some(0), "{welcome:?}");
}

#[test]
fn the_rules_of_connecting_are_shown_and_changed() {
    let (home, sandbox) = home_and_sandbox();

    let before = run(&home, &["policy"]);
    let set = ["policy", "--one-device", "on", "--token-lifetime", "90s"];
    let changed = run(&home, &set);
    let back = home.run(&["sandbox", "policy", "--token-lifetime", "forever", "--json"]);

    assert_eq!(
        before,
        "one device        off\ntoken lifetime    forever\napp verification  off\n"
    );
    assert!(
        changed.contains("on\ntoken lifetime    1m 30s\n"),
        "{changed}"
    );
    assert_eq!(
        back.json()[0]["token_lifetime_seconds"],
        serde_json::Value::Null
    );
    assert_eq!(sandbox.call("GET", "policy", "")["one_device"], true);
}

#[test]
fn tokens_expire() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&[]);

    run(&home, &["expire", "alice"]);
    let late = home.run_with(
        &["connect", "--app-key", "imlink-sandbox"],
        sandbox.token("alice"),
    );

    assert_eq!(late.status, Some(5), "{late:?}");
}

#[test]
fn a_user_that_nobody_knows_is_one_sentence_with_the_cure() {
    let (home, _sandbox) = home_and_sandbox();
    for command in ["kick", "block", "unblock", "expire", "delete", "restore"] {
        let ran = home.run(&["sandbox", command, "alcie"]);

        assert_eq!(ran.status, Some(1), "{command}: {ran:?}");
        assert!(ran.err.contains("no such user: alcie"), "{ran:?}");
        assert!(ran.err.contains("imlink sandbox users"), "{ran:?}");
    }
}

fn home_and_sandbox() -> (Home, Sandbox) {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    (home, sandbox)
}

/// What a command that succeeds prints.
fn run(home: &Home, arguments: &[&str]) -> String {
    let ran = home.run(&[&["sandbox"], arguments].concat());
    assert_eq!(ran.status, Some(0), "{arguments:?}: {ran:?}");
    ran.out
}
