//! Opening a store: who may, and what is refused.

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use imlink_model::{Body, Code, Millis, UserId};
use imlink_store::{Change, OpenError, Store, Submission, Work};
use support::{Other, Place, arrival, given_directory, me, messages, submission};

// F-D17, F-I26
#[test]
fn a_second_process_is_refused_until_the_first_has_gone() {
    let place = Place::new();
    let directory = place.path();
    let holder = Other::start("holder", directory);
    holder.next("HOLDING").unwrap();

    let refused = Store::open(directory, &me()).unwrap_err();
    holder.kill("");

    assert!(matches!(&refused, OpenError::Locked { directory: named } if named == directory));
    assert_eq!(refused.code(), Code::LOCAL_STORE_FAILED);
    Store::open(directory, &me()).unwrap();
}

#[test]
#[ignore = "run by the test above as a process of its own"]
fn holder() {
    let _store = Store::open(&given_directory(), &me()).unwrap();
    println!("HOLDING");
    // Until the other process ends, if it does not end this one before.
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

// F-D17
#[test]
fn the_same_process_opens_a_store_once_at_a_time() {
    let home = Place::new();
    let first = Store::open(home.path(), &me()).unwrap();

    assert!(matches!(
        Store::open(home.path(), &me()),
        Err(OpenError::Locked { .. })
    ));

    drop(first);
    for _ in 0..20 {
        Store::open(home.path(), &me()).unwrap();
    }
}

// issue 4: recovery shows progress
#[test]
fn an_opening_that_takes_long_is_told_of_and_a_short_one_is_not() {
    let place = Place::new();
    for (messages, expected) in [(1, 0), (200, 2)] {
        let (mut store, _) = Store::open(place.path(), &me()).unwrap();
        let long = (0..messages).map(|n| submission_of(n, &"x".repeat(100_000)));
        store.commit(long.collect(), Millis(0)).unwrap();
        drop(store);
        let mut told = Vec::new();

        let report = &mut |progress| told.push(progress);
        let opened = Store::open_reporting(place.path(), &me(), report);

        drop(opened.unwrap());
        assert_eq!(told.len(), expected, "{messages} messages: {told:?}");
        if let [begun, done] = told[..] {
            assert!(told.iter().all(|step| step.work == Work::Recovery));
            assert_eq!((begun.done, begun.total), (0, done.total));
            assert_eq!(done.done, done.total);
            assert!(done.total >= 200 * 100_000, "{done:?}");
        }
    }
}

fn submission_of(n: u64, words: &str) -> Change {
    let Change::Submit(submission) = submission(n) else {
        unreachable!("it is a submission");
    };
    let body = Body::new(words);
    Change::Submit(Submission { body, ..submission })
}

// F-D19
#[test]
fn a_newer_store_is_refused_with_both_versions_and_left_as_it_is() {
    let home = with_three_messages();
    let version = home.path().join("version");
    let written = fs::read_to_string(&version).unwrap();
    assert_eq!(written, "2\nrows\n");
    fs::write(&version, "7\n").unwrap();

    for _ in 0..3 {
        let refused = Store::open(home.path(), &me()).unwrap_err();

        assert!(matches!(
            refused,
            OpenError::Newer {
                found: 7,
                supported: 2,
                ..
            }
        ));
        assert_eq!(refused.code(), Code::LOCAL_STORE_NEWER);
        assert!(
            refused
                .to_string()
                .contains("format 7, this imlink reads up to 2")
        );
    }
    fs::write(&version, written).unwrap();
    let (store, _) = Store::open(home.path(), &me()).unwrap();
    assert_eq!(messages(&store).len(), 3);
}

#[test]
fn a_store_without_a_readable_version_is_damaged() {
    for content in [
        None,
        Some("one\n"),
        Some(""),
        Some("0\n"),
        Some("4294967296\n"),
    ] {
        let home = with_three_messages();
        let version = home.path().join("version");
        match content {
            Some(content) => fs::write(&version, content).unwrap(),
            None => fs::remove_file(&version).unwrap(),
        }

        let refused = Store::open(home.path(), &me());

        assert!(
            matches!(refused, Err(OpenError::Damaged { .. })),
            "{content:?}"
        );
    }
}

// invariant 8, F-S48
#[test]
fn the_rows_of_one_user_are_not_served_to_another() {
    let home = with_three_messages();

    let refused = Store::open(home.path(), &UserId::new("another").unwrap());

    assert!(matches!(refused, Err(OpenError::OtherAccount { .. })));
    Store::open(home.path(), &me()).unwrap();
}

// F-K05
#[test]
fn everything_is_made_for_its_owner_only() {
    let home = with_three_messages();
    let (_store, _) = Store::open(home.path(), &me()).unwrap();

    for_each_file(home.path(), &mut |path, mode| {
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, expected, "{}", path.display());
    });
}

// F-K05
#[test]
fn a_store_that_others_can_read_is_refused() {
    let home = with_three_messages();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();

    let refused = Store::open(home.path(), &me()).unwrap_err();

    assert!(matches!(refused, OpenError::Exposed { mode: 0o755, .. }));
    assert!(refused.to_string().contains("make it mode 0700"));
}

// F-I20
#[test]
fn a_symbolic_link_in_the_place_of_a_store_is_refused() {
    let home = with_three_messages();
    let link = home.beside("link");
    symlink(home.path(), &link).unwrap();

    assert!(matches!(
        Store::open(&link, &me()),
        Err(OpenError::Foreign { .. })
    ));
}

#[test]
fn a_file_in_the_place_of_a_store_is_refused() {
    let home = Place::new();
    fs::write(home.path(), "").unwrap();

    assert!(matches!(
        Store::open(home.path(), &me()),
        Err(OpenError::Foreign { .. })
    ));
}

fn with_three_messages() -> Place {
    let home = Place::new();
    let (mut store, opening) = Store::open(home.path(), &me()).unwrap();
    assert_eq!(opening.set_aside, None);
    store
        .commit((1..=3).map(arrival).collect(), Millis(0))
        .unwrap();
    home
}

fn for_each_file(directory: &Path, visit: &mut impl FnMut(&Path, u32)) {
    visit(
        directory,
        fs::metadata(directory).unwrap().permissions().mode() & 0o777,
    );
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            for_each_file(&entry.path(), visit);
        } else {
            visit(
                &entry.path(),
                entry.metadata().unwrap().permissions().mode() & 0o777,
            );
        }
    }
}
