//! App keys of a sandbox: from a file, and made while it runs.

use serde_json::json;

use crate::stage::Home;

const APPS: &str = "\
[[app]]
key = \"shop\"
secret = \"shop-secret\"

[[app]]
key = \"game\"
secret = \"game-secret\"
";

#[test]
fn apps_of_a_file_are_worlds_of_their_own_and_the_first_is_meant() {
    let home = Home::new();
    let sandbox = home.start_sandbox_with(&["--apps", &file(&home, APPS)]);

    let apps = home.run(&["sandbox", "apps"]);
    home.run(&["sandbox", "tokens", "carol", "--app", "game"]);
    let of_first = home.run(&["sandbox", "users"]).out;
    let of_other = home.run(&["sandbox", "users", "--app", "game"]).out;

    assert_eq!(sandbox.started["app_key"], "shop");
    assert_eq!(sandbox.started["app_secret"], "shop-secret");
    assert_eq!(apps.out, "game\nshop\n");
    assert!(of_first.contains("alice") && !of_first.contains("carol"));
    assert!(of_other.contains("carol") && !of_other.contains("alice"));
    let info = sandbox.call("GET", "info?app=game", "");
    assert_eq!(info["secret"], "game-secret");
}

#[test]
fn another_app_of_the_file_can_be_the_first() {
    let home = Home::new();

    let sandbox = home.start_sandbox_with(&["--apps", &file(&home, APPS), "--app-key", "game"]);

    assert_eq!(sandbox.started["app_secret"], "game-secret");
    assert_eq!(
        sandbox.call("GET", "apps", ""),
        json!({ "apps": ["game", "shop"] })
    );
}

#[test]
fn an_app_is_made_with_a_secret_of_ones_own_or_one_that_is_made() {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    let add = |arguments: &[&str], input: &str| {
        let line = [&["sandbox", "apps", "add", "--json"], arguments].concat();
        home.run_with(&line, input)
    };

    let own = add(&["shop", "--secret-file", "-"], "shop-secret\n");
    let made = add(&["game"], "");
    let again = add(&["game"], "");
    let other = add(&["shop", "--secret-file", "-"], "another\n");
    let empty = add(&["food", "--secret-file", "-"], "\n");

    assert_eq!(own.json()[0]["secret"], "shop-secret");
    assert!(made.json()[0]["secret"].as_str().unwrap().len() > 10);
    assert_eq!(made.out, again.out, "an app keeps its secret");
    assert_eq!(other.status, Some(1), "{other:?}");
    assert!(!other.err.contains("shop-secret"), "{other:?}");
    assert_eq!(empty.status, Some(2), "{empty:?}");
    let keys = sandbox.call("GET", "apps", "");
    assert_eq!(keys["apps"], json!(["game", "imlink-sandbox", "shop"]));
}

#[test]
fn a_token_of_a_made_app_is_issued_with_its_secret() {
    let home = Home::new();
    let _sandbox = home.start_sandbox_with(&["--apps", &file(&home, APPS)]);
    let secret = home.path("secret");
    std::fs::write(&secret, "game-secret\n").unwrap();
    let secret = secret.display().to_string();

    let ran = home.run(&[
        "token",
        "alice",
        "--app-key",
        "game",
        "--app-secret-file",
        &secret,
    ]);

    assert_eq!(ran.status, Some(0), "{ran:?}");
}

#[test]
fn a_file_that_cannot_be_used_is_one_sentence_with_the_cure() {
    let home = Home::new();
    let missing = home.path("missing").display().to_string();
    let broken = file(&home, "[[app]]\nkey = 'shop'\nsecret = 'canary\n");
    for path in [missing, broken] {
        let ran = home.run(&["sandbox", "--port", "0", "--apps", &path]);

        assert_eq!(ran.status, Some(2), "{ran:?}");
        assert_eq!(ran.err.lines().count(), 2, "{ran:?}");
        assert!(ran.err.contains(&path), "{ran:?}");
        assert!(!ran.err.contains("canary"), "{ran:?}");
    }
}

fn file(home: &Home, text: &str) -> String {
    let path = home.path("apps.toml");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}
