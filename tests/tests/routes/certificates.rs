//! Certificates that must not be believed: nothing secret is said, and the reason is told.

use imlink::{Code, ConnectionStatus};
use imlink_sandbox::{CertificateKind, Config, Gateway, Sandbox, Tls};
use imlink_tests::cloud::token;
use imlink_tests::{App, Setup, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::IMLINK;

/// Whether the daemon is told of the cloud's own authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Authority {
    Named,
    Unknown,
}

/// A certificate that must not be believed.
struct Bad {
    certificate: CertificateKind,
    authority: Authority,
    /// The code that apps see where a gateway shows it, and where a navigator does.
    codes: [Code; 2],
    /// What the log says of it, and what to do.
    said: [&'static str; 2],
}

const BAD: [Bad; 5] = [
    Bad {
        certificate: CertificateKind::Good,
        authority: Authority::Unknown,
        codes: [Code::LOCAL_INSECURE; 2],
        said: ["UnknownIssuer", "name its file as `ca_file`"],
    },
    Bad {
        certificate: CertificateKind::Expired,
        authority: Authority::Named,
        codes: [Code::LOCAL_CLOCK; 2],
        said: ["expired", "check this machine's clock"],
    },
    Bad {
        certificate: CertificateKind::NotYetValid,
        authority: Authority::Named,
        codes: [Code::LOCAL_CLOCK; 2],
        said: ["not valid yet", "check this machine's clock"],
    },
    Bad {
        certificate: CertificateKind::WrongHost,
        authority: Authority::Named,
        // A good certificate of somebody else is what a sign-in page shows.
        codes: [Code::LOCAL_INSECURE, Code::LOCAL_PORTAL],
        said: ["not valid for name", "the certificate is for another host"],
    },
    Bad {
        certificate: CertificateKind::SelfSigned,
        authority: Authority::Named,
        codes: [Code::LOCAL_INSECURE; 2],
        said: ["UnknownIssuer", "name its file as `ca_file`"],
    },
];

// F-S21, F-S27
#[tokio::test]
async fn a_gateway_with_a_bad_certificate_never_hears_the_token() {
    for bad in BAD {
        let cloud = cloud(bad.certificate);
        let tcp = Gateway::tls(cloud.tls_address().unwrap().to_string());
        cloud.with_app(|app| app.policy_mut().gateways = vec![tcp]);

        refused(&cloud, bad.authority, bad.codes[0], bad.said).await;

        assert_eq!(cloud.counters().handshakes, 0, "{:?}", bad.certificate);
    }
}

// F-S21, F-S26, F-S27
#[tokio::test]
async fn a_navigator_with_a_bad_certificate_never_hears_the_token() {
    for bad in BAD {
        let cloud = cloud(bad.certificate);
        let navigator = cloud.https_navigator().unwrap();
        cloud.with_app(|app| app.policy_mut().navigator = Some(navigator));

        refused(&cloud, bad.authority, bad.codes[1], bad.said).await;

        assert_eq!(cloud.counters().navigations, 0, "{:?}", bad.certificate);
    }
}

// F-S29
#[tokio::test]
async fn a_key_that_is_not_pinned_hears_no_token_and_a_backup_pin_is_good() {
    let cloud = cloud(CertificateKind::Good);
    let navigator = cloud.https_navigator().unwrap();
    let tcp = Gateway::tls(cloud.tls_address().unwrap().to_string());
    cloud.with_app(|app| {
        app.policy_mut().navigator = Some(navigator);
        app.policy_mut().gateways = vec![tcp];
    });
    let other = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    let setup = trusting(Setup::new(IMLINK), &cloud).variable("IMLINK_PINS", other);
    let daemon = setup.start();
    let mut app = connecting(&setup, &cloud).await;
    let change = app.shows(ConnectionStatus::Suspend).await;
    assert_eq!(change.code, Some(Code::LOCAL_PIN));
    assert_eq!(cloud.counters().navigations, 0);

    let log = daemon.log().text();
    let shown = log.split("shown=").nth(1).and_then(|rest| rest.get(..44));
    let pins = format!("{other},{}", shown.expect("the log says which key it was"));
    let setup = trusting(Setup::new(IMLINK), &cloud).variable("IMLINK_PINS", pins);
    let _daemon = setup.start();
    App::connected(&setup, &cloud, "notes", "lei").await;
    assert_eq!(cloud.counters().navigations, 1);
}

// F-S28
#[tokio::test]
async fn a_server_of_tls_1_1_is_refused_and_hears_no_token() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let old = format!("https://{}", listener.local_addr().unwrap());
    let cloud = imlink_tests::cloud();
    cloud.with_app(|app| app.policy_mut().navigator = Some(old));
    let setup = Setup::new(IMLINK);
    let daemon = setup.start();
    let mut app = connecting(&setup, &cloud).await;

    let (mut socket, _) = within("a dial", listener.accept()).await.unwrap();
    let mut heard = vec![0; 4096];
    let read = socket.read(&mut heard).await.unwrap();
    heard.truncate(read);
    socket.write_all(&hello_of_tls_1_1()).await.unwrap();
    within("its end", socket.read_to_end(&mut heard)).await.ok();

    let change = app.shows(ConnectionStatus::Suspend).await;
    assert_eq!(change.code, Some(Code::LOCAL_INSECURE));
    let token = b"token";
    assert!(heard.windows(token.len()).all(|part| part != token));
    daemon.log().wait_for("TLS 1.2 or 1.3");
}

/// A server's first word: version 1.1, AES with CBC and SHA-1.
fn hello_of_tls_1_1() -> Vec<u8> {
    let mut hello = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([0x42; 32]);
    hello.extend([0, 0x00, 0x2F, 0]);
    hello
}

// F-S27: it is tried again, so that a repaired certificate is found without anybody's help
#[tokio::test]
async fn once_another_gateway_can_be_trusted_the_app_is_connected() {
    let cloud = cloud(CertificateKind::Good);
    let bad = Gateway::tls(cloud.tls_address().unwrap().to_string());
    cloud.with_app(|app| app.policy_mut().gateways = vec![bad]);
    let setup = Setup::new(IMLINK);
    let _daemon = setup.start();
    let mut app = connecting(&setup, &cloud).await;
    app.shows(ConnectionStatus::Suspend).await;

    let good = Gateway::tcp(cloud.tcp_address().to_string());
    cloud.with_app(|app| app.policy_mut().gateways = vec![good]);

    app.shows(ConnectionStatus::Connected).await;
}

async fn refused(cloud: &Sandbox, authority: Authority, code: Code, said: [&str; 2]) {
    let mut setup = Setup::new(IMLINK);
    if authority == Authority::Named {
        setup = trusting(setup, cloud);
    }
    let daemon = setup.start();
    let mut app = connecting(&setup, cloud).await;

    // Twice: it is tried again.
    for _ in 0..2 {
        let change = app.shows(ConnectionStatus::Suspend).await;
        assert_eq!(change.code, Some(code));
    }

    let log = daemon.log().text();
    assert!(said.iter().all(|said| log.contains(said)), "{log}");
    assert!(cloud.links().is_empty());
}

/// The same daemon, told of the cloud's own authority.
fn trusting(setup: Setup, cloud: &Sandbox) -> Setup {
    let file = setup.home().join("ca.pem");
    std::fs::write(&file, cloud.ca_pem().unwrap()).unwrap();
    setup.argument(format!("--ca-file={}", file.display()))
}

/// An app that has called connect and does not wait for the answer.
async fn connecting(setup: &Setup, cloud: &Sandbox) -> App {
    let app = App::new(setup, cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let (client, token) = (app.client.clone(), token(cloud, "lei"));
    tokio::spawn(async move { client.connect(token).await });
    app
}

fn cloud(certificate: CertificateKind) -> Sandbox {
    let tls = Tls {
        certificate,
        ..Tls::default()
    };
    Sandbox::spawn(Config {
        tls: Some(tls),
        ..Config::default()
    })
    .unwrap()
}
