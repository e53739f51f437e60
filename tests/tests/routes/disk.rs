//! The disk fails, is slow, or loses the state directory.

use std::time::{Duration, Instant};

use imlink::{ClientMessageId, ConnectionStatus, Hint, Outcome, Outgoing, SendState};
use imlink_sandbox::{Ending, Scope};
use imlink_tests::cloud::{mailbox, with, words, write};
use imlink_tests::{App, Setup, cloud, disk, next_words, soon, within};

use crate::IMLINK;

/// Far below any time limit of app, link or watchdog, far above what an answer takes.
const PROMPTLY: Duration = Duration::from_secs(5);

// F-D03
#[tokio::test]
async fn a_daemon_whose_disk_fails_ends_and_the_next_one_has_what_was_accepted() {
    let cloud = cloud();
    let setup = disk::failing_write(Setup::new(IMLINK), 60);
    let mut daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let (client, mut accepted) = (app.client.clone(), Vec::new());
    let sending = tokio::spawn(async move {
        loop {
            let words = format!("number {}", accepted.len());
            let message = Outgoing::text(with("han"), &words);
            match client.send(message.clone()).await {
                Ok(_) => accepted.push((message.client_id().clone(), words)),
                Err(_) => return accepted,
            }
        }
    });

    // On another thread: the apps are on this one.
    let ended = tokio::task::spawn_blocking(move || (daemon.ended(), daemon.log().text()));
    let (ended, said) = within("the daemon ends", ended).await.unwrap();
    let setup = disk::repaired(setup);
    let _daemon = setup.start();
    let accepted = within("the call under way ends", sending).await.unwrap();

    assert!(!ended.success(), "{ended}");
    assert!(said.contains("Input/output error"), "the reason: {said}");
    assert!(accepted.len() > 3, "only {accepted:?}");
    for (client_id, words) in accepted {
        let state = within("its fate", fate(&app, &client_id)).await;
        let copies = mailbox(&cloud, "han");
        let copies = copies.iter().filter(|copy| **copy == words).count();
        match state {
            Some(SendState::Sent { .. }) => assert_eq!(copies, 1, "{words}"),
            // It was about to be sent, and is not sent on a guess.
            Some(SendState::InDoubt) => assert!(copies <= 1, "{words}"),
            other => panic!("{words}: {other:?}"),
        }
    }
}

/// What became of a message that was accepted, once that is known.
async fn fate(app: &App, client_id: &ClientMessageId) -> Option<SendState> {
    loop {
        match app.client.send_state(client_id.clone()).await {
            Ok(Some(SendState::Queued | SendState::Sending)) => tokio::task::yield_now().await,
            Ok(state) => return state,
            Err(error) => assert!(error.is_retryable(), "{error}"),
        }
    }
}

// F-D20, F-A06
#[tokio::test]
async fn a_sync_that_does_not_return_holds_up_nothing_but_what_waits_for_it() {
    let cloud = cloud();
    let (setup, held) = disk::holdable(Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let other = App::connected(&setup, &cloud, "other", "lei").await;
    let mut inbox = other.client.subscribe("inbox").await.unwrap();

    held.hold();
    let (client, message) = (app.client.clone(), Outgoing::text(with("han"), "slow"));
    let sending = tokio::spawn(async move { client.send(message).await });
    write(&cloud, "han", "lei", "meanwhile");
    for _ in 0..20 {
        let asked = Instant::now();
        within("ping", other.client.ping()).await.unwrap();
        within("status", other.client.daemon_status())
            .await
            .unwrap();
        let late = App::new(&setup, &cloud, "late");
        within("init", late.client.init()).await.unwrap();
        assert!(asked.elapsed() < PROMPTLY, "{:?}", asked.elapsed());
    }
    let pings = cloud.counters().pings;
    within("hint", other.client.hint(Hint::NetworkChanged))
        .await
        .unwrap();
    soon("the link is asked whether it lives", || {
        (cloud.counters().pings > pings).then_some(())
    })
    .await;
    assert!(
        !sending.is_finished(),
        "nothing is accepted before its sync"
    );
    assert!(mailbox(&cloud, "han").is_empty());

    held.release();

    let receipt = within("accepted", sending).await.unwrap().unwrap();
    within("sent", receipt.outcome()).await.unwrap();
    assert_eq!(mailbox(&cloud, "han"), ["slow"]);
    let mut words = [next_words(&mut inbox).await, next_words(&mut inbox).await];
    words.sort();
    assert_eq!(words, ["meanwhile", "slow"]);
    assert_eq!(cloud.counters().handshakes, 1, "the link was never lost");
}

// F-D24
#[tokio::test]
async fn a_daemon_whose_state_is_removed_ends_and_the_next_one_reads_the_cloud_again() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let mut daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    write(&cloud, "han", "lei", "before");
    assert_eq!(next_words(&mut inbox).await, "before");

    std::fs::remove_dir_all(setup.state()).unwrap();

    let ended = daemon.ended();
    assert_eq!(ended.code(), Some(1), "{ended}");
    let said = daemon.log().text();
    assert!(said.contains("was removed"), "{said}");

    let _daemon = setup.start();
    write(&cloud, "han", "lei", "after");
    let mut found = Vec::new();
    within("both are there again", async {
        while found != ["before", "after"] {
            found = history(&app).await;
        }
    })
    .await;
    let receipt = app.client.send(Outgoing::text(with("han"), "and back"));
    let receipt = within("accepted", receipt).await.unwrap();
    within("sent", receipt.outcome()).await.unwrap();
    assert_eq!(mailbox(&cloud, "han"), ["and back"]);
}

// F-D24
#[tokio::test]
async fn what_waits_to_be_sent_survives_the_removal_of_the_state_and_is_sent_once() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let mut daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    app.shows(ConnectionStatus::Suspend).await;
    let mut receipts = Vec::new();
    for said in ["one", "two"] {
        let sending = app.client.send(Outgoing::text(with("han"), said));
        receipts.push(within("accepted", sending).await.unwrap());
    }

    std::fs::remove_dir_all(setup.state()).unwrap();
    daemon.ended();
    let _daemon = setup.start();
    cloud.accept_connections().unwrap();

    for receipt in receipts {
        let outcome = within("its fate", receipt.outcome()).await.unwrap();
        assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    }
    assert_eq!(mailbox(&cloud, "han"), ["one", "two"]);
}

/// The words of the conversation with han, oldest first; none while no daemon is connected.
async fn history(app: &App) -> Vec<String> {
    let Ok(page) = app.client.history(with("han"), None, 10).await else {
        tokio::task::yield_now().await;
        return Vec::new();
    };
    let newest_first = page.entries.iter().map(|message| message.body.as_str());
    newest_first.rev().map(words).collect()
}
