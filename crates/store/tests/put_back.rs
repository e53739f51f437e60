//! A copy of a store that is put back whole, with the note that lies in it.

mod support;

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use imlink_model::{AppKey, Millis, Seq};
use imlink_store::{Accounts, GapCause, Opening, RolledBack, Store};
use support::{arrival, me, messages, submission};

// F-D23
#[test]
fn a_copy_of_a_whole_directory_that_is_put_back_is_noticed_and_its_places_are_given_once() {
    let state = tempfile::tempdir().unwrap();
    let accounts = Accounts::open(&state.path().join("imlink")).unwrap();
    let home = accounts.directory(&AppKey::new("key").unwrap(), &me());
    let backup = state.path().join("backup");
    let (mut store, _) = Store::open(&home, &me()).unwrap();
    store.commit(vec![arrival(1)], Millis(0)).unwrap();
    let first = store.generation();
    drop(store);
    copy(&home, &backup);
    let (mut store, _) = Store::open(&home, &me()).unwrap();
    let changes = vec![arrival(2), arrival(3), submission(1)];
    store.commit(changes, Millis(0)).unwrap();
    assert_eq!(store.generation(), first, "a restart is no reason");
    drop(store);

    fs::remove_dir_all(&home).unwrap();
    copy(&backup, &home);

    let (mut store, opening) = Store::open(&home, &me()).unwrap();
    let lost = RolledBack {
        commits: 1,
        messages: 2,
        outgoing: 1,
    };
    assert_eq!(opening.rolled_back, Some(lost));
    let generation = store.generation();
    assert_ne!(generation, first);
    let gap = store.gaps().unwrap()[0];
    assert_eq!((gap.first, gap.last), (Seq(2), Seq(3)));
    assert_eq!((gap.lost, gap.cause), (Some(2), GapCause::RolledBack));
    store.commit(vec![arrival(4)], Millis(0)).unwrap();
    let places: Vec<u64> = messages(&store).iter().map(|found| found.seq.0).collect();
    assert_eq!(places, [1, 4], "no place is given twice");
    drop(store);
    let (store, opening) = Store::open(&home, &me()).unwrap();
    assert_eq!(opening, Opening::default(), "told once");
    assert_eq!(store.generation(), generation);
}

// F-D23
#[test]
fn rows_that_begin_anew_are_another_generation() {
    let state = tempfile::tempdir().unwrap();
    let home = state.path().join("account");
    let (store, _) = Store::open(&home, &me()).unwrap();
    let first = store.generation();
    drop(store);
    fs::remove_dir_all(&home).unwrap();

    let (store, _) = Store::open(&home, &me()).unwrap();

    assert_ne!(store.generation(), first);
}

// issue 4: after a purge a search of the files finds nothing
#[test]
fn a_purge_leaves_no_note_outside() {
    let state = tempfile::tempdir().unwrap();
    let accounts = Accounts::open(state.path()).unwrap();
    let app_key = AppKey::new("key").unwrap();
    let home = accounts.directory(&app_key, &me());
    let (mut store, _) = Store::open(&home, &me()).unwrap();
    store.commit(vec![arrival(1)], Millis(0)).unwrap();
    drop(store);
    let note = state
        .path()
        .join("witnesses")
        .join(home.file_name().unwrap());
    assert!(note.exists());

    accounts.purge(&app_key, &me()).unwrap();

    assert!(!note.exists());
    let (mut store, opening) = Store::open(&home, &me()).unwrap();
    assert_eq!(opening, Opening::default());
    store.commit(vec![arrival(1)], Millis(0)).unwrap();
    assert_eq!(store.last_seq(), Seq(1));
}

/// Copies a directory as a backup does, private as it was.
fn copy(from: &Path, to: &Path) {
    fs::DirBuilder::new().mode(0o700).create(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), &target).unwrap()),
        }
    }
}
