//! Files that were cut or changed behind a store's back: what is served is what was written, and
//! no damage stops an account for good.

mod support;

use std::fs;
use std::path::Path;

use imlink_model::{Millis, Seq};
use imlink_store::{Anomalies, GapCause, Opening, Store};
use support::{Other, Place, arrival, body, given_directory, me, messages, submission};

const MESSAGES: u64 = 200;

// F-D08, F-D09
#[test]
fn a_log_cut_anywhere_serves_its_beginning_or_is_set_aside() {
    let written = written_store();
    let length = log_of(written.path()).len();

    for tenth in 0..10 {
        let said = read_after(written.path(), |log| log.truncate(length * tenth / 10 + 7));

        assert!(said.is_honest(), "cut at {tenth} tenths: {said:?}");
    }
    let said = read_after(written.path(), |_| {});
    assert_eq!((said.read, said.noticed), (MESSAGES, false));
}

// F-D07, F-D09
#[test]
fn a_log_with_a_changed_byte_anywhere_never_serves_wrong_bytes() {
    let written = written_store();
    let length = log_of(written.path()).len();

    for tenth in 0..10 {
        let said = read_after(written.path(), |log| {
            log[length * tenth / 10 + 1_234] ^= 0x10;
        });

        assert!(said.is_honest(), "changed at {tenth} tenths: {said:?}");
    }
}

// F-D08, F-D23
#[test]
fn rows_of_an_earlier_time_are_noticed_and_no_number_is_given_twice() {
    let home = Place::new();
    let earlier = home.beside("earlier");
    let store_up_to = |last| {
        let (mut store, _) = Store::open(home.path(), &me()).unwrap();
        for n in store.last_seq().0 + 1..=last {
            store
                .commit(vec![arrival(n), submission(n)], Millis(0))
                .unwrap();
        }
    };
    store_up_to(20);
    copy(&home.path().join("rows"), &earlier);
    store_up_to(50);

    fs::remove_dir_all(home.path().join("rows")).unwrap();
    fs::rename(&earlier, home.path().join("rows")).unwrap();
    let (mut store, opening) = Store::open(home.path(), &me()).unwrap();

    let lost = opening.rolled_back.unwrap();
    assert_eq!((lost.messages, lost.outgoing), (30, 30));
    assert_eq!(messages(&store).len(), 20);
    let gaps = store.gaps().unwrap();
    assert_eq!(gaps.len(), 1);
    assert_eq!((gaps[0].first, gaps[0].last), (Seq(21), Seq(50)));
    assert_eq!(gaps[0].cause, GapCause::RolledBack);
    store
        .commit(vec![arrival(51), submission(51)], Millis(0))
        .unwrap();
    assert_eq!(messages(&store).last().unwrap().seq, Seq(51));
    assert_eq!(store.restored().unwrap().queued.last().unwrap().id.0, 51);
    drop(store);
    let (_, opening) = Store::open(home.path(), &me()).unwrap();
    assert_eq!(opening.rolled_back, None);
}

/// Damages a copy of the store and starts readers on it as a supervisor would, with the consent to
/// begin anew. The third start at the latest must succeed: after two failures the engine is not
/// asked again. Gives what it said.
fn read_after(written: &Path, damage: impl FnOnce(&mut Vec<u8>)) -> Said {
    let place = Place::new();
    copy(written, place.path());
    let mut log = log_of(place.path());
    damage(&mut log);
    fs::write(place.path().join("rows/db"), log).unwrap();

    (0..3)
        .find_map(|_| {
            let (ended, said) = Other::start("reader", place.path()).finish("READ");
            ended.success().then(|| Said::of(&said[0]))
        })
        .expect("the third start succeeds")
}

/// Reads everything and checks it. The daemon's panic hook aborts, and so does this one, installed
/// first as there.
#[test]
#[ignore = "run by the tests above as a process of its own"]
fn reader() {
    std::panic::set_hook(Box::new(|_| std::process::abort()));
    let (mut store, opening) =
        Store::open_or_begin_anew(&given_directory(), &me(), &mut |_| {}).unwrap();
    // An engine that finds one of its pages damaged says so: an error, never other bytes.
    let read = store.messages_after(Seq(0), usize::MAX, usize::MAX);
    let noticed =
        read.is_err() || opening != Opening::default() || store.anomalies() != Anomalies::default();
    let read = read.unwrap_or_default();
    for message in &read {
        assert_eq!(message.body, body(message.seq.0));
    }
    store
        .commit(vec![arrival(MESSAGES + 1)], Millis(0))
        .unwrap();
    println!("READ {} {noticed}", read.len());
}

/// What a reader said of the rows.
#[derive(Debug)]
struct Said {
    read: u64,
    noticed: bool,
}

impl Said {
    fn of(said: &str) -> Self {
        let (read, noticed) = said.split_once(' ').unwrap();
        Self {
            read: read.parse().unwrap(),
            noticed: noticed.parse().unwrap(),
        }
    }

    /// Everything was there, or somebody said that it was not.
    fn is_honest(&self) -> bool {
        self.read == MESSAGES || self.read < MESSAGES && self.noticed
    }
}

fn log_of(directory: &Path) -> Vec<u8> {
    fs::read(directory.join("rows/db")).unwrap()
}

fn written_store() -> Place {
    let home = Place::new();
    let (mut store, _) = Store::open(home.path(), &me()).unwrap();
    for n in 1..=MESSAGES {
        store.commit(vec![arrival(n)], Millis(0)).unwrap();
    }
    assert_eq!(messages(&store).len() as u64, MESSAGES);
    home
}

fn copy(from: &Path, to: &Path) {
    use std::os::unix::fs::DirBuilderExt;

    fs::DirBuilder::new().mode(0o700).create(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
