//! Away for longer than the cloud keeps messages.

use std::time::Duration;

use imlink::{ConnectionStatus, Event, Gap, GapCause, Seq, Start};
use imlink_sandbox::{Ending, Scope};
use imlink_tests::cloud::write;
use imlink_tests::{App, Setup, cloud, next_words, within};

use crate::IMLINK;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

// issue 4: one gap event with its extent where the cloud's seven days cut something off. F-S46
#[tokio::test]
async fn what_the_cloud_kept_no_longer_is_told_once_in_its_place_to_every_durable_subscription() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    write(&cloud, "han", "lei", "before");
    let before = within("before", inbox.next()).await.unwrap().unwrap();
    within("its place is kept", before.acknowledge())
        .await
        .unwrap();
    let whole = before.message().sent_at;

    daemon.kill();
    write(&cloud, "han", "lei", "nobody will ever read this");
    cloud.advance_clock(6 * DAY);
    write(&cloud, "han", "lei", "within the week");
    cloud.advance_clock(2 * DAY);
    drop((inbox, app));
    let daemon = setup.start();

    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    let mut other = App::connected(&setup, &cloud, "other", "lei").await;
    let mut all = other
        .client
        .subscribe_from("all", Start::Beginning)
        .await
        .unwrap();
    for (app, subscription, first) in [
        (&mut app, &mut inbox, "within the week"),
        (&mut other, &mut all, "before"),
    ] {
        let told = app.sees("the gap", gap).await;
        assert_eq!((told.first, told.last, told.lost), (Seq(2), Seq(2), None));
        let GapCause::Expired { from, until } = told.cause else {
            panic!("{told:?}")
        };
        assert!((whole..whole.after(DAY)).contains(&from), "{told:?}");
        let until = until.before(DAY);
        assert!((whole..whole.after(DAY)).contains(&until), "{told:?}");
        if first == "before" {
            assert_eq!(next_words(subscription).await, "before");
        }
        assert_eq!(next_words(subscription).await, "within the week");
    }

    // Neither a break nor another daemon tells it again.
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    app.shows(ConnectionStatus::Suspend).await;
    app.shows(ConnectionStatus::Connected).await;
    daemon.kill();
    let _daemon = setup.start();
    app.shows(ConnectionStatus::Connected).await;
    write(&cloud, "han", "lei", "the end");
    assert_eq!(next_words(&mut inbox).await, "the end");
    let told: Vec<_> = app.rest().await.iter().filter_map(gap).collect();
    assert_eq!(told, []);
}

// F-S46: also where nothing comes after it
#[tokio::test]
async fn an_account_that_finds_nothing_after_a_long_absence_is_told_so() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let inbox = app.client.subscribe("inbox").await.unwrap();
    app.sees("everything is stored", |event| {
        matches!(event, Event::Synchronized).then_some(())
    })
    .await;

    daemon.kill();
    cloud.advance_clock(8 * DAY);
    let _daemon = setup.start();

    let told = app.sees("the gap", gap).await;
    assert_eq!(told.first, Seq(1));
    assert!(matches!(told.cause, GapCause::Expired { .. }), "{told:?}");
    within("it is let go", inbox.forget()).await.unwrap();
}

fn gap(event: &Event) -> Option<Gap> {
    match event {
        Event::Gap(gap) => Some(gap.clone()),
        _ => None,
    }
}
