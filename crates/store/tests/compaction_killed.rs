//! A copy of rows that is killed changes nothing.

mod support;

use imlink_store::Store;
use support::{Other, body, filled, given_directory, me, messages};

/// Kills in the middle of copying, or shortly before or after.
const TRIALS: usize = 10;

/// Messages of the store that is copied.
const MESSAGES: u64 = 1_500;

// F-D12, F-D18
#[test]
fn a_copy_that_is_killed_anywhere_leaves_every_row() {
    let place = filled(MESSAGES);
    let mut in_the_middle = 0;

    for trial in 0..TRIALS {
        let compactor = Other::start("compactor", place.path());
        compactor.next("OPEN").unwrap();
        for _ in 0..trial {
            if compactor.next("STEP").is_none() {
                break;
            }
        }
        let said = compactor.kill("DONE");
        in_the_middle += usize::from(said.is_empty());

        let (store, opening) = Store::open(place.path(), &me()).unwrap();
        assert_eq!(opening, Default::default(), "in trial {trial}");
        let found = messages(&store);
        assert_eq!(found.len() as u64, MESSAGES, "in trial {trial}");
        assert!(
            found
                .iter()
                .all(|message| message.body == body(message.seq.0))
        );
        assert_eq!(store.anomalies(), Default::default());
    }
    assert!(in_the_middle >= TRIALS / 2, "only {in_the_middle}");
}

#[test]
#[ignore = "run by the test above as a process of its own"]
fn compactor() {
    let (mut store, _) = Store::open(&given_directory(), &me()).unwrap();
    println!("OPEN");
    store.compact(&mut |_| println!("STEP")).unwrap();
    println!("DONE");
}
