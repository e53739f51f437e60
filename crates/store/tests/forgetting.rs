//! What was deleted leaves no byte behind.

mod support;

use std::fs;
use std::path::Path;

use imlink_model::uplink::{Record, SendOutcome};
use imlink_model::{AppKey, Body, Code, Conversation, Millis, OutboxId, Token, UserId};
use imlink_store::{Accounts, Change, Edit, OpenError, PurgeError, Store, Submission};
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
    let mut accounts = Accounts::open(home.path()).unwrap();
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

#[test]
fn a_purge_that_was_interrupted_is_finished_by_the_next_start() {
    let home = Place::new();
    drop(Accounts::open(home.path()).unwrap());
    let rest = home.path().join("accounts/0123.purged");
    fs::create_dir(&rest).unwrap();
    fs::write(rest.join("db"), CANARY).unwrap();

    drop(Accounts::open(home.path()).unwrap());

    assert!(!has_canary(home.path()));
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
