//! What the daemon finds between itself and the cloud.

use imlink::{Check, Code, Finding, ProxyFault, Seen};
use imlink_sandbox::{CertificateKind, Config, Sandbox, Tls};
use imlink_tests::proxy::{Kind, Proxy};
use imlink_tests::{App, Setup, cloud, require, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::IMLINK;

#[tokio::test]
async fn where_all_is_well_every_step_is_looked_at_and_no_token_is_said() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let navigations = cloud.counters().navigations;

    let findings = diagnose(&app).await;

    for check in [
        Check::State,
        Check::Name,
        Check::Open,
        Check::Navigator,
        Check::Account,
    ] {
        assert_eq!(of(&findings, check).code, Code::SUCCESS, "{findings:#?}");
    }
    assert_eq!(of(&findings, Check::Account).subject, "lei");
    assert!(findings.is_sorted_by_key(|finding| finding.check));
    assert_eq!(cloud.links().len(), 1, "its own link is left alone");
    assert!(cloud.counters().navigations <= navigations + 1);
}

#[tokio::test]
async fn the_step_that_goes_wrong_is_the_last_of_its_navigator() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let unknown = secure(CertificateKind::Good);
    let nowhere = format!("https://{}.invalid", "n".repeat(64));
    for (navigator, check, code) in [
        (nowhere, Check::Name, Code::RC_DOMAIN_NOT_RESOLVE),
        (dead, Check::Open, Code::CONNECTION_REFUSED),
        (
            unknown.https_navigator().unwrap(),
            Check::Secure,
            Code::LOCAL_INSECURE,
        ),
    ] {
        let setup = Setup::new(IMLINK).argument(format!("--navigator={navigator}"));
        let _daemon = setup.start();
        let app = App::new(&setup, &unknown, "notes");

        let findings = diagnose(&app).await;

        let last = findings.last().unwrap();
        assert_eq!((last.check, last.code), (check, code), "{findings:#?}");
    }
}

// F-S26
#[tokio::test]
async fn a_sign_in_page_in_a_navigators_place_is_found() {
    let (cloud, portal) = (cloud(), sign_in_page().await);
    let setup = Setup::new(IMLINK).argument(format!("--navigator={portal}"));
    let _daemon = setup.start();
    let app = App::new(&setup, &cloud, "notes");

    let findings = diagnose(&app).await;

    let navigator = of(&findings, Check::Navigator);
    assert_eq!(navigator.code, Code::LOCAL_PORTAL, "{findings:#?}");
}

#[tokio::test]
async fn a_proxy_is_found_as_it_is() {
    let test = "a_proxy_is_found_as_it_is";
    let Some(mut proxy) = require(test, Proxy::open(Kind::Http)) else {
        return;
    };
    let cloud = cloud();
    let setup = Setup::new(IMLINK)
        .argument(format!("--navigator={}", cloud.navigator()))
        .argument(format!("--proxy={}", proxy.url()));
    let _daemon = setup.start();
    let app = App::new(&setup, &cloud, "notes");

    let findings = diagnose(&app).await;
    assert_eq!(of(&findings, Check::Proxy).code, Code::SUCCESS);
    assert_eq!(of(&findings, Check::Navigator).code, Code::SUCCESS);

    proxy.stop();
    let findings = diagnose(&app).await;
    let found = of(&findings, Check::Proxy);
    assert_eq!(found.code, Code::RC_CONN_PROXY_UNAVAILABLE);
    let fault = ProxyFault::Unreachable;
    assert_eq!(found.seen, Seen::Proxy { fault });
}

#[tokio::test]
async fn with_nobody_to_ask_that_is_what_is_found() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::new(&setup, &cloud, "notes");

    let findings = diagnose(&app).await;

    let navigator = of(&findings, Check::Navigator);
    assert_eq!(navigator.seen, Seen::NobodyNamed);
    assert_eq!(navigator.code, Code::SUCCESS, "nobody wants one either");
}

async fn diagnose(app: &App) -> Vec<Finding> {
    within("a diagnosis", app.client.diagnose()).await.unwrap()
}

fn of(findings: &[Finding], check: Check) -> &Finding {
    let found = findings.iter().find(|finding| finding.check == check);
    found.unwrap_or_else(|| panic!("nothing is said of {check:?}: {findings:#?}"))
}

/// Something that answers everybody with a page.
async fn sign_in_page() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let page = b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n<html>Sign in</h";
            // Who looks only whether somebody listens has gone.
            let _ = socket.read(&mut [0; 4096]).await;
            let _ = socket.write_all(page).await;
        }
    });
    format!("http://{address}")
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
