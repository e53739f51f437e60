//! A secure way to the cloud through a proxy: the certificate is judged at its far end.

use imlink::{Code, ConnectionStatus};
use imlink_sandbox::{CertificateKind, Config, Gateway, Sandbox, Tls};
use imlink_tests::cloud::token;
use imlink_tests::proxy::{Kind, Proxy};
use imlink_tests::{App, Setup, require, soon, within};

use crate::IMLINK;

const KINDS: [Kind; 2] = [Kind::Socks5, Kind::Http];

// behaviour.md 8; issue 5, Proxy and TLS
#[tokio::test]
async fn navigation_and_link_over_tls_go_through_a_proxy_of_either_kind_in_either_form() {
    let test = "navigation_and_link_over_tls_go_through_a_proxy_of_either_kind_in_either_form";
    for kind in KINDS {
        for transport in ["tcp", "websocket"] {
            let Some(proxy) = require(test, Proxy::open(kind)) else {
                return;
            };
            let (cloud, link) = cloud(CertificateKind::Good, transport);
            let setup = behind(&proxy, &cloud, transport);
            let _daemon = setup.start();

            let app = App::connected(&setup, &cloud, "notes", "lei").await;

            let status = within("a report", app.client.daemon_status()).await;
            let address = status.unwrap().accounts[0].address.clone().unwrap();
            let scheme = match transport {
                "tcp" => "tls",
                _ => "wss",
            };
            assert_eq!(address, format!("{scheme}://{link}"));
            let navigator = cloud.https_address().unwrap().to_string();
            // The proxy may write later than it carries.
            soon("the proxy has carried both", || {
                (proxy.carried(&navigator) > 0 && proxy.carried(&link) > 0).then_some(())
            })
            .await;
        }
    }
}

// F-S21, F-S26; issue 5, Proxy and TLS
#[tokio::test]
async fn behind_a_proxy_a_certificate_of_another_host_is_refused_and_no_token_is_said() {
    let test = "behind_a_proxy_a_certificate_of_another_host_is_refused_and_no_token_is_said";
    for kind in KINDS {
        let Some(proxy) = require(test, Proxy::open(kind)) else {
            return;
        };
        let (cloud, _) = cloud(CertificateKind::WrongHost, "tcp");
        let setup = behind(&proxy, &cloud, "tcp");
        let _daemon = setup.start();
        let mut app = App::new(&setup, &cloud, "notes");
        within("init", app.client.init()).await.unwrap();
        let (client, token) = (app.client.clone(), token(&cloud, "lei"));
        tokio::spawn(async move { client.connect(token).await });

        let change = app.shows(ConnectionStatus::Suspend).await;

        assert_eq!(change.code, Some(Code::LOCAL_PORTAL), "{kind:?}");
        let heard = cloud.counters();
        assert_eq!((heard.navigations, heard.handshakes), (0, 0));
        let navigator = cloud.https_address().unwrap().to_string();
        soon("the proxy was asked for the way", || {
            (proxy.carried(&navigator) > 0).then_some(())
        })
        .await;
    }
}

/// A cloud whose navigator and only gateway are behind TLS, and where the gateway is.
fn cloud(certificate: CertificateKind, transport: &str) -> (Sandbox, String) {
    let tls = Tls {
        certificate,
        ..Tls::default()
    };
    let config = Config {
        tls: Some(tls),
        ..Config::default()
    };
    let cloud = Sandbox::spawn(config).unwrap();
    let (link, gateway): (_, fn(String) -> Gateway) = match transport {
        "tcp" => (cloud.tls_address(), Gateway::tls),
        _ => (cloud.wss_address(), Gateway::secure_websocket),
    };
    let (link, navigator) = (link.unwrap().to_string(), cloud.https_navigator());
    cloud.with_app(|app| {
        app.policy_mut().gateways = vec![gateway(link.clone())];
        app.policy_mut().navigator = navigator;
    });
    (cloud, link)
}

/// A daemon that trusts the cloud's authority and goes through that proxy.
fn behind(proxy: &Proxy, cloud: &Sandbox, transport: &str) -> Setup {
    let setup = Setup::new(IMLINK);
    let file = setup.home().join("ca.pem");
    std::fs::write(&file, cloud.ca_pem().unwrap()).unwrap();
    setup
        .argument(format!("--ca-file={}", file.display()))
        .argument(format!("--proxy={}", proxy.url()))
        .argument(format!("--transport={transport}"))
}
