//! `imlink sandbox groups` and `chatrooms`.

use serde_json::json;

use crate::stage::Home;

#[test]
fn a_group_is_made_listed_and_dismissed() {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    let groups = |arguments: &[&str]| home.run(&[&["sandbox", "groups"], arguments].concat());

    let none = groups(&[]);
    let joined = groups(&["join", "team", "bob", "alice", "--name", "The team"]);
    let shown = groups(&[]);
    let held = sandbox.call("GET", "groups", "");
    let ended = groups(&["dismiss", "team"]);
    let again = groups(&["dismiss", "team"]);

    assert!(none.out.contains("groups join"), "{none:?}");
    assert_eq!(joined.out, "In group team: bob, alice.\n");
    assert_eq!(
        shown.out,
        "ID    NAME      MEMBERS\nteam  The team  alice, bob\n"
    );
    assert_eq!(held["groups"][0]["members"], json!(["alice", "bob"]));
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert_eq!(again.status, Some(1), "{again:?}");
    assert!(again.err.contains("no such group: team"), "{again:?}");
    assert_eq!(groups(&["join", "team"]).status, Some(2));
}

#[test]
fn a_chatroom_is_made_listed_and_destroyed() {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    let rooms = |arguments: &[&str]| home.run(&[&["sandbox", "chatrooms"], arguments].concat());

    let none = rooms(&[]);
    let made = rooms(&["create", "lobby", "--name", "The lobby"]);
    let listed = rooms(&["--json"]);
    let ended = rooms(&["destroy", "lobby"]);
    let again = rooms(&["destroy", "lobby"]);

    assert!(none.out.contains("chatrooms create"), "{none:?}");
    assert_eq!(made.out, "Chatroom lobby is open.\n");
    assert_eq!(listed.json()[0]["name"], "The lobby");
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert_eq!(again.status, Some(1), "{again:?}");
    assert_eq!(
        sandbox.call("GET", "chatrooms", ""),
        json!({ "chatrooms": [] })
    );
}
