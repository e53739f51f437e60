//! Files that were cut or changed behind a store's back: what is served is what was written, and
//! no damage stops an account for good.

mod support;

use std::fs;
use std::path::Path;

use imlink_model::{Code, Millis, Seq};
use imlink_store::{OpenError, Store};
use support::{Other, Place, arrival, body, given_directory, me, messages};

const MESSAGES: u64 = 200;

// F-D08, F-D09
#[test]
fn a_log_cut_anywhere_serves_its_beginning_or_is_set_aside() {
    let written = written_store();
    let length = log_of(written.path()).len();

    for tenth in 0..10 {
        let read = read_after(written.path(), |log| log.truncate(length * tenth / 10 + 7));

        assert!(read <= MESSAGES, "cut at {tenth} tenths");
    }
    assert_eq!(read_after(written.path(), |_| {}), MESSAGES);
}

// F-D07, F-D09
#[test]
fn a_log_with_a_changed_byte_anywhere_never_serves_wrong_bytes() {
    let written = written_store();
    let length = log_of(written.path()).len();

    for tenth in 0..10 {
        let read = read_after(written.path(), |log| {
            log[length * tenth / 10 + 1_234] ^= 0x10;
        });

        assert!(read <= MESSAGES, "changed at {tenth} tenths");
    }
}

// F-D09
#[test]
fn after_two_failed_starts_the_rows_are_set_aside_and_the_account_begins_anew() {
    let written = written_store();
    fs::write(written.path().join("rows/conf"), "not the engine's").unwrap();

    for _ in 0..2 {
        let refused = Store::open(written.path(), &me()).unwrap_err();
        assert!(matches!(refused, OpenError::Damaged { .. }));
        assert_eq!(refused.code(), Code::LOCAL_STORE_FAILED);
    }
    let (mut store, opening) = Store::open(written.path(), &me()).unwrap();

    let aside = written.path().join("rows.damaged-1");
    assert!(aside.join("db").exists());
    assert_eq!(opening.set_aside, Some(aside));
    assert_eq!(store.last_seq(), Seq(0));
    store.commit(vec![arrival(1)], Millis(0)).unwrap();
}

/// Damages a copy of the store and starts readers on it as a supervisor would. The third start at
/// the latest must succeed: two failures set the rows aside. Says how many messages it read.
fn read_after(written: &Path, damage: impl FnOnce(&mut Vec<u8>)) -> u64 {
    let place = Place::new();
    copy(written, place.path());
    let mut log = log_of(place.path());
    damage(&mut log);
    fs::write(place.path().join("rows/db"), log).unwrap();

    (0..3)
        .find_map(|_| {
            let (ended, said) = Other::start("reader", place.path()).finish("READ");
            ended.success().then(|| said[0].parse().unwrap())
        })
        .expect("the third start succeeds")
}

/// Reads everything and checks it. The daemon's panic hook aborts, and so does this one, installed
/// first as there.
#[test]
#[ignore = "run by the tests above as a process of its own"]
fn reader() {
    std::panic::set_hook(Box::new(|_| std::process::abort()));
    let (mut store, _) = Store::open(&given_directory(), &me()).unwrap();
    // An engine that finds one of its pages damaged says so: an error, never other bytes.
    let read = store
        .messages_after(Seq(0), usize::MAX, usize::MAX)
        .unwrap_or_default();
    for (message, n) in read.iter().zip(1..) {
        assert_eq!((message.seq, &message.body), (Seq(n), &body(n)));
    }
    store
        .commit(vec![arrival(MESSAGES + 1)], Millis(0))
        .unwrap();
    println!("READ {}", read.len());
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
