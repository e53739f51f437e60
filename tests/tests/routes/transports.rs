//! The forms in which the daemon speaks to a cloud, and the slot each takes (decisions.md P20).

use imlink::{Code, ConnectionStatus, Outcome, Outgoing, Start};
use imlink_ipc_proto::AccountReport;
use imlink_sandbox::{Config, DeviceClass, Ending, Gateway, Sandbox, Scope, Tls};
use imlink_tests::cloud::{mailbox, token, with, write};
use imlink_tests::{App, Setup, cloud, next_words, within};

use crate::IMLINK;

// issue 3: plain TCP, both mask modes
#[tokio::test]
async fn an_app_writes_and_reads_over_tcp_in_either_mask() {
    for version_4 in [false, true] {
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        cloud.with_app(|app| app.policy_mut().version_4 = version_4);
        let _daemon = setup.start();

        let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
        survives_a_broken_link(&cloud, &mut app).await;

        assert_eq!(classes(&cloud), [DeviceClass::Desktop]);
        let account = account(&app).await;
        assert_eq!(account.slot.as_deref(), Some("desktop"));
        let address = format!("tcp://{}", cloud.tcp_address());
        assert_eq!(account.address, Some(address));
    }
}

// issue 3: TLS, and the daemon verifies
#[tokio::test]
async fn an_app_writes_and_reads_over_tls_where_the_authority_is_named() {
    for version_4 in [false, true] {
        let cloud = secure_cloud();
        let address = cloud.tls_address().unwrap().to_string();
        cloud.with_app(|app| {
            let policy = app.policy_mut();
            policy.version_4 = version_4;
            policy.gateways = vec![Gateway::tls(&address)];
        });
        let setup = trusting(&cloud);
        let _daemon = setup.start();

        let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
        survives_a_broken_link(&cloud, &mut app).await;

        assert_eq!(classes(&cloud), [DeviceClass::Desktop]);
        let account = account(&app).await;
        assert_eq!(account.address, Some(format!("tls://{address}")));
    }
}

// issue 5, TLS: platform roots
#[tokio::test]
async fn an_authority_that_the_machine_knows_need_not_be_named() {
    let cloud = all_over_tls();
    let setup = on_a_machine_that_knows(&cloud);
    let _daemon = setup.start();

    let app = App::connected(&setup, &cloud, "notes", "lei").await;

    let address = cloud.tls_address().unwrap();
    let account = account(&app).await;
    assert_eq!(account.address, Some(format!("tls://{address}")));
}

// issue 5, TLS: platform roots
#[tokio::test]
async fn an_authority_that_the_machine_does_not_know_is_not_believed() {
    let (cloud, other) = (all_over_tls(), secure_cloud());
    let setup = on_a_machine_that_knows(&other);
    let _daemon = setup.start();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let (client, token) = (app.client.clone(), token(&cloud, "lei"));
    tokio::spawn(async move { client.connect(token).await });

    let change = app.shows(ConnectionStatus::Suspend).await;

    assert_eq!(change.code, Some(Code::LOCAL_INSECURE));
    let heard = cloud.counters();
    assert_eq!((heard.navigations, heard.handshakes), (0, 0));
}

#[tokio::test]
async fn websocket_takes_the_web_slot_where_it_is_configured() {
    for encrypted in [false, true] {
        let cloud = secure_cloud();
        let setup = trusting(&cloud).argument("--transport=websocket");
        if encrypted {
            let navigator = cloud.https_navigator().unwrap();
            cloud.with_app(|app| app.policy_mut().navigator = Some(navigator));
        }
        let _daemon = setup.start();

        let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
        survives_a_broken_link(&cloud, &mut app).await;

        assert_eq!(classes(&cloud), [DeviceClass::Web]);
        let account = account(&app).await;
        assert_eq!(account.slot.as_deref(), Some("web"));
        let address = match encrypted {
            false => format!("ws://{}", cloud.gateway_address()),
            true => format!("wss://{}", cloud.wss_address().unwrap()),
        };
        assert_eq!(account.address, Some(address));
    }
}

// P20
#[tokio::test]
async fn on_this_machine_websocket_is_spoken_where_nothing_else_is_offered() {
    let (cloud, setup) = (only_websocket(), Setup::new(IMLINK));
    let _daemon = setup.start();

    let _app = App::connected(&setup, &cloud, "notes", "lei").await;

    assert_eq!(classes(&cloud), [DeviceClass::Web]);
}

// P20
#[tokio::test]
async fn a_connect_that_no_offered_gateway_may_serve_says_what_to_set() {
    let cloud = only_websocket();
    let setup = Setup::new(IMLINK).variable("IMLINK_TRANSPORT", "tcp");
    let daemon = setup.start();
    let app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();

    let connect = app.client.connect(token(&cloud, "lei"));
    let error = within("an answer", connect).await.unwrap_err();

    assert_eq!(error.code(), Code::LOCAL_TRANSPORT, "{error}");
    assert!(!error.is_retryable());
    assert!(Code::LOCAL_TRANSPORT.cure().contains("`transport`"));
    assert_eq!(cloud.counters().handshakes, 0);
    let offered = format!("ws://{}", cloud.gateway_address());
    daemon.log().wait_for(&offered);
}

/// Has messages go each way, before and after the link breaks.
async fn survives_a_broken_link(cloud: &Sandbox, app: &mut App) {
    let start = app.client.subscribe_from("inbox", Start::Beginning);
    let mut inbox = within("subscribe", start).await.unwrap();
    for round in ["one", "two"] {
        write(cloud, "han", "lei", round);
        assert_eq!(next_words(&mut inbox).await, round);
        let message = Outgoing::text(with("han"), &format!("{round} back"));
        let receipt = within("send", app.client.send(message)).await.unwrap();
        let outcome = within("its fate", receipt.outcome()).await.unwrap();
        assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
        assert_eq!(next_words(&mut inbox).await, format!("{round} back"));

        cloud.drop_links(&Scope::Everyone, Ending::Reset);
        app.shows(ConnectionStatus::Suspend).await;
        app.shows(ConnectionStatus::Connected).await;
    }
    assert_eq!(mailbox(cloud, "han"), ["one back", "two back"]);
    assert_eq!(cloud.links().len(), 1);
}

fn classes(cloud: &Sandbox) -> Vec<DeviceClass> {
    cloud.links().iter().map(|link| link.class).collect()
}

async fn account(app: &App) -> AccountReport {
    let status = within("a report", app.client.daemon_status())
        .await
        .unwrap();
    status.accounts.into_iter().next().unwrap()
}

fn only_websocket() -> Sandbox {
    let cloud = cloud();
    let address = cloud.gateway_address().to_string();
    cloud.with_app(|app| app.policy_mut().gateways = vec![Gateway::websocket(address)]);
    cloud
}

fn secure_cloud() -> Sandbox {
    let tls = Some(Tls::default());
    Sandbox::spawn(Config {
        tls,
        ..Config::default()
    })
    .unwrap()
}

/// Its navigation and its one gateway are behind TLS.
fn all_over_tls() -> Sandbox {
    let cloud = secure_cloud();
    let gateway = Gateway::tls(cloud.tls_address().unwrap().to_string());
    let navigator = cloud.https_navigator();
    cloud.with_app(|app| {
        app.policy_mut().gateways = vec![gateway];
        app.policy_mut().navigator = navigator;
    });
    cloud
}

/// A daemon that is told of no authority, where OpenSSL's variable stands for the machine's own.
fn on_a_machine_that_knows(cloud: &Sandbox) -> Setup {
    let setup = Setup::new(IMLINK);
    let file = setup.home().join("machine.pem");
    std::fs::write(&file, cloud.ca_pem().unwrap()).unwrap();
    setup.variable("SSL_CERT_FILE", file.display().to_string())
}

/// A daemon that trusts that cloud's authority.
fn trusting(cloud: &Sandbox) -> Setup {
    let setup = Setup::new(IMLINK);
    let file = setup.home().join("ca.pem");
    std::fs::write(&file, cloud.ca_pem().unwrap()).unwrap();
    setup.variable("IMLINK_CA_FILE", file.display().to_string())
}
