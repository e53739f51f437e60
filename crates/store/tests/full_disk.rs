//! A disk without room, on a small file system of its own.
//!
//! Needs a kernel that lets this user make a user namespace with mounts; where it does not, the
//! tests say so and check nothing.

mod support;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use imlink_model::{AppKey, Code, Millis, Token};
use imlink_store::{Accounts, CommitError, OpenError, Store, Writable};
use support::{
    DEADLINE, Place, arrival, body, given_directory, me, messages, on_own_mount, submission,
};

// F-D01, F-D02
#[test]
fn a_full_disk_refuses_writes_serves_reads_and_heals() {
    on_own_mount("full_disk", "size=12m");
}

#[test]
#[ignore = "run by the test above on a file system of its own"]
fn full_disk() {
    let disk = given_directory();
    let home = disk.join("account");

    let (mut store, _) = Store::open(&home, &me()).unwrap();
    let stored = fill(&mut store);
    assert!(
        stored > 100,
        "only {stored} messages before the disk was full"
    );
    assert_serves(&mut store, stored);

    // Another program takes what was left.
    fill_up(&disk.join("other"));
    assert_serves(&mut store, stored);
    assert_eq!(store.writable(), Writable::Full);
    drop(store);

    // A supervisor starts a daemon again and again.
    for _ in 0..5 {
        let (mut store, opening) = Store::open(&home, &me()).unwrap();
        assert_eq!(opening, Default::default());
        assert_serves(&mut store, stored);
    }

    let (mut store, _) = Store::open(&home, &me()).unwrap();
    mount_again(&disk, "size=64m");
    assert_eq!(store.writable(), Writable::Yes);
    store.commit(vec![arrival(stored + 1)], Millis(0)).unwrap();
    assert_eq!(messages(&store).len() as u64, stored + 1);
    assert!(fs::metadata(home.join("reserve")).unwrap().len() > 0);
}

// F-D01, F-D02
#[test]
fn an_index_of_accounts_on_a_full_disk_knows_what_it_knew() {
    on_own_mount("full_index", "size=24m");
}

#[test]
#[ignore = "run by the test above on a file system of its own"]
fn full_index() {
    let disk = given_directory();
    let key = AppKey::new("key").unwrap();
    let token = |n: u32| Token::new(format!("token-{n}")).unwrap();
    let accounts = Accounts::open(&disk).unwrap();
    accounts.remember(&key, &token(1), &me()).unwrap();

    fill_up(&disk.join("other"));
    let refused = accounts.remember(&key, &token(2), &me()).unwrap_err();
    assert!(matches!(refused, CommitError::Full));
    assert_eq!(accounts.known_user(&key, &token(1)).unwrap(), Some(me()));
    drop(accounts);

    for _ in 0..3 {
        let accounts = Accounts::open(&disk).unwrap();
        assert_eq!(accounts.known_user(&key, &token(1)).unwrap(), Some(me()));
    }
    let accounts = Accounts::open(&disk).unwrap();
    fs::remove_file(disk.join("other")).unwrap();
    accounts.remember(&key, &token(2), &me()).unwrap();
}

// F-D01
#[test]
fn a_copy_that_finds_no_room_changes_nothing() {
    on_own_mount("full_copy", "size=24m");
}

#[test]
#[ignore = "run by the test above on a file system of its own"]
fn full_copy() {
    let disk = given_directory();
    let home = disk.join("account");
    let (mut store, _) = Store::open(&home, &me()).unwrap();
    store
        .commit((1..=300).map(arrival).collect(), Millis(0))
        .unwrap();

    fill_up(&disk.join("other"));
    let refused = store.compact(&mut |_| {}).unwrap_err();

    assert_eq!(refused.code(), Code::LOCAL_STORE_FULL);
    assert_eq!(messages(&store).len(), 300);
    fs::remove_file(disk.join("other")).unwrap();
    store.compact(&mut |_| {}).unwrap();
    store.commit(vec![arrival(301)], Millis(0)).unwrap();
    assert_eq!(messages(&store).len(), 301);
}

// F-D06
#[test]
fn a_disk_without_inodes_refuses_writes_serves_reads_and_heals() {
    on_own_mount("no_inodes", "size=64m,nr_inodes=64");
}

#[test]
#[ignore = "run by the test above on a file system of its own"]
fn no_inodes() {
    let disk = given_directory();
    let home = disk.join("account");
    let (mut store, _) = Store::open(&home, &me()).unwrap();
    store
        .commit((1..=300).map(arrival).collect(), Millis(0))
        .unwrap();

    // Another program takes all there are.
    let others = disk.join("others");
    fs::create_dir(&others).unwrap();
    let taken = (0..).take_while(|n| fs::File::create(others.join(n.to_string())).is_ok());
    assert!(taken.count() > 10);

    assert_serves(&mut store, 300);
    drop(store);
    for _ in 0..3 {
        let (mut store, opening) = Store::open(&home, &me()).unwrap();
        assert_eq!(opening, Default::default());
        assert_serves(&mut store, 300);
    }

    let (mut store, _) = Store::open(&home, &me()).unwrap();
    fs::remove_dir_all(&others).unwrap();
    store.commit(vec![arrival(301)], Millis(0)).unwrap();
    assert_eq!(messages(&store).len(), 301);
    assert!(fs::metadata(home.join("reserve")).unwrap().len() > 0);
}

/// A quota of 16 MiB for this user, on a file system with more room. Each run is the next process.
#[test]
#[ignore = "run by tests/root/store.sh, which can set quotas"]
fn quota() {
    let disk = given_directory();
    let home = disk.join("account");
    let (mut store, opening) = Store::open(&home, &me()).unwrap();
    assert_eq!(opening, Default::default());
    let before = store.last_seq().0;
    let others = disk.join("other");
    fill_up(&others);

    for n in before + 1.. {
        match store.commit(vec![arrival(n)], Millis(0)) {
            Ok(_) => {}
            Err(error) => {
                // The first process meets the quota and ends of it; those after it are warned.
                assert_eq!(error.code(), Code::LOCAL_STORE_FULL);
                println!("FATAL {}", error.is_fatal());
                break;
            }
        }
    }

    let found = messages(&store).len() as u64;
    assert!(found >= before, "{found} of {before}");
    fs::remove_file(others).unwrap();
}

// F-D05
#[test]
fn a_store_on_a_read_only_file_system_is_refused_by_that_name() {
    on_own_mount("read_only", "size=12m");
}

#[test]
#[ignore = "run by the test above on a file system of its own"]
fn read_only() {
    let disk = given_directory();
    let home = disk.join("account");
    let (mut store, _) = Store::open(&home, &me()).unwrap();
    store.commit(vec![arrival(1)], Millis(0)).unwrap();
    drop(store);

    mount_again(&disk, "ro");
    let refused = Store::open(&home, &me()).unwrap_err();
    mount_again(&disk, "rw");

    assert!(matches!(refused, OpenError::ReadOnly { .. }), "{refused:?}");
    let (store, _) = Store::open(&home, &me()).unwrap();
    assert_eq!(messages(&store).len(), 1);
}

/// Stores messages until there is no room; gives the number of the last one.
fn fill(store: &mut Store) -> u64 {
    for n in 1.. {
        match store.commit(vec![arrival(n)], Millis(0)) {
            Ok(_) => {}
            Err(CommitError::Full) => return n - 1,
            Err(error) => panic!("message {n}: {error:?}"),
        }
    }
    unreachable!("a disk of 12 MiB has an end");
}

fn assert_serves(store: &mut Store, stored: u64) {
    let refused = store
        .commit(vec![arrival(stored + 1), submission(stored + 1)], Millis(0))
        .unwrap_err();
    assert_eq!(refused.code(), Code::LOCAL_STORE_FULL);
    assert!(!refused.is_fatal());

    let found = messages(store);
    assert_eq!(found.len() as u64, stored);
    for message in &found {
        assert_eq!(message.body, body(message.seq.0));
    }
    assert!(store.restored().unwrap().queued.is_empty());
}

fn fill_up(path: &Path) {
    let mut file = fs::File::create(path).unwrap();
    for size in [64 * 1024, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

/// Mounts it anew. Threads of an engine that was just dropped may still have its files open.
fn mount_again(disk: &Path, options: &str) {
    let start = Instant::now();
    let mount = || {
        Command::new("mount")
            .args(["-o", &format!("remount,{options}")])
            .arg(disk)
            .stderr(Stdio::null())
            .status()
            .unwrap()
    };
    while !mount().success() {
        assert!(start.elapsed() < DEADLINE, "remount with {options}");
    }
}

#[test]
fn the_reserve_is_taken_with_the_first_commit() {
    let home = Place::new();
    let (mut store, _) = Store::open(home.path(), &me()).unwrap();

    store.commit(vec![arrival(1)], Millis(0)).unwrap();

    assert!(fs::metadata(home.path().join("reserve")).unwrap().len() > 0);
}
