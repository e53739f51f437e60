//! A disk that fails a write or a sync, any of them.

mod support;

use imlink_model::Millis;
use imlink_store::Store;
use support::{Other, Place, arrival, assert_whole, faulty_disk, given_directory, me, submission};

/// Batches that the writer stores if nothing fails.
const BATCHES: u64 = 8;

/// No run of the writer writes or syncs so often.
const MOST: u64 = 500;

// F-D03
#[test]
fn whichever_write_fails_nothing_acknowledged_is_lost() {
    assert_survives("write");
}

// F-D04
#[test]
fn whichever_sync_fails_nothing_acknowledged_is_lost() {
    assert_survives("sync");
}

/// Has the first call of that kind fail, then the second, and so on until none is left to fail.
fn assert_survives(kind: &str) {
    let place = Place::new();
    let disk = faulty_disk(place.path().parent().unwrap());
    let disk = disk.to_str().unwrap();
    let mut met_while_writing = 0;

    for call in 1..MOST {
        let place = Place::new();
        let fault = format!("{kind}:{call}");
        let environment = [("LD_PRELOAD", disk), ("DISK_FAULT", &fault)];

        let writer = Other::start_with("writer", place.path(), &environment);
        let (ended, said) = writer.finish("STORED");

        let stored = said.last().map_or(0, |said| said.parse().unwrap());
        assert_whole(place.path(), stored);
        if ended.success() {
            assert_eq!(stored, BATCHES, "{fault}");
            assert!(met_while_writing as u64 >= BATCHES, "{met_while_writing}");
            return;
        }
        met_while_writing += u32::from(stored > 0);
    }
    panic!("the {kind} that fails is always met");
}

/// Stores a batch after the other, and says so once each is durable.
#[test]
#[ignore = "run by the tests above as a process of its own"]
fn writer() {
    let (mut store, _) = Store::open(&given_directory(), &me()).unwrap();
    for n in 1..=BATCHES {
        let batch = vec![arrival(n), submission(n)];
        if let Err(error) = store.commit(batch, Millis(0)) {
            assert!(error.is_fatal(), "{error}");
            let again = store.commit(vec![arrival(n)], Millis(0)).unwrap_err();
            assert!(again.is_fatal(), "nothing is written after a failure");
            panic!("{error}");
        }
        println!("STORED {n}");
    }
}
