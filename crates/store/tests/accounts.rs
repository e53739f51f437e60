//! The index of accounts.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use imlink_model::{AppKey, Token, UserId};
use imlink_store::{Accounts, OpenError};

#[test]
fn a_token_is_known_after_a_restart() {
    let state = tempfile::tempdir().unwrap();
    let accounts = Accounts::open(state.path()).unwrap();
    assert_eq!(
        accounts.known_user(&app_key("a"), &token("t")).unwrap(),
        None
    );
    accounts
        .remember(&app_key("a"), &token("t"), &user("me"))
        .unwrap();
    drop(accounts);

    let accounts = Accounts::open(state.path()).unwrap();

    assert_eq!(
        accounts.known_user(&app_key("a"), &token("t")).unwrap(),
        Some(user("me"))
    );
    assert_eq!(
        accounts.known_user(&app_key("a"), &token("other")).unwrap(),
        None
    );
    assert_eq!(
        accounts.known_user(&app_key("b"), &token("t")).unwrap(),
        None
    );
}

#[test]
fn the_last_word_on_a_token_counts() {
    let state = tempfile::tempdir().unwrap();
    let accounts = Accounts::open(state.path()).unwrap();

    accounts
        .remember(&app_key("a"), &token("t"), &user("me"))
        .unwrap();
    accounts
        .remember(&app_key("a"), &token("t"), &user("another"))
        .unwrap();

    assert_eq!(
        accounts.known_user(&app_key("a"), &token("t")).unwrap(),
        Some(user("another"))
    );
}

#[test]
fn notes_of_one_commit_are_all_there_and_the_last_word_counts() {
    let state = tempfile::tempdir().unwrap();
    let accounts = Accounts::open(state.path()).unwrap();
    let key = app_key("a");
    let (one, two) = (token("one"), token("two"));
    let (me, another) = (user("me"), user("another"));

    let notes = [(&key, &one, &me), (&key, &two, &me), (&key, &one, &another)];
    accounts.remember_all(notes).unwrap();

    assert_eq!(accounts.known_user(&key, &one).unwrap(), Some(another));
    assert_eq!(accounts.known_user(&key, &two).unwrap(), Some(me));
}

// decisions.md P10
#[test]
fn forgetting_an_account_forgets_all_its_tokens_and_no_others() {
    let state = tempfile::tempdir().unwrap();
    let accounts = Accounts::open(state.path()).unwrap();
    let remember = |app: &str, text: &str, id: &str| {
        accounts
            .remember(&app_key(app), &token(text), &user(id))
            .unwrap();
    };
    let known = |app: &str, text: &str| {
        accounts
            .known_user(&app_key(app), &token(text))
            .unwrap()
            .is_some()
    };
    remember("a", "old", "me");
    remember("a", "new", "me");
    remember("a", "of-alice", "alice");
    remember("b", "new", "me");

    accounts.forget_account(&app_key("a"), &user("me")).unwrap();

    assert!(!known("a", "old") && !known("a", "new"));
    assert!(known("a", "of-alice") && known("b", "new"));
    accounts
        .forget_token(&app_key("a"), &token("of-alice"))
        .unwrap();
    accounts
        .forget_token(&app_key("a"), &token("never-seen"))
        .unwrap();
    assert!(!known("a", "of-alice") && known("b", "new"));
}

// F-K01
#[test]
fn no_byte_of_a_token_is_on_the_disk() {
    let state = tempfile::tempdir().unwrap();
    let accounts = Accounts::open(state.path()).unwrap();
    accounts
        .remember(&app_key("a"), &token("canary-5f0b"), &user("visible-user"))
        .unwrap();
    drop(accounts);

    assert!(contains(state.path(), b"visible-user"));
    assert!(!contains(state.path(), b"canary"));
}

// F-K05
#[test]
fn the_key_is_made_for_its_owner_and_refused_if_others_can_read_it() {
    let state = tempfile::tempdir().unwrap();
    drop(Accounts::open(state.path()).unwrap());
    let key = state.path().join("token-key");
    let found = fs::metadata(&key).unwrap();
    assert_eq!(
        (found.len(), found.permissions().mode() & 0o777),
        (32, 0o600)
    );

    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let refused = Accounts::open(state.path()).unwrap_err();

    assert!(matches!(&refused, OpenError::Exposed { mode: 0o640, path, .. } if *path == key));
}

#[test]
fn a_key_of_another_length_is_refused() {
    let state = tempfile::tempdir().unwrap();
    drop(Accounts::open(state.path()).unwrap());
    fs::write(state.path().join("token-key"), "short").unwrap();

    assert!(matches!(
        Accounts::open(state.path()),
        Err(OpenError::Foreign { .. })
    ));
}

// F-I26
#[test]
fn a_second_opener_is_refused() {
    let state = tempfile::tempdir().unwrap();
    let _first = Accounts::open(state.path()).unwrap();

    assert!(matches!(
        Accounts::open(state.path()),
        Err(OpenError::Locked { .. })
    ));
}

#[test]
fn every_account_has_a_directory_of_its_own_that_names_nobody() {
    let state = tempfile::tempdir().unwrap();
    let accounts = Accounts::open(state.path()).unwrap();
    let of = |app: &str, id: &str| accounts.directory(&app_key(app), &user(id));

    let one = of("ab", "c");

    assert_eq!(one, of("ab", "c"));
    assert_ne!(one, of("a", "bc"));
    assert_ne!(one, of("ab", "d"));
    assert!(one.starts_with(state.path().join("accounts")));
    assert!(of("a", "../../etc").starts_with(state.path().join("accounts")));
    let name = one.file_name().unwrap().to_str().unwrap();
    assert!(name.len() == 32 && name.chars().all(|c| c.is_ascii_hexdigit()));
}

fn app_key(text: &str) -> AppKey {
    AppKey::new(text).unwrap()
}

fn token(text: &str) -> Token {
    Token::new(text).unwrap()
}

fn user(text: &str) -> UserId {
    UserId::new(text).unwrap()
}

fn contains(directory: &Path, needle: &[u8]) -> bool {
    fs::read_dir(directory).unwrap().any(|entry| {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            contains(&entry.path(), needle)
        } else {
            let bytes = fs::read(entry.path()).unwrap();
            bytes.windows(needle.len()).any(|window| window == needle)
        }
    })
}
