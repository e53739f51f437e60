//! `imlink send`, `listen`, `history` and `conversations`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::stage::{Home, Running, Sandbox};

#[test]
fn what_is_sent_is_in_the_history_and_the_list() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);

    let sent = home.run(&["send", "bob", "Hi there", "--json"]);
    let piped = home.run_with(&["send", "bob", "-"], "from a pipe\n");
    let custom = home.run(&["send", "bob", r#"{"lat":1}"#, "--type", "App:Place"]);
    let history = home.run(&["history", "bob"]);
    let newest = home.run(&["history", "bob", "-n", "1", "--json"]);
    let list = home.run(&["conversations", "--json"]);

    assert_eq!(sent.json()[0]["state"], "sent");
    assert!(sent.json()[0]["uid"].is_string(), "{sent:?}");
    assert!(piped.out.starts_with("sent  "), "{piped:?}");
    assert_eq!(custom.status, Some(0), "{custom:?}");
    let lines: Vec<&str> = history
        .out
        .lines()
        .map(|line| &line["2026-07-31 14:02:11".len()..])
        .collect();
    assert_eq!(
        lines,
        [
            "  alice to bob  Hi there",
            "  alice to bob  from a pipe",
            r#"  alice to bob  App:Place {"lat":1}"#
        ]
    );
    assert_eq!(newest.json()[0]["object_name"], "App:Place");
    assert_eq!(newest.json()[0]["direction"], "sent");
    assert_eq!(list.json()[0]["target"], "bob");
    assert_eq!(list.json()[0]["total"], 3);
}

#[test]
fn a_listener_gets_what_came_while_it_was_away_once() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice", "bob"]);
    let listen = [
        "listen",
        "--user",
        "alice",
        "--json",
        "--from-beginning",
        "--count",
    ];
    let send = |text: &str| {
        let ran = home.run(&["send", "alice", text, "--user", "bob"]);
        assert_eq!(ran.status, Some(0), "{ran:?}");
    };

    send("one");
    let first = home.run(&[&listen[..], &["1"]].concat());
    send("two");
    send("three");
    let second = home.run(&[&listen[..], &["2"]].concat());

    let texts = |json: Vec<Value>| -> Vec<Value> {
        json.into_iter()
            .map(|message| message["text"].clone())
            .collect()
    };
    assert_eq!(texts(first.json()), [json!("one")], "{first:?}");
    assert_eq!(
        texts(second.json()),
        [json!("two"), json!("three")],
        "{second:?}"
    );
}

#[test]
fn a_listener_also_sees_what_this_command_sends() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);

    home.run(&["send", "bob", "note to self"]);
    let ran = home.run(&["listen", "--from-beginning", "--count", "1", "--json"]);

    assert_eq!(ran.json()[0]["text"], "note to self");
    assert_eq!(ran.json()[0]["origin"], "imlink-cli");
}

#[test]
fn ctrl_c_ends_a_listener_quietly_with_130() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);
    let mut child = home
        .command(&["listen"])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut remarks = BufReader::new(child.stderr.take().unwrap());
    let mut listening = String::new();
    remarks.read_line(&mut listening).unwrap();
    let listener = Running::from(child);

    interrupt(&listener);

    assert_eq!(listening, "Listening as alice; Ctrl-C ends it.\n");
    assert_eq!(listener.wait(), Some(130));
    let rest: Vec<String> = remarks.lines().map(Result::unwrap).collect();
    assert_eq!(rest, Vec::<String>::new());
}

// F-K09
#[test]
fn a_hostile_message_cannot_act_on_the_terminal() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice"]);
    let hostile = json!({ "content": "\u{1b}[2J\u{9b}31m\u{202e}" }).to_string();
    publish(
        &sandbox,
        &json!({ "from": "mallory", "to": "alice", "content": hostile }),
    );

    let json = home.run(&["listen", "--count", "1", "--from-beginning", "--json"]);
    let human = home.run(&["history", "mallory"]);

    assert!(
        human.out.contains(r"mallory  \u{1b}[2J\u{9b}31m\u{202e}"),
        "{human:?}"
    );
    for out in [&human.out, &json.out] {
        assert!(!out.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{out}");
    }
}

#[test]
fn a_conversation_nobody_had_is_no_error_and_one_sentence() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);

    let human = home.run(&["history", "carol"]);
    let json = home.run(&["history", "carol", "--json"]);

    assert_eq!(human.status, Some(0));
    assert_eq!(human.out, "");
    assert!(
        human
            .err
            .starts_with("Nothing is stored of a conversation with carol;"),
        "{human:?}"
    );
    assert_eq!(
        (json.status, json.out.as_str(), json.err.as_str()),
        (Some(0), "", "")
    );
}

#[test]
fn older_messages_are_reached_by_the_hint_below_a_page() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);
    for text in ["one", "two", "three"] {
        home.run(&["send", "bob", text]);
    }

    let page = home.run(&["history", "bob", "-n", "1"]);
    let hint = page
        .err
        .trim()
        .strip_prefix("There are older ones: imlink ")
        .unwrap();
    let older = home.run(&hint.split(' ').collect::<Vec<_>>());

    assert!(page.out.trim_end().ends_with("three"), "{page:?}");
    assert_eq!(older.out.lines().count(), 2, "{older:?}");
    assert!(older.out.trim_end().ends_with("two"), "{older:?}");
}

#[test]
fn with_several_accounts_the_user_has_to_be_named() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice", "bob"]);

    let ambiguous = home.run(&["send", "carol", "hi", "--json"]);
    let unknown = home.run(&["send", "carol", "hi", "--user", "dave", "--json"]);
    let named = home.run(&["send", "carol", "hi", "--user", "bob"]);

    assert_eq!(ambiguous.error()["name"], "LOCAL_AMBIGUOUS");
    assert!(
        ambiguous.error()["cause"]
            .as_str()
            .unwrap()
            .contains("alice"),
        "{ambiguous:?}"
    );
    assert_eq!(unknown.error()["name"], "LOCAL_NO_ACCOUNT");
    assert_eq!(named.status, Some(0), "{named:?}");
}

#[test]
fn a_message_the_cloud_refuses_tells_its_code() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice"]);
    post(
        &sandbox,
        "faults",
        &json!({ "fault": { "topic": { "topic": "ppMsgP", "status": 22406 } } }),
    );

    let ran = home.run(&["send", "bob", "hi", "--json"]);

    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert_eq!(ran.error()["code"], 22406);
}

#[test]
fn a_message_whose_fate_is_unknown_ends_with_7() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice"]);
    post(&sandbox, "faults", &json!({ "fault": "drop-ack" }));
    let child = home
        .command(&["send", "bob", "hi", "--json"])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();

    crate::stage::eventually("the cloud has the message", || {
        !get(&sandbox, "stored?user=bob")["messages"]
            .as_array()
            .unwrap()
            .is_empty()
    });
    post(&sandbox, "drop", &json!({ "scope": { "user": "alice" } }));
    let output = child.wait_with_output().unwrap();

    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(7), "{error}");
    assert_eq!(error["error"]["code"], 30003);
}

#[test]
fn nothing_to_send_and_too_much_to_send_are_refused() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);

    let nothing = home.run(&["send", "bob", "-", "--json"]);
    let huge = home.run_with(&["send", "bob", "-", "--json"], &"x".repeat(200 * 1024));

    assert_eq!(nothing.status, Some(2), "{nothing:?}");
    assert_eq!(huge.status, Some(1), "{huge:?}");
    assert_eq!(huge.error()["code"], 30016);
}

fn interrupt(process: &Running) {
    let status = Command::new("kill")
        .args(["-INT", &process.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

fn publish(sandbox: &Sandbox, message: &Value) {
    post(sandbox, "publish", message);
}

fn post(sandbox: &Sandbox, path: &str, body: &Value) -> Value {
    sandbox.call("POST", path, &body.to_string())
}

fn get(sandbox: &Sandbox, path: &str) -> Value {
    sandbox.call("GET", path, "")
}
