//! `imlink purge`, and what an export gives back after it.

use serde_json::{Value, json};

use crate::forgetting::holds;
use crate::stage::{APP_KEY, Home, eventually};

/// Nobody says this by chance.
const CANARY: &str = "canary-2f8d-of-an-account";

// issue 4: after `imlink purge` a search of the files for a canary text finds nothing
#[test]
fn a_purged_account_is_in_no_file_and_its_export_brings_it_back() {
    let home = Home::new();
    let (sandbox, daemon) = home.with_users(&["alice", "bob"]);
    let alice = ["--user", "alice"];
    for text in [CANARY, "two", "three"] {
        let ran = home.run(&[&["send", "dave", text], &alice[..]].concat());
        assert_eq!(ran.status, Some(0), "{ran:?}");
    }
    let content = json!({ "content": CANARY }).to_string();
    let body = json!({ "from": "carol", "to": "alice", "content": content });
    sandbox.call("POST", "publish", &body.to_string());
    let history = || history(&home, "dave");
    eventually("all is stored", || !history_with_carol(&home).is_empty());
    let before = history();
    assert_eq!(before.len(), 3);
    let state = home.path(".local/state/imlink");
    let token = sandbox.token("alice").split('@').next().unwrap();
    assert!(holds(&state, CANARY));
    assert!(holds(&state, "alice"));
    let file = home.path("alice.jsonl").display().to_string();
    let exported = home.run(&[&["export", &file], &alice[..]].concat());
    assert_eq!(exported.status, Some(0), "{exported:?}");

    let refused = home.run(&[&["purge", "--json"], &alice[..]].concat());
    let kept = history().len();
    let ran = home.run(&[&["purge", "--yes", "--json"], &alice[..]].concat());

    assert_eq!(refused.status, Some(2), "{refused:?}");
    assert_eq!(kept, 3, "a refusal removes nothing");
    assert_eq!(
        ran.json(),
        [json!({"app_key": APP_KEY, "user": "alice"})],
        "{ran:?}"
    );
    for secret in [CANARY, "alice", token] {
        assert!(!holds(&state, secret), "{secret} is still there");
    }
    let status = home.run(&["status", "--json"]).json();
    let live = status[0]["accounts"].as_array().unwrap();
    assert_eq!(live.len(), 1, "the other account is left alone");
    assert_eq!(live[0]["user"], "bob");

    // The cloud has nothing for her that it has not delivered; the export has.
    let connect = ["connect", "--app-key", APP_KEY];
    let connected = home.run_with(&connect, sandbox.token("alice"));
    assert_eq!(connected.status, Some(0), "{connected:?}");
    let imported = home.run(&[&["import", &file], &alice[..]].concat());
    assert_eq!(imported.status, Some(0), "{imported:?}");
    let texts = |messages: &[Value]| -> Vec<Value> {
        let facts = |message: &Value| json!([message["uid"], message["text"], message["sent_at"]]);
        messages.iter().map(facts).collect()
    };
    assert_eq!(texts(&history()), texts(&before));
    assert_eq!(history_with_carol(&home).len(), 1);
    drop(daemon);
}

#[test]
fn an_account_that_is_not_connected_is_named_and_an_unknown_one_is_no_error() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice", "bob"]);
    home.run(&["send", "carol", CANARY, "--user", "alice"]);
    let state = home.path(".local/state/imlink");
    let logout = home.run(&["logout", "--user", "alice"]);
    assert_eq!(logout.status, Some(0), "{logout:?}");
    eventually("only bob is left", || {
        let status = home.run(&["status", "--json"]).json();
        status[0]["accounts"].as_array().unwrap().len() == 1
    });
    assert!(holds(&state, CANARY), "a logout keeps the messages");
    let purge = |user: &str| home.run(&["purge", "--app-key", APP_KEY, "--user", user, "--yes"]);

    let unnamed = home.run(&["purge", "--user", "alice", "--yes", "--json"]);
    let ran = purge("alice");
    let again = purge("alice");
    let unknown = purge("nobody");

    assert_eq!(unnamed.error()["name"], "LOCAL_NO_ACCOUNT", "{unnamed:?}");
    assert_eq!(
        ran.out,
        format!("Nothing is left of alice (app key {APP_KEY}) on this machine.\n")
    );
    assert_eq!((again.status, unknown.status), (Some(0), Some(0)));
    assert!(!holds(&state, CANARY));
}

#[test]
fn with_several_accounts_none_is_purged_by_chance() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice", "bob"]);

    let ambiguous = home.run(&["purge", "--yes", "--json"]);
    let mut terminal = home.on_terminal(&["purge", "--user", "alice"]);
    terminal.shows(&format!(
        "Remove everything that this machine keeps of alice (app key {APP_KEY}) for good? [y/N]"
    ));
    terminal.types("\n");

    assert_eq!(ambiguous.error()["name"], "LOCAL_AMBIGUOUS");
    assert_eq!(terminal.ended(), Some(1));
    let status = home.run(&["status", "--json"]).json();
    assert_eq!(status[0]["accounts"].as_array().unwrap().len(), 2);
}

fn history(home: &Home, with: &str) -> Vec<Value> {
    home.run(&["history", with, "--user", "alice", "--json"])
        .json()
}

fn history_with_carol(home: &Home) -> Vec<Value> {
    history(home, "carol")
}
