//! Everything is killed, and a daemon starts with nobody there.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use imlink::{Code, Start, Token};
use imlink_tests::cloud::{issued, user, write};
use imlink_tests::{App, eventually, next_words, within};

use crate::house::{House, Way};

// decisions.md P15
#[tokio::test]
async fn with_a_file_a_daemon_alone_connects_and_stores_for_apps_that_come_later() {
    connects_and_stores("with_a_file", Way::File).await;
}

// decisions.md P15
#[tokio::test]
async fn with_a_credential_a_daemon_alone_connects_and_stores_for_apps_that_come_later() {
    connects_and_stores("with_a_credential", Way::Credential).await;
}

// decisions.md P15
#[tokio::test]
async fn with_a_keyring_a_daemon_alone_connects_and_stores_for_apps_that_come_later() {
    connects_and_stores("with_a_keyring", Way::Keyring).await;
}

async fn connects_and_stores(test: &str, way: Way) {
    let Some(house) = House::open(test, way) else {
        return;
    };
    let daemon = house.start_alone();
    let app = house.connected().await;
    let mut inbox = app
        .client
        .subscribe_from("inbox", Start::Beginning)
        .await
        .unwrap();
    write(&house.cloud, "han", "lei", "while somebody was there");
    assert_eq!(next_words(&mut inbox).await, "while somebody was there");
    house.remembers();
    daemon.kill();
    drop((inbox, app));
    let handshakes = house.handshakes();
    write(&house.cloud, "han", "lei", "while nobody was there");

    let daemon = house.start_alone();

    eventually("the daemon stores what came", || {
        let account = house.account()?;
        (account.apps == 0 && account.last_seq.0 == 2).then_some(())
    });
    assert_eq!(house.handshakes(), handshakes + 1);
    write(&house.cloud, "han", "lei", "while the daemon was alone");
    eventually("the daemon stores what comes", || {
        (house.account()?.last_seq.0 == 3).then_some(())
    });
    let account = house.account().unwrap();
    assert!(account.remembered);
    assert_eq!(account.user, Some(user("lei")));
    let late = App::new(&house.setup, &house.cloud, "notes");
    within("init", late.client.init()).await.unwrap();
    within("join", late.client.join()).await.unwrap();
    let mut inbox = late.client.subscribe("inbox").await.unwrap();
    let mut first = next_words(&mut inbox).await;
    // Whether the last acknowledgement was durable before the kill is not said.
    if first == "while somebody was there" {
        first = next_words(&mut inbox).await;
    }
    assert_eq!(first, "while nobody was there");
    assert_eq!(next_words(&mut inbox).await, "while the daemon was alone");
    assert_eq!(house.handshakes(), handshakes + 1);
    tells_no_token(&house, daemon.pid());
    // Also for the machine's sake: a kernel would keep it for days.
    late.client.logout().await.unwrap();
    eventually("the account is forgotten", || {
        house
            .account()
            .is_none_or(|account| !account.remembered)
            .then_some(())
    });
}

/// Neither what was logged nor what the kernel shows of the daemon has the token (F-K01, F-K04).
fn tells_no_token(house: &House, pid: u32) {
    let secret = house.token.split('@').next().unwrap();
    let log = fs::read_to_string(house.setup.home().join("daemon.log")).unwrap();
    assert!(log.contains(" DEBUG "), "the filter was taken");
    assert!(!log.contains(secret));
    for name in ["cmdline", "environ"] {
        if let Ok(text) = fs::read(format!("/proc/{pid}/{name}")) {
            assert!(!String::from_utf8_lossy(&text).contains(secret), "{name}");
        }
    }
}

// decisions.md P15
#[tokio::test]
async fn without_remembering_a_daemon_alone_connects_nobody_and_keeps_no_token() {
    let house = House::open("", Way::File).unwrap();
    let setup = imlink_tests::Setup::new(crate::IMLINK);
    let daemon = setup.start();
    let app = App::connected(&setup, &house.cloud, "notes", "lei").await;
    assert!(!app.client.daemon_status().await.unwrap().accounts[0].remembered);
    daemon.kill();
    drop(app);
    let handshakes = house.handshakes();

    let _daemon = setup.start();

    let mut observer =
        imlink_tests::RawApp::attached(&setup.socket(), imlink_ipc_proto::Codec::Json);
    assert_eq!(observer.status().accounts, []);
    assert_eq!(house.handshakes(), handshakes);
    assert!(!setup.state().join("tokens").exists());
}

// decisions.md P15
#[tokio::test]
async fn a_fresh_token_takes_the_place_of_the_one_before() {
    let house = House::open("", Way::File).unwrap();
    let daemon = house.start_alone();
    let app = house.connected().await;
    house.remembers();
    let fresh = issued(&house.cloud, "lei");
    within("leave", app.client.disconnect()).await.unwrap();
    within("connect", app.client.connect(Token::new(&*fresh).unwrap()))
        .await
        .unwrap();

    let fresh_secret = fresh.split('@').next().unwrap();
    eventually("the fresh one is kept", || {
        let [file] = &house.files()[..] else {
            return None;
        };
        let kept = fs::read_to_string(file).ok()?;
        kept.contains(fresh_secret).then_some(())
    });

    let [file] = &house.files()[..] else {
        panic!("one file for one account");
    };
    assert!(!fs::read_to_string(file).unwrap().contains(&*house.token));
    assert_eq!(fs::metadata(file).unwrap().mode() & 0o7777, 0o600);
    daemon.kill();
}

// decisions.md P2, P15
#[tokio::test]
async fn a_daemon_alone_whose_proxy_is_down_goes_on_trying() {
    let house = House::open("", Way::File).unwrap();
    let daemon = house.start_alone();
    let app = house.connected().await;
    house.remembers();
    daemon.kill();
    drop(app);
    // Nobody listens there any more.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let proxy = format!("socks5://127.0.0.1:{port}");
    let House {
        cloud,
        setup,
        token,
    } = house;
    let setup = setup.variable("IMLINK_PROXY", proxy);
    let house = House {
        cloud,
        setup,
        token,
    };

    let _daemon = house.start_alone();

    let account = eventually("the proxy is named", || {
        house
            .account()
            .filter(|account| account.cause == Some(Code::RC_CONN_PROXY_UNAVAILABLE))
    });
    assert!(account.remembered);
    eventually("the next attempt is due", || {
        house.account()?.next_attempt_in_ms
    });
    assert_eq!(house.files().len(), 1);
}

// F-K05; decisions.md P15
#[tokio::test]
async fn a_token_that_others_can_read_is_refused_and_the_daemon_does_not_start() {
    let house = House::open("", Way::File).unwrap();
    let daemon = house.start_alone();
    let app = house.connected().await;
    house.remembers();
    daemon.kill();
    drop(app);
    let file = &house.files()[0];
    fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();

    let mut refused = house.setup.launch();

    assert_eq!(refused.ended().code(), Some(2));
    let said = refused.log().text();
    assert!(
        said.contains(&format!("chmod 0600 {}", file.display())),
        "{said}"
    );
}

#[test]
fn a_credential_that_is_missing_or_no_token_is_named_with_the_cure() {
    let missing = imlink_tests::Setup::new(crate::IMLINK).argument("--remember=credential");
    let mut refused = missing.launch();
    assert_eq!(refused.ended().code(), Some(2));
    let said = refused.log().text();
    assert!(said.contains("CREDENTIALS_DIRECTORY is not set"), "{said}");
    assert!(said.contains("LoadCredential=NAME.token:/path"), "{said}");

    let house = House::open("", Way::Credential).unwrap();
    house.hand_over("two\nlines");
    let mut refused = house.setup.launch();
    assert_eq!(refused.ended().code(), Some(2));
    let said = refused.log().text();
    assert!(said.contains("lei.token: its lines are not"), "{said}");
}
