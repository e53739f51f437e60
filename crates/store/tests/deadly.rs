//! A message that every process dies of.

mod support;

use imlink_model::{Millis, Seq};
use imlink_store::{Store, in_hand};
use support::{Other, Place, arrival, given_directory, me, messages};

// F-D25
#[test]
fn a_message_that_three_processes_died_of_is_left_out() {
    let place = Place::new();
    let (mut store, _) = Store::open(place.path(), &me()).unwrap();
    store
        .commit((1..=3).map(arrival).collect(), Millis(0))
        .unwrap();
    drop(store);

    for _ in 0..3 {
        assert_eq!(served(&place), [1, 2, 3], "it may be chance");
        let (ended, said) = Other::start("dies_of_the_second", place.path()).finish("TOOK");
        assert!(!ended.success());
        assert_eq!(said, ["1", "2"]);
    }

    assert_eq!(served(&place), [1, 3]);
    let (mut store, _) = Store::open(place.path(), &me()).unwrap();
    assert_eq!(store.anomalies().damaged_rows, 1, "somebody is told");
    messages(&store);
    let [gap] = store.gaps().unwrap()[..] else {
        panic!("so is every subscription");
    };
    assert_eq!((gap.first, gap.last, gap.lost), (Seq(2), Seq(2), Some(1)));
    // It does not come back from the cloud, and others come as before.
    store
        .commit(vec![arrival(2), arrival(4)], Millis(0))
        .unwrap();
    drop(store);
    assert_eq!(served(&place), [1, 3, 4]);
}

// F-D25, F-D14
#[test]
fn a_message_that_is_left_out_stays_so_in_rows_that_are_written_anew() {
    let place = Place::new();
    let (mut store, _) = Store::open(place.path(), &me()).unwrap();
    store
        .commit((1..=3).map(arrival).collect(), Millis(0))
        .unwrap();
    drop(store);
    for _ in 0..3 {
        Other::start("dies_of_the_second", place.path()).finish("TOOK");
    }
    let (mut store, _) = Store::open(place.path(), &me()).unwrap();

    store.compact(&mut |_| {}).unwrap();

    let left: Vec<u64> = messages(&store).iter().map(|found| found.seq.0).collect();
    assert_eq!(left, [1, 3]);
    drop(store);
    assert_eq!(served(&place), [1, 3]);
}

fn served(place: &Place) -> Vec<u64> {
    let (store, opening) = Store::open(place.path(), &me()).unwrap();
    assert_eq!(opening, Default::default());
    let found = messages(&store);
    found.iter().map(|message| message.seq.0).collect()
}

#[test]
#[ignore = "run by the test above as a process of its own"]
fn dies_of_the_second() {
    let directory = given_directory();
    let (store, _) = Store::open(&directory, &me()).unwrap();
    for message in messages(&store) {
        println!("TOOK {}", message.seq);
        in_hand(&directory, message.seq, || {
            assert_ne!(message.seq, Seq(2), "poison");
        });
    }
}
