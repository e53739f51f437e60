//! Directories that a sandbox does not start with, and leaves as they are.

use std::{
    fs,
    io::ErrorKind,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use imlink_sandbox::{Config, DataError, Sandbox};

use super::{config, home, sandbox};
use crate::client::user;

#[test]
fn a_damaged_file_is_named_and_left_alone() {
    let home = home();
    let good = written(home.path());
    let path = home.path().join("state");
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;

    for damaged in [&flipped, &good[..good.len() / 2], &good[..10], b"", b"\n"] {
        fs::write(&path, damaged).unwrap();

        let (kind, error) = refusal(config(home.path()));

        assert_eq!(kind, ErrorKind::InvalidData);
        assert!(
            error.to_string().contains(path.to_str().unwrap()),
            "{error}"
        );
        assert!(error.cure().contains("copy"), "{error:?}");
        assert_eq!(fs::read(&path).unwrap(), damaged, "nothing is overwritten");
    }
    fs::write(&path, &good).unwrap();
    drop(sandbox(home.path()));
}

#[test]
fn a_newer_file_is_named_and_left_alone() {
    let home = home();
    let good = String::from_utf8(written(home.path())).unwrap();
    let newer = good.replacen("state 1 ", "state 2 ", 1);
    let path = home.path().join("state");
    fs::write(&path, &newer).unwrap();

    let (kind, error) = refusal(config(home.path()));

    assert_eq!(kind, ErrorKind::Unsupported);
    assert!(
        matches!(&error, DataError::Newer { found: 2, .. }),
        "{error:?}"
    );
    assert!(
        error.to_string().contains(path.to_str().unwrap()),
        "{error}"
    );
    assert!(error.cure().contains("newer version"));
    assert_eq!(fs::read_to_string(&path).unwrap(), newer);
}

#[test]
fn a_file_that_parses_and_fits_nothing_is_not_quoted() {
    use sha1::{Digest, Sha1};
    let home = home();
    let json = r#"{"ahead":"a secret"}"#;
    let digest: String = Sha1::digest(json)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let file = format!("imlink-sandbox-state 1 {digest}\n{json}");
    fs::write(home.path().join("state"), file).unwrap();

    let (kind, error) = refusal(config(home.path()));

    assert_eq!(kind, ErrorKind::InvalidData);
    assert!(
        !format!("{error} {error:?}").contains("secret"),
        "{error:?}"
    );
}

#[test]
fn a_directory_that_cannot_be_is_named() {
    let home = home();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();

    for path in [file.clone(), file.join("below")] {
        let (_, error) = refusal(config(&path));

        assert!(matches!(error, DataError::Io { .. }), "{error:?}");
        assert!(
            error.to_string().contains(path.to_str().unwrap()),
            "{error}"
        );
    }
    assert_eq!(fs::read(&file).unwrap(), b"");
}

#[test]
fn a_directory_that_others_can_use_is_refused() {
    let home = home();
    for mode in [0o750, 0o705, 0o777] {
        fs::set_permissions(home.path(), fs::Permissions::from_mode(mode)).unwrap();

        let (kind, error) = refusal(config(home.path()));

        assert_eq!(kind, ErrorKind::PermissionDenied);
        assert!(
            error.to_string().contains(&format!("{mode:04o}")),
            "{error}"
        );
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }
}

#[test]
fn two_sandboxes_do_not_share_a_directory() {
    let home = home();
    let first = sandbox(home.path());

    let (kind, error) = refusal(config(home.path()));

    assert_eq!(kind, ErrorKind::ResourceBusy);
    let text = error.to_string();
    assert!(
        text.contains(&format!("pid {}", std::process::id())),
        "{text}"
    );
    assert!(text.contains(home.path().to_str().unwrap()), "{text}");
    drop(first);
    drop(sandbox(home.path()));
}

#[test]
fn a_start_that_fails_for_another_reason_lets_the_directory_go() {
    let home = home();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let busy = Config {
        http: taken.local_addr().unwrap(),
        ..config(home.path())
    };

    let error = Sandbox::spawn(busy).unwrap_err();

    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    drop(sandbox(home.path()));
}

#[test]
fn what_was_half_written_when_a_sandbox_died_does_not_matter() {
    let home = home();
    written(home.path());
    fs::write(home.path().join("state.new"), "half").unwrap();

    let again = sandbox(home.path());

    assert_eq!(again.stored(&user("bob")).len(), 1);
}

/// A file with one message to bob.
fn written(home: &Path) -> Vec<u8> {
    let sandbox = sandbox(home);
    sandbox.publish(&user("alice"), &user("bob"), "RC:TxtMsg", "{}");
    drop(sandbox);
    let path: PathBuf = home.join("state");
    fs::read(path).unwrap()
}

fn refusal(config: Config) -> (ErrorKind, DataError) {
    let error = Sandbox::spawn(config).unwrap_err();
    (error.kind(), error.downcast().unwrap())
}
