//! Which source wins, and what a wrong value is told.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;

fn load(file: &str, variables: &[(&str, &str)], flags: Settings) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("imlinkd.toml");
    std::fs::write(&path, file).unwrap();
    let mut variables: BTreeMap<String, String> = variables
        .iter()
        .map(|(k, v)| ((*k).into(), (*v).into()))
        .collect();
    variables
        .entry("HOME".into())
        .or_insert_with(|| "/home/someone".into());
    Config::load(Some(path), |name| variables.get(name).cloned(), flags)
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file() {
    let file = "log = \"warn\"\nmax_accounts = 2\nstate_dir = \"/from/file\"\n";
    let variables = [("IMLINK_LOG", "debug"), ("IMLINK_MAX_ACCOUNTS", "3")];
    let flags = Settings {
        log: Some("trace".into()),
        ..Settings::default()
    };

    let config = load(file, &variables, flags).unwrap();

    assert_eq!(config.log, "trace");
    assert_eq!(config.max_accounts, 3);
    assert_eq!(config.state_dir, Path::new("/from/file"));
}

#[test]
fn defaults_follow_the_xdg_directories() {
    let variables = [("XDG_RUNTIME_DIR", "/run/user/7"), ("XDG_STATE_HOME", "/s")];

    let config = load("", &variables, Settings::default()).unwrap();

    assert_eq!(config.socket, Path::new("/run/user/7/imlink/imlinkd.sock"));
    assert_eq!(config.state_dir, Path::new("/s/imlink"));
    assert_eq!(config.max_accounts, DEFAULT_MAX_ACCOUNTS);
    assert!(!config.allow_clear_text);
}

#[test]
fn without_a_runtime_directory_the_socket_is_below_the_state() {
    let config = load("", &[("XDG_STATE_HOME", "/s")], Settings::default()).unwrap();

    assert_eq!(config.socket, Path::new("/s/imlink/run/imlinkd.sock"));
}

#[test]
fn the_transport_and_its_switches_come_from_any_source() {
    let file = "transport = \"tcp\"\nreconnect_kick = true\n";

    let config = load(file, &[], Settings::default()).unwrap();
    assert_eq!(config.transport, Transport::Tcp);
    assert!(config.reconnect_kick);

    let variables = [
        ("IMLINK_TRANSPORT", "websocket"),
        ("IMLINK_RECONNECT_KICK", "false"),
    ];
    let config = load(file, &variables, Settings::default()).unwrap();
    assert_eq!(config.transport, Transport::WebSocket);
    assert!(!config.reconnect_kick);

    let flags = Settings {
        transport: Some(Transport::Auto),
        ..Settings::default()
    };
    let config = load(file, &variables, flags).unwrap();
    assert_eq!(config.transport, Transport::Auto);
    assert_eq!(config.ca_file, None);
}

#[test]
fn a_transport_that_is_none_is_named_with_those_there_are() {
    let variables = [("IMLINK_TRANSPORT", "udp")];
    let error = load("", &variables, Settings::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "environment variable IMLINK_TRANSPORT: \"udp\" is no transport; `auto`, `tcp` and `websocket` are"
    );

    let error = load("\ntransport = \"udp\"", &[], Settings::default()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("line 2: \"udp\" is no transport; `auto`"),
        "{text}"
    );
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_is_a_fault_of_the_configuration() {
    let error = load("ca_file = \"/nowhere/ca.pem\"", &[], Settings::default()).unwrap_err();

    let text = error.to_string();
    assert!(
        text.starts_with("ca_file /nowhere/ca.pem: cannot be read"),
        "{text}"
    );
}

#[test]
fn a_variable_that_is_no_number_is_named() {
    let error = load("", &[("IMLINK_MAX_ACCOUNTS", "many")], Settings::default()).unwrap_err();

    assert_eq!(
        error.to_string(),
        "environment variable IMLINK_MAX_ACCOUNTS: \"many\" is not a whole number"
    );
}

#[test]
fn a_number_out_of_range_says_the_range() {
    let error = load("max_accounts = 0", &[], Settings::default()).unwrap_err();

    assert_eq!(
        error.to_string(),
        "max_accounts is 0, but must be between 1 and 64"
    );
}
