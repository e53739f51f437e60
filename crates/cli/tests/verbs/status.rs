//! `imlink status`.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::stage::{APP_KEY, Home, Running};

#[test]
fn it_shows_daemon_and_account() {
    let home = Home::new();
    let (_sandbox, daemon) = home.with_users(&["alice"]);

    let ran = home.run(&["status"]);

    assert_eq!(ran.status, Some(0), "{ran:?}");
    let first = ran.out.lines().next().unwrap();
    assert!(first.starts_with("imlinkd ") && first.contains(&format!("pid {}", daemon.id())));
    assert!(ran.out.contains("\nalice  CONNECTED for "), "{ran:?}");
    assert!(ran.out.contains(&format!("app key  {APP_KEY}")), "{ran:?}");
    assert!(
        !ran.out.contains('\u{1b}'),
        "no terminal, no colour: {ran:?}"
    );
}

#[test]
fn watching_shows_a_change_and_the_daemons_end() {
    let home = Home::new();
    let (_sandbox, daemon) = home.with_users(&["alice"]);
    let mut child = home
        .command(&["status", "--watch", "--json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut err = BufReader::new(child.stderr.take().unwrap()).lines();
    let _watcher = Running::from(child);
    let mut next = || -> Value { serde_json::from_str(&out.next().unwrap().unwrap()).unwrap() };

    let before = next();
    home.run(&["logout"]);
    let mut after = next();
    while after["accounts"] != serde_json::json!([]) {
        after = next();
    }
    drop(daemon);
    let gone: Value = serde_json::from_str(&err.next().unwrap().unwrap()).unwrap();

    assert_eq!(before["accounts"][0]["status_name"], "CONNECTED");
    assert_eq!(gone["error"]["code"], -2);
}
