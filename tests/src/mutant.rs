//! The product with one thing broken on purpose, to see that a test notices.
//!
//! `tests/mutants/*.patch` say what is broken; each is applied to a copy of this tree, which is
//! built apart from it: the product has no code for being broken, and no broken daemon lies where
//! a sound one is looked for. [`rule`] breaks the rules of a connection, for the tests of a package.

pub mod rule;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Command;

/// A broken daemon. While it lives, no other is built in its place.
#[derive(Debug)]
pub struct Mutant {
    command: Command,
    _workshop: MutexGuard<'static, ()>,
}

/// The patches there are, in the order of their names.
///
/// # Panics
/// If the directory cannot be read.
#[must_use]
pub fn patches() -> Vec<PathBuf> {
    let directory = root().join("tests/mutants");
    let entries = fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "patch")
        })
        .collect();
    found.sort();
    found
}

/// Whether a patch can be applied to this tree as it is.
///
/// # Errors
/// What git says, if it cannot.
///
/// # Panics
/// If git cannot be run.
pub fn applies(patch: &Path) -> Result<(), String> {
    let checked = apply(&root(), patch, &["--check"]);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    checked.status.success().then_some(()).ok_or(said)
}

impl Mutant {
    /// Builds the daemon with the patch of that name; `scratch` is kept for the next time.
    ///
    /// # Panics
    /// If there is no such patch, or it cannot be applied or built, with what was said.
    #[must_use]
    pub fn build(name: &str, scratch: &Path) -> Self {
        static WORKSHOP: Mutex<()> = Mutex::new(());
        let workshop = WORKSHOP.lock().unwrap_or_else(PoisonError::into_inner);

        let (tree, target) = (scratch.join("tree"), scratch.join("target"));
        copy_tree(&tree);
        let patch = root().join("tests/mutants").join(name);
        let patched = apply(&tree, &patch.with_extension("patch"), &[]);
        demand(&patched, "git apply");
        let built = Process::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            // With the features that a build of all packages has, so that what they depend on may
            // be one's own to begin with.
            .args([
                "build",
                "--quiet",
                "--locked",
                "--workspace",
                "--bin",
                "imlink",
            ])
            .arg("--target-dir")
            .arg(&target)
            .current_dir(&tree)
            .output()
            .unwrap();
        demand(&built, "cargo build");

        let command = target.join("debug/imlink").to_str().unwrap().to_owned();
        Self {
            command: Command(command.leak()),
            _workshop: workshop,
        }
    }

    /// Its `imlink` command.
    #[must_use]
    pub fn command(&self) -> Command {
        self.command
    }
}

/// Makes `tree` what this tree is. Files that are the same already are left alone, so that cargo
/// builds no more than it must.
fn copy_tree(tree: &Path) {
    let wanted = tracked();
    for file in files(tree) {
        if !wanted.contains(file.strip_prefix(tree).unwrap()) {
            fs::remove_file(file).unwrap();
        }
    }
    for file in wanted {
        let bytes = match fs::read(root().join(&file)) {
            Ok(bytes) => bytes,
            // Removed here, and git has not been told yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => panic!("{}: {error}", file.display()),
        };
        let copy = tree.join(&file);
        if fs::read(&copy).is_ok_and(|found| found == bytes) {
            continue;
        }
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::write(copy, bytes).unwrap();
    }
}

/// Every file of this tree that is not ignored, relative to it.
fn tracked() -> BTreeSet<PathBuf> {
    let listed = Process::new("git")
        .args(["ls-files", "-z", "--cached", "--others"])
        .arg("--exclude-standard")
        .current_dir(root())
        .output()
        .unwrap();
    demand(&listed, "git ls-files");
    let names = String::from_utf8(listed.stdout).unwrap();
    names.split_terminator('\0').map(PathBuf::from).collect()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn apply(tree: &Path, patch: &Path, options: &[&str]) -> Output {
    Process::new("git")
        .arg("apply")
        .args(options)
        .arg(patch)
        .current_dir(tree)
        // A copy that lies within a repository is no part of it: git would pass over it silently.
        .env("GIT_CEILING_DIRECTORIES", tree.parent().unwrap())
        .output()
        .unwrap()
}

fn demand(done: &Output, what: &str) {
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{what}: {}\n{said}", done.status);
}

fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the workspace is around").to_owned()
}
