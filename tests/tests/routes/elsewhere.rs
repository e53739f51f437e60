//! Gateways that send somebody elsewhere, and gateways that are elsewhere.

use imlink::{ConnectionStatus, Outcome, Outgoing};
use imlink_sandbox::{Config, Ending, Gateway, Sandbox, Scope, SecondGateway};
use imlink_tests::cloud::{mailbox, token, with};
use imlink_tests::{App, Setup, cloud, secrecy, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::IMLINK;

// F-S32: a redirect is no upgrade, and is never followed
#[tokio::test]
async fn a_gateway_that_answers_the_upgrade_with_a_redirect_leads_nobody_elsewhere() {
    let spy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gateway = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let cloud = cloud();
    let address = gateway.local_addr().unwrap().to_string();
    cloud.with_app(|app| app.policy_mut().gateways = vec![Gateway::websocket(address)]);
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nLocation: http://{}/\r\nContent-Length: 0\r\n\r\n",
        spy.local_addr().unwrap()
    );
    let setup = Setup::new(IMLINK).argument("--transport=websocket");
    let _daemon = setup.start();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let (client, token) = (app.client.clone(), token(&cloud, "lei"));
    tokio::spawn(async move { client.connect(token).await });

    // Twice: it is tried again, at the same gateway.
    for _ in 0..2 {
        let (mut stream, _) = within("a dial", gateway.accept()).await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let byte = within("its request", stream.read_u8()).await.unwrap();
            request.push(byte);
        }
        stream.write_all(redirect.as_bytes()).await.unwrap();
        let lost = app.shows(ConnectionStatus::Suspend).await;
        assert!(lost.retry_in.is_some(), "{lost:?}");
        // It has turned its back: nothing more is said to it either.
        let mut rest = Vec::new();
        let _ = within("its end", stream.read_to_end(&mut rest)).await;
        assert_eq!(rest, b"");
    }

    let elsewhere = tokio::time::timeout(std::time::Duration::ZERO, spy.accept()).await;
    assert!(elsewhere.is_err(), "the spy was called on");
    assert_eq!(secrecy::told_here(), [""; 0]);
}

// issue 5: two listening addresses; P1
#[tokio::test]
async fn where_the_first_address_dies_the_second_takes_over() {
    for transport in ["tcp", "websocket"] {
        let config = Config {
            second: Some(SecondGateway::default()),
            ..Config::default()
        };
        let cloud = Sandbox::spawn(config).unwrap();
        let (first, second) = match transport {
            "tcp" => (cloud.tcp_address(), cloud.second_tcp_address()),
            _ => (cloud.gateway_address(), cloud.second_gateway_address()),
        };
        let setup = Setup::new(IMLINK).argument(format!("--transport={transport}"));
        let _daemon = setup.start();
        let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
        app.rest().await;
        assert!(gateway(&app).await.ends_with(&first.to_string()));

        cloud.refuse_connections_at(first).unwrap();
        assert_eq!(cloud.drop_links(&Scope::Everyone, Ending::Reset), 1);

        app.shows(ConnectionStatus::Suspend).await;
        app.shows(ConnectionStatus::Connected).await;
        assert!(gateway(&app).await.ends_with(&second.unwrap().to_string()));
        let words = Outgoing::text(with("han"), "by the other way");
        let receipt = within("send", app.client.send(words)).await.unwrap();
        let outcome = within("its fate", receipt.outcome()).await.unwrap();
        assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
        assert_eq!(mailbox(&cloud, "han"), ["by the other way"]);
        assert_eq!(cloud.links().len(), 1);
    }
}

/// Which one the account is connected to.
async fn gateway(app: &App) -> String {
    let report = within("a report", app.client.daemon_status()).await;
    let account = report.unwrap().accounts.remove(0);
    account.address.expect("it is connected")
}
