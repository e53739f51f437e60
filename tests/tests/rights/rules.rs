//! Which rule counts, and what the places are open to.

use std::fs;
use std::os::unix::fs::MetadataExt;

use imlink_ipc_proto::Right;
use imlink_tests::bridge::Greeted;
use imlink_tests::{App, Setup, eventually, require, with_groups_that_hang, with_own_users};

use crate::house::{GROUP, House, configure, denied, guest};
use crate::{BRIDGE, IMLINK};

// issue 5, "Several users"
#[tokio::test]
async fn the_first_rule_that_matches_user_or_group_and_app_decides() {
    let test = "the_first_rule_that_matches_user_or_group_and_app_decides";
    let rules = "[[allow]]\nuid = 64321\napp = \"org.example.notes\"\nrights = \"read\"\n\
                 [[allow]]\ngroup = 64400\napp = \"org.example.*\"\nrights = \"send\"\n\
                 [[allow]]\nuid = 64321\nrights = \"admin\"\n";
    let Some(house) = House::open(test, rules).await else {
        return;
    };
    let _apps = [
        house.joined(64_321, "org.example.notes"),
        house.joined(64_321, "org.example.mail"),
        house.joined(64_321, "elsewhere"),
        house.joined(64_322, "org.example.notes"),
    ];

    let (_, greeted) = house.app_of(64_322, "elsewhere");

    assert_eq!(
        greeted,
        denied("no rule of [[allow]] matches uid 64322, app elsewhere")
    );
    let status = house.own.client.daemon_status().await.unwrap();
    let own = rustix::process::geteuid().as_raw();
    let rights: Vec<(u32, &str, Right)> = status
        .apps
        .iter()
        .map(|app| (app.uid, app.app.as_str(), app.right))
        .collect();
    assert_eq!(
        rights,
        [
            (own, "org.example.notes", Right::Admin),
            (64_321, "org.example.notes", Right::Read),
            (64_321, "org.example.mail", Right::Send),
            (64_321, "elsewhere", Right::Admin),
            (64_322, "org.example.notes", Right::Send),
        ]
    );
}

// issue 5, "Several users"
#[test]
fn a_rule_about_a_group_is_about_whom_the_group_database_puts_in_it() {
    with_own_users(
        "rules::with_lei_and_han_in_the_database",
        "root:x:0:0::/:/bin/sh\nlei:x:64321:64321::/:/bin/sh\nhan:x:64322:64322::/:/bin/sh\n",
        "root:x:0:\nlei:x:64321:\nhan:x:64322:\nchat:x:64500:lei\n",
    );
}

/// Both processes are in the group of the socket, and no other.
#[tokio::test]
#[ignore = "run by the test above, with users of its own"]
async fn with_lei_and_han_in_the_database() {
    let test = "with_lei_and_han_in_the_database";
    let rules = "[[allow]]\ngroup = \"chat\"\nrights = \"send\"\n\
                 [[allow]]\nuser = \"han\"\napp = \"org.example.*\"\nrights = \"read\"\n";
    let house = House::open(test, rules).await.unwrap();

    let _lei = house.joined(64_321, "org.example.notes");
    let _han = house.joined(64_322, "org.example.notes");
    let (_, greeted) = house.app_of(64_322, "elsewhere");

    assert_eq!(
        greeted,
        denied("no rule of [[allow]] matches uid 64322, app elsewhere")
    );
    let status = house.own.client.daemon_status().await.unwrap();
    let right_of = |uid| {
        let app = status.apps.iter().find(|app| app.uid == uid);
        app.map(|app| app.right)
    };
    assert_eq!(right_of(64_321), Some(Right::Send));
    assert_eq!(right_of(64_322), Some(Right::Read));
}

// issue 5, "Several users"
#[test]
fn a_group_database_that_hangs_shuts_the_door_for_nobody_else() {
    with_groups_that_hang(
        "rules::while_groups_cannot_be_looked_up",
        "root:x:0:0::/:/bin/sh\nlei:x:64321:64321::/:/bin/sh\nhan:x:64322:64322::/:/bin/sh\n",
    );
}

#[tokio::test]
#[ignore = "run by the test above, with groups that hang"]
async fn while_groups_cannot_be_looked_up() {
    let test = "while_groups_cannot_be_looked_up";
    let rules = "[[allow]]\nuid = 64322\nrights = \"read\"\n\
                 [[allow]]\ngroup = 64500\nrights = \"send\"\n";
    let mut house = House::open(test, rules).await.unwrap();
    let socket = house.setup.socket();
    let knocking = std::thread::spawn(move || {
        let lei = guest(64_321).unwrap();
        lei.app(BRIDGE, &socket, "org.example.notes").1
    });
    let threads = format!("/proc/{}/task", house.daemon.pid());
    eventually("lei's groups are looked up", || {
        let mut threads = fs::read_dir(&threads).unwrap();
        let asks = threads.any(|thread| {
            let name = thread.unwrap().path().join("comm");
            fs::read_to_string(name).is_ok_and(|name| name.trim() == "imlink-groups")
        });
        asks.then_some(())
    });

    let _han = house.joined(64_322, "org.example.notes");
    let _own = App::connected(&house.setup, &house.cloud, "org.example.other", "lei").await;

    assert!(!knocking.is_finished(), "lei is still waiting");
    assert_eq!(
        knocking.join().unwrap(),
        denied(
            "the groups of uid 64321 cannot be looked up, and a rule of [[allow]] asks for them"
        )
    );
    // The lookup hangs on; an orderly end does not wait for it (F-I29).
    house.daemon.signal(rustix::process::Signal::TERM);
    assert_eq!(house.daemon.ended().code(), Some(0));
}

// F-I19, F-I22
#[tokio::test]
async fn the_socket_is_open_to_its_group_and_to_nobody_else() {
    let test = "the_socket_is_open_to_its_group_and_to_nobody_else";
    let rules = "[[allow]]\nuid = 64321\nrights = \"read\"\n";
    let Some(house) = House::open(test, rules).await else {
        return;
    };
    let place = |path: &std::path::Path| {
        let found = fs::symlink_metadata(path).unwrap();
        (found.mode() & 0o7777, found.gid())
    };

    let socket = house.setup.socket();

    assert_eq!(place(socket.parent().unwrap()), (0o750, GROUP));
    assert_eq!(place(&socket), (0o660, GROUP));
    assert_eq!(place(&house.setup.state()).0, 0o700);
    let outsider = imlink_tests::Stranger::of(BRIDGE, 64_321, 64_321).unwrap();
    let (_, greeted) = outsider.app(BRIDGE, &socket, "org.example.notes");
    let Greeted::NoWay { why } = greeted else {
        panic!("{greeted:?}");
    };
    assert!(why.contains("Permission denied"), "{why}");
}

#[test]
fn a_rule_about_nobody_is_named_with_its_line_and_the_daemon_does_not_start() {
    let setup = Setup::new(IMLINK);
    configure(
        &setup,
        "[[allow]]\nuser = \"nobody-has-this-name\"\nrights = \"read\"\n",
    );

    let ended = setup.imlink().arg("daemon").output().unwrap();

    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{said}");
    let expected = "line 1, rule 1 of [[allow]]: there is no user \"nobody-has-this-name\"";
    assert!(said.contains(expected), "{said}");
}

/// The command shows people the same.
#[tokio::test]
async fn a_person_without_a_right_reads_which_rule_says_so() {
    let test = "a_person_without_a_right_reads_which_rule_says_so";
    let rules = "[[allow]]\ngroup = 64400\nrights = \"read\"\n";
    let Some(house) = House::open(test, rules).await else {
        return;
    };
    let Some(guest) = require(test, guest(64_321)) else {
        return;
    };
    let mut command = house.setup.imlink();
    command.env("IMLINK_SOCKET", house.setup.socket());

    let output = guest.run(&command, "logout").output().unwrap();

    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("LOCAL_DENIED"), "{said}");
    // The command begins its sentences with a capital.
    let rule = "ule 1 of [[allow]] (group 64400, any app) gives read";
    assert!(said.contains(rule), "{said}");
}
