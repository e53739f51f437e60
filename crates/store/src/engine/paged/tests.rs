//! Pages hold what rows would without them.

use std::collections::BTreeMap;
use std::sync::Condvar;
use std::sync::mpsc::{self, Receiver, Sender};

use proptest::prelude::*;

use super::*;
use crate::engine::MAX_VALUE_BYTES;
use crate::engine::memory::{Memory, Trouble};

/// The longest value that is handed to the engine below, with its key: seventeen of them are less
/// than what it keeps in its log.
const MAX_PAIR_BYTES: usize = 128 * 1024 / 17;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Clone, Debug)]
enum Step {
    Apply(Batch),
    /// The disk is full for one batch.
    Fail(Batch),
    Read(Vec<u8>),
    Scan(Vec<u8>, Vec<u8>),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => batch().prop_map(Step::Apply),
        1 => batch().prop_map(Step::Fail),
        4 => key().prop_map(Step::Read),
        4 => (key(), key()).prop_map(|(a, b)| Step::Scan(a.clone().min(b.clone()), a.max(b))),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..40)
}

fn batch() -> impl Strategy<Value = Batch> {
    let length = prop_oneof![8 => 0..40_usize, 4 => 300..700_usize, 1 => Just(MAX_VALUE_BYTES)];
    let value = length.prop_map(|length| Some(vec![7; length]));
    let write = prop_oneof![3 => value, 1 => Just(None)];
    prop::collection::btree_map(key(), write, 0..12)
}

/// Keys of three kinds, some of them long and some the beginning of others.
fn key() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop_oneof![Just(0x10), Just(0x12), Just(0xff)];
    let tail = prop_oneof![
        4 => prop::collection::vec(0..4_u8, 0..4),
        1 => (0..3_u8).prop_map(|n| [&[b'c'; 200][..], &[n]].concat()),
    ];
    (kind, tail).prop_map(|(kind, tail)| [&[kind][..], &tail].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn rows_in_pages_are_the_rows(steps in steps()) {
        let below = Memory::default();
        let mut engine = Paged::over(below.clone());
        let mut model = Model::new();
        for step in steps {
            match step {
                Step::Apply(batch) => {
                    engine.apply(&batch).unwrap();
                    update(&mut model, batch);
                }
                Step::Fail(batch) => {
                    below.set_trouble(Trouble::Full);
                    prop_assert!(engine.apply(&batch).is_err());
                    below.set_trouble(Trouble::None);
                }
                Step::Read(key) => prop_assert_eq!(engine.get(&key).unwrap(), model.get(&key).cloned()),
                Step::Scan(from, to) => {
                    let expected: Vec<_> = model.range(from.clone()..to.clone()).collect();
                    same(&engine, &from..&to, &expected)?;
                }
                Step::Reopen => engine = Paged::over(below.clone()),
            }
            same(&engine, &[]..&[0xff; 300], &model.iter().collect::<Vec<_>>())?;
            for (key, value) in pairs(&below, &[]..&[0xff; 300], Order::Forward) {
                prop_assert!(key.len() + value.len() <= MAX_PAIR_BYTES);
                prop_assert!(!value.is_empty());
            }
        }
    }

    #[test]
    fn other_bytes_are_damage_or_rows(key: Vec<u8>, bytes: Vec<u8>) {
        if let Ok(page) = Page::read((key.clone(), bytes)) {
            let all = vec![]..vec![0xff; 300];
            let rows = page.clone().into_rows(&all, Order::Forward).count();
            prop_assert!(rows <= page.rows());
            prop_assert!(page.get(&key).is_none_or(|value| value.len() <= page.bytes().len()));
        }
    }
}

#[test]
fn rows_that_are_appended_fill_their_pages() {
    let below = Memory::default();
    let engine = Paged::over(below.clone());

    for n in 0..1_000_u32 {
        let key = [&[0x10][..], &n.to_be_bytes()].concat();
        engine
            .apply(&Batch::from([(key, Some(vec![7; 100]))]))
            .unwrap();
    }

    let pages = pairs(&below, &[]..&[0xff], Order::Forward);
    let bytes: usize = pages.iter().map(|(_, value)| value.len()).sum();
    assert!(
        bytes > (pages.len() - 1) * PAGE_BYTES * 9 / 10,
        "{} pages",
        pages.len()
    );
}

#[test]
fn rows_in_any_order_leave_pages_half_full_at_least() {
    let below = Memory::default();
    let engine = Paged::over(below.clone());

    for n in 0..1_000_u32 {
        let key = [&[0x11][..], &n.wrapping_mul(0x9e37_79b9).to_be_bytes()].concat();
        engine
            .apply(&Batch::from([(key, Some(vec![7; 30]))]))
            .unwrap();
    }

    let pages = pairs(&below, &[]..&[0xff], Order::Forward);
    let bytes: usize = pages.iter().map(|(_, value)| value.len()).sum();
    assert!(
        bytes > pages.len() * PAGE_BYTES * 2 / 5,
        "{} pages",
        pages.len()
    );
}

#[test]
fn a_batch_that_changes_nothing_writes_nothing() {
    let below = Memory::default();
    let engine = Paged::over(below.clone());
    let batch = Batch::from([(b"a1".to_vec(), Some(b"1".to_vec()))]);
    engine.apply(&batch).unwrap();
    let page = engine.page_of(b"a1", &mut engine.lock()).unwrap();

    let same = page.0.with(&batch.iter().collect::<Vec<_>>());

    let change = Change {
        pages: same,
        page: page.0,
        reach: page.1,
    };
    assert_eq!(change.writes().count(), 0);
}

fn same(
    engine: &dyn Engine,
    range: Range<&[u8]>,
    expected: &[(&Vec<u8>, &Vec<u8>)],
) -> Result<(), TestCaseError> {
    let mut expected: Vec<_> = expected
        .iter()
        .map(|(key, value)| ((*key).clone(), (*value).clone()))
        .collect();
    prop_assert_eq!(&pairs(engine, range.clone(), Order::Forward), &expected);
    expected.reverse();
    prop_assert_eq!(&pairs(engine, range, Order::Backward), &expected);
    Ok(())
}

fn pairs(engine: &dyn Engine, range: Range<&[u8]>, order: Order) -> Vec<Pair> {
    engine.scan(range, order).map(Result::unwrap).collect()
}

fn update(model: &mut Model, batch: Batch) {
    for (key, value) in batch {
        match value {
            Some(value) => model.insert(key, value),
            None => model.remove(&key),
        };
    }
}

#[test]
fn readers_do_not_wait_for_the_disk_and_keep_nothing_old() {
    let (slow, released) = Slow::new();
    let engine = Paged::over(slow);
    let put = |value: &str| Batch::from([(b"a1".to_vec(), Some(value.into()))]);
    released.send(()).unwrap();
    engine.apply(&put("old")).unwrap();

    std::thread::scope(|scope| {
        let writer = scope.spawn(|| engine.apply(&put("new")));
        engine.engine.wait_until_asked(2);
        assert_eq!(engine.get(b"a1").unwrap(), Some(b"old".to_vec()));
        released.send(()).unwrap();
        writer.join().unwrap().unwrap();
    });

    assert_eq!(engine.get(b"a1").unwrap(), Some(b"new".to_vec()));
}

/// An engine that writes when it is let.
#[derive(Debug)]
struct Slow {
    rows: Memory,
    asked: (Mutex<usize>, Condvar),
    released: Mutex<Receiver<()>>,
}

impl Slow {
    fn new() -> (Self, Sender<()>) {
        let (sender, receiver) = mpsc::channel();
        let slow = Self {
            rows: Memory::default(),
            asked: Default::default(),
            released: Mutex::new(receiver),
        };
        (slow, sender)
    }

    fn wait_until_asked(&self, times: usize) {
        let asked = self.asked.0.lock().unwrap();
        drop(
            self.asked
                .1
                .wait_while(asked, |asked| *asked < times)
                .unwrap(),
        );
    }
}

impl Engine for Slow {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.rows.get(key)
    }

    fn scan(&self, range: Range<&[u8]>, order: Order) -> Scan<'_> {
        self.rows.scan(range, order)
    }

    fn apply(&self, batch: &Batch) -> Result<(), EngineError> {
        *self.asked.0.lock().unwrap() += 1;
        self.asked.1.notify_all();
        self.released.lock().unwrap().recv().unwrap();
        self.rows.apply(batch)
    }
}
