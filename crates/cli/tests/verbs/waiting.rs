//! `imlink outbox`: what was not sent.

use serde_json::Value;

use crate::stage::{Home, eventually};

#[test]
fn what_waits_is_listed_and_taken_back() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice"]);
    let empty = home.run(&["outbox"]);
    stop_reading(&home);
    // The second one waits behind the first, which the cloud does not read.
    let [first, second] = ["one", "\u{1b}two"].map(|text| send(&home, text));
    eventually("one is on its way", || {
        states(&home) == ["sending", "queued"]
    });

    let human = home.run(&["outbox"]);
    let json = home.run(&["outbox", "--json"]).json();
    let on_its_way = home.run(&["outbox", "withdraw", &first, "--json"]);
    let not_in_doubt = home.run(&["outbox", "resend", &second, "--json"]);
    let unknown = home.run(&["outbox", "withdraw", "nobodys", "--json"]);
    let withdrawn = home.run(&["outbox", "withdraw", &second]);

    assert_eq!(empty.err, "Nothing waits, and nothing is in doubt.\n");
    assert_eq!(empty.out, "");
    assert!(human.out.contains("  queued   bob"), "{human:?}");
    assert!(human.out.contains(r"\u{1b}two"), "F-K09: {human:?}");
    assert_eq!(json[1]["client_id"], second.as_str());
    assert_eq!(json[1]["text"], "\u{1b}two");
    assert_eq!(json[1]["target"], "bob");
    assert_eq!(on_its_way.error()["code"], 90021, "{on_its_way:?}");
    assert_eq!(not_in_doubt.error()["code"], 90021, "{not_in_doubt:?}");
    assert_eq!(unknown.error()["code"], 90022, "{unknown:?}");
    assert_eq!(withdrawn.out, format!("withdrawn  {second}\n"));
    assert_eq!(states(&home), ["sending"]);
    drop(sandbox);
}

// decisions.md P17
#[test]
fn what_is_in_doubt_is_sent_once_more_when_asked_to() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice"]);
    stop_reading(&home);
    let id = send(&home, "did it?");
    eventually("it is on its way", || states(&home) == ["sending"]);
    drop(sandbox);
    eventually("its answer is lost with the link", || {
        states(&home) == ["in-doubt"]
    });

    let resent = home.run(&["outbox", "resend", &id, "--json"]);

    assert_eq!(resent.status, Some(0), "{resent:?}");
    assert_eq!(resent.json()[0]["state"], "queued");
    eventually("it waits for the link", || states(&home) == ["queued"]);
}

/// What is sent from here on gets no answer.
fn stop_reading(home: &Home) {
    let fault = home.run(&["sandbox", "faults", "add", "stop-reading"]);
    assert_eq!(fault.status, Some(0), "{fault:?}");
}

/// Hands a message over and gives its id.
fn send(home: &Home, text: &str) -> String {
    let ran = home.run(&["send", "bob", text, "--wait", "0", "--json"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    ran.json()[0]["client_id"].as_str().unwrap().to_owned()
}

fn states(home: &Home) -> Vec<String> {
    let rows = home.run(&["outbox", "--json"]).json();
    let state = |row: &Value| row["state"].as_str().unwrap().to_owned();
    rows.iter().map(state).collect()
}
