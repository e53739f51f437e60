//! A cloud that says what no cloud says.
//!
//! That a gateway which stays silent is given up after fifteen seconds is shown in virtual time
//! by the connection's own tests; here silence is shown with an app's own limit (routes/limits.rs).

use std::time::Duration;

use bytes::Bytes;
use imlink::{Code, ConnectionStatus, Event, Start, Subscription};
use imlink_sandbox::{Fault, Injection, Lasting, LinkId, Sandbox, Scope};
use imlink_tests::cloud::{token, user, write};
use imlink_tests::{App, Daemon, Setup, cloud, next_words, within};

use crate::IMLINK;

/// How long an unknown refusal is slept on (decisions.md P11).
const UNKNOWN_WAIT: Duration = Duration::from_secs(64);

// F-S12, F-S14
#[tokio::test]
async fn what_is_only_strange_is_passed_over_and_the_link_stays() {
    let mut house = House::open().await;
    let table = [
        ("a text frame", Injection::Text("hello?".into())),
        ("a huge text frame", Injection::Text("x".repeat(1 << 20))),
        ("a packet of a kind nobody knows", binary(&[0xF0, 1, 2, 3])),
        ("another one", binary(&[0x00])),
        ("an acknowledgement of nothing", binary(&PUBACK_OF_NOTHING)),
        ("the answer to no question", binary(&QUERYACK_OF_NOTHING)),
        ("a pong nobody asked for", binary(&[0xD0])),
        ("a WebSocket ping", raw(&[0x89, 0])),
    ];
    for (number, (what, strange)) in table.into_iter().enumerate() {
        let mut guest = house.guest(&format!("guest{number}")).await;

        assert!(house.cloud.inject(guest.link, strange), "{what}");

        guest.still_gets(&house.cloud, "after it").await;
        assert_eq!(guest.link_now(&house.cloud), Some(guest.link), "{what}");
        assert_eq!(guest.app.rest().await, [], "{what}");
    }
    house.is_undisturbed().await;
}

// F-S08, F-S09, F-S10
#[tokio::test]
async fn what_cannot_be_read_ends_the_link_which_comes_back() {
    let mut house = House::open().await;
    let mut huge = vec![0x82, 0x7F];
    huge.extend_from_slice(&(1_u64 << 40).to_be_bytes());
    let table = [
        ("an empty message", binary(&[])),
        ("a PUBLISH without fields", binary(&[0x30])),
        (
            "a topic longer than its message",
            binary(b"\x30\0\0\0\0\xFF\xFFshort"),
        ),
        ("a CONNACK again, cut short", binary(&[0x20, 0])),
        ("a frame of 2^40 bytes", raw(&huge)),
        ("reserved bits", raw(&[0xF2, 1, 0])),
        (
            "half of a frame, then garbage",
            raw(b"\x82\x03\x30\xFF\xFF\xFF\xFF\xFF"),
        ),
        ("the end of the conversation", raw(&[0x88, 0])),
    ];
    for (number, (what, garbage)) in table.into_iter().enumerate() {
        let mut guest = house.guest(&format!("guest{number}")).await;

        assert!(house.cloud.inject(guest.link, garbage), "{what}");

        let change = guest.app.shows(ConnectionStatus::Suspend).await;
        assert!(
            change.code.is_some_and(|code| code.is_retryable()),
            "{what}: {change:?}"
        );
        guest.app.shows(ConnectionStatus::Connected).await;
        guest.still_gets(&house.cloud, "after it").await;
        assert_ne!(guest.link_now(&house.cloud), Some(guest.link), "{what}");
    }
    house.is_undisturbed().await;
}

// protocol/cloud-wire.md 3.4; behaviour.md 12.1; P3, P11, F-S38
#[tokio::test]
async fn every_status_of_a_connack_has_its_consequence() {
    use ConnectionStatus as Status;

    let mut house = House::open().await;
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

    let mut house = House::open().await;
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

// F-S06, F-S32: redirected over and over, the ladder takes over
#[tokio::test]
async fn a_gateway_that_only_redirects_is_not_asked_without_end() {
    let mut house = House::open().await;
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

/// A daemon with one account that is connected, in which guests come and go.
struct House {
    cloud: Sandbox,
    setup: Setup,
    _daemon: Daemon,
    host: App,
    handshakes_of_host: usize,
}

/// One user with one app.
struct Guest {
    name: String,
    app: App,
    link: LinkId,
    inbox: Subscription,
}

impl House {
    async fn open() -> Self {
        let cloud = cloud();
        let setup = Setup::new(IMLINK).argument("--max-accounts=64");
        let daemon = setup.start();
        let mut host = App::connected(&setup, &cloud, "host", "lei").await;
        host.sees("all is quiet", synchronized).await;
        Self {
            handshakes_of_host: links_of(&cloud, "lei").len(),
            cloud,
            setup,
            _daemon: daemon,
            host,
        }
    }

    async fn guest(&self, name: &str) -> Guest {
        let mut app = App::connected(&self.setup, &self.cloud, name, name).await;
        let start = app.client.subscribe_from("inbox", Start::Beginning);
        let inbox = within("subscribe", start).await.unwrap();
        app.sees("all is quiet", synchronized).await;
        let link = links_of(&self.cloud, name)[0];
        Guest {
            name: name.to_owned(),
            app,
            link,
            inbox,
        }
    }

    /// The account that was there before noticed nothing.
    async fn is_undisturbed(&mut self) {
        within("the daemon answers", self.host.client.ping())
            .await
            .unwrap();
        assert_eq!(self.host.rest().await, []);
        assert_eq!(links_of(&self.cloud, "lei").len(), self.handshakes_of_host);
        assert_eq!(self.host.client.status(), ConnectionStatus::Connected);
    }
}

impl Guest {
    fn user(&self) -> imlink::UserId {
        user(&self.name)
    }

    fn link_now(&self, cloud: &Sandbox) -> Option<LinkId> {
        links_of(cloud, &self.name).first().copied()
    }

    async fn still_gets(&mut self, cloud: &Sandbox, words: &str) {
        write(cloud, "han", &self.name, words);
        assert_eq!(next_words(&mut self.inbox).await, words);
    }
}

/// PUBACK: message id, date, status, millisecond.
const PUBACK_OF_NOTHING: [u8; 11] = [0x40, 0x7A, 0x7A, 0, 0, 0, 0, 0, 0, 0, 0];

/// QUERYACK: message id, date, status, and no body.
const QUERYACK_OF_NOTHING: [u8; 9] = [0x60, 0x7A, 0x7A, 0, 0, 0, 0, 0, 0];

fn binary(bytes: &[u8]) -> Injection {
    Injection::Binary(Bytes::copy_from_slice(bytes))
}

fn raw(bytes: &[u8]) -> Injection {
    Injection::Raw(Bytes::copy_from_slice(bytes))
}

fn links_of(cloud: &Sandbox, name: &str) -> Vec<LinkId> {
    let links = cloud.links().into_iter();
    let own = links.filter(|link| link.user == user(name));
    own.map(|link| link.link).collect()
}

fn is_status(event: &Event) -> bool {
    matches!(event, Event::Status(_))
}

fn synchronized(event: &Event) -> Option<()> {
    matches!(event, Event::Synchronized).then_some(())
}
