//! Stores of earlier formats, taken over: from a committed one, and interrupted at any instant.

mod support;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use imlink_model::{
    AppId, ClientMessageId, Code, Conversation, Direction, LocalApp, Millis, Origin, Seq, UserId,
};
use imlink_store::{
    OpenError, Opening, OutboxState, Progress, SearchQuery, Store, SubscriptionKey, Work,
};
use support::{Other, Place, arrival, given_directory, me, messages};

/// Every pair of a store that imlink wrote when the format was 1: key and value of each.
const FORMAT_1: &str = include_str!("golden/format-1.txt");

/// Messages of a store that takes a while.
const MANY: u64 = 3_000;

/// Kills in the middle of taking over.
const TRIALS: usize = 12;

#[test]
fn a_store_of_format_1_is_taken_over_with_everything() {
    let home = Place::new();
    write_format_1(home.path(), golden());

    let (mut store, opening) = Store::open(home.path(), &me()).unwrap();

    assert_eq!(opening.migrated_from, Some(1));
    assert_eq!(opening.rolled_back, None);
    assert_messages(&store);
    assert_outbox(&store);
    let subscription = SubscriptionKey {
        uid: 1000,
        app: app().id,
        name: "s".try_into().unwrap(),
    };
    assert_eq!(store.subscription(&subscription).unwrap(), Some(Seq(2)));
    assert_eq!(store.restored().unwrap().cursor.0, "cursor-1");
    store.commit(vec![arrival(9)], Millis(0)).unwrap();
    assert_eq!(store.last_seq(), Seq(6));
    assert_eq!(store.anomalies(), Default::default());
    drop(store);

    let (store, opening) = reopened(home.path());
    assert_eq!(opening, Default::default());
    assert_eq!(store.last_seq(), Seq(6));
    let version = fs::read_to_string(home.path().join("version")).unwrap();
    assert_eq!(version, "2\nrows-1\n");
    assert!(!home.path().join("rows").exists());
}

/// Opens rows that this process had open until now. A child that another test is just starting may
/// hold their lock until it has become another program.
fn reopened(directory: &Path) -> (Store, Opening) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match Store::open(directory, &me()) {
            Err(OpenError::Locked { .. }) if Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(10));
            }
            opened => return opened.unwrap(),
        }
    }
}

// F-I31
// F-D18
#[test]
fn taking_over_that_is_killed_anywhere_leaves_the_old_store_or_the_new_one() {
    let place = Place::new();
    write_format_1(place.path(), many());
    let mut interrupted = 0;

    for trial in 0..TRIALS {
        let opener = Other::start("opener", place.path());
        // Killed in the middle, or somewhere between that step and the end.
        for _ in 0..trial {
            if opener.next("STEP").is_none() {
                break;
            }
        }
        opener.kill("STEP");
        interrupted += usize::from(one_version(place.path()) == 1);
    }
    assert!(interrupted >= TRIALS / 2, "only {interrupted}");

    let (store, opening) = Store::open(place.path(), &me()).unwrap();
    assert_eq!(opening.set_aside, None);
    let found = messages(&store);
    assert_eq!(found.len() as u64, MANY);
    assert!(
        found
            .iter()
            .zip(1..)
            .all(|(message, n)| message.seq == Seq(n))
    );
    assert_eq!(store.anomalies(), Default::default());
    assert_eq!(one_version(place.path()), 2);
}

#[test]
fn progress_of_taking_over_is_told() {
    let home = Place::new();
    write_format_1(home.path(), many());
    let mut steps: Vec<Progress> = Vec::new();

    Store::open_reporting(home.path(), &me(), &mut |step| steps.push(step)).unwrap();

    assert!(steps.len() > 5);
    assert!(steps.is_sorted_by_key(|step| step.done));
    assert!(steps.iter().all(|step| step.work == Work::Migration));
    assert_eq!(
        steps.last().map(|step| (step.done, step.total)),
        Some((MANY, MANY))
    );
}

#[test]
#[ignore = "run by a test above as a process of its own"]
fn opener() {
    let report = &mut |_| println!("STEP");
    Store::open_reporting(&given_directory(), &me(), report).unwrap();
}

/// The format of a store. The directory its version names is there.
fn one_version(home: &Path) -> u32 {
    let version = fs::read_to_string(home.join("version")).unwrap();
    let (format, rows) = match version.as_str() {
        "1\n" => (1, "rows"),
        "2\nrows-1\n" => (2, "rows-1"),
        other => panic!("{other:?}"),
    };
    assert!(home.join(rows).join("db").exists());
    format
}

fn assert_messages(store: &Store) {
    let found = messages(store);
    let told: Vec<_> = found
        .iter()
        .map(|message| {
            (
                message.seq.0,
                message.uid.as_ref().unwrap().as_str(),
                message.conversation.target.as_str(),
                message.direction,
                message.body.as_str().len(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, "u-1", "alice", Direction::Received, 32),
            (2, "u-2", "alice", Direction::Sent, 19),
            (3, "u-3", "bob", Direction::Received, 7_000),
            (4, "u-4", "alice", Direction::Received, 45),
            (5, "u-5", "alice", Direction::Sent, 5),
        ]
    );
    assert_eq!(found[2].expansion.as_deref(), Some(r#"{"k":"v"}"#));
    assert_eq!(found[4].origin, Origin::App(app().id));
    assert_eq!(found[0].sent_at, Millis(1_000));
    assert_eq!(found[0].received_at, Millis(5_000));

    let listed = store.conversations(10).unwrap();
    let counts: Vec<_> = listed
        .iter()
        .map(|one| {
            (
                one.conversation.target.as_str(),
                one.total,
                one.unread,
                one.mentions,
            )
        })
        .collect();
    assert_eq!(counts, [("alice", 4, 2, 1), ("bob", 1, 1, 0)]);
    let alice = Conversation::private(UserId::new("alice").unwrap());
    let page = store.history(&alice, None, 10, usize::MAX).unwrap();
    assert_eq!(page.messages.len(), 4);
    let query = SearchQuery {
        keyword: "连接",
        conversation: None,
        before: None,
        limit: 10,
        max_bytes: usize::MAX,
    };
    assert_eq!(store.search(&query).unwrap().messages[0].seq, Seq(1));
}

fn assert_outbox(store: &Store) {
    let state = |client_id: &str| {
        let client_id = ClientMessageId::new(client_id).unwrap();
        store.outgoing(&app(), &client_id).unwrap().unwrap().1
    };
    assert!(matches!(state("c-1"), OutboxState::Sent { .. }));
    assert_eq!(state("c-2"), OutboxState::InDoubt);
    assert_eq!(state("c-3"), OutboxState::Queued);
    assert_eq!(
        state("c-4"),
        OutboxState::Failed {
            code: Code::new(405)
        }
    );
    let restored = store.restored().unwrap();
    assert_eq!((restored.queued.len(), restored.in_doubt.len()), (1, 1));
}

fn app() -> LocalApp {
    AppId::new("notes").unwrap().into()
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

fn golden() -> Pairs {
    let pairs = FORMAT_1.lines().map(|line| line.split_once(' ').unwrap());
    pairs
        .map(|(key, value)| (bytes(key), bytes(value)))
        .collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// The first message of the committed store many times, each in a position and with a uid of its
/// own.
fn many() -> Pairs {
    let golden = golden();
    let owner = golden.iter().find(|(key, _)| key == &[2]).unwrap().clone();
    let (_, first) = golden.iter().find(|(key, _)| key[0] == 0x10).unwrap();
    // Form, parts, sum; then position 1, a uid of three bytes, and the rest.
    let rest = &first[7 + 1 + 5..];
    let messages = (1..=MANY).map(|n| {
        let uid = format!("m-{n}");
        let mut payload = varint(n);
        payload.extend([1, u8::try_from(uid.len()).unwrap()]);
        payload.extend(uid.as_bytes());
        payload.extend(rest);
        let mut key = vec![0x10];
        key.extend(n.to_be_bytes());
        let sum = crc32fast::hash(&[&key[..], &[1, 0, 0], &payload].concat());
        let value = [&[1, 0, 0], &sum.to_be_bytes()[..], &payload].concat();
        (key, value)
    });
    std::iter::once(owner).chain(messages).collect()
}

fn varint(mut n: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while n >= 0x80 {
        bytes.push(n as u8 | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
    bytes
}

fn write_format_1(home: &Path, pairs: Pairs) {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

    fs::DirBuilder::new().mode(0o700).create(home).unwrap();
    let version = home.join("version");
    fs::write(&version, "1\n").unwrap();
    fs::set_permissions(&version, fs::Permissions::from_mode(0o600)).unwrap();
    let tree = sled::open(home.join("rows")).unwrap();
    for (key, value) in pairs {
        tree.insert(key, value).unwrap();
    }
    tree.flush().unwrap();
}
