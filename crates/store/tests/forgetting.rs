//! What was deleted leaves no byte behind.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use imlink_model::uplink::{Record, SendOutcome};
use imlink_model::{AppKey, Body, Code, Conversation, Millis, OutboxId, Token, UserId};
use imlink_store::{Accounts, Change, Edit, OpenError, Progress, PurgeError, Store, Submission};
use support::{Place, arrival, conversation, me, messages, submission};

/// A text that is nowhere else.
const CANARY: &str = "the canary sings at noon";

#[test]
fn a_conversation_that_is_forgotten_is_in_no_file_and_others_stay() {
    let home = Place::new();
    let (mut store, _) = Store::open(home.path(), &me()).unwrap();
    let secret = Conversation::private(UserId::new("secret").unwrap());
    for n in 1..=30 {
        store.commit(vec![arrival(n)], Millis(0)).unwrap();
    }
    write_canary(&mut store, &secret);
    assert!(has_canary(home.path()));
    let mut steps = 0;

    store
        .forget(&secret, Millis(0), &mut |_| steps += 1)
        .unwrap();

    assert!(steps > 0);
    assert!(!has_canary(home.path()));
    assert_eq!(store.conversation(&secret).unwrap(), None);
    assert_eq!(messages(&store).len(), 30);
    drop(store);
    let (mut store, opening) = Store::open(home.path(), &me()).unwrap();
    assert_eq!(opening, Default::default());
    assert_eq!(messages(&store).len(), 30);
    assert_eq!(store.anomalies(), Default::default());
    store.commit(vec![arrival(31)], Millis(0)).unwrap();
    assert!(!has_canary(home.path()));
}

#[test]
fn what_was_refused_in_a_conversation_without_messages_is_forgotten_too() {
    let home = Place::new();
    let (mut store, _) = Store::open(home.path(), &me()).unwrap();
    let Change::Submit(refused) = submission(1) else {
        unreachable!("it is a submission");
    };
    let conversation = refused.conversation.clone();
    let refused = Submission {
        body: Body::new(CANARY),
        ..refused
    };
    let app = refused.app.clone();
    let outcome = SendOutcome::Failed {
        code: Code::new(405),
    };
    let id = OutboxId(1);
    let settle = Change::Record(Record::Outcome { id, outcome });
    store
        .commit(vec![Change::Submit(refused), settle], Millis(0))
        .unwrap();
    assert_eq!(store.conversation(&conversation).unwrap(), None);

    store.forget(&conversation, Millis(0), &mut |_| {}).unwrap();

    assert!(!has_canary(home.path()));
    let outbox = store.outbox_page(&app, None, 10, 1024).unwrap();
    assert_eq!(outbox.entries, []);
    let mut steps = 0;
    store
        .forget(&conversation, Millis(0), &mut |_| steps += 1)
        .unwrap();
    assert_eq!(steps, 0, "there is nothing to be done any more");
}

// F-D12
#[test]
fn a_conversation_that_was_half_forgotten_is_finished_by_the_same_call() {
    let home = Place::new();
    let secret = Conversation::private(UserId::new("secret").unwrap());
    let (mut store, _) = Store::open(home.path(), &me()).unwrap();
    write_canary(&mut store, &secret);
    let mut dies_on_the_way = |_: Progress| panic!("before the files are written anew");

    let died = catch_unwind(AssertUnwindSafe(|| {
        store.forget(&secret, Millis(0), &mut dies_on_the_way)
    }));
    assert!(died.is_err());
    drop(store);
    let (mut store, _) = Store::open(home.path(), &me()).unwrap();
    assert_eq!(store.conversation(&secret).unwrap(), None);
    assert!(has_canary(home.path()));

    store.forget(&secret, Millis(0), &mut |_| {}).unwrap();

    assert!(!has_canary(home.path()));
}

#[test]
fn an_account_that_is_purged_is_in_no_file() {
    let home = Place::new();
    let key = AppKey::new("key").unwrap();
    let (user, other) = (
        UserId::new("canary-user").unwrap(),
        UserId::new("other").unwrap(),
    );
    let (token, other_token) = (
        Token::new("token-1").unwrap(),
        Token::new("token-2").unwrap(),
    );
    let accounts = Accounts::open(home.path()).unwrap();
    accounts.remember(&key, &token, &user).unwrap();
    accounts.remember(&key, &other_token, &other).unwrap();
    let directory = accounts.directory(&key, &user);
    let (mut store, _) = Store::open(&directory, &user).unwrap();
    write_canary(&mut store, &conversation(1));
    assert!(has(home.path(), "canary-user"));

    let refused = accounts.purge(&key, &user).unwrap_err();
    assert!(matches!(
        &refused,
        PurgeError::Files(OpenError::Locked { .. })
    ));
    drop(store);
    accounts.purge(&key, &user).unwrap();

    assert!(!has_canary(home.path()));
    assert!(!has(home.path(), "canary-user"));
    assert!(!directory.exists());
    assert_eq!(accounts.known_user(&key, &token).unwrap(), None);
    assert_eq!(
        accounts.known_user(&key, &other_token).unwrap(),
        Some(other)
    );
    accounts.purge(&key, &user).unwrap();
}

// F-D12
#[test]
fn a_purge_that_was_decided_is_finished_by_the_next_start() {
    let home = Place::new();
    let (key, user) = (AppKey::new("key").unwrap(), canary_user());
    let token = Token::new("token").unwrap();
    let accounts = Accounts::open(home.path()).unwrap();
    accounts.remember(&key, &token, &user).unwrap();
    let directory = accounts.directory(&key, &user);
    let begin_anew = || {
        let (mut store, _) = Store::open_or_begin_anew(&directory, &user, &mut |_| {}).unwrap();
        write_canary(&mut store, &conversation(1));
    };
    begin_anew();
    fs::write(directory.join("version"), "7\n").unwrap();
    begin_anew();
    drop(accounts);
    // What a purge leaves that ends before its first deed.
    write_decision(&directory.with_extension("purged"));

    let accounts = Accounts::open(home.path()).unwrap();

    assert!(!has_canary(home.path()));
    assert!(!has(home.path(), "canary-user"));
    assert_eq!(accounts.known_user(&key, &token).unwrap(), None);
    let left: Vec<_> = fs::read_dir(home.path().join("accounts"))
        .unwrap()
        .collect();
    assert_eq!(left.len(), 1, "the index alone: {left:?}");
}

/// The note of a purge of the canary user, in the form it has on the disk.
fn write_decision(decided: &Path) {
    let mut account = vec![3];
    account.extend_from_slice(b"key");
    account.push(11);
    account.extend_from_slice(b"canary-user");
    fs::create_dir(decided).unwrap();
    fs::write(decided.join("account"), account).unwrap();
    fs::set_permissions(decided.join("account"), fs::Permissions::from_mode(0o600)).unwrap();
}

fn canary_user() -> UserId {
    UserId::new("canary-user").unwrap()
}

fn write_canary(store: &mut Store, conversation: &Conversation) {
    let Change::Submit(submission) = submission(1) else {
        unreachable!("it is a submission");
    };
    let submit = |client_id: &str| {
        Change::Submit(Submission {
            conversation: conversation.clone(),
            client_id: imlink_model::ClientMessageId::new(client_id).unwrap(),
            body: Body::new(CANARY),
            ..submission.clone()
        })
    };
    let settle = |id, outcome| Change::Record(Record::Outcome { id, outcome });
    let sent = SendOutcome::Sent {
        uid: imlink_model::MessageUid::new("canary-1").unwrap(),
        at: Millis(5),
    };
    let failed = SendOutcome::Failed {
        code: Code::new(405),
    };
    let changes = vec![
        submit("sent"),
        submit("failed"),
        settle(OutboxId(1), sent),
        settle(OutboxId(2), failed),
    ];
    store.commit(changes, Millis(0)).unwrap();
    let draft = Edit::SetDraft {
        conversation: conversation.clone(),
        text: Some(Body::new(CANARY)),
    };
    store.edit(vec![draft], Millis(0)).unwrap();
}

fn has_canary(directory: &Path) -> bool {
    has(directory, CANARY)
}

/// Whether a text is in any file or name below a directory.
fn has(directory: &Path, text: &str) -> bool {
    fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains(text) {
            return true;
        }
        if path.is_dir() {
            return has(&path, text);
        }
        let content = fs::read(&path).unwrap();
        content
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    })
}
