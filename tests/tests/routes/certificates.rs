//! Certificates that must not be believed: nothing secret is said, and the reason is told.

use imlink::{Code, ConnectionStatus};
use imlink_sandbox::{CertificateKind, Config, Gateway, Sandbox, Tls};
use imlink_tests::cloud::token;
use imlink_tests::{App, Setup, within};

use crate::IMLINK;

/// Whether the daemon is told of the cloud's own authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Authority {
    Named,
    Unknown,
}

/// What is wrong, what the log says of it, and what to do.
const BAD: [(CertificateKind, Authority, &str, &str); 4] = [
    (
        CertificateKind::Good,
        Authority::Unknown,
        "UnknownIssuer",
        "name its file as `ca_file`",
    ),
    (
        CertificateKind::Expired,
        Authority::Named,
        "expired",
        "check this machine's clock",
    ),
    (
        CertificateKind::WrongHost,
        Authority::Named,
        "not valid for name",
        "the certificate is for another host",
    ),
    (
        CertificateKind::SelfSigned,
        Authority::Named,
        "invalid peer certificate",
        "advice=",
    ),
];

// F-S21, F-S27
#[tokio::test]
async fn a_gateway_with_a_bad_certificate_never_hears_the_token() {
    for (certificate, authority, reason, advice) in BAD {
        let cloud = cloud(certificate);
        let tcp = Gateway::tls(cloud.tls_address().unwrap().to_string());
        cloud.with_app(|app| app.policy_mut().gateways = vec![tcp]);

        refused(&cloud, authority, reason, advice).await;

        assert_eq!(cloud.counters().handshakes, 0, "{certificate:?}");
    }
}

// F-S26, F-S27
#[tokio::test]
async fn a_navigator_with_a_bad_certificate_never_hears_the_token() {
    for (certificate, authority, reason, advice) in BAD {
        let cloud = cloud(certificate);
        let navigator = cloud.https_navigator().unwrap();
        cloud.with_app(|app| app.policy_mut().navigator = Some(navigator));

        refused(&cloud, authority, reason, advice).await;

        assert_eq!(cloud.counters().navigations, 0, "{certificate:?}");
    }
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

async fn refused(cloud: &Sandbox, authority: Authority, reason: &str, advice: &str) {
    let mut setup = Setup::new(IMLINK);
    if authority == Authority::Named {
        let file = setup.home().join("ca.pem");
        std::fs::write(&file, cloud.ca_pem().unwrap()).unwrap();
        setup = setup.argument(format!("--ca-file={}", file.display()));
    }
    let daemon = setup.start();
    let mut app = connecting(&setup, cloud).await;

    // Twice: it is tried again.
    for _ in 0..2 {
        let change = app.shows(ConnectionStatus::Suspend).await;
        assert_eq!(change.code, Some(Code::LOCAL_INSECURE));
    }

    let log = daemon.log().text();
    assert!(log.contains(reason) && log.contains(advice), "{log}");
    assert!(cloud.links().is_empty());
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
