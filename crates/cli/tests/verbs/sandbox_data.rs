//! `imlink sandbox --data`.

use crate::stage::{Home, Sandbox};

const APPS: &str = r#"
    [[app]]
    key = "shop"
    secret = "first"

    [[app]]
    key = "game"
    secret = "second"
"#;

#[test]
fn users_are_there_again_after_ctrl_c() {
    let home = Home::new();
    let first = kept(&home, &[]);
    assert!(first.started["data"].as_str().unwrap().ends_with("/cloud"));
    home.run(&["sandbox", "tokens", "carol"]);

    assert_eq!(first.interrupt(), Some(0));
    let _second = kept(&home, &[]);

    assert_eq!(users(&home, &[]), ["alice", "bob", "carol"]);
}

#[test]
fn the_secrets_of_an_apps_file_hold_also_for_apps_that_were_kept() {
    let home = Home::new();
    let file = home.path("apps.toml");
    let start = || kept(&home, &["--apps", file.to_str().unwrap()]);
    std::fs::write(&file, APPS).unwrap();
    let first = start();
    home.run(&["sandbox", "tokens", "carol", "--app-key", "game"]);
    first.interrupt();

    std::fs::write(&file, APPS.replace("second", "another")).unwrap();
    let second = start();

    let secret = home.path("secret");
    std::fs::write(&secret, "another").unwrap();
    let secret = secret.to_str().unwrap();
    let game = ["--app-key", "game"];
    assert_eq!(users(&home, &game), ["carol"]);
    let token = ["token", "carol", "--app-secret-file", secret];
    let at = ["--sandbox", second.address()];
    let ran = home.run(&[&token[..], &game, &at].concat());
    assert_eq!(ran.status, Some(0), "{ran:?}");
}

#[test]
fn a_directory_in_use_is_one_sentence_with_the_cure() {
    let home = Home::new();
    let _first = kept(&home, &[]);

    let cloud = home.path("cloud");
    let ran = home.run(&["sandbox", "--port", "0", "--data", cloud.to_str().unwrap()]);

    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert_eq!(ran.err.lines().count(), 2, "{ran:?}");
    assert!(
        ran.err.contains("is in use by the sandbox with pid"),
        "{ran:?}"
    );
    assert!(ran.err.contains("Stop that sandbox"), "{ran:?}");
}

fn kept(home: &Home, arguments: &[&str]) -> Sandbox {
    let cloud = home.path("cloud");
    let data = ["--data", cloud.to_str().unwrap()];
    home.start_sandbox_with(&[&data, arguments].concat())
}

fn users(home: &Home, arguments: &[&str]) -> Vec<String> {
    let command = ["sandbox", "users", "--json"];
    let listed = home.run(&[&command[..], arguments].concat()).json();
    let names = listed
        .iter()
        .map(|user| user["user"].as_str().unwrap().to_owned());
    names.collect()
}
