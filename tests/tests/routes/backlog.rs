//! Much has been written while nobody was there.

use std::collections::BTreeMap;

use imlink::ConnectionStatus;
use imlink_sandbox::{Ending, Scope};
use imlink_tests::cloud::{text, user, words, write};
use imlink_tests::{App, Setup, cloud, resident, within};

use crate::IMLINK;

/// Messages that wait.
const BACKLOG: usize = 100_000;

/// People who wrote them.
const PEERS: usize = 10;

/// How many of them have come when the first look at the daemon's memory is taken, and when
/// somebody goes on writing.
const FIRST: usize = 20_000;

/// Acknowledged together: half of what may be under way.
const ACKNOWLEDGED: usize = 32;

/// What the daemon may grow by while it fetches the other four fifths, in KB: some pages of
/// messages, an engine's log buffers, and nothing that goes with the number.
const GROWTH: u64 = 48 * 1024;

// F-S45
#[tokio::test]
async fn a_hundred_thousand_messages_come_in_order_and_take_no_memory() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK).quiet());
    let daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    app.shows(ConnectionStatus::Connected).await;
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    app.shows(ConnectionStatus::Suspend).await;
    for n in 0..BACKLOG {
        let peer = format!("peer-{}", n % PEERS);
        let body = text(&(n / PEERS).to_string());
        cloud.publish(&user(&peer), &user("lei"), "RC:TxtMsg", &body);
    }

    cloud.accept_connections().unwrap();

    let mut next: BTreeMap<String, usize> = BTreeMap::new();
    let (mut pushed, mut early) = (0, None);
    for received in 0..BACKLOG + PEERS {
        let delivery = within("the next message", inbox.next()).await;
        let delivery = delivery.expect("the subscription stands").unwrap();
        let message = delivery.message();
        let peer = message.sender.as_str().to_owned();
        let number: usize = words(message.body.as_str()).parse().unwrap();
        let expected = next.entry(peer.clone()).or_default();
        assert_eq!(number, *expected, "{peer} is in order");
        *expected += 1;
        if received % ACKNOWLEDGED == 0 {
            delivery.acknowledge().await.unwrap();
        }
        if received == FIRST {
            early = Some(resident(daemon.pid()));
            // Live, while most of what they wrote before has not come yet.
            for peer in 0..PEERS {
                let words = (BACKLOG / PEERS).to_string();
                write(&cloud, &format!("peer-{peer}"), "lei", &words);
                pushed += 1;
            }
        }
    }

    assert_eq!(pushed, PEERS);
    assert!(
        next.values().all(|count| *count == BACKLOG / PEERS + 1),
        "{next:?}"
    );
    let (early, late) = (early.unwrap(), resident(daemon.pid()));
    assert!(late < early + GROWTH, "{early} KB, then {late} KB");
    let pulls = cloud.counters().pulls;
    assert!(pulls > 100, "in pages: {pulls}");
}
