//! A small file system for one test.

use std::process::{Command, Stdio};

use crate::{Missing, require};

/// Runs the ignored test `name` of this program as a process of its own, whose temporary directories
/// are on a file system made with those options. Says so and does nothing where that is not allowed:
/// it takes a kernel that lets this user make a user namespace with mounts.
///
/// # Panics
/// If that test fails, with what it said.
pub fn on_own_mount(name: &str, options: &str) {
    let place = tempfile::tempdir().unwrap();
    let mount = format!("mount -t tmpfs -o {options},mode=700 imlink-test \"$TMPDIR\"");
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--map-root-user", "sh", "-c", script])
            .env("TMPDIR", place.path());
        command
    };
    let allowed = unshare(&mount).stderr(Stdio::null()).status();
    let allowed = match allowed {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Missing("no mounts in user namespaces here".into())),
        Err(error) => Err(Missing(format!("unshare cannot be run: {error}"))),
    };
    if require(name, allowed).is_none() {
        return;
    }

    let script = format!("{mount} && exec \"$0\" --exact {name} --ignored --nocapture");
    let output = unshare(&script)
        .arg(std::env::current_exe().unwrap())
        .output()
        .unwrap();

    let said = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{error}");
    assert!(said.contains("1 passed"), "{said}");
}
