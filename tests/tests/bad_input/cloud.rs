//! A cloud that says what no cloud says.
//!
//! That a gateway which stays silent is given up after fifteen seconds is shown in virtual time
//! by the connection's own tests; here silence is shown with an app's own limit (routes/limits.rs).

use std::time::Duration;

use imlink::{Code, ConnectionStatus, Event};
use imlink_sandbox::{Fault, Lasting, Scope};
use imlink_tests::cloud::{token, user};
use imlink_tests::{App, within};

use crate::guesthouse::Guesthouse;

/// How long an unknown refusal is slept on (decisions.md P11).
const UNKNOWN_WAIT: Duration = Duration::from_secs(64);

// protocol/cloud-wire.md 3.4; behaviour.md 12.1; P3, P11, F-S38
#[tokio::test]
async fn every_status_of_a_connack_has_its_consequence() {
    use ConnectionStatus as Status;

    let mut house = Guesthouse::open().await;
    let handshakes = house.cloud.counters().handshakes;
    for status in 0..=25_u8 {
        let name = format!("guest{status}");
        house.cloud.add_fault(
            Fault::ConnAck { status },
            Scope::User(user(&name)),
            Lasting::ONCE,
        );
        let mut app = App::new(&house.setup, &house.cloud, &name);
        within("init", app.client.init()).await.unwrap();
        let connect = {
            let (client, token) = (app.client.clone(), token(&house.cloud, &name));
            tokio::spawn(async move { client.connect(token).await })
        };

        let refused = match status {
            0 | 6 => {
                let connected = within("success", connect).await.unwrap();
                assert_eq!(connected.unwrap(), user(&name), "status {status}");
                continue;
            }
            1 => (31001, Status::Unconnected),
            2 => (31002, Status::Unconnected),
            3 => (31003, Status::Unconnected),
            4 => (31004, Status::TokenIncorrect),
            5 => (31005, Status::Unconnected),
            7 => (31007, Status::Unconnected),
            8 => (31008, Status::Unconnected),
            9 => (31009, Status::UserBlocked),
            10 => (31020, Status::TokenIncorrect),
            11 => (31021, Status::Unconnected),
            12 => (31022, Status::Unconnected),
            13 => (31023, Status::KickedOffline),
            14 => (31024, Status::Unconnected),
            15 => (31025, Status::Unconnected),
            16 => (31026, Status::Unconnected),
            17 => (31027, Status::Unconnected),
            18 => (31028, Status::Unconnected),
            19 => (31029, Status::UserAbandon),
            20 => (31030, Status::Unconnected),
            _ => {
                // Shown as -1, and asked again in a while.
                let change = app.shows(Status::Suspend).await;
                assert_eq!(change.code, Some(Code::UNKNOWN), "status {status}");
                assert_eq!(change.retry_in, Some(UNKNOWN_WAIT), "status {status}");
                assert!(!connect.is_finished(), "status {status}");
                continue;
            }
        };
        let error = within("an answer", connect).await.unwrap().unwrap_err();
        assert_eq!(error.code(), Code::new(refused.0), "status {status}");
        let change = app.shows(refused.1).await;
        assert_eq!(change.code, Some(error.code()), "status {status}");
        assert_eq!(change.retry_in, None, "status {status}");
    }
    house.is_undisturbed().await;
    // One for each, one more after the redirect: nobody dialled again after a last word.
    assert_eq!(house.cloud.counters().handshakes - handshakes, 26 + 1);
}

// protocol/cloud-wire.md 3.5; P11, F-S35, F-S36, F-S37
#[tokio::test]
async fn every_status_of_a_disconnect_has_its_consequence() {
    use ConnectionStatus as Status;

    let mut house = Guesthouse::open().await;
    for status in 0..=12_u8 {
        let mut guest = house.guest(&format!("guest{status}")).await;

        assert_eq!(house.cloud.disconnect(&guest.user(), status), 1);

        let (code, shown) = match status {
            1 => (31010, Status::KickedOffline),
            2 | 5 => (31011, Status::UserBlocked),
            6 => {
                guest.app.shows(Status::Connected).await;
                guest.still_gets(&house.cloud, "after the redirect").await;
                continue;
            }
            7 => (31020, Status::TokenIncorrect),
            8 => (31001, Status::Unconnected),
            9 => (31029, Status::UserAbandon),
            _ => {
                let change = guest.app.shows(Status::Suspend).await;
                assert_eq!(change.code, Some(Code::UNKNOWN), "status {status}");
                assert_eq!(change.retry_in, Some(UNKNOWN_WAIT), "status {status}");
                continue;
            }
        };
        let change = guest.app.shows(shown).await;
        assert_eq!(change.code, Some(Code::new(code)), "status {status}");
        assert_eq!(change.retry_in, None, "status {status}");
        let others = guest.app.rest().await;
        assert!(others.iter().all(|event| !is_status(event)), "{others:?}");
    }
    house.is_undisturbed().await;
}

// F-S32: redirected over and over, the ladder takes over
#[tokio::test]
async fn a_gateway_that_only_redirects_is_not_asked_without_end() {
    let mut house = Guesthouse::open().await;
    let redirecting = Fault::ConnAck { status: 6 };
    let scope = Scope::User(user("guest"));
    house
        .cloud
        .add_fault(redirecting, scope, Lasting::UntilCleared);
    let mut app = App::new(&house.setup, &house.cloud, "guest");
    within("init", app.client.init()).await.unwrap();
    let connect = {
        let (client, token) = (app.client.clone(), token(&house.cloud, "guest"));
        tokio::spawn(async move { client.connect(token).await })
    };

    let change = app.shows(ConnectionStatus::Suspend).await;

    assert!(change.retry_in.is_some());
    house.cloud.clear_faults();
    let connected = within("success", connect).await.unwrap();
    assert_eq!(connected.unwrap(), user("guest"));
    house.is_undisturbed().await;
}

fn is_status(event: &Event) -> bool {
    matches!(event, Event::Status(_))
}
