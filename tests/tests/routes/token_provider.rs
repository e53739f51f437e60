//! Where a new token comes from when the cloud refuses the one there is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use imlink::{
    Builder, Client, Code, ConnectionStatus, Outgoing, SendState, Token, TokenRefused, blocking,
};
use imlink_sandbox::{Ending, Sandbox, Scope};
use imlink_tests::cloud::{mailbox, token, user, with};
use imlink_tests::{App, DEADLINE, Setup, cloud, within};

use crate::IMLINK;

// S0-21, S0-23, S2-16, S3-13, F-S35, P3: without any app doing anything
#[tokio::test]
async fn a_provider_brings_every_app_of_a_stopped_account_back_and_the_outbox_drains() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let source = Source::of(&cloud);
    let mut first = App::of(source.builder(&setup, &cloud, "first"));
    first.connect(&cloud, "lei").await;
    let mut second = App::connected(&setup, &cloud, "second", "lei").await;
    cloud.refuse_connections().unwrap();
    assert_eq!(cloud.drop_links(&Scope::Everyone, Ending::Close), 1);
    first.shows(ConnectionStatus::Suspend).await;
    let waiting = second.client.send(Outgoing::text(with("han"), "late"));
    let receipt = within("accepted", waiting).await.unwrap();

    cloud.expire_tokens(&user("lei"));
    cloud.accept_connections().unwrap();

    for app in [&mut first, &mut second] {
        let change = app.shows(ConnectionStatus::TokenIncorrect).await;
        assert_eq!(change.code, Some(Code::RC_CONN_TOKEN_EXPIRE));
        app.shows(ConnectionStatus::Connecting).await;
        app.shows(ConnectionStatus::Connected).await;
    }
    within("sent", receipt.outcome()).await.unwrap();
    assert_eq!(mailbox(&cloud, "han"), ["late"]);
    assert_eq!(cloud.links().len(), 1);
    assert_eq!(source.asked(), 1, "once for one refusal");
}

// P3: never a loop
#[tokio::test]
async fn a_provider_of_wrong_tokens_is_asked_a_few_times_and_then_it_is_over() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let asked = Arc::new(AtomicU32::new(0));
    let (count, address) = (Arc::clone(&asked), cloud.navigator());
    let builder = builder(&setup, &cloud, "notes").token_provider(move |refused: TokenRefused| {
        count.fetch_add(1, Ordering::Relaxed);
        let nobodys = format!("nobody-{}@{address}", refused.attempt);
        async move { Token::new(nobodys) }
    });
    let mut app = App::of(builder);
    within("init", app.client.init()).await.unwrap();
    let nobodys = Token::new(format!("nobody@{}", cloud.navigator())).unwrap();

    let refused = within("an answer", app.client.connect(nobodys)).await;

    assert_eq!(refused.unwrap_err().code(), Code::RC_CONN_TOKEN_INCORRECT);
    assert_eq!(asked.load(Ordering::Relaxed), 4);
    app.rest().await;
    let navigations = cloud.counters().navigations;
    app.stays_away().await;
    assert_eq!(cloud.counters().navigations, navigations);
}

// P3
#[tokio::test]
async fn a_provider_that_fails_ends_the_connect_with_the_refusal_and_its_reason() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let builder = builder(&setup, &cloud, "notes")
        .token_provider(|_| async { Err::<Token, _>("the session is over") });
    let app = App::of(builder);
    within("init", app.client.init()).await.unwrap();
    let old = token(&cloud, "lei");
    cloud.expire_tokens(&user("lei"));

    let error = within("an answer", app.client.connect(old))
        .await
        .unwrap_err();

    assert_eq!(error.code(), Code::RC_CONN_TOKEN_EXPIRE);
    assert!(error.cause().ends_with("the session is over"), "{error}");
}

// P1, P3: the blocking and the callback form
#[test]
fn a_blocking_app_connects_with_the_token_of_its_provider() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let old = token(&cloud, "lei");
    cloud.expire_tokens(&user("lei"));
    let (for_blocking, for_callback) = (cloud.clone(), cloud.clone());
    let forms = [
        builder(&setup, &cloud, "blocking")
            .token_provider_blocking(move |_| Ok::<_, String>(token(&for_blocking, "lei"))),
        builder(&setup, &cloud, "callback")
            .token_provider_callback(move |_, reply| reply.supply(token(&for_callback, "lei"))),
    ];

    for form in forms {
        let app = blocking::Client::new(form).unwrap();
        app.init().unwrap();
        let connected = app.connect_within(old.clone(), DEADLINE);
        assert_eq!(connected.unwrap(), user("lei"));
        app.disconnect().unwrap();
    }
}

// F-S35: a daemon that starts anew is told the new token, not the one that expired
#[tokio::test]
async fn a_token_that_was_supplied_survives_the_daemon() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let source = Source::of(&cloud);
    let mut app = App::of(source.builder(&setup, &cloud, "notes"));
    app.connect(&cloud, "lei").await;
    cloud.expire_tokens(&user("lei"));
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    app.shows(ConnectionStatus::TokenIncorrect).await;
    app.shows(ConnectionStatus::Connected).await;

    daemon.kill();
    let _next = setup.start();

    app.shows(ConnectionStatus::Suspend).await;
    app.shows(ConnectionStatus::Connected).await;
    assert_eq!(source.asked(), 1);
    let message = Outgoing::text(with("han"), "after all");
    let receipt = within("accepted", app.client.send(message)).await.unwrap();
    let id = receipt.client_id().clone();
    within("sent", receipt.outcome()).await.unwrap();
    let state = within("a state", app.client.send_state(id)).await.unwrap();
    assert!(matches!(state, Some(SendState::Sent { .. })), "{state:?}");
}

/// An app server that issues tokens of lei, and how often it was asked.
struct Source {
    cloud: Sandbox,
    asked: Arc<AtomicU32>,
}

impl Source {
    fn of(cloud: &Sandbox) -> Self {
        Self {
            cloud: cloud.clone(),
            asked: Arc::default(),
        }
    }

    fn builder(&self, setup: &Setup, cloud: &Sandbox, name: &str) -> Builder {
        let (source, asked) = (self.cloud.clone(), Arc::clone(&self.asked));
        builder(setup, cloud, name).token_provider(move |_| {
            asked.fetch_add(1, Ordering::Relaxed);
            let token = token(&source, "lei");
            async move { Ok::<_, String>(token) }
        })
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }
}

fn builder(setup: &Setup, cloud: &Sandbox, name: &str) -> Builder {
    Client::builder(cloud.app_key().as_str())
        .app_id(name)
        .socket(setup.socket())
}
