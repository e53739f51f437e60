//! Power cuts: what the engine wrote since the last sync is lost, all of it or any part.
//!
//! A process that is killed leaves its writes to the system, so killing proves nothing about
//! syncing. Here the disk is a recorder: what was on it when it was last told to sync is what a
//! power cut leaves for certain (F-D11).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::*;

/// The unit a disk writes as a whole.
const SECTOR: usize = 512;

// F-D11
#[test]
fn a_batch_that_was_applied_survives_the_loss_of_every_unsynced_write() {
    let disk = Disk::new();
    let engine = disk.open();
    let mut model = Model::new();

    for n in 0..150_u32 {
        let batch = churn(n);
        engine.apply(&batch).unwrap();
        update(&mut model, &batch);
        if n % 10 == 9 {
            assert_eq!(
                disk.after_power_cut(&disk.synced()),
                model,
                "after batch {n}"
            );
        }
    }
}

// F-D11
#[test]
fn a_power_cut_within_a_batch_leaves_all_of_it_or_none() {
    let disk = Disk::new();
    let engine = disk.open();
    let mut before = Model::new();
    let mut cuts = Cuts::new();

    for n in 0..400_u32 {
        let batch = churn(n);
        let mut after = before.clone();
        update(&mut after, &batch);
        let old = disk.synced();
        engine.apply(&batch).unwrap();
        if n % 8 == 7 {
            let cut = cuts.between(&old, &disk.synced());
            let found = disk.after_power_cut(&cut);
            assert!(
                found == before || found == after,
                "within batch {n}: {} pairs of {} or {}",
                found.len(),
                before.len(),
                after.len()
            );
        }
        before = after;
    }
}

/// New pairs, changed ones and removed ones, enough of them for the engine to clear and use again
/// what it wrote earlier.
fn churn(n: u32) -> Batch {
    let key = |n: u32| n.to_be_bytes().to_vec();
    let value = |n: u32, length: usize| Some(n.to_le_bytes().repeat(length));
    let mut batch = Batch::from([
        (key(n), value(n, 300)),
        (key(1_000_000), value(n, 100)),
        (key(2_000_000 + n * 7 % 40), value(n, 1_500)),
    ]);
    if n >= 20 {
        batch.insert(key(n - 20), None);
    }
    batch
}

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

fn update(model: &mut Model, batch: &Batch) {
    for (key, value) in batch {
        match value {
            Some(value) => model.insert(key.clone(), value.clone()),
            None => model.remove(key),
        };
    }
}

/// A directory of the engine, and what is surely on the disk of its log.
struct Disk {
    home: tempfile::TempDir,
    synced: Arc<Mutex<Vec<u8>>>,
}

impl Disk {
    fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            synced: Arc::default(),
        }
    }

    fn rows(&self) -> PathBuf {
        self.home.path().join("rows")
    }

    fn open(&self) -> Sled {
        Sled::open_on(&self.rows(), |_| Recorder {
            log: self.rows().join("db"),
            synced: Arc::clone(&self.synced),
        })
        .unwrap()
    }

    fn synced(&self) -> Vec<u8> {
        self.synced.lock().unwrap().clone()
    }

    /// What an engine finds that opens the directory with that log.
    fn after_power_cut(&self, log: &[u8]) -> Model {
        let home = tempfile::tempdir().unwrap();
        fs::copy(self.rows().join("conf"), home.path().join("conf")).unwrap();
        fs::write(home.path().join("db"), log).unwrap();
        let engine = Sled::open(home.path()).unwrap();
        let all: [&[u8]; 2] = [&[], &[0xff; 5]];
        engine
            .scan(all[0]..all[1], Order::Forward)
            .map(Result::unwrap)
            .collect()
    }
}

/// Notes what the log is whenever it is synced.
struct Recorder {
    log: PathBuf,
    synced: Arc<Mutex<Vec<u8>>>,
}

impl Log for Recorder {
    fn sync(&self) -> io::Result<()> {
        *self.synced.lock().unwrap() = fs::read(&self.log)?;
        Ok(())
    }
}

/// Chooses which of the unsynced sectors a power cut leaves.
struct Cuts(TestRunner);

impl Cuts {
    fn new() -> Self {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    /// The log with some of what was written to it between two syncs.
    fn between(&mut self, old: &[u8], new: &[u8]) -> Vec<u8> {
        let share = self.0.rng().random_range(0.1..0.9);
        let mut log = old.to_vec();
        log.resize(new.len(), 0);
        for (sector, written) in log.chunks_mut(SECTOR).zip(new.chunks(SECTOR)) {
            if self.0.rng().random_bool(share) {
                sector.copy_from_slice(written);
            }
        }
        log
    }
}
