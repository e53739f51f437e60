//! What every engine must do; run for each of them.

use std::path::Path;

use super::MAX_VALUE_BYTES;
use super::memory::Memory;
use super::paged::Paged;
use super::sled::Sled;
use super::{Batch, Engine, Order};

/// Makes an engine on a directory; called again, it finds what was kept there.
type Make<'a> = &'a dyn Fn(&Path) -> Box<dyn Engine>;

fn for_every_engine(check: fn(&Path, Make<'_>)) {
    let memory = Memory::default();
    let makes: [Make<'_>; 3] = [
        &|directory| Box::new(Sled::open(directory).unwrap()),
        &|directory| Box::new(Paged::over(Sled::open(directory).unwrap())),
        &|_| Box::new(memory.clone()),
    ];

    for make in makes {
        let directory = tempfile::tempdir().unwrap();
        check(&directory.path().join("rows"), make);
    }
}

#[test]
fn a_batch_puts_and_removes_at_once() {
    for_every_engine(|directory, make| {
        let engine = make(directory);
        engine
            .apply(&batch(&[("a", Some("1")), ("b", Some("2"))]))
            .unwrap();

        engine
            .apply(&batch(&[("a", None), ("b", Some("3")), ("c", Some("4"))]))
            .unwrap();

        assert_eq!(engine.get(b"a").unwrap(), None);
        assert_eq!(engine.get(b"b").unwrap(), Some(b"3".to_vec()));
        assert_eq!(engine.get(b"c").unwrap(), Some(b"4".to_vec()));
    });
}

#[test]
fn a_scan_keeps_to_its_range_in_both_directions() {
    for_every_engine(|directory, make| {
        let engine = make(directory);
        let pairs = ["a", "b", "ba", "c", "d"].map(|key| (key, Some(key)));
        engine.apply(&batch(&pairs)).unwrap();

        assert_eq!(keys(&*engine, "b", "d", Order::Forward), ["b", "ba", "c"]);
        assert_eq!(keys(&*engine, "b", "d", Order::Backward), ["c", "ba", "b"]);
        assert!(keys(&*engine, "x", "z", Order::Forward).is_empty());
        assert!(keys(&*engine, "b", "b", Order::Backward).is_empty());
    });
}

#[test]
fn what_was_applied_is_there_when_it_is_opened_again() {
    for_every_engine(|directory, make| {
        let engine = make(directory);
        engine
            .apply(&batch(&[("a", Some("1")), ("b", Some(""))]))
            .unwrap();
        drop(engine);

        let engine = make(directory);

        assert_eq!(engine.get(b"a").unwrap(), Some(b"1".to_vec()));
        assert_eq!(engine.get(b"b").unwrap(), Some(Vec::new()));
    });
}

#[test]
fn values_of_the_largest_size_come_back_whole() {
    for_every_engine(|directory, make| {
        let engine = make(directory);
        let value = |n: u8| vec![n; MAX_VALUE_BYTES];
        for n in 0..100 {
            engine
                .apply(&Batch::from([(vec![n], Some(value(n)))]))
                .unwrap();
        }

        for n in 0..100 {
            assert_eq!(engine.get(&[n]).unwrap(), Some(value(n)));
        }
    });
}

/// Files beside the log are never synced by the engine, so a power cut could take them.
#[test]
fn the_largest_values_leave_nothing_outside_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let engine = Sled::open(directory.path()).unwrap();

    for round in 0..20_u8 {
        let values = (0..40_u8).map(|n| (vec![n % 8, round, n], Some(vec![n; MAX_VALUE_BYTES])));
        engine.apply(&values.collect()).unwrap();
        let blobs = std::fs::read_dir(directory.path().join("blobs"))
            .unwrap()
            .count();
        assert_eq!(blobs, 0, "in round {round}");
    }
}

// F-K10
#[test]
fn debug_shows_no_values() {
    let directory = tempfile::tempdir().unwrap();
    let engine = Sled::open(directory.path()).unwrap();
    engine.apply(&batch(&[("key", Some("canary"))])).unwrap();

    assert_eq!(format!("{engine:?}"), "Sled { .. }");
    let engine = Paged::over(engine);
    engine
        .apply(&batch(&[("other", Some("canary 2"))]))
        .unwrap();
    assert_eq!(format!("{engine:?}"), "Paged { engine: Sled { .. }, .. }");
}

fn batch(writes: &[(&str, Option<&str>)]) -> Batch {
    writes
        .iter()
        .map(|(key, value)| {
            (
                key.as_bytes().to_vec(),
                value.map(|text| text.as_bytes().to_vec()),
            )
        })
        .collect()
}

fn keys(engine: &dyn Engine, from: &str, to: &str, order: Order) -> Vec<String> {
    engine
        .scan(from.as_bytes()..to.as_bytes(), order)
        .map(|pair| String::from_utf8(pair.unwrap().0).unwrap())
        .collect()
}
