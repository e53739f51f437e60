//! Rows written anew: what is gained. Nothing here starts a process, which would hold the locks that
//! are open meanwhile for a moment longer.

mod support;

use imlink_model::{Millis, Seq};
use imlink_store::{Edit, Progress, Store, Work};
use support::{Place, arrival, body, filled, me, messages};

/// Messages of the store that is copied.
const MESSAGES: u64 = 1_500;

// F-D14
#[test]
fn a_copy_gives_the_room_of_deleted_messages_back() {
    let place = filled(MESSAGES);
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

// F-D14
#[test]
fn ten_rounds_of_messages_that_come_and_go_take_twice_the_room_of_what_is_left_at_most() {
    let place = Place::new();
    for round in 0..10 {
        let (mut store, _) = Store::open(place.path(), &me()).unwrap();
        let (first, last) = (round * MESSAGES + 1, (round + 1) * MESSAGES);
        for group in (first..=last).step_by(100) {
            let group = (group..group + 100).map(arrival).collect();
            store.commit(group, Millis(0)).unwrap();
        }
        let gone = (first..=last).filter(|n| n % 10 != 1).map(Seq).collect();
        store.edit(vec![Edit::Delete(gone)], Millis(0)).unwrap();
    }

    let mut steps = Vec::new();
    let (mut store, opening) =
        Store::open_reporting(place.path(), &me(), &mut |step| steps.push(step)).unwrap();

    assert_eq!(opening, Default::default());
    assert!(steps.iter().any(|step| step.work == Work::Compaction));
    let taken = store.bytes_on_disk().unwrap();
    let left = messages(&store);
    assert_eq!(left.len() as u64, MESSAGES);
    assert!(
        left.iter()
            .all(|message| message.body == body(message.seq.0))
    );
    store.compact(&mut |_| {}).unwrap();
    let live = store.bytes_on_disk().unwrap();
    assert!(taken <= 2 * live, "{taken} bytes for {live}");
}

// F-D14
#[test]
fn rows_that_nothing_was_deleted_of_are_not_copied_when_they_are_opened() {
    let place = Place::new();
    for round in 0..3 {
        let mut steps = Vec::new();
        let (mut store, _) =
            Store::open_reporting(place.path(), &me(), &mut |step| steps.push(step)).unwrap();
        let copied = steps.iter().any(|step| step.work == Work::Compaction);
        let first = store.last_seq().0 + 1;
        for group in (first..first + 4 * MESSAGES).step_by(100) {
            let group = (group..group + 100).map(arrival).collect();
            store.commit(group, Millis(0)).unwrap();
        }
        let taken = store.bytes_on_disk().unwrap();
        assert!(!copied, "in round {round}, {taken} bytes");
        assert!(taken > 8 * 1024 * 1024, "{taken} bytes are too few to tell");
    }
}
