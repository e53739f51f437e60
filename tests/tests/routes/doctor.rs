//! `imlink doctor` beside everything that can be wrong.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::process::Command;

use imlink::{Code, ConnectionStatus, Token};
use imlink_ipc_proto::{Greeting, ProtocolRange, Refused};
use imlink_sandbox::{Ending, Scope};
use imlink_tests::cloud::user;
use imlink_tests::{App, Setup, cloud, within};
use rustix::process::Signal;
use serde_json::Value;

use crate::IMLINK;

// issue 5: `imlink doctor`, no daemon
#[test]
fn without_a_daemon_the_doctor_says_where_it_looked_and_how_to_start_one() {
    let setup = Setup::new(IMLINK);

    let findings = doctor(&setup);

    let socket = only(&findings, "socket");
    assert_eq!(socket["code"], -2);
    let subject = socket["subject"].as_str().unwrap();
    assert!(
        subject.contains(setup.socket().to_str().unwrap()),
        "{subject}"
    );
    assert!(cure(socket).contains("imlink daemon"));
}

#[test]
fn a_socket_that_a_daemon_left_behind_is_found() {
    let setup = Setup::new(IMLINK);
    setup.start().kill();

    let findings = doctor(&setup);

    let socket = only(&findings, "socket");
    assert_eq!(socket["code"], -2);
    assert!(seen(socket).contains("left behind"), "{socket}");
    assert!(cure(socket).contains("imlink daemon"));
}

// issue 5: `imlink doctor`, no permission
#[test]
fn a_socket_of_somebody_else_is_found() {
    let setup = Setup::new(IMLINK);
    let _daemon = setup.start();
    let mut command = setup.imlink();
    // Root may open everything, so it looks as somebody else, who cannot come into this home.
    match rustix::process::geteuid().is_root() {
        true => {
            command.uid(65534).gid(65534).current_dir("/");
        }
        false => {
            let nobody = std::fs::Permissions::from_mode(0o000);
            std::fs::set_permissions(setup.socket(), nobody).unwrap();
        }
    }

    let findings = run(command);

    let socket = only(&findings, "socket");
    assert!(seen(socket).contains("may not open"), "{socket}");
    assert!(cure(socket).contains("group"), "{socket}");
}

#[test]
fn a_daemon_that_is_stopped_is_found_at_once_and_named() {
    let setup = Setup::new(IMLINK);
    let daemon = setup.start();
    daemon.signal(Signal::STOP);

    let findings = doctor(&setup);

    let found = only(&findings, "daemon");
    assert!(seen(found).contains("is stopped"), "{found}");
    assert!(cure(found).contains(&format!("kill -CONT {}", daemon.pid())));
}

#[test]
fn a_daemon_of_another_version_is_found() {
    let setup = Setup::new(IMLINK);
    std::fs::create_dir_all(setup.socket().parent().unwrap()).unwrap();
    let listener = UnixListener::bind(setup.socket()).unwrap();
    let refusal = Refused {
        code: Code::LOCAL_VERSION,
        supported: ProtocolRange::SUPPORTED,
        text: "this daemon speaks another version".into(),
    };
    let newer = std::thread::spawn(move || {
        // The first one only looks whether anybody is there.
        for stream in listener.incoming().take(2) {
            let mut stream = stream.unwrap();
            if stream.read(&mut [0; 1024]).is_ok_and(|bytes| bytes > 0) {
                let refusal = Greeting::Refused(refusal.clone());
                stream.write_all(&refusal.encode()).unwrap();
            }
        }
    });

    let findings = doctor(&setup);

    newer.join().unwrap();
    let daemon = only(&findings, "daemon");
    assert_eq!(daemon["code"], Code::LOCAL_VERSION.number());
    assert_eq!(cure(daemon), Code::LOCAL_VERSION.cure());
}

#[tokio::test]
async fn a_daemon_and_an_account_that_are_well_are_found_well() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let _app = App::connected(&setup, &cloud, "notes", "lei").await;

    let findings = doctor(&setup);

    for check in ["socket", "daemon", "account"] {
        assert_eq!(find(&findings, check)["ok"], true, "{findings:?}");
    }
    assert_eq!(find(&findings, "account")["subject"], "lei");
    let pid = format!("pid {}", daemon.pid());
    assert!(seen(find(&findings, "daemon")).contains(&pid));
}

// issue 5: `imlink doctor`; whatever went wrong before an app left is no matter any more
#[tokio::test]
async fn an_account_that_was_left_on_purpose_is_found_well() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    app.rest().await;
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    app.shows(ConnectionStatus::Suspend).await;
    app.shows(ConnectionStatus::Connected).await;
    within("left", app.client.disconnect()).await.unwrap();

    let findings = doctor(&setup);

    let account = find(&findings, "account");
    assert_eq!((&account["ok"], seen(account)), (&true.into(), "left"));
    assert!(
        findings.iter().all(|found| found["ok"] == true),
        "{findings:?}"
    );
}

// issue 5: `imlink doctor`
#[test]
fn a_daemon_that_nobody_has_used_yet_is_found_well_with_a_word_on_navigators() {
    let setup = Setup::new(IMLINK);
    let _daemon = setup.start();

    let findings = doctor(&setup);

    assert!(
        findings.iter().all(|found| found["ok"] == true),
        "{findings:?}"
    );
    let navigator = find(&findings, "navigator");
    assert_eq!(cure(navigator), Code::LOCAL_NO_NAVIGATOR.cure());
}

// issue 5: `imlink doctor`, token
#[tokio::test]
async fn an_expired_token_is_found_with_its_cure() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    cloud.expire_tokens(&user("lei"));
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    app.shows(ConnectionStatus::TokenIncorrect).await;

    let findings = doctor(&setup);
    let observer = App::new(&setup, &cloud, "observer");
    drop(app);
    within("the app is gone", async {
        while !is_ended(&observer).await {}
    })
    .await;
    let without_an_app = doctor(&setup);

    for findings in [findings, without_an_app] {
        let account = find(&findings, "account");
        assert_eq!(account["code"], Code::RC_CONN_TOKEN_EXPIRE.number());
        assert_eq!(cure(account), Code::RC_CONN_TOKEN_EXPIRE.cure());
    }
}

/// Whether the daemon's account has ended and is used by nobody.
async fn is_ended(observer: &App) -> bool {
    let report = within("status", observer.client.daemon_status())
        .await
        .unwrap();
    report.accounts.is_empty() && report.ended.len() == 1
}

// P20: which slot is taken
#[tokio::test]
async fn the_slot_that_is_taken_is_told() {
    for (transport, slot) in [("tcp", "desktop"), ("websocket", "web")] {
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        let setup = setup.argument(format!("--transport={transport}"));
        let _daemon = setup.start();
        let _app = App::connected(&setup, &cloud, "notes", "lei").await;

        let findings = doctor(&setup);

        let account = find(&findings, "account");
        assert_eq!(account["ok"], true);
        let seen = format!("CONNECTED, slot {slot}");
        assert_eq!(account["seen"], seen, "{transport}");
    }
}

// P20: clear text goes to loopback only
#[tokio::test]
async fn a_navigator_that_only_speaks_in_the_clear_is_found() {
    let setup = Setup::new(IMLINK);
    let _daemon = setup.start();
    let app = App::of_key(&setup, "key", "notes");
    within("init", app.client.init()).await.unwrap();
    let token = Token::new("secret@http://192.0.2.1:7340").unwrap();
    let refused = within("an answer", app.client.connect(token)).await;

    let findings = doctor(&setup);

    let code = refused.unwrap_err().code();
    assert_eq!(find(&findings, "account")["code"], code.number());
    assert!(!format!("{findings:?}").contains("secret"));
}

#[tokio::test]
async fn a_navigator_that_is_not_there_is_found() {
    let setup = Setup::new(IMLINK);
    let _daemon = setup.start();
    let mut app = App::of_key(&setup, "key", "notes");
    within("init", app.client.init()).await.unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let (client, token) = (app.client.clone(), format!("secret@http://{address}"));
    let token = Token::new(token).unwrap();
    let _connect = tokio::spawn(async move { client.connect(token).await });
    let lost = app.shows(ConnectionStatus::Suspend).await;

    let findings = doctor(&setup);

    let account = find(&findings, "account");
    assert_eq!(account["code"], lost.code.unwrap().number());
    assert_eq!(account["ok"], false);
    let report = within("status", app.client.daemon_status()).await.unwrap();
    let last = report.accounts[0].last_error.unwrap();
    assert_eq!(Some(last.code), lost.code);
}

// issue 5: with `LANG=zh_CN.UTF-8` status, doctor and explain speak Chinese
#[tokio::test]
async fn in_a_chinese_locale_status_doctor_and_explain_speak_chinese() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let setup = setup.variable("LANG", "zh_CN.UTF-8");
    let daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;

    let status = said(&setup, &["status"]);
    let explained = said(&setup, &["explain", "31004"]);
    let examined = said(&setup, &["doctor"]);
    drop(app);
    daemon.kill();
    let gone = setup.imlink().arg("status").output().unwrap();

    assert!(
        status.contains("lei  已连接 CONNECTED，已持续 "),
        "{status}"
    );
    assert!(explained.contains("  办法  请应用服务器"), "{explained}");
    assert!(examined.contains("正常  账号      lei"), "{examined}");
    let gone = String::from_utf8(gone.stderr).unwrap();
    assert!(gone.starts_with("错误：守护进程已退出或无法连接"), "{gone}");
    assert!(gone.contains("\n办法："), "{gone}");
}

/// What the doctor finds of a home.
pub fn doctor(setup: &Setup) -> Vec<Value> {
    run(setup.imlink())
}

/// What the doctor finds; its status says whether all is well.
pub fn run(mut command: Command) -> Vec<Value> {
    let output = command.args(["doctor", "--json"]).output().unwrap();
    let findings: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let well = findings.iter().all(|finding| finding["ok"] == true);
    let status = if well { 0 } else { 1 };
    assert_eq!(output.status.code(), Some(status), "{findings:?}");
    findings
}

/// What a command says to people.
pub fn said(setup: &Setup, arguments: &[&str]) -> String {
    let output = setup.imlink().args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn only<'a>(findings: &'a [Value], check: &str) -> &'a Value {
    let wrong: Vec<&Value> = findings
        .iter()
        .filter(|finding| finding["ok"] == false)
        .collect();
    assert_eq!(wrong.len(), 1, "{findings:?}");
    assert_eq!(wrong[0]["check"], check);
    wrong[0]
}

/// The first finding of that step.
pub fn find<'a>(findings: &'a [Value], check: &str) -> &'a Value {
    let found = findings.iter().find(|finding| finding["check"] == check);
    found.unwrap_or_else(|| panic!("{check} is not in {findings:?}"))
}

/// What was seen.
pub fn seen(finding: &Value) -> &str {
    finding["seen"].as_str().unwrap()
}

/// What to do about it.
pub fn cure(finding: &Value) -> &str {
    finding["cure"].as_str().unwrap()
}
