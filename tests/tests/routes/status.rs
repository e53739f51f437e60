//! What `imlink status` tells of an account.

use std::io::Write as _;
use std::process::Stdio;

use imlink::{Code, ConnectionStatus, Hint};
use imlink_sandbox::{Ending, Scope};
use imlink_tests::cloud::{issued, user};
use imlink_tests::{App, Setup, cloud, eventually, within};
use serde_json::{Value, json};

use crate::IMLINK;
use crate::doctor::said;

// issue 5: `imlink status` tells the whole truth: the last error, also when all is well again
#[tokio::test]
async fn the_status_tells_the_last_error_with_cause_and_cure() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    app.rest().await;
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    let lost = app.shows(ConnectionStatus::Suspend).await.code.unwrap();
    app.shows(ConnectionStatus::Connected).await;

    let status = said(&setup, &["status"]);
    let json: Value = serde_json::from_str(&said(&setup, &["status", "--json"])).unwrap();

    let error = format!("  last error  {lost} {}: {}", lost.name(), lost.cause());
    assert!(status.contains(&error), "{status}");
    let cure = format!("\n  cure        {}\n", lost.cure());
    assert!(status.contains(&cure), "{status}");
    let account = &json["accounts"][0];
    assert_eq!(account["code"], Value::Null);
    assert_eq!(account["last_error"]["code"], lost.number());
    let at = account["last_error"]["at"].as_i64().unwrap();
    assert!(at >= json["daemon"]["started_at"].as_i64().unwrap());
}

// issue 5: `imlink status` tells the whole truth, also of an account that no app uses
#[tokio::test]
async fn the_status_tells_why_an_account_ended_until_it_is_used_again() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let token = issued(&cloud, "lei");
    let connect = || {
        let mut command = setup.imlink();
        command.args(["connect", "--app-key", cloud.app_key().as_str()]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{token}").unwrap();
        assert!(child.wait().unwrap().success());
    };
    let told = || -> Value { serde_json::from_str(&said(&setup, &["status", "--json"])).unwrap() };
    connect();
    cloud.kick(&user("lei"));
    eventually("it has ended", || {
        (told()["accounts"] == json!([])).then_some(())
    });

    let status = said(&setup, &["status"]);
    let ended = told()["ended"].clone();
    let refused = setup.imlink().args(["send", "mei", "hi"]).output().unwrap();
    connect();
    let again = told();

    let code = Code::RC_DISCONN_KICK;
    assert_eq!(ended[0]["user"], "lei");
    assert_eq!(ended[0]["code"], code.number());
    let because = format!("  because  {code} {}: {}", code.name(), code.cause());
    assert!(status.contains(&because), "{status}");
    let cure = format!("\n  cure     {}\n", code.cure());
    assert!(format!("{status}\n").contains(&cure), "{status}");
    let refused = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.contains("that of lei has ended"), "{refused}");
    assert_eq!(again["accounts"][0]["status"], 0);
    assert_eq!(again["ended"], json!([]));
}

// issue 5: `imlink status` tells the whole truth: the round-trip time
#[tokio::test]
async fn the_status_tells_the_round_trip_of_the_last_ping() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;

    // A ping at once, and not only when the link has been quiet.
    within("hint", app.client.hint(Hint::NetworkChanged))
        .await
        .unwrap();

    let measured = async || {
        let report = within("status", app.client.daemon_status()).await.unwrap();
        report.accounts[0].round_trip_ms
    };
    within("the answer to the ping", async {
        while measured().await.is_none() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let status = said(&setup, &["status"]);
    assert!(status.contains(", round trip "), "{status}");
}
