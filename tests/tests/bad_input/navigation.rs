//! A navigator that answers wrong, elsewhere or nothing.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use imlink::{Code, ConnectionStatus, Error, Token, UserId};
use imlink_sandbox::{Fault, Gateway, Lasting, NavigationFault, Sandbox, Scope};
use imlink_tests::cloud::{token, user};
use imlink_tests::{App, DEADLINE, Daemon, Setup, cloud, within};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::task::JoinHandle;

use crate::IMLINK;

// protocol/cloud-wire.md 1.4
#[tokio::test]
async fn a_navigator_that_refuses_ends_the_connect_with_its_code() {
    for (fault, code) in [
        (NavigationFault::Status(401), Code::RC_CONN_TOKEN_INCORRECT),
        (NavigationFault::Status(403), Code::RC_CONN_TOKEN_INCORRECT),
        (NavigationFault::Status(416), Code::new(31030)),
        (body(r#"{"code":401}"#), Code::RC_CONN_TOKEN_INCORRECT),
        (body(r#"{"code":403}"#), Code::RC_CONN_TOKEN_INCORRECT),
        (body(r#"{"code":416}"#), Code::new(31030)),
    ] {
        let mut connecting = Connecting::through(&fault, Lasting::UntilCleared).await;

        let error = connecting.result().await.unwrap_err();

        assert_eq!(error.code(), code, "{fault:?}");
        assert_eq!(connecting.cloud.counters().navigations, 1, "{fault:?}");
        assert_eq!(connecting.cloud.counters().handshakes, 0, "{fault:?}");
    }
}

// F-S41; behaviour.md 3.2 for 30015
#[tokio::test]
async fn a_navigator_that_has_too_much_to_do_gets_the_time_it_asks_for() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    for (answer, code, seconds) in [
        ("429 Too Many\r\nRetry-After: 7", 30_015, 7),
        ("429 Too Many", 30_015, 64),
        ("503 Busy\r\nRetry-After: 86400", 30_007, 600),
    ] {
        let navigator = busy_navigator(answer).await;
        let mut app = App::new(&setup, &cloud, "notes");
        within("init", app.client.init()).await.unwrap();
        let token = Token::new(format!("a-token@{navigator}")).unwrap();
        let client = app.client.clone();
        let connecting = tokio::spawn(async move { client.connect(token).await });

        let change = app.shows(ConnectionStatus::Suspend).await;

        assert_eq!(change.code, Some(Code::new(code)), "{answer}");
        assert_eq!(change.retry_in, Some(Duration::from_secs(seconds)));
        connecting.abort();
        within("leaving", app.client.disconnect()).await.unwrap();
    }
}

// protocol/cloud-wire.md 1.4; F-S31
#[tokio::test]
async fn a_navigator_that_answers_nonsense_is_asked_again() {
    for fault in [
        NavigationFault::Status(500),
        NavigationFault::Status(404),
        NavigationFault::Empty,
        NavigationFault::Huge(10_000_000),
        body("[]"),
        body("null"),
        body("{"),
        body(&"[".repeat(50_000)),
        body(r#"{"code":500}"#),
        body(r#"{"code":200,"userId":7,"serverAddr":"nowhere"}"#),
        body(r#"{"code":200,"userId":"lei"}"#),
        body(r#"{"code":200,"userId":"lei","server":"","serverAddr":[]}"#),
    ] {
        let mut connecting = Connecting::through(&fault, Lasting::ONCE).await;

        let change = connecting.app.shows(ConnectionStatus::Suspend).await;
        let expected = match &fault {
            NavigationFault::Body(text) if text.contains(":200") => {
                [Code::SERVER_UNAVAILABLE, Code::RC_NAVI_REQ_FAILED]
            }
            _ => [Code::RC_NAVI_REQ_FAILED; 2],
        };
        assert!(
            change.code.is_some_and(|code| expected.contains(&code)),
            "{fault:?}: {change:?}"
        );
        assert!(change.retry_in.is_some(), "{fault:?}");

        let found = connecting.result().await;
        assert_eq!(found.unwrap(), user("lei"), "{fault:?}");
        assert_eq!(connecting.cloud.counters().navigations, 2, "{fault:?}");
    }
}

// F-S26: a sign-in page is waited for, and never taken for the cloud's word on the token
#[tokio::test]
async fn a_sign_in_page_in_the_navigators_place_is_told_as_one_and_waited_for() {
    for fault in [
        NavigationFault::NotJson,
        NavigationFault::Status(302),
        NavigationFault::Status(511),
    ] {
        let mut connecting = Connecting::through(&fault, Lasting::ONCE).await;

        let change = connecting.app.shows(ConnectionStatus::Suspend).await;
        assert_eq!(change.code, Some(Code::LOCAL_PORTAL), "{fault:?}");
        assert!(change.retry_in.is_some(), "{fault:?}");

        assert_eq!(connecting.result().await.unwrap(), user("lei"), "{fault:?}");
    }
}

// F-S02
#[tokio::test]
async fn a_navigator_without_an_address_is_told_as_one_and_asked_again() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    // A label of 64 characters: no resolver has to be asked to know that there is none.
    let nowhere = format!("{}.invalid", "n".repeat(64));
    let token = Token::new(format!("abc@{nowhere}")).unwrap();
    let client = app.client.clone();
    tokio::spawn(async move { client.connect(token).await });

    for _ in 0..2 {
        let change = app.shows(ConnectionStatus::Suspend).await;
        assert_eq!(change.code, Some(Code::RC_DOMAIN_NOT_RESOLVE));
    }
}

// F-S30
#[tokio::test]
async fn of_ten_gateways_the_one_that_lives_is_found() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    cloud.change_policy(|policy| {
        let mut gateways: Vec<Gateway> = (0..9).map(|_| Gateway::tcp(dead_address())).collect();
        gateways.append(&mut policy.gateways);
        policy.gateways = gateways;
    });
    let start = Instant::now();

    App::connected(&setup, &cloud, "notes", "lei").await;

    assert!(start.elapsed() < DEADLINE / 2);
    assert_eq!(
        cloud.counters().navigations,
        1,
        "they were tried one after the other"
    );
}

// F-S30
#[tokio::test]
async fn when_all_gateways_are_dead_navigation_is_asked_again() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let live = cloud.with_app(|app| std::mem::take(&mut app.policy_mut().gateways));
    cloud.change_policy(|policy| policy.gateways = vec![Gateway::tcp(dead_address())]);
    let mut app = App::new(&setup, &cloud, "notes");
    let connect = connect(&app, &cloud).await;
    app.shows(ConnectionStatus::Suspend).await;

    cloud.change_policy(|policy| policy.gateways = live);

    let found = within("success", connect).await.unwrap();
    assert_eq!(found.unwrap(), user("lei"));
    assert!(cloud.counters().navigations > 1);
}

// P20, F-K07: the token travels in CONNECT
#[tokio::test]
async fn a_gateway_in_the_clear_beyond_this_machine_never_hears_the_token() {
    // An address for documentation: nobody is there, and dialling it would take ten seconds.
    let elsewhere = Gateway::tcp("192.0.2.1:80");
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    cloud.change_policy(|policy| policy.gateways.insert(0, elsewhere.clone()));
    let start = Instant::now();

    App::connected(&setup, &cloud, "notes", "lei").await;

    assert!(start.elapsed() < DEADLINE / 4, "it was not dialled");
    daemon.log().wait_for("clear text");
}

// P20
#[tokio::test]
async fn a_navigator_in_the_clear_beyond_this_machine_is_not_asked() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();

    let token = Token::new("canary@http://192.0.2.1").unwrap();
    let refused = within("an answer", app.client.connect(token)).await;

    let error = refused.unwrap_err();
    assert_eq!(error.code(), Code::LOCAL_NO_NAVIGATOR, "{error}");
    daemon.log().wait_for("clear text");
    assert!(!daemon.log().text().contains("canary"));
}

// F-S26, F-S32, F-K07
#[tokio::test]
async fn a_redirect_is_not_followed_so_the_token_goes_to_nobody_else() {
    let spy = TcpListener::bind("127.0.0.1:0").unwrap();
    spy.set_nonblocking(true).unwrap();
    let elsewhere = format!("http://{}/navi.json", spy.local_addr().unwrap());
    let fault = NavigationFault::Redirect(elsewhere);

    let mut connecting = Connecting::through(&fault, Lasting::Times(2)).await;
    for _ in 0..2 {
        let change = connecting.app.shows(ConnectionStatus::Suspend).await;
        assert_eq!(change.code, Some(Code::LOCAL_PORTAL));
    }
    assert_eq!(connecting.result().await.unwrap(), user("lei"));

    assert_eq!(spy.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

// F-S32
#[tokio::test]
async fn a_redirect_to_itself_is_no_loop() {
    let cloud = cloud();
    let fault = NavigationFault::Redirect(format!("{}/navi.json", cloud.navigator()));

    let mut connecting = Connecting::with(cloud, &fault, Lasting::Times(3)).await;
    assert_eq!(connecting.result().await.unwrap(), user("lei"));

    // Each attempt asked once.
    assert_eq!(connecting.cloud.counters().navigations, 3 + 1);
}

// P8: who is named by nobody is named by the gateway
#[tokio::test]
async fn a_navigator_that_names_no_user_is_good_enough() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    cloud.change_policy(|policy| policy.name_user = false);

    App::connected(&setup, &cloud, "notes", "lei").await;
}

/// A connect on its way through a navigator that answers wrong.
struct Connecting {
    cloud: Sandbox,
    _setup: Setup,
    _daemon: Daemon,
    app: App,
    connect: JoinHandle<Result<UserId, Error>>,
}

impl Connecting {
    async fn through(fault: &NavigationFault, lasting: Lasting) -> Self {
        Self::with(cloud(), fault, lasting).await
    }

    async fn with(cloud: Sandbox, fault: &NavigationFault, lasting: Lasting) -> Self {
        let setup = Setup::new(IMLINK);
        let daemon = setup.start();
        let app = App::new(&setup, &cloud, "notes");
        cloud.add_fault(Fault::Navigation(fault.clone()), Scope::Everyone, lasting);
        let connect = connect(&app, &cloud).await;
        Self {
            cloud,
            _setup: setup,
            _daemon: daemon,
            app,
            connect,
        }
    }

    async fn result(&mut self) -> Result<UserId, Error> {
        within("the connect ends", &mut self.connect).await.unwrap()
    }
}

/// A navigator that gives every question this status, with these headers.
async fn busy_navigator(answer: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let navigator = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let mut question = BufReader::new(listener.accept().await.unwrap().0);
            let mut line = String::new();
            while question.read_line(&mut line).await.unwrap() > "\r\n".len() {
                line.clear();
            }
            let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
            question.write_all(answer.as_bytes()).await.unwrap();
            // Whatever follows, so that nothing unread resets the connection.
            let _ = question.read_to_end(&mut Vec::new()).await;
        }
    });
    navigator
}

async fn connect(app: &App, cloud: &Sandbox) -> JoinHandle<Result<UserId, Error>> {
    within("init", app.client.init()).await.unwrap();
    let (client, token) = (app.client.clone(), token(cloud, "lei"));
    tokio::spawn(async move { client.connect(token).await })
}

fn body(text: &str) -> NavigationFault {
    NavigationFault::Body(text.to_owned())
}

/// An address on which nobody listens any more.
fn dead_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}
