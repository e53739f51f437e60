//! Parts of the file system that are one test's own.

use std::path::Path;
use std::process::Command;

use crate::namespace::Namespace;
use crate::{Missing, require};

/// Runs the ignored test `name` of this program as a process of its own, whose temporary directories
/// are on a file system made with those options. Says so and does nothing where that is not allowed:
/// it takes a kernel that lets this user make a user namespace with mounts.
///
/// # Panics
/// If that test fails, with what it said.
pub fn on_own_mount(name: &str, options: &str) {
    let prepare = format!("mount -t tmpfs -o {options},mode=700 imlink-test \"$TMPDIR\"");
    let namespace = Namespace {
        options: &[],
        prepare,
        missing: "no mounts in user namespaces here",
    };
    namespace.run(name);
}

/// Runs the ignored test `name` of this program as a process of its own that sees users and groups
/// of the test's making: `users` in place of `/etc/passwd`, `groups` in place of `/etc/group`. Says so
/// and does nothing where that is not allowed: it takes root, since users that do not exist outside
/// are to act in it.
///
/// # Panics
/// If that test fails, with what it said.
pub fn with_own_users(name: &str, users: &str, groups: &str) {
    with_databases(name, users, |group| std::fs::write(group, groups).unwrap());
}

/// The same, where whoever asks for groups waits for ever: a pipe into which nobody writes stands in
/// place of `/etc/group`.
///
/// # Panics
/// If that test fails, with what it said.
pub fn with_groups_that_hang(name: &str, users: &str) {
    with_databases(name, users, |group| {
        let made = Command::new("mkfifo").arg(group).status().unwrap();
        assert!(made.success());
    });
}

fn with_databases(name: &str, users: &str, make_groups: impl FnOnce(&Path)) {
    if require(name, root()).is_none() {
        return;
    }
    let files = tempfile::tempdir().unwrap();
    let (passwd, group) = (files.path().join("passwd"), files.path().join("group"));
    std::fs::write(&passwd, users).unwrap();
    make_groups(&group);
    let script = format!(
        "mount --bind {} /etc/passwd && mount --bind {} /etc/group && exec \"$0\" --exact {name} --ignored --nocapture",
        passwd.display(),
        group.display()
    );

    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .output()
        .unwrap();

    let said = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{error}");
    assert!(said.contains("1 passed"), "{said}");
}

/// Root that may have mounts of its own.
fn root() -> Result<(), Missing> {
    let tried = Command::new("unshare").args(["--mount", "true"]).output();
    match tried {
        Ok(output) if output.status.success() => Ok(()),
        Ok(_) => Err(Missing("no mounts of one's own here; root has them".into())),
        Err(error) => Err(Missing(format!("unshare cannot be run: {error}"))),
    }
}
