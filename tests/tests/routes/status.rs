//! What `imlink status` tells of an account.

use imlink::{ConnectionStatus, Hint};
use imlink_sandbox::{Ending, Scope};
use imlink_tests::{App, Setup, cloud, within};
use serde_json::Value;

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
