//! What `imlink doctor` says, to a person, of the way to the cloud where it is broken.

use std::net::TcpListener;

use imlink::{Code, ConnectionStatus};
use imlink_sandbox::{CertificateKind, Config, Gateway, Sandbox, Tls};
use imlink_tests::cloud::token;
use imlink_tests::proxy::{Kind, Proxy};
use imlink_tests::{App, Setup, cloud, require, within};

use crate::IMLINK;

// issue 5: `imlink doctor`, DNS
#[test]
fn a_name_without_an_address_is_told_with_its_cure() {
    // Longer than a label may be, so that no resolver is asked.
    let navigator = format!("https://{}.invalid", "n".repeat(64));
    let setup = Setup::new(IMLINK).argument(format!("--navigator={navigator}"));
    let _daemon = setup.start();

    let said = examined(&setup);

    let line = failing(&said, "name");
    assert!(line.ends_with("  has no address"), "{said}");
    has_cause_and_cure(&said, Code::RC_DOMAIN_NOT_RESOLVE);
}

// issue 5: `imlink doctor`, proxy
#[test]
fn a_proxy_that_is_not_there_is_told_with_its_cure() {
    let proxy = format!("socks5://{}", nobody());
    let setup = Setup::new(IMLINK)
        .argument("--navigator=https://nav.example")
        .argument(format!("--proxy={proxy}"));
    let _daemon = setup.start();

    let said = examined(&setup);

    let line = failing(&said, "proxy");
    assert!(line.contains(&proxy), "{said}");
    assert!(line.contains("Nothing answers at the proxy's"), "{said}");
    has_cause_and_cure(&said, Code::RC_CONN_PROXY_UNAVAILABLE);
}

// issue 5: `imlink doctor`, proxy
#[test]
fn a_proxy_that_wants_a_password_is_told_with_the_way_to_give_it() {
    let test = "a_proxy_that_wants_a_password_is_told_with_the_way_to_give_it";
    let Some(proxy) = require(test, Proxy::locked(Kind::Socks5)) else {
        return;
    };
    let setup = Setup::new(IMLINK)
        .argument("--navigator=https://nav.example")
        .argument(format!("--proxy={}", proxy.url()));
    let _daemon = setup.start();

    let said = examined(&setup);

    let line = failing(&said, "proxy");
    assert!(line.contains("wants a user name and a password"), "{said}");
    assert!(
        said.contains("cure   Set the proxy with its user name"),
        "{said}"
    );
}

// issue 5: `imlink doctor`, TLS
#[test]
fn a_navigators_certificate_that_is_not_believed_is_told_with_the_reason_and_its_cure() {
    for (kind, is_named, seen, cure) in [
        (
            CertificateKind::Good,
            false,
            "nobody known vouches for its certificate",
            "name its file as `ca_file`",
        ),
        (
            CertificateKind::Expired,
            true,
            "its certificate has expired",
            "Check this machine's clock",
        ),
        (
            CertificateKind::NotYetValid,
            true,
            "its certificate is not valid yet",
            "Check this machine's clock",
        ),
        (
            CertificateKind::WrongHost,
            true,
            "its certificate is for another host",
            "sign in to this network",
        ),
    ] {
        let cloud = secure(kind);
        let navigator = cloud.https_navigator().unwrap();
        let setup = Setup::new(IMLINK).argument(format!("--navigator={navigator}"));
        let setup = match is_named {
            true => trusting(setup, &cloud),
            false => setup,
        };
        let _daemon = setup.start();

        let said = examined(&setup);

        assert!(failing(&said, "secure").ends_with(seen), "{said}");
        let told = said.lines().find(|line| line.contains("  cure   "));
        assert!(told.is_some_and(|line| line.contains(cure)), "{said}");
        assert_eq!(cloud.counters().navigations, 0);
    }
}

// issue 5: `imlink doctor` walks from socket to cloud
#[tokio::test]
async fn a_gateway_that_is_not_there_is_told_with_its_cure() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let gateway = nobody();
    cloud.with_app(|app| app.policy_mut().gateways = vec![Gateway::tcp(&*gateway)]);
    let _daemon = setup.start();
    let _app = suspended(&setup, &cloud).await;

    let said = examined(&setup);

    let line = failing(&said, "gateway");
    assert!(line.contains(&format!("tcp://{gateway}")), "{said}");
    has_cause(&said, Code::CONNECTION_REFUSED);
    assert!(
        said.contains("cure   See that the address is right"),
        "{said}"
    );
    let navigator = said.lines().find(|line| line.contains("  navigator  "));
    assert!(
        navigator.is_some_and(|line| line.starts_with("ok")),
        "{said}"
    );
}

// issue 5: `imlink doctor` walks from socket to cloud
#[tokio::test]
async fn a_gateway_with_a_wrong_certificate_is_told_and_nothing_is_said_to_it() {
    for transport in ["tcp", "websocket"] {
        let (cloud, other) = (
            secure(CertificateKind::Good),
            secure(CertificateKind::WrongHost),
        );
        let gateway = match transport {
            "tcp" => Gateway::tls(other.tls_address().unwrap().to_string()),
            _ => Gateway::secure_websocket(other.wss_address().unwrap().to_string()),
        };
        let navigator = cloud.https_navigator();
        cloud.with_app(|app| {
            app.policy_mut().gateways = vec![gateway];
            app.policy_mut().navigator = navigator;
        });
        let setup = Setup::new(IMLINK).argument(format!("--transport={transport}"));
        let setup = trusting_all(setup, &[&cloud, &other]);
        let _daemon = setup.start();
        let _app = suspended(&setup, &cloud).await;

        let said = examined(&setup);

        let line = failing(&said, "gateway");
        assert!(
            line.ends_with("its certificate is for another host"),
            "{said}"
        );
        has_cause(&said, Code::LOCAL_INSECURE);
        assert!(
            said.contains("cure   The certificate is for another host"),
            "{said}"
        );
        assert_eq!(other.counters().handshakes, 0);
    }
}

// issue 5: with `LANG=zh_CN.UTF-8` the doctor speaks Chinese
#[tokio::test]
async fn in_a_chinese_locale_what_the_daemon_has_seen_is_told_in_chinese() {
    let cloud = secure(CertificateKind::WrongHost);
    let gateway = Gateway::tls(cloud.tls_address().unwrap().to_string());
    cloud.with_app(|app| app.policy_mut().gateways = vec![gateway]);
    let setup = trusting(Setup::new(IMLINK), &cloud).variable("LANG", "zh_CN.UTF-8");
    let _daemon = setup.start();
    let _app = suspended(&setup, &cloud).await;

    let said = examined(&setup);

    assert!(said.contains("  证书属于别的主机"), "{said}");
    assert!(said.contains("  应答正常"), "{said}");
    for line in said.lines().filter(|line| line.starts_with(['正', '异'])) {
        let seen = line.rsplit("  ").next().unwrap();
        let is_chinese = seen.chars().any(|letter| letter > '\u{2E7F}');
        assert!(is_chinese, "{line}");
    }
}

/// What the doctor says of a home where not all is well.
fn examined(setup: &Setup) -> String {
    let output = setup.imlink().arg("doctor").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

/// The line of the step that went wrong.
fn failing<'a>(said: &'a str, step: &str) -> &'a str {
    let mut lines = said.lines();
    let is_it = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().take(2).collect();
        words == ["FAIL", step]
    };
    lines
        .find(is_it)
        .unwrap_or_else(|| panic!("{step} is not wrong in {said}"))
        .trim_end()
}

fn has_cause_and_cure(said: &str, code: Code) {
    has_cause(said, code);
    assert!(
        said.contains(&format!("      cure   {}\n", code.cure())),
        "{said}"
    );
}

fn has_cause(said: &str, code: Code) {
    let cause = format!("      cause  {code} {}: {}\n", code.name(), code.cause());
    assert!(said.contains(&cause), "{said}");
}

/// An app whose first connect does not come about.
async fn suspended(setup: &Setup, cloud: &Sandbox) -> App {
    let mut app = App::new(setup, cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let (client, token) = (app.client.clone(), token(cloud, "lei"));
    tokio::spawn(async move { client.connect(token).await });
    app.shows(ConnectionStatus::Suspend).await;
    app
}

/// The same daemon, told of the cloud's own authority.
fn trusting(setup: Setup, cloud: &Sandbox) -> Setup {
    trusting_all(setup, &[cloud])
}

fn trusting_all(setup: Setup, clouds: &[&Sandbox]) -> Setup {
    let file = setup.home().join("ca.pem");
    let authorities = clouds.iter().map(|cloud| cloud.ca_pem().unwrap());
    std::fs::write(&file, authorities.collect::<String>()).unwrap();
    setup.argument(format!("--ca-file={}", file.display()))
}

fn secure(certificate: CertificateKind) -> Sandbox {
    let tls = Tls {
        certificate,
        ..Tls::default()
    };
    let config = Config {
        tls: Some(tls),
        ..Config::default()
    };
    Sandbox::spawn(config).unwrap()
}

/// Where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}
