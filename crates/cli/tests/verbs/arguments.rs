//! The command line itself.

use crate::stage::Home;

#[test]
fn help_teaches_and_names_the_exit_statuses() {
    let ran = Home::new().run(&["--help"]);

    assert_eq!(ran.status, Some(0));
    assert!(
        ran.out.contains("imlink token alice | imlink connect"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("  4  no daemon answers (-2)"),
        "{}",
        ran.out
    );
    assert!(
        !ran.out.contains("demo-app"),
        "what is not for people is not shown"
    );
}

#[test]
fn the_version_is_told() {
    let ran = Home::new().run(&["--version"]);

    assert_eq!(
        ran.out.trim(),
        concat!("imlink ", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(ran.status, Some(0));
}

#[test]
fn a_wrong_command_line_ends_with_2_in_both_formats() {
    let home = Home::new();
    for wrong in [
        &["send"][..],
        &["unheard-of"],
        &["history", "bob", "-n", "0"],
        &["history", "bob", "-n", "many"],
        &["history", "bob", "--before", "yesterday"],
        &["send", "", "text"],
        &["listen", "--count", "0"],
        &["chat"],
        &["chat", "bob", "-n", "201"],
        &["search", ""],
        &["search", "word", "--with", "bob", "--group", "team"],
        &["search", "word", "-n", "0"],
        &["search"],
        &["import"],
        &["forget"],
        &["outbox", "withdraw"],
        &["outbox", "nonsense"],
        &["purge", "alice"],
        &["chat", "bob", "--group", "--chatroom"],
        &["status", "--user"],
        &["token", "a\u{1b}b"],
    ] {
        let human = home.run(wrong);
        let json = home.run(&[wrong, &["--json"]].concat());

        assert_eq!(human.status, Some(2), "{wrong:?}: {human:?}");
        assert!(human.err.starts_with("error: "), "{wrong:?}: {human:?}");
        assert_eq!(json.status, Some(2), "{wrong:?}: {json:?}");
        assert_eq!(json.error()["name"], "USAGE", "{wrong:?}: {json:?}");
        assert!(!human.err.contains('\u{1b}'), "{wrong:?}: {human:?}");
    }
}

// F-K04
#[test]
fn no_verb_takes_a_token_on_the_command_line() {
    let home = Home::new();

    let ran = home.run(&["connect", "canary-4f21", "--app-key", "key"]);

    assert_eq!(ran.status, Some(2));
    assert!(
        ran.err
            .contains("A token is not taken from the command line"),
        "{ran:?}"
    );
    assert!(!ran.err.contains("canary"), "{ran:?}");
    let help = home.run(&["connect", "--help"]).out;
    assert!(!help.contains("--token "), "{help}");
    assert!(!help.contains("TOKEN>"), "{help}");
}

// IPC-05
#[test]
fn without_a_daemon_every_verb_says_where_it_looked_and_how_to_start_one() {
    let home = Home::new();
    let socket = home.path("imlink/imlinkd.sock").display().to_string();
    for verb in [
        &["status"][..],
        &["send", "bob", "hi"],
        &["listen"],
        &["history", "bob"],
        &["conversations"],
        &["chat", "bob"],
        &["search", "word"],
        &["export"],
        &["forget", "bob", "--yes"],
        &["purge", "--yes"],
        &["purge", "--app-key", "key", "--user", "alice", "--yes"],
        &["outbox"],
        &["outbox", "withdraw", "id"],
        &["outbox", "resend", "id"],
        &["disconnect"],
        &["logout"],
    ] {
        let ran = home.run(verb);

        assert_eq!(ran.status, Some(4), "{verb:?}: {ran:?}");
        assert!(ran.err.contains(&socket), "{verb:?}: {ran:?}");
        assert!(ran.err.contains("(-2 IPC_DISCONNECT)"), "{verb:?}: {ran:?}");
        assert!(ran.err.contains("imlink daemon"), "{verb:?}: {ran:?}");
    }
    let connect = home.run_with(&["connect", "--app-key", "key", "--json"], "a-token");
    assert_eq!(connect.status, Some(4), "{connect:?}");
    assert_eq!(connect.error()["code"], -2);
}
