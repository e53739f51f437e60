//! What a store has said is stored is there after SIGKILL at any instant.

mod support;

use imlink_model::Millis;
use imlink_store::Store;
use support::{Other, Place, arrival, assert_whole, given_directory, me, submission};

/// Kills of a process that writes; the whole-system kill loop does many more.
const TRIALS: u64 = 20;

// F-D10, F-D12, invariants 1, 2, 3, 5
#[test]
fn nothing_acknowledged_is_lost_to_sigkill() {
    let place = Place::new();
    let directory = place.path();
    let mut acknowledged = 0;

    for trial in 0..TRIALS {
        if trial % 2 == 1 {
            // Killed in the middle of opening, or shortly before or after.
            let opener = Other::start("writer", directory);
            opener.next("OPENING").unwrap();
            acknowledged = opener
                .kill("STORED")
                .iter()
                .map(|said| number(said))
                .fold(acknowledged, u64::max);
        }
        let writer = Other::start("writer", directory);
        for _ in 0..trial % 5 + 1 {
            acknowledged = number(&writer.next("STORED").unwrap());
        }
        // It goes on writing meanwhile: the kill meets it anywhere.
        acknowledged = writer
            .kill("STORED")
            .iter()
            .map(|said| number(said))
            .fold(acknowledged, u64::max);

        assert_whole(directory, acknowledged);
    }
    assert!(
        acknowledged >= TRIALS,
        "only {acknowledged} messages were written"
    );
}

fn number(said: &str) -> u64 {
    said.parse().unwrap()
}

/// Stores message after message, in batches of one to twenty, and says so once each is durable.
#[test]
#[ignore = "run by the test above as a process of its own"]
fn writer() {
    println!("OPENING");
    let (mut store, _) = Store::open(&given_directory(), &me()).unwrap();
    let mut next = store.last_seq().0 + 1;
    for size in (1..=20).cycle() {
        let batch = (next..next + size).flat_map(|n| [arrival(n), submission(n)]);
        store
            .commit(batch.collect(), Millis(i64::try_from(next).unwrap()))
            .unwrap();
        next += size;
        println!("STORED {}", next - 1);
    }
}

/// Looks through what the writer left; how far it came is in the environment.
#[test]
#[ignore = "run by tests/root/store.sh"]
fn whole() {
    let acknowledged = std::env::var("IMLINK_STORE_TEST_ACKNOWLEDGED").unwrap();
    assert_whole(&given_directory(), acknowledged.parse().unwrap());
}
