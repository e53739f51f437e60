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

// decisions.md P25
#[test]
fn defaults_follow_the_xdg_directories() {
    let variables = [("XDG_RUNTIME_DIR", "/run/user/7"), ("XDG_STATE_HOME", "/s")];

    let config = load("", &variables, Settings::default()).unwrap();

    assert_eq!(config.socket, Path::new("/run/user/7/imlink/imlinkd.sock"));
    assert_eq!(config.state_dir, Path::new("/s/imlink"));
    assert_eq!(config.max_accounts, DEFAULT_MAX_ACCOUNTS);
    assert!(!config.allow_clear_text);
}

// decisions.md P15
#[test]
fn no_token_is_remembered_unless_somebody_says_so() {
    let load = |file| load(file, &[], Settings::default()).unwrap().remember;

    assert_eq!(load(""), Remember::None);
    assert_eq!(load("remember = \"file\"\n"), Remember::File);
}

// decisions.md P25
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

/// A configuration file of that mode.
fn load_file(text: &str, mode: u32, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("imlinkd.toml");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
    let variable = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        let found = found.map(|(_, value)| (*value).to_owned());
        found.or_else(|| (name == "HOME").then(|| "/home/someone".to_owned()))
    };
    Config::load(Some(path), variable, Settings::default())
}

// F-K05
#[test]
fn a_proxys_password_stands_in_a_file_that_nobody_else_can_read() {
    let text = "proxy = \"socks5://alice:canary@proxy.example:1080\"";

    let config = load_file(text, 0o600, &[]).unwrap();
    let proxy = config.proxy.unwrap();
    assert_eq!(proxy.password().unwrap().reveal(), "canary");

    let error = load_file(text, 0o640, &[]).unwrap_err().to_string();
    assert!(error.contains("chmod 600"), "{error}");
    assert!(!error.contains("canary"), "{error}");
    let open = "proxy = \"socks5://proxy.example:1080\"";
    assert!(load_file(open, 0o644, &[]).is_ok(), "nothing secret in it");
}

// F-K04
#[test]
fn a_proxys_password_is_refused_in_the_environment_and_on_the_command_line() {
    let url = "http://alice:canary@proxy.example:3128";

    let by_variable = load_file("", 0o600, &[("IMLINK_PROXY", url)]).unwrap_err();
    let by_flag = Settings::default().with_proxy_flag(Some(url)).unwrap_err();

    for (error, place) in [(by_variable, "IMLINK_PROXY"), (by_flag, "--proxy")] {
        let error = error.to_string();
        assert!(error.contains(place), "{error}");
        assert!(error.contains("proxy_password_file"), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
}

#[test]
fn a_proxys_password_may_stand_in_a_file_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("password");
    crate::private_file::write(&file, b"canary\n").unwrap();
    let file = file.display().to_string();
    let url = ("IMLINK_PROXY", "socks5://alice@proxy.example:1080");
    let named = ("IMLINK_PROXY_PASSWORD_FILE", file.as_str());

    let config = load_file("", 0o600, &[url, named]).unwrap();
    let proxy = config.proxy.unwrap();
    assert_eq!(proxy.password().unwrap().reveal(), "canary");

    let error = load_file("", 0o600, &[url]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "proxy: there is a name for the proxy, but no password"
    );
    let error = load_file("", 0o600, &[named]).unwrap_err();
    assert!(error.to_string().contains("no `proxy`"), "{error}");
    let gone = ("IMLINK_PROXY_PASSWORD_FILE", "/nowhere/password");
    let error = load_file("", 0o600, &[url, gone]).unwrap_err();
    assert!(error.to_string().contains("no such file"), "{error}");
}

#[test]
fn what_is_no_proxy_or_pin_is_told_without_repeating_it() {
    for (text, said) in [
        ("\nproxy = \"socks5://a:canary@h\"", "line 2: a proxy is"),
        ("pins = [\"canary\"]", "line 1: a pin is"),
    ] {
        let error = load_file(text, 0o600, &[]).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
    let pin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let config = load_file(&format!("pins = [\"{pin}\"]"), 0o644, &[]).unwrap();
    assert_eq!(format!("sha256//{}", config.pins[0]), pin);
}
