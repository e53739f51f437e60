//! Beginning anew with the user's consent, and what the new store takes over from the old one.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use imlink_model::{AppId, Code, Millis, Seq, SubscriptionName};
use imlink_store::{
    Applied, Change, GapCause, OpenError, Opening, Salvaged, Start, Store, SubscriptionKey,
};
use support::{Place, arrival, me, messages, submission};

const MESSAGES: u64 = 20;
const DAY: i64 = 24 * 60 * 60 * 1000;

// F-D09, F-A13
#[test]
fn a_damaged_store_is_refused_for_good_and_left_as_it_is() {
    let home = written_store();
    fs::write(home.path().join("rows/conf"), "not the engine's").unwrap();
    let before = content(&home.path().join("rows"));

    for _ in 0..5 {
        let refused = Store::open(home.path(), &me()).unwrap_err();
        assert!(matches!(refused, OpenError::Damaged { .. }));
        assert_eq!(refused.code(), Code::RC_DB_CORRUPT);
    }

    assert_eq!(content(&home.path().join("rows")), before);
    assert!(!home.beside("account.aside-1").exists());
}

// F-D09, F-D08
#[test]
fn with_consent_a_damaged_store_is_set_aside_and_the_numbers_go_on() {
    let home = written_store();
    fs::write(home.path().join("rows/conf"), "not the engine's").unwrap();

    let (mut store, opening) = begin_anew(&home);

    let aside = home.beside("account.aside-1");
    assert!(aside.join("rows/db").exists());
    assert_eq!(opening.set_aside, Some(aside));
    // An app that knows an old number is never given another message for it.
    assert_eq!(store.last_seq(), Seq(MESSAGES));
    assert_eq!(opening.rolled_back.unwrap().messages, MESSAGES);
    assert!(messages(&store).is_empty());
    store.commit(vec![arrival(1)], Millis(0)).unwrap();
    assert_eq!(messages(&store)[0].seq, Seq(MESSAGES + 1));
    let gap = store.gaps().unwrap()[0];
    assert_eq!((gap.first, gap.last), (Seq(1), Seq(MESSAGES)));
    assert_eq!(gap.cause, GapCause::RolledBack);
    drop(store);
    let (_, opening) = begin_anew(&home);
    assert_eq!(opening, Opening::default(), "consent to what is well");
}

// F-D19
#[test]
fn with_consent_a_newer_store_is_set_aside_whole() {
    let home = written_store();
    fs::write(home.path().join("version"), "7\nleaves\n").unwrap();
    let before = content(home.path());

    let (store, opening) = begin_anew(&home);

    let aside = opening.set_aside.unwrap();
    for (name, bytes) in before {
        assert_eq!(fs::read(aside.join(&name)).unwrap(), bytes, "{name}");
    }
    assert!(messages(&store).is_empty());
    // Its rows have a meaning that is not known.
    let nothing = Salvaged {
        incomplete: true,
        ..Salvaged::default()
    };
    assert_eq!(opening.salvaged, Some(nothing));
}

// F-D09: the outbox is kept
#[test]
fn what_the_engine_can_still_read_of_the_outbox_and_of_subscriptions_is_taken_over() {
    let home = written_store();
    fs::write(home.path().join("version"), "nonsense").unwrap();

    let (mut store, opening) = begin_anew(&home);

    let all = Salvaged {
        outgoing: 2,
        subscriptions: 1,
        incomplete: false,
    };
    assert_eq!(opening.salvaged, Some(all));
    let restored = store.restored().unwrap();
    let ids: Vec<u64> = restored.queued.iter().map(|row| row.id.0).collect();
    assert_eq!(ids, [1, 2]);
    assert_eq!(
        restored.queued[1].body,
        support::body(10),
        "with all its parts"
    );
    let again = store.commit(vec![submission(10)], Millis(0)).unwrap();
    assert!(matches!(again[0], Applied::Accepted { new: false, .. }));
    let subscribed = subscribe(&mut store, "inbox", 0);
    assert_eq!(subscribed, Seq(7), "where it was");
    assert_eq!(subscribe(&mut store, "new", 0), Seq(MESSAGES), "as ever");
    drop(store);
    let (store, opening) = Store::open(home.path(), &me()).unwrap();
    assert_eq!(opening, Opening::default());
    assert_eq!(store.restored().unwrap().queued.len(), 2);
}

// F-D08: never silent
#[test]
fn a_subscription_that_may_be_gone_begins_at_the_end_of_what_is_gone() {
    let home = written_store();
    fs::write(home.path().join("rows/conf"), "not the engine's").unwrap();
    let (mut store, _) = begin_anew(&home);
    store.commit(vec![arrival(1)], Millis(0)).unwrap();

    // The gap before them ends behind this position.
    assert_eq!(subscribe(&mut store, "inbox", DAY), Seq(MESSAGES - 1));
    assert_eq!(subscribe(&mut store, "inbox", 9 * DAY), Seq(MESSAGES - 1));
    assert_eq!(
        subscribe(&mut store, "late", 8 * DAY - 1),
        Seq(MESSAGES - 1)
    );

    let newest = store.last_seq();
    assert_eq!(subscribe(&mut store, "later", 8 * DAY), newest);
}

// F-D12, F-A13
#[test]
fn rows_of_which_the_engine_died_while_they_were_taken_over_are_left_alone() {
    let home = written_store();
    fs::write(home.path().join("version"), "nonsense").unwrap();
    drop(begin_anew(&home));
    // A stroke for the try, and one for the panic.
    put(&home.path().join("salvage"), "account.aside-1");
    put(&home.path().join("salvaging"), "|!");

    let (_, opening) = Store::open(home.path(), &me()).unwrap();

    let nothing = Salvaged {
        incomplete: true,
        ..Salvaged::default()
    };
    assert_eq!(opening.salvaged, Some(nothing));
    let (_, opening) = Store::open(home.path(), &me()).unwrap();
    assert_eq!(opening, Opening::default(), "nobody tries again");
}

// F-D12
#[test]
fn a_takeover_that_was_killed_is_repeated() {
    let home = written_store();
    fs::write(home.path().join("version"), "nonsense").unwrap();
    drop(begin_anew(&home));
    put(&home.path().join("salvage"), "account.aside-1");
    put(&home.path().join("salvaging"), "|");

    let (store, opening) = Store::open(home.path(), &me()).unwrap();

    assert_eq!(opening.salvaged.unwrap().outgoing, 2);
    assert_eq!(store.restored().unwrap().queued.len(), 2, "once each");
}

fn put(path: &Path, content: &str) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn begin_anew(home: &Place) -> (Store, Opening) {
    Store::open_or_begin_anew(home.path(), &me(), &mut |_| {}).unwrap()
}

fn subscribe(store: &mut Store, name: &str, now: i64) -> Seq {
    let change = Change::Subscribe {
        subscription: subscription(name),
        start: Start::Now,
    };
    match store.commit(vec![change], Millis(now)).unwrap()[..] {
        [Applied::Subscribed { after }] => after,
        ref other => panic!("{other:?}"),
    }
}

fn subscription(name: &str) -> SubscriptionKey {
    SubscriptionKey {
        uid: 1000,
        app: AppId::new("notes").unwrap(),
        name: SubscriptionName::new(name).unwrap(),
    }
}

/// A store of messages, two of whose outgoing ones wait, and a subscription that has seven.
fn written_store() -> Place {
    let home = Place::new();
    let (mut store, _) = Store::open(home.path(), &me()).unwrap();
    store
        .commit((1..=MESSAGES).map(arrival).collect(), Millis(0))
        .unwrap();
    store
        .commit(vec![submission(9), submission(10)], Millis(0))
        .unwrap();
    subscribe(&mut store, "inbox", 0);
    // A new one begins at the end; this one is moved back to where an app might have left it.
    let unsubscribe = Change::Unsubscribe(subscription("inbox"));
    let change = Change::Subscribe {
        subscription: subscription("inbox"),
        start: Start::Beginning,
    };
    let acknowledge = Change::Acknowledge {
        subscription: subscription("inbox"),
        seq: Seq(7),
    };
    store
        .commit(vec![unsubscribe, change, acknowledge], Millis(0))
        .unwrap();
    home
}

/// The files of a directory by name; the traces of attempts, which come and go, are left out.
fn content(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}
