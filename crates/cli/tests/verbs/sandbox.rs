//! `imlink sandbox` and `token`.

use imlink::Code;

use crate::stage::{APP_KEY, Home};

#[test]
fn a_port_in_use_is_one_sentence_with_the_cure() {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    let port = sandbox.address().rsplit(':').next().unwrap();

    let ran = home.run(&["sandbox", "--port", port]);

    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert_eq!(ran.err.lines().count(), 2, "{ran:?}");
    assert!(ran.err.contains("Address already in use"), "{ran:?}");
    assert!(ran.err.contains("--port"), "{ran:?}");
}

#[test]
fn it_says_everything_that_is_needed_to_begin() {
    let home = Home::new();
    let sandbox = home.start_sandbox();

    let started = &sandbox.started;

    assert_eq!(started["app_key"], APP_KEY);
    for field in ["app_secret", "navigation", "gateway", "control", "openapi"] {
        assert!(
            started[field].as_str().is_some_and(|text| !text.is_empty()),
            "{field}"
        );
    }
    assert!(
        sandbox
            .token("alice")
            .ends_with(&format!("@{}", sandbox.address()))
    );
    assert_ne!(sandbox.token("alice"), sandbox.token("bob"));
}

// issue 5: from a person's shell, two listening addresses
#[test]
fn a_second_gateway_is_served_where_it_is_wanted() {
    let home = Home::new();
    let usual = home.start_sandbox();
    let sandbox = home.start_sandbox_with(&["--second-gateway"]);

    assert_eq!(usual.started.get("second"), None);
    let second = &sandbox.started["second"];
    for form in ["gateway", "tcp"] {
        let address = second[form].as_str().unwrap();
        assert_ne!(sandbox.started[form], address);
        std::net::TcpStream::connect(address).unwrap();
    }
    let close = format!(r#"{{"listening":false,"address":{}}}"#, second["tcp"]);
    sandbox.call("POST", "gateway", &close);
    let closed = std::net::TcpStream::connect(second["tcp"].as_str().unwrap());
    assert!(closed.is_err(), "{closed:?}");
    std::net::TcpStream::connect(sandbox.started["tcp"].as_str().unwrap()).unwrap();
}

// issue 5: from a person's shell, TLS; F-S21
#[test]
fn a_bad_certificate_is_shown_where_it_is_wanted() {
    for (kind, code) in [
        ("good", None),
        ("expired", Some(Code::LOCAL_CLOCK)),
        ("not-yet", Some(Code::LOCAL_CLOCK)),
        ("wrong-host", Some(Code::LOCAL_INSECURE)),
        ("self-signed", Some(Code::LOCAL_INSECURE)),
    ] {
        let home = Home::new();
        let sandbox = home.start_sandbox_with(&["--certificate", kind]);
        let secure = &sandbox.started["secure"];
        let place = home.path(".config/imlink");
        std::fs::create_dir_all(&place).unwrap();
        let settings = format!(
            "navigators = [{}]\nca_file = {}\n",
            secure["navigation"], secure["ca_file"]
        );
        std::fs::write(place.join("imlinkd.toml"), settings).unwrap();
        let _daemon = home.start_daemon();

        let ran = home.run(&["doctor", "--json"]);

        let findings = ran.json();
        let found = findings.iter().find(|found| found["check"] == "secure");
        let found = found.unwrap_or_else(|| panic!("{ran:?}"));
        let wanted = code.map_or(0, Code::number);
        assert_eq!(found["code"], wanted, "{kind}: {found}");
    }
}

#[test]
fn a_token_is_printed_alone_so_that_it_can_be_piped() {
    let home = Home::new();
    let sandbox = home.start_sandbox();

    let ran = home.run(&["token", "alice", "--sandbox", sandbox.address()]);

    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ran.out.lines().count(), 1);
    assert!(
        ran.out.trim().ends_with(&format!("@{}", sandbox.address())),
        "{ran:?}"
    );
    assert_eq!(ran.err, "");
}

#[test]
fn a_wrong_app_key_or_secret_or_address_is_told_with_the_cure() {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    let secret = home.path("secret");
    std::fs::write(&secret, "wrong").unwrap();
    let secret = secret.display().to_string();
    let good = ["token", "alice", "--json", "--sandbox", sandbox.address()];

    let key = home.run(&[&good[..], &["--app-key", "other"]].concat());
    let secret = home.run(&[&good[..], &["--app-secret-file", &secret]].concat());
    let missing = home.run(&[&good[..], &["--app-secret-file", "/nowhere"]].concat());
    let nobody = home.run(&[
        "token",
        "alice",
        "--json",
        "--sandbox",
        "http://127.0.0.1:1",
    ]);
    let wrong = home.run(&["token", "alice", "--json", "--sandbox", "ftp://x"]);

    assert_eq!(key.error()["name"], "SERVER_API", "{key:?}");
    assert_eq!(secret.error()["name"], "SERVER_API", "{secret:?}");
    assert!(
        secret.error()["cause"].as_str().unwrap().contains("1004"),
        "{secret:?}"
    );
    assert_eq!(missing.status, Some(2), "{missing:?}");
    assert!(
        nobody.error()["cure"]
            .as_str()
            .unwrap()
            .contains("imlink sandbox"),
        "{nobody:?}"
    );
    assert!(
        wrong.error()["cause"].as_str().unwrap().contains("ftp://x"),
        "{wrong:?}"
    );
}
