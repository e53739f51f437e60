//! `imlink forget`.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::stage::{Home, eventually};

/// Nobody says this by chance.
const CANARY: &str = "canary-71ce-of-a-conversation";

// issue 4: after forgetting, a search of the files for a canary text finds nothing
#[test]
fn a_forgotten_conversation_is_in_no_list_and_in_no_file() {
    let home = Home::new();
    let (_sandbox, daemon) = home.with_users(&["alice"]);
    home.run(&["send", "bob", CANARY]);
    home.run(&["send", "carol", "this one stays"]);
    eventually("it is on the disk", || holds(&home.path(""), CANARY));

    let refused = home.run(&["forget", "bob", "--json"]);
    let kept = home.run(&["history", "bob", "--json"]).json().len();
    let ran = home.run(&["forget", "bob", "--yes", "--json"]);
    let again = home.run(&["forget", "bob", "--yes"]);

    assert_eq!(refused.status, Some(2), "{refused:?}");
    let cure = refused.error()["cure"].as_str().unwrap().to_owned();
    assert!(cure.contains("--yes"), "{cure}");
    assert_eq!(kept, 1, "a refusal deletes nothing");
    assert_eq!(
        ran.json(),
        [json!({"kind": "private", "target": "bob", "messages": 1, "set_aside": []})]
    );
    assert_eq!(again.out, "Nothing is stored with bob.\n");
    let left = home.run(&["conversations", "--json"]).json();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["target"], "carol");
    drop(daemon);
    assert!(!holds(&home.path(""), CANARY), "a canary is still there");
}

#[test]
fn on_a_terminal_it_asks_and_only_yes_deletes() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);
    home.run(&["send", "bob", "keep me"]);
    let stored = || home.run(&["history", "bob", "--json"]).json().len();

    for answer in ["n\n", "\n", "\u{4}"] {
        let mut terminal = home.on_terminal(&["forget", "bob"]);
        terminal.shows("Delete 1 message of alice with bob on this machine for good? [y/N]");
        terminal.types(answer);

        assert_eq!(terminal.ended(), Some(1), "{answer:?}");
        terminal.shows("Nothing was deleted.");
        assert_eq!(stored(), 1, "{answer:?}");
    }
    let mut terminal = home.on_terminal(&["forget", "bob"]);
    terminal.shows("[y/N]");
    terminal.types("\u{3}");
    assert_eq!(terminal.ended(), Some(130), "Ctrl-C");
    assert_eq!(stored(), 1);

    let mut terminal = home.on_terminal(&["forget", "bob"]);
    terminal.shows("[y/N]");
    terminal.types("y\n");
    assert_eq!(terminal.ended(), Some(0));
    terminal.shows("Deleted 1 message with bob from this machine.");
    assert_eq!(stored(), 0);
}

/// Whether any file of the daemon has a text in it.
pub fn holds(directory: &Path, text: &str) -> bool {
    fs::read_dir(directory).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = fs::read(&path).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}
