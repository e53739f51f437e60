//! The command in hands that err. Every verb has tests of its own beside the command; here it
//! stands with the daemon as a process and with an app that is served on.

use std::io::Write;
use std::process::{Output, Stdio};

use imlink_sandbox::Sandbox;
use imlink_tests::{App, Setup, cloud, within};
use serde_json::Value;

use crate::IMLINK;

// S4-18, IPC-05
#[test]
fn without_a_daemon_it_says_where_it_looked_and_how_to_start_one() {
    let setup = Setup::new(IMLINK);
    let sandbox = cloud();

    let output = run(&setup, &["status"], "");
    let said = errors(&output);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("(-2 IPC_DISCONNECT)"), "{said}");
    assert!(
        said.contains(&setup.socket().display().to_string()),
        "{said}"
    );
    assert!(said.contains("imlink daemon"), "{said}");

    let output = connect(&setup, &sandbox, &cloud::issued(&sandbox, "lei"));
    let error: Value = serde_json::from_str(&errors(&output)).unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(error["error"]["code"], -2);
}

// S4-20, S4-06, F-K04
#[tokio::test]
async fn a_wrong_token_a_wrong_user_and_a_conversation_of_nobody_have_their_statuses() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK).argument("--max-accounts=2"));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    app.rest().await;

    // A token of nobody: refused for good.
    let output = connect(&setup, &cloud, &format!("canary@{}", cloud.navigator()));
    let error: Value = serde_json::from_str(&errors(&output)).unwrap();
    assert_eq!(output.status.code(), Some(5), "{error}");
    assert_eq!(error["error"]["code"], 31004);
    assert!(!errors(&output).contains("canary"));

    // A text that can be no token.
    let output = connect(&setup, &cloud, "canary one");
    assert_eq!(output.status.code(), Some(2));
    assert!(!errors(&output).contains("canary"));

    // A token where other programs can read it.
    let output = run(&setup, &["connect", "--app-key", "k", "canary"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(!errors(&output).contains("canary"));

    // A user who is not connected here, and one who can be none.
    let output = run(&setup, &["history", "han", "--user", "nobody"], "");
    assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
    assert!(
        errors(&output).contains("90010 LOCAL_NO_ACCOUNT"),
        "{}",
        errors(&output)
    );
    let output = run(&setup, &["send", &"x".repeat(65), "hi"], "");
    assert_eq!(output.status.code(), Some(2), "{}", errors(&output));

    // A conversation nobody had is no error.
    let output = run(&setup, &["history", "nobody", "--json"], "");
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!(output.stdout, b"");

    within("the daemon answers", app.client.ping())
        .await
        .unwrap();
    assert_eq!(app.statuses().await, [], "the app noticed nothing");
    assert_eq!(cloud.links().len(), 1);
}

fn connect(setup: &Setup, cloud: &Sandbox, token: &str) -> Output {
    let key = cloud.app_key().as_str();
    run(setup, &["connect", "--json", "--app-key", key], token)
}

fn run(setup: &Setup, arguments: &[&str], input: &str) -> Output {
    let mut child = setup
        .imlink()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that is refused for its arguments does not wait for what is piped in.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
