//! Rows written anew: what is gained, and that a copy that is killed changes nothing.

mod support;

use imlink_model::{Millis, Seq};
use imlink_store::{Edit, Progress, Store, Work};
use support::{Other, Place, arrival, body, given_directory, me, messages};

/// Kills in the middle of copying, or shortly before or after.
const TRIALS: usize = 10;

/// Messages of the store that is copied.
const MESSAGES: u64 = 1_500;

// F-D12, F-D18
#[test]
fn a_copy_that_is_killed_anywhere_leaves_every_row() {
    let place = Place::new();
    write(&place);
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

// F-D14
#[test]
fn a_copy_gives_the_room_of_deleted_messages_back() {
    let place = Place::new();
    write(&place);
    let (mut store, _) = Store::open(place.path(), &me()).unwrap();
    let deleted = (1..=MESSAGES).filter(|n| n % 10 != 1).map(Seq).collect();
    store.edit(vec![Edit::Delete(deleted)], Millis(0)).unwrap();
    let before = store.bytes_on_disk().unwrap();
    let mut steps: Vec<Progress> = Vec::new();

    store.compact(&mut |step| steps.push(step)).unwrap();

    let after = store.bytes_on_disk().unwrap();
    assert!(after * 2 < before, "{before} bytes became {after}");
    assert_eq!(messages(&store).len() as u64, MESSAGES / 10);
    assert!(steps.iter().all(|step| step.work == Work::Compaction));
    assert!(steps.iter().all(|step| step.done <= step.total));
    store
        .commit(vec![arrival(MESSAGES + 1)], Millis(0))
        .unwrap();
    drop(store);
    let (store, _) = Store::open(place.path(), &me()).unwrap();
    assert_eq!(messages(&store).len() as u64, MESSAGES / 10 + 1);
}

fn write(place: &Place) {
    let (mut store, _) = Store::open(place.path(), &me()).unwrap();
    for first in (1..=MESSAGES).step_by(100) {
        let group = (first..first + 100).map(arrival).collect();
        store.commit(group, Millis(0)).unwrap();
    }
}
