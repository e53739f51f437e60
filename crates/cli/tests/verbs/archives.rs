//! `imlink export` and `import`.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use serde_json::{Value, json};

use crate::stage::{APP_KEY, Home, Running, Sandbox};

/// Control characters, other languages, and all of JSON's own.
const HOSTILE: &str = "\u{1b}[2J\u{202e}李雷 \"\\ \u{2028}";

// issue 4: import / export of an account as JSON lines
#[test]
fn what_is_exported_is_imported_elsewhere_once_and_in_order() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice"]);
    fill(&home, &sandbox);
    let file = home.path("alice.jsonl").display().to_string();
    let before = history(&home);
    let (elsewhere, _other) = forgetful();

    let exported = home.run(&["export", &file, "--json"]);
    let first = elsewhere.run(&["import", &file, "--json"]);
    let again = elsewhere.run(&["import", &file]);

    assert_eq!(
        exported.json(),
        [json!({"file": file, "user": "alice", "messages": 6, "conversations": 3})]
    );
    assert_eq!(exported.err, "");
    assert_eq!(
        first.json(),
        [json!({"user": "alice", "imported": 6, "known": 0, "conversations": 3})],
        "{first:?}"
    );
    assert_eq!(
        again.out,
        "Imported 0 messages of alice; left out 6 that were here already, or had been deleted.\n"
    );
    assert_eq!(history(&elsewhere), before);
    let conversations = |home: &Home| home.run(&["conversations", "--json"]).json();
    assert_eq!(conversations(&elsewhere), conversations(&home));
}

#[test]
fn an_export_is_lines_with_a_header_and_a_tally() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);
    home.run(&["send", "bob", "hi"]);

    let piped = home.run(&["export"]);
    let dashed = home.run(&["export", "-", "--json"]);

    assert_eq!(piped.status, Some(0), "{piped:?}");
    assert_eq!(piped.err, "");
    let lines = piped.json();
    assert_eq!(lines.len(), 4);
    let header = &lines[0]["export"];
    assert_eq!(header["version"], 1);
    assert_eq!(header["app_key"], APP_KEY);
    assert_eq!(header["user"], "alice");
    assert_eq!(header["messages"], 1);
    assert_eq!(lines[1]["message"]["body"], r#"{"content":"hi"}"#);
    assert_eq!(lines[1]["message"]["origin"], json!({"app": "imlink-cli"}));
    assert_eq!(lines[2]["conversation"]["target"], "bob");
    assert_eq!(
        lines[3],
        json!({"end": {"messages": 1, "conversations": 1}})
    );
    assert_eq!(lines[1..], dashed.json()[1..]);
}

// F-K05
#[test]
fn a_file_is_private_and_replaced_only_by_a_whole_one() {
    let home = Home::new();
    let (_sandbox, daemon) = home.with_users(&["alice"]);
    home.run(&["send", "bob", "hi"]);
    let place = home.path("alice.jsonl");
    let link = home.path("link");
    fs::write(&place, "an earlier one").unwrap();
    fs::set_permissions(&place, fs::Permissions::from_mode(0o644)).unwrap();
    symlink(&place, &link).unwrap();

    let ran = home.run(&["export", &link.display().to_string()]);
    let whole = fs::read(&place).unwrap();
    drop(daemon);
    let failed = home.run(&["export", &link.display().to_string()]);

    assert_eq!(
        ran.out,
        format!(
            "Wrote 1 message and 1 conversation of alice to {}.\n",
            link.display()
        )
    );
    assert_eq!(place.metadata().unwrap().mode() & 0o777, 0o600);
    assert!(link.is_symlink(), "a link stays a link");
    assert_eq!(failed.status, Some(4), "{failed:?}");
    assert_eq!(fs::read(&place).unwrap(), whole, "the earlier one stays");
    let left = fs::read_dir(home.path("")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().contains("export")),
        "{left:?}"
    );
}

// issue 4: nothing of a broken file is imported, and its line is named
#[test]
fn whatever_is_no_whole_export_is_refused_with_its_line() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice", "bob"]);
    for text in ["one", "two"] {
        home.run(&["send", "bob", text, "--user", "alice"]);
    }
    let whole = home.run(&["export", "--user", "alice"]).out;
    let (elsewhere, _other) = forgetful();
    let lines: Vec<&str> = whole.lines().collect();
    let file = home.path("import.jsonl");
    let broken = [lines[0], lines[1], "{\"message\":{}}", lines[4]].join("\n");
    let cut = lines[..2].join("\n");
    let table = [
        (String::new(), "is empty"),
        ("hello\n".to_owned(), "is no export"),
        (
            whole.replacen("\"version\":1", "\"version\":7", 1),
            "has format 7",
        ),
        (broken.clone(), "is broken at line 3"),
        (cut, "ends after line 2"),
        (
            whole.replacen("\"alice\"", "\"carol\"", 1),
            "is an export of carol",
        ),
        (
            whole.replacen(APP_KEY, "another-key", 1),
            "is an export of alice (app key another-key)",
        ),
    ];

    for (text, wanted) in table {
        fs::write(&file, &text).unwrap();
        let ran = elsewhere.run(&["import", &file.display().to_string(), "--json"]);

        assert_eq!(ran.status, Some(2), "{wanted}: {ran:?}");
        let cause = ran.error()["cause"].as_str().unwrap().to_owned();
        assert!(
            cause.starts_with(&format!("{} {wanted}", file.display())),
            "{cause}"
        );
        assert_eq!(history(&elsewhere), [] as [Value; 0], "{wanted}");
    }
    let missing = elsewhere.run(&["import", "/nowhere/alice.jsonl"]);
    assert_eq!(missing.status, Some(2), "{missing:?}");
    assert!(missing.err.contains("/nowhere/alice.jsonl cannot be read"));

    // From a pipe it is stored as far as it is whole, and the whole one completes it.
    let piped = elsewhere.run_with(&["import", "-", "--json"], &broken);
    assert_eq!(piped.status, Some(2), "{piped:?}");
    let cause = piped.error()["cause"].as_str().unwrap().to_owned();
    assert!(cause.contains("is broken at line 3"), "{cause}");
    assert!(cause.ends_with("is stored: 1 new message."), "{cause}");
    let rest = elsewhere.run_with(&["import", "-", "--json"], &whole);
    assert_eq!(
        rest.json(),
        [json!({"user": "alice", "imported": 1, "known": 1, "conversations": 1})],
        "{rest:?}"
    );
}

#[test]
fn places_that_cannot_be_written_are_named() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);
    let directory = home.path("").display().to_string();

    for (place, wanted) in [
        (directory.as_str(), "is there, and is no file"),
        ("/dev/null", "is there, and is no file"),
        ("/nowhere/alice.jsonl", "No file can be written beside"),
    ] {
        let ran = home.run(&["export", place, "--json"]);

        assert_eq!(ran.status, Some(2), "{place}: {ran:?}");
        let cause = ran.error()["cause"].as_str().unwrap().to_owned();
        assert!(cause.contains(wanted), "{cause}");
    }
}

/// A large archive goes in more than one request, by count and by bytes.
#[test]
fn hundreds_of_messages_and_the_largest_bodies_are_imported() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);
    home.run(&["send", "bob", "a pattern"]);
    let pattern = home.run(&["export"]).json();
    let largest = "\u{1}".repeat(128 * 1024);
    let mut lines = vec![pattern[0].to_string()];
    for number in 0..450 {
        let mut message = pattern[1].clone();
        message["message"]["uid"] = json!(format!("U-{number}"));
        if number % 150 == 0 {
            message["message"]["body"] = json!(largest);
            message["message"]["object_name"] = json!("App:Blob");
        }
        lines.push(message.to_string());
    }
    lines.push(json!({"end": {"messages": 450, "conversations": 0}}).to_string());

    let ran = home.run_with(&["import", "-", "--json"], &lines.join("\n"));

    assert_eq!(ran.status, Some(0), "{}", ran.err);
    assert_eq!(ran.json()[0]["imported"], 450);
    let exported = home.run(&["export"]).json();
    assert_eq!(exported.len(), 1 + 451 + 1 + 1);
    let uids: Vec<&Value> = exported[2..452]
        .iter()
        .map(|line| &line["message"]["uid"])
        .collect();
    let wanted: Vec<Value> = (0..450)
        .map(|number| json!(format!("U-{number}")))
        .collect();
    assert_eq!(uids, wanted.iter().collect::<Vec<_>>(), "in their order");
    assert_eq!(exported[2]["message"]["body"], json!(largest));
}

/// Messages of both directions, a group, a custom type, a draft's place, and read positions.
fn fill(home: &Home, sandbox: &Sandbox) {
    for text in ["one", HOSTILE] {
        let ran = home.run(&["send", "bob", text]);
        assert_eq!(ran.status, Some(0), "{ran:?}");
    }
    home.run(&["send", "bob", "\u{7}raw", "--type", "App:Blob"]);
    home.run(&["send", "carol", "elsewhere"]);
    for (from, text) in [("bob", "received"), ("mallory", HOSTILE)] {
        let content = json!({ "content": text }).to_string();
        let body = json!({ "from": from, "to": "alice", "content": content });
        sandbox.call("POST", "publish", &body.to_string());
    }
    let listen = ["listen", "--from-beginning", "--count", "6", "--json"];
    assert_eq!(home.run(&listen).json().len(), 6);
}

/// Another machine, whose cloud knows the same user and has none of the messages.
fn forgetful() -> (Home, (Sandbox, Running)) {
    let home = Home::new();
    let running = home.with_users(&["alice"]);
    (home, running)
}

/// Everything there is with bob, but for what each machine says of its own.
fn history(home: &Home) -> Vec<Value> {
    let ran = home.run(&["history", "bob", "--json"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    ran.json()
}
