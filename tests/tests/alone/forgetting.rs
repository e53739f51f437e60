//! What ends the memory of a token, and what does not.

use std::fs;

use imlink::{Code, ConnectionStatus, Token};
use imlink_tests::cloud::{issued, user};
use imlink_tests::{App, eventually, within};

use rustix::process::Signal;

use crate::house::{House, Way};

// decisions.md P10, P15
#[tokio::test]
async fn an_app_that_disconnects_leaves_the_daemon_connected_and_a_logout_ends_it() {
    let house = House::open("", Way::File).unwrap();
    let daemon = house.start_alone();
    let mut app = house.connected().await;
    house.remembers();
    let handshakes = house.handshakes();

    within("disconnect", app.client.disconnect()).await.unwrap();

    app.shows(ConnectionStatus::SignOut).await;
    let account = house.account().unwrap();
    assert_eq!((account.status, account.remembered), (0, true));
    assert_eq!(house.cloud.links().len(), 1);
    within("join", app.client.join()).await.unwrap();
    within("logout", app.client.logout()).await.unwrap();
    eventually("the token is removed", || {
        house.files().is_empty().then_some(())
    });
    daemon.kill();
    drop(app);
    let _daemon = house.start_alone();
    assert_eq!(house.account(), None);
    assert_eq!(house.handshakes(), handshakes);
}

// S4-24; decisions.md P3, P11, P15
#[tokio::test]
async fn a_remembered_token_that_has_expired_is_tried_once_and_forgotten() {
    let house = House::open("", Way::File).unwrap();
    let daemon = house.start_alone();
    let app = house.connected().await;
    house.remembers();
    daemon.kill();
    drop(app);
    house.cloud.expire_tokens(&user("lei"));

    let daemon = house.start_alone();

    eventually("the token is removed", || {
        house.files().is_empty().then_some(())
    });
    let ended = eventually("it has ended", || house.ended());
    assert_eq!(ended.cause, Some(Code::RC_CONN_TOKEN_EXPIRE));
    assert_eq!(house.account(), None);
    daemon.kill();
    let handshakes = house.handshakes();
    let _daemon = house.start_alone();
    assert_eq!((house.account(), house.ended()), (None, None));
    // A fresh one of an app is remembered again.
    let app = App::new(&house.setup, &house.cloud, "notes");
    app.client.init().await.unwrap();
    let fresh = issued(&house.cloud, "lei");
    let connect = app.client.connect(Token::new(fresh).unwrap());
    within("connect", connect).await.unwrap();
    house.remembers();
    assert_eq!(house.handshakes(), handshakes + 1);
}

// decisions.md P11, P15
#[tokio::test]
async fn a_daemon_that_starts_alone_does_not_come_back_after_a_kick() {
    for way in [Way::File, Way::Credential] {
        let house = House::open("", way).unwrap();
        let daemon = house.start_alone();
        let mut app = house.connected().await;
        house.remembers();

        house.cloud.kick(&user("lei"));

        app.shows(ConnectionStatus::KickedOffline).await;
        let handshakes = house.handshakes();
        eventually("it is forgotten", || {
            let forgotten = house.account().is_none_or(|account| !account.remembered);
            (forgotten && house.files().is_empty()).then_some(())
        });
        // An orderly stop has written everything.
        daemon.signal(Signal::TERM);
        let mut daemon = daemon;
        assert_eq!(daemon.ended().code(), Some(0));
        drop(app);
        let _daemon = house.start_alone();
        assert_eq!(house.account(), None, "{way:?}");
        assert_eq!(house.handshakes(), handshakes, "{way:?}");
    }
}

// decisions.md P15
#[tokio::test]
async fn messages_that_cannot_be_opened_leave_the_token_for_when_they_can() {
    for way in [Way::File, Way::Credential] {
        let house = House::open("", way).unwrap();
        let daemon = house.start_alone();
        let app = house.connected().await;
        house.remembers();
        daemon.kill();
        drop(app);
        let version = house.rows().join("version");
        let readable = fs::read(&version).unwrap();
        fs::write(&version, "99\nelsewhere\n").unwrap();

        for _ in 0..2 {
            let mut daemon = house.start_alone();
            let account = eventually("it is told what is wrong", || {
                house
                    .account()
                    .filter(|account| account.cause == Some(Code::LOCAL_STORE_NEWER))
            });
            assert!(account.remembered, "{way:?}");
            daemon.signal(Signal::TERM);
            assert_eq!(daemon.ended().code(), Some(0));
        }
        fs::write(&version, readable).unwrap();

        let _daemon = house.start_alone();
        eventually("it is connected again", || {
            (house.account()?.status == 0).then_some(())
        });
    }
}

// decisions.md P11, P15
#[tokio::test]
async fn a_credential_that_is_refused_before_anybody_knows_whose_it_is_is_tried_once() {
    let house = House::open("", Way::Credential).unwrap();
    let navigator = house.cloud.navigator();
    house.hand_over(&format!("of-nobody@{navigator}"));
    let mut daemon = house.start_alone();
    eventually("it is refused", || {
        (house.cloud.counters().navigations == 1 && house.account().is_none()).then_some(())
    });
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().code(), Some(0));

    let daemon = house.start_alone();

    daemon.log().wait_for("A credential is not used");
    assert_eq!(house.account(), None);
    assert_eq!(house.cloud.counters().navigations, 1);
}

// decisions.md P7, P15
#[tokio::test]
async fn an_account_too_many_is_named_with_the_cure() {
    let house = House::open("", Way::Credential).unwrap();
    house.hand_over_as("han", &issued(&house.cloud, "han"));
    house.hand_over_as("mei", &issued(&house.cloud, "mei"));
    let setup = house.setup.argument("--max-accounts=2");

    let daemon = setup.start();

    daemon
        .log()
        .wait_for("is not connected, because max_accounts");
    let said = daemon.log().text();
    let line = said.lines().find(|line| line.contains("max_accounts"));
    assert!(line.unwrap().contains("mei.token"), "{said}");
}

// decisions.md P15
#[tokio::test]
async fn a_credential_of_an_account_that_was_logged_out_is_unused_until_it_is_another() {
    let house = House::open("", Way::Credential).unwrap();
    let mut daemon = house.start_alone();
    eventually("the daemon connects alone", || {
        (house.account()?.status == 0).then_some(())
    });
    let app = App::new(&house.setup, &house.cloud, "notes");
    app.client.init().await.unwrap();
    app.client.join().await.unwrap();
    within("logout", app.client.logout()).await.unwrap();
    drop(app);
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().code(), Some(0));
    let mut daemon = house.start_alone();
    assert_eq!(house.account(), None);
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().code(), Some(0));

    house.hand_over(&issued(&house.cloud, "lei"));

    let _daemon = house.start_alone();
    eventually("the new one is used", || {
        (house.account()?.status == 0).then_some(())
    });
}
