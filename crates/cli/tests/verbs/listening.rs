//! `imlink listen` where messages are missing.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::stage::{APP_KEY, Home, Ran, Running, Sandbox, eventually};

const DAY: u64 = 24 * 60 * 60;

// F-S46
#[test]
fn what_the_cloud_kept_no_longer_is_told_before_the_message_behind_it() {
    let home = Home::new();
    let (sandbox, daemon) = home.with_users(&["alice"]);
    receives(&home, &sandbox, "before");
    let first = listen(&home, "1", &["--json"]);
    drop(daemon);
    sandbox.publish("nobody will ever read this");
    sandbox.advance_clock(6 * DAY);
    sandbox.publish("within the week");
    sandbox.advance_clock(2 * DAY);
    let _daemon = restarted(&home, &sandbox);

    let program = listen(&home, "1", &["--json"]);
    let person = listen(&home, "2", &["--name", "other"]);
    let in_chinese = home
        .command(&[
            "listen",
            "--from-beginning",
            "--count",
            "2",
            "--name",
            "third",
        ])
        .env("LANG", "zh_CN.UTF-8")
        .output()
        .unwrap();

    assert_eq!(first.json()[0]["text"], "before", "{first:?}");
    let [gap, message] = &program.json()[..] else {
        panic!("{program:?}");
    };
    let gap = &gap["gap"];
    assert_eq!(
        (&gap["first"], &gap["last"], &gap["cause"]),
        (&json!(2), &json!(2), &json!("expired"))
    );
    let time = |name: &str| gap[name].as_i64().unwrap();
    let whole = first.json()[0]["sent_at"].as_i64().unwrap();
    assert!(time("from") >= whole, "{gap}");
    assert!(time("until") > time("from"), "{gap}");
    assert_eq!(message["text"], "within the week");
    assert!(!person.out.contains("Gap"), "{person:?}");
    let words = "Gap at no. 2: messages may be missing; the account was away";
    let lines = person.err.lines().filter(|line| line.starts_with(words));
    assert_eq!(lines.count(), 1, "{person:?}");
    let in_chinese = String::from_utf8(in_chinese.stderr).unwrap();
    assert!(in_chinese.contains("第 2 条消息处有缺口"), "{in_chinese}");
}

// F-D07, F-D08
#[test]
fn a_message_that_is_left_out_is_a_gap_and_an_anomaly() {
    let home = Home::new();
    let (sandbox, daemon) = home.with_users(&["alice"]);
    for text in ["one", "two", "three"] {
        receives(&home, &sandbox, text);
    }
    drop(daemon);
    leave_out(&home, 2);
    let _daemon = restarted(&home, &sandbox);

    let program = listen(&home, "2", &["--json"]);
    let person = listen(&home, "2", &["--name", "other"]);

    let told = program.json();
    let of =
        |kind: &str| -> Vec<&Value> { told.iter().filter_map(|line| line.get(kind)).collect() };
    assert_eq!(of("text"), ["one", "three"], "{program:?}");
    let gap = json!({ "first": 2, "last": 2, "lost": 1, "cause": "damaged" });
    assert_eq!(of("gap"), [&gap], "{program:?}");
    assert_eq!(of("anomalies")[0]["left_out"], 1, "{program:?}");
    for words in [
        "Gap at no. 2: 1 message is missing; what was stored is damaged.",
        "Among what is stored: 1 damaged and left out",
    ] {
        assert!(person.err.contains(words), "{person:?}");
    }
}

impl Sandbox {
    fn publish(&self, text: &str) {
        let content = json!({ "content": text }).to_string();
        let message = json!({ "from": "bob", "to": "alice", "content": content });
        self.call("POST", "publish", &message.to_string());
    }

    fn advance_clock(&self, seconds: u64) {
        let by = json!({ "advance_seconds": seconds });
        self.call("POST", "clock", &by.to_string());
    }
}

/// A message for alice comes and is stored.
fn receives(home: &Home, sandbox: &Sandbox, text: &str) {
    sandbox.publish(text);
    eventually("it is stored", || {
        home.run(&["history", "bob", "-n", "1"]).out.contains(text)
    });
}

/// Another daemon, to which alice is connected.
fn restarted(home: &Home, sandbox: &Sandbox) -> Running {
    let daemon = home.start_daemon();
    let connect = ["connect", "--app-key", APP_KEY];
    let ran = home.run_with(&connect, sandbox.token("alice"));
    assert_eq!(ran.status, Some(0), "{ran:?}");
    daemon
}

/// So many messages from the beginning, or from where that name got to.
fn listen(home: &Home, count: &str, more: &[&str]) -> Ran {
    let listen = ["listen", "--from-beginning", "--count", count];
    home.run(&[&listen, more].concat())
}

/// What three processes leave behind that die of a message.
fn leave_out(home: &Home, seq: u64) {
    let mut notes = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(rows(home).join("deadly"))
        .unwrap();
    for _ in 0..3 {
        writeln!(notes, "{} {seq}", env!("CARGO_PKG_VERSION")).unwrap();
    }
}

/// The directory of the only account.
fn rows(home: &Home) -> PathBuf {
    let accounts = home.path(".local/state/imlink/accounts");
    let mut entries = accounts
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries.find(|path| !path.ends_with("index")).unwrap()
}
