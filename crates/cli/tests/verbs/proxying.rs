//! `imlink proxy`.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::stage::Home;

#[test]
fn a_proxy_is_set_shown_without_its_password_and_unset() {
    let home = Home::new();
    let _daemon = home.start_daemon();

    let none = home.run(&["proxy"]);
    assert_eq!(none.out, "The cloud is reached without a proxy.\n");

    let url = "socks5://alice@127.0.0.1:9";
    let set = home.run_with(&["proxy", "set", url], "canary-5b\n");
    assert_eq!(
        set.out,
        "The cloud is reached through socks5://127.0.0.1:9 as alice, as an app has set it.\n"
    );
    let shown = home.run(&["proxy", "--json"]);
    let wanted = json!({"proxy": "socks5://127.0.0.1:9", "user": "alice", "set_by_app": true});
    assert_eq!(shown.json(), [wanted]);

    let unset = home.run(&["proxy", "unset", "--json"]);
    let wanted = json!({"proxy": null, "user": null, "set_by_app": false});
    assert_eq!(unset.json(), [wanted]);
    for ran in [set, shown, unset] {
        assert!(!format!("{ran:?}").contains("canary"), "{ran:?}");
    }
}

// F-K04
#[test]
fn a_password_on_the_command_line_is_refused_with_the_cure() {
    let home = Home::new();
    let url = "http://alice:canary-6c@127.0.0.1:9";

    for arguments in [&["proxy", "set", url][..], &["proxy", "test", "h:1", url]] {
        let ran = home.run(arguments);

        assert_eq!(ran.status, Some(2), "{ran:?}");
        assert!(ran.err.contains("--password-file"), "{ran:?}");
        assert!(!ran.err.contains("canary"), "{ran:?}");
    }
}

// F-K05
#[test]
fn a_password_comes_from_a_file_that_nobody_else_can_read() {
    let home = Home::new();
    let _daemon = home.start_daemon();
    let file = home.path("password");
    std::fs::write(&file, "canary-7d\n").unwrap();
    let set = [
        "proxy",
        "set",
        "http://alice@127.0.0.1:9",
        "--password-file",
        file.to_str().unwrap(),
    ];

    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let open = home.run(&set);
    assert_eq!(open.status, Some(2), "{open:?}");
    assert!(open.err.contains("chmod 600"), "{open:?}");

    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(home.run(&set).status, Some(0));
}

#[test]
fn a_test_through_a_proxy_that_is_gone_says_who_is_to_blame() {
    let home = Home::new();
    let _daemon = home.start_daemon();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let url = format!("http://{}", gone.unwrap());

    let ran = home.run(&["proxy", "test", "nav.example:443", &url, "--json"]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.err.contains("34240"), "{ran:?}");
    assert!(ran.err.contains("Nothing answers"), "{ran:?}");

    let ran = home.run(&["proxy", "test", "nowhere", &url, "--json"]);
    assert!(ran.err.contains("34239"), "{ran:?}");
    let ran = home.run(&["proxy", "set", "proxy.example", "--json"]);
    assert!(ran.err.contains("34238"), "{ran:?}");
}
