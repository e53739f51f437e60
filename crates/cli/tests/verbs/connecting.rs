//! `imlink connect`, `disconnect` and `logout`.

use std::os::unix::fs::PermissionsExt;

use crate::stage::{APP_KEY, Home, eventually};

#[test]
fn a_piped_token_connects_and_the_link_stays() {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    let _daemon = home.start_daemon();
    let token = home.run(&["token", "李雷", "--sandbox", sandbox.address()]);

    let connected = home.run_with(&["connect", "--app-key", APP_KEY], &token.out);

    assert_eq!(connected.status, Some(0), "{connected:?}");
    assert!(
        connected.out.starts_with("CONNECTED as 李雷\n"),
        "{connected:?}"
    );
    let status = home.run(&["status", "--json"]).json();
    assert_eq!(status[0]["accounts"][0]["status_name"], "CONNECTED");
    assert_eq!(status[0]["accounts"][0]["user"], "李雷");
}

#[test]
fn a_private_token_file_connects_and_an_open_one_does_not() {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    let _daemon = home.start_daemon();
    let file = home.path("token");
    std::fs::write(&file, sandbox.token("alice")).unwrap();
    let file = file.display().to_string();
    let connect = ["connect", "-", "--app-key", APP_KEY, "--json"];
    let connect_file = [
        "connect",
        "--app-key",
        APP_KEY,
        "--json",
        "--token-file",
        &file,
    ];

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = home.run(&connect_file);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let private = home.run(&connect_file);
    let dash = home.run_with(&connect, sandbox.token("bob"));

    assert_eq!(open.status, Some(2), "{open:?}");
    assert!(
        open.error()["cure"].as_str().unwrap().contains("chmod 600"),
        "{open:?}"
    );
    assert_eq!(private.status, Some(0), "{private:?}");
    assert_eq!(private.json()[0]["user"], "alice");
    assert_eq!(dash.json()[0]["user"], "bob");
}

#[test]
fn a_token_the_cloud_refuses_ends_with_5_and_never_shows() {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    let _daemon = home.start_daemon();
    let token = format!("canary-77e0@{}", sandbox.address());

    let ran = home.run_with(&["connect", "--app-key", APP_KEY], &token);

    assert_eq!(ran.status, Some(5), "{ran:?}");
    assert!(ran.err.contains("31004 RC_CONN_TOKEN_INCORRECT"), "{ran:?}");
    assert!(ran.err.contains(" cure: "), "{ran:?}");
    assert!(!ran.err.contains("canary"), "{ran:?}");
    let log = std::fs::read_to_string(home.path("daemon.log")).unwrap();
    assert!(!log.contains("canary"), "{log}");
}

#[test]
fn a_text_that_cannot_be_a_token_ends_with_2() {
    let home = Home::new();
    for text in ["", "\n", "two words", "\u{1b}[2J"] {
        let ran = home.run_with(&["connect", "--app-key", APP_KEY, "--json"], text);

        assert_eq!(ran.status, Some(2), "{text:?}: {ran:?}");
        assert_eq!(ran.error()["code"], 34407, "{text:?}");
    }
}

// S4-11
#[test]
fn a_time_limit_that_runs_out_ends_with_6() {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    let _daemon = home.start_daemon();
    let token = sandbox.token("alice").to_owned();
    // Nobody answers at its navigator any more.
    drop(sandbox);

    let ran = home.run_with(
        &["connect", "--app-key", APP_KEY, "--limit", "1", "--json"],
        &token,
    );

    assert_eq!(ran.status, Some(6), "{ran:?}");
    assert_eq!(ran.error()["code"], 34006);
}

#[test]
fn disconnect_of_the_only_app_takes_the_account_offline() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);

    let ran = home.run(&["disconnect", "--json"]);

    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ran.json()[0]["user"], "alice");
    eventually("no account is left", || {
        home.run(&["status", "--json"]).json()[0]["accounts"] == serde_json::json!([])
    });
}

#[test]
fn logout_signs_one_of_two_accounts_out() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice", "bob"]);

    let ran = home.run(&["logout", "--user", "alice"]);

    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.out.starts_with("alice is signed out"), "{ran:?}");
    eventually("only bob is left", || {
        let status = home.run(&["status", "--json"]).json();
        let accounts = status[0]["accounts"].as_array().unwrap();
        accounts.len() == 1 && accounts[0]["user"] == "bob"
    });
}

#[test]
fn a_second_daemon_ends_with_3_and_names_the_first() {
    let home = Home::new();
    let daemon = home.start_daemon();

    let ran = home.run(&["daemon"]);

    assert_eq!(ran.status, Some(3), "{ran:?}");
    assert!(ran.err.contains(&format!("pid {}", daemon.id())), "{ran:?}");
}
