//! The handle itself.

use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use imlink_sandbox::{Config, Sandbox};

use crate::client::{Client, sandbox, user};

fn assert_shared<T: Clone + Send + Sync>() {}

#[test]
fn a_handle_works_from_any_thread_without_a_runtime() {
    assert_shared::<Sandbox>();
    let sandbox = sandbox();

    let uids: Vec<String> = (0..4)
        .map(|_| {
            let sandbox = sandbox.clone();
            std::thread::spawn(move || sandbox.publish(&user("a"), &user("b"), "RC:TxtMsg", "{}"))
        })
        .collect::<Vec<_>>()
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();

    let mut stored: Vec<_> = sandbox
        .stored(&user("b"))
        .into_iter()
        .map(|message| message.uid)
        .collect();
    let mut uids = uids;
    stored.sort();
    uids.sort();
    assert_eq!(stored, uids);
}

#[tokio::test]
async fn the_last_handle_takes_the_sandbox_with_it() {
    let sandbox = sandbox();
    let (http, gateway) = (sandbox.http_address(), sandbox.gateway_address());
    let client = Client::online(&sandbox, "alice").await;
    let second = sandbox.clone();

    drop(sandbox);
    TcpStream::connect(gateway).unwrap();
    drop(second);

    for address in [http, gateway] {
        let refused = TcpStream::connect(address).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    }
    // However the kernel tells it, the link is over.
    client.rest().await.ok();
}

#[test]
fn a_port_in_use_is_named_with_its_purpose() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();

    for (config, purpose) in [
        (
            Config {
                http: address,
                ..Config::default()
            },
            "for navigation and the Server API",
        ),
        (
            Config {
                gateway: address,
                ..Config::default()
            },
            "for the gateway",
        ),
    ] {
        let error = Sandbox::spawn(config).unwrap_err();

        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        let text = error.to_string();
        assert!(
            text.starts_with(&format!("cannot listen on {address} {purpose}: ")),
            "{text}"
        );
    }
}

#[test]
fn addresses_others_can_reach_need_the_risk_to_be_taken() {
    let anywhere: SocketAddr = "0.0.0.0:0".parse().unwrap();
    let config = Config {
        http: anywhere,
        ..Config::default()
    };

    let error = Sandbox::spawn(config.clone()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(error.to_string().contains("act as any user"), "{error}");

    let host = Some("sandbox.test".to_owned());
    let open = Config {
        allow_remote: true,
        public_host: host,
        ..config
    };
    let sandbox = Sandbox::spawn(open).unwrap();
    let token = sandbox.issue_token(&user("alice"));
    let port = sandbox.http_address().port();
    assert!(
        token.ends_with(&format!("@http://sandbox.test:{port}")),
        "{token}"
    );
}

#[test]
fn the_clock_goes_forward_on_demand() {
    let sandbox = sandbox();
    sandbox.publish(&user("a"), &user("b"), "RC:TxtMsg", "{}");

    sandbox.advance_clock(Duration::from_secs(3600));
    sandbox.publish(&user("a"), &user("b"), "RC:TxtMsg", "{}");

    let stored = sandbox.stored(&user("b"));
    assert!(stored[1].time.0 - stored[0].time.0 >= 3_600_000);
}

#[test]
fn waiting_for_what_never_comes_ends_at_the_limit() {
    assert!(
        !sandbox().wait_until(Duration::from_millis(5), |app| app.counters().handshakes
            > 0)
    );
}
