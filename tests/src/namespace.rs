//! Tests that need a part of the machine to themselves.

use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::{Missing, require};

/// What the kernel is asked for, and what is made in it before the test.
pub(crate) struct Namespace<'a> {
    /// Options of `unshare`.
    pub(crate) options: &'a [&'a str],
    /// A shell script; `$TMPDIR` is where the test's temporary directories will be.
    pub(crate) prepare: String,
    /// What is missing where that script fails.
    pub(crate) missing: &'a str,
}

impl Namespace<'_> {
    /// Runs the ignored test `name` of this program as a process of its own in there. Says so and
    /// does nothing where that is not allowed: it takes a kernel that lets this user make a user
    /// namespace.
    ///
    /// # Panics
    /// If that test fails, with what it said.
    pub(crate) fn run(&self, name: &str) {
        let place = tempfile::tempdir().unwrap();
        let prepare = &self.prepare;
        let allowed = self.unshare(&place, prepare).stderr(Stdio::null()).status();
        let allowed = match allowed {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(Missing(self.missing.into())),
            Err(error) => Err(Missing(format!("unshare cannot be run: {error}"))),
        };
        if require(name, allowed).is_none() {
            return;
        }

        let script = format!("{prepare} && exec \"$0\" --exact {name} --ignored --nocapture");
        let output = self
            .unshare(&place, &script)
            .arg(std::env::current_exe().unwrap())
            .output()
            .unwrap();

        let said = String::from_utf8_lossy(&output.stdout);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}{error}");
        assert!(said.contains("1 passed"), "{said}");
    }

    fn unshare(&self, place: &TempDir, script: &str) -> Command {
        let mut command = Command::new("unshare");
        command
            .args(self.options)
            .args(["--mount", "--map-root-user", "sh", "-c", script])
            .env("TMPDIR", place.path());
        command
    }
}
