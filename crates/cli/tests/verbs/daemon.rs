//! `imlink daemon` as a program reads it.

use serde_json::json;

use crate::stage::Home;

#[test]
fn a_program_gets_what_the_configuration_comes_to_as_one_object() {
    let home = Home::new();
    let socket = home.path("s").display().to_string();
    let state = home.path("state").display().to_string();

    let ran = home.run(&[
        "--json",
        "daemon",
        "--check",
        "--socket",
        &socket,
        "--state-dir",
        &state,
        "--navigator",
        "https://one.example",
        "--navigator",
        "https://two.example",
        "--allow-clear-text",
        "--transport",
        "tcp",
        "--reconnect-kick",
        "--max-accounts",
        "3",
        "--log",
        "debug",
    ]);

    assert_eq!(ran.status, Some(0), "{ran:?}");
    let wanted = json!({
        "socket": socket,
        "state_dir": state,
        "navigators": ["https://one.example", "https://two.example"],
        "allow": [],
        "socket_group": null,
        "remember": "none",
        "allow_clear_text": true,
        "transport": "tcp",
        "ca_file": null,
        "pins": [],
        "proxy": null,
        "reconnect_kick": true,
        "max_accounts": 3,
        "log": "debug",
        "timings": [],
    });
    assert_eq!(ran.json(), [wanted]);
    assert_eq!(ran.err, "");
    assert!(
        !home.path("state").exists(),
        "a check leaves nothing behind"
    );
}

#[test]
fn people_and_programs_are_told_the_same_configuration() {
    let home = Home::new();
    let config = home.path("imlinkd.toml");
    std::fs::write(&config, "max_accounts = 5\n").unwrap();
    let check = ["daemon", "--check", "--config", config.to_str().unwrap()];

    let human = home.run(&check);
    let json = home.run(&[&check[..], &["--json"]].concat());

    let object = &json.json()[0];
    assert_eq!(object["max_accounts"], 5);
    let of_people: Vec<(&str, &str)> = human
        .out
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .collect();
    assert_eq!(of_people.len(), object.as_object().unwrap().len());
    for (name, value) in of_people {
        let value = value.trim();
        match &object[name] {
            serde_json::Value::String(text) => assert_eq!(text, value, "{name}"),
            serde_json::Value::Array(none) => assert!(none.is_empty(), "{name}"),
            serde_json::Value::Null => assert!(value.starts_with("none"), "{name}"),
            other => assert_eq!(other.to_string(), value, "{name}"),
        }
    }
}

// decisions.md P6
#[test]
fn timings_that_are_not_the_default_are_told_to_people_and_programs() {
    let home = Home::new();
    let config = home.path("imlinkd.toml");
    std::fs::write(&config, "[timings]\nping = 60\nladder = [0.5, 4]\n").unwrap();
    let check = ["daemon", "--check", "--config", config.to_str().unwrap()];

    let human = home.run(&check);
    let json = home.run(&[&check[..], &["--json"]].concat());

    let told: Vec<&str> = human
        .out
        .lines()
        .filter(|line| line.starts_with("timings"))
        .collect();
    assert_eq!(
        told,
        [
            "timings           ladder 0.5, 4 s",
            "timings           ping 60 s"
        ]
    );
    let wanted = json!([
        { "name": "ladder", "seconds": [0.5, 4.0] },
        { "name": "ping", "seconds": [60.0] },
    ]);
    assert_eq!(json.json()[0]["timings"], wanted);
}

#[test]
fn a_configuration_that_cannot_be_used_is_an_error_object() {
    let home = Home::new();
    let missing = home.path("missing.toml").display().to_string();

    for wrong in [
        &["--max-accounts", "0"][..],
        &["--config", &missing],
        &["--check", "--config", &missing],
    ] {
        let ran = home.run(&[&["--json", "daemon"], wrong].concat());

        assert_eq!(ran.status, Some(2), "{wrong:?}: {ran:?}");
        assert_eq!(ran.error()["name"], "USAGE", "{wrong:?}: {ran:?}");
        assert_eq!(ran.out, "", "{wrong:?}");
    }
}
