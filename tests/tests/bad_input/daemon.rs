//! What the daemon is told when it starts: files, variables, flags, and a second one of it.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;

use imlink::Code;
use imlink_ipc_proto::Codec;
use imlink_tests::{RawApp, Setup};

use crate::IMLINK;

/// The configuration or the place it names cannot be used.
pub const UNUSABLE: i32 = 2;

#[test]
fn a_configuration_file_that_is_wrong_is_named_with_line_and_key() {
    let table: [(&str, &[u8], &[&str]); 7] = [
        (
            "a key nobody knows",
            b"log = \"info\"\n\nmax_acounts = 3\n",
            &[
                "line 3",
                "unknown key `max_acounts`; did you mean `max_accounts`?",
            ],
        ),
        (
            "a key like none",
            b"zzz = 1\n",
            &["line 1", "unknown key `zzz`"],
        ),
        (
            "another type",
            b"log = \"info\"\nmax_accounts = \"three\"\n",
            &["line 2"],
        ),
        ("no TOML", b"log = \n", &["line 1"]),
        (
            "out of range",
            b"max_accounts = 0\n",
            &["max_accounts is 0, but must be between 1 and"],
        ),
        (
            "bad filter",
            b"log = \"imlink_daemon=loud\"\n",
            &["log filter \"imlink_daemon=loud\""],
        ),
        ("no text", b"log = \"\xff\"\n", &["cannot be read"]),
    ];
    for (what, content, expected) in table {
        let setup = Setup::new(IMLINK);
        let file = standard_file(&setup);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, content).unwrap();

        let said = refused(&setup, UNUSABLE);

        for part in expected {
            assert!(said.contains(part), "{what}: {said}");
        }
        // A setting out of its range may come from anywhere; all else is the file's.
        if !said.contains("max_accounts is 0") && !said.contains("log filter") {
            assert!(said.contains(&file.display().to_string()), "{what}: {said}");
        }
    }
}

#[test]
fn a_configuration_file_that_cannot_be_read_is_named() {
    let setup = Setup::new(IMLINK);
    let directory = setup.home().join("directory");
    fs::create_dir(&directory).unwrap();
    for path in [setup.home().join("nowhere.toml"), directory] {
        let named = path.display().to_string();
        let by_flag = Setup::new(IMLINK).argument(format!("--config={named}"));
        let by_variable = Setup::new(IMLINK).variable("IMLINK_CONFIG", &named);

        for setup in [by_flag, by_variable] {
            let said = refused(&setup, UNUSABLE);
            assert!(
                said.contains(&format!("configuration file {named}: cannot be read")),
                "{said}"
            );
        }
    }
}

#[test]
fn a_variable_that_is_wrong_is_named() {
    let table = [
        (
            "IMLINK_ALLOW_CLEAR_TEXT",
            "perhaps",
            "IMLINK_ALLOW_CLEAR_TEXT: \"perhaps\" is neither `true` nor `false`",
        ),
        (
            "IMLINK_MAX_ACCOUNTS",
            "many",
            "IMLINK_MAX_ACCOUNTS: \"many\" is not a whole number",
        ),
        (
            "IMLINK_MAX_ACCOUNTS",
            "-1",
            "IMLINK_MAX_ACCOUNTS: \"-1\" is not a whole number",
        ),
        ("IMLINK_MAX_ACCOUNTS", "0", "max_accounts is 0"),
        (
            "IMLINK_TRANSPORT",
            "udp",
            "IMLINK_TRANSPORT: \"udp\" is no transport; `auto`, `tcp` and `websocket` are",
        ),
        (
            "IMLINK_RECONNECT_KICK",
            "yes",
            "IMLINK_RECONNECT_KICK: \"yes\" is neither `true` nor `false`",
        ),
        (
            "IMLINK_CA_FILE",
            "/nowhere/ca.pem",
            "ca_file /nowhere/ca.pem: cannot be read",
        ),
        (
            "IMLINK_CA_FILE",
            "/dev/null",
            "ca_file /dev/null: holds no certificate; name a file",
        ),
        ("IMLINK_LOG", "imlink_daemon=loud", "log filter"),
    ];
    for (name, value, expected) in table {
        let said = refused(&Setup::new(IMLINK).variable(name, value), UNUSABLE);

        assert!(said.contains(expected), "{name}={value}: {said}");
    }
}

#[test]
fn a_flag_that_is_wrong_is_named() {
    for (flag, expected) in [
        ("--max-accounts=many", "--max-accounts"),
        ("--max-accounts=0", "max_accounts is 0"),
        ("--log=imlink_daemon=loud", "log filter"),
        ("--transport=udp", "`websocket`"),
        ("--ca-file=/nowhere/ca.pem", "ca_file /nowhere/ca.pem"),
        ("--no-such-flag", "--no-such-flag"),
    ] {
        let said = refused(&Setup::new(IMLINK).argument(flag), UNUSABLE);

        assert!(said.contains(expected), "{flag}: {said}");
    }
}

// decisions.md P25: a flag beats a variable, which beats the file
#[test]
fn a_good_flag_makes_up_for_a_variable_and_a_variable_for_the_file() {
    let setup = Setup::new(IMLINK)
        .variable("IMLINK_MAX_ACCOUNTS", "0")
        .argument("--max-accounts=1");
    let file = standard_file(&setup);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "max_accounts = 2000\nlog = \"debug\"\n").unwrap();

    let daemon = setup.start();

    // And the file still says what nobody else does.
    daemon.log().wait_for("DEBUG");
}

// F-I25; decisions.md P26
#[test]
fn a_second_daemon_says_who_is_there_and_leaves_it_alone() {
    let setup = Setup::new(IMLINK);
    let first = setup.start();
    let mut app = RawApp::attached(&setup.socket(), Codec::Json);

    let mut second = setup.launch();

    assert_eq!(second.ended().code(), Some(3));
    let running = format!("another imlinkd is running (pid {})", first.pid());
    first.log().wait_for(&running);
    assert_eq!(app.status().pid, first.pid());
    let mut late = RawApp::attached(&setup.socket(), Codec::Json);
    assert_eq!(late.status().pid, first.pid());
}

// F-I26: one store, one daemon, and one socket, one daemon
#[test]
fn a_second_daemon_may_share_neither_the_state_nor_the_socket() {
    let setup = Setup::new(IMLINK);
    let first = setup.start();
    let flags = [
        format!("--socket={}", setup.home().join("other/x.sock").display()),
        format!("--state-dir={}", setup.home().join("other-state").display()),
    ];
    for flag in flags {
        let output = setup.imlink().arg("daemon").arg(&flag).output().unwrap();

        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{flag}: {said}");
        assert!(
            said.contains(&format!("pid {}", first.pid())),
            "{flag}: {said}"
        );
    }
    let mut app = RawApp::attached(&setup.socket(), Codec::Json);
    assert_eq!(app.status().pid, first.pid());
}

// F-I25
#[test]
fn of_daemons_that_start_at_once_one_wins() {
    const RACERS: usize = 4;
    let setup = Setup::new(IMLINK);
    let mut racers: Vec<_> = (0..RACERS).map(|_| setup.launch()).collect();

    let winner = imlink_tests::eventually("a daemon lets apps in", || {
        std::os::unix::net::UnixStream::connect(setup.socket()).ok()?;
        Some(RawApp::attached(&setup.socket(), Codec::Json).status().pid)
    });

    for racer in &mut racers {
        if racer.pid() != winner {
            assert_eq!(racer.ended().code(), Some(3));
        }
    }
    let mut app = RawApp::attached(&setup.socket(), Codec::Json);
    assert_eq!(app.status().pid, winner);
}

// F-K03
#[test]
fn a_daemon_that_crashes_leaves_no_picture_of_its_memory() {
    let setup = Setup::new(IMLINK);
    let mut daemon = setup.start();
    let limits = fs::read_to_string(format!("/proc/{}/limits", daemon.pid())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let mut numbers = core.unwrap().split_ascii_whitespace().skip(4);

    assert_eq!((numbers.next(), numbers.next()), (Some("0"), Some("0")));
    daemon.signal(rustix::process::Signal::ABORT);
    let status = daemon.ended();
    assert_eq!(status.signal(), Some(6));
    assert!(!status.core_dumped());
}

// decisions.md P25: no navigator is built in
#[tokio::test]
async fn a_token_that_names_no_navigator_needs_a_configured_one() {
    let sandbox = imlink_tests::cloud();
    let bare = |name| {
        let whole = imlink_tests::cloud::issued(&sandbox, name);
        imlink::Token::new(whole.split('@').next().unwrap()).unwrap()
    };
    let without = Setup::new(IMLINK);
    let _daemon = without.start();
    let app = imlink_tests::App::new(&without, &sandbox, "notes");
    imlink_tests::within("init", app.client.init())
        .await
        .unwrap();
    let connect = app.client.connect(bare("lei"));
    let error = imlink_tests::within("an answer", connect)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::LOCAL_NO_NAVIGATOR);

    let with = Setup::new(IMLINK).argument(format!("--navigator={}", sandbox.navigator()));
    let _daemon = with.start();
    let app = imlink_tests::App::new(&with, &sandbox, "notes");
    imlink_tests::within("init", app.client.init())
        .await
        .unwrap();
    let connect = app.client.connect(bare("lei"));
    imlink_tests::within("connect", connect).await.unwrap();
}

/// What a daemon says that does not start.
pub fn refused(setup: &Setup, status: i32) -> String {
    let mut daemon = setup.launch();
    let ended = daemon.ended();
    let said = daemon.log().text();
    assert_eq!(ended.code(), Some(status), "{said}");
    said
}

fn standard_file(setup: &Setup) -> PathBuf {
    setup.home().join("config/imlink/imlinkd.toml")
}
