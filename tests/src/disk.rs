//! A disk with faults, below a daemon's rows.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Setup;

/// The C library that makes one of any; it says itself how it is used.
const SOURCE: &str = "../crates/store/tests/support/disk.c";

/// Two files: one whose existence holds up every sync of a daemon's rows, and one that has a byte
/// for each.
#[derive(Debug)]
pub struct Held {
    file: PathBuf,
    synced: PathBuf,
}

/// Has the `nth` write of every daemon started from here on fail.
///
/// # Panics
/// If the library cannot be built.
#[must_use]
pub fn failing_write(setup: Setup, nth: u32) -> Setup {
    loaded(setup).variable("DISK_FAULT", format!("write:{nth}"))
}

/// A disk without faults again, for every daemon started from here on.
#[must_use]
pub fn repaired(setup: Setup) -> Setup {
    setup.variable("LD_PRELOAD", "")
}

/// A disk whose syncs can be held up.
///
/// # Panics
/// If the library cannot be built.
#[must_use]
pub fn holdable(setup: Setup) -> (Setup, Held) {
    let home = setup.home();
    let (file, synced) = (home.join("disk-is-held"), home.join("disk-synced"));
    let setup = loaded(setup)
        .variable("DISK_HELD", file.display().to_string())
        .variable("DISK_SYNCED", synced.display().to_string());
    (setup, Held { file, synced })
}

impl Held {
    /// No sync returns from here on.
    ///
    /// # Panics
    /// If the file cannot be made.
    pub fn hold(&self) {
        std::fs::write(&self.file, "").unwrap();
    }

    /// Those that wait return, and the later ones at once.
    ///
    /// # Panics
    /// If it was not held.
    pub fn release(&self) {
        std::fs::remove_file(&self.file).unwrap();
    }

    /// Syncs so far, without one that is held up.
    ///
    /// # Panics
    /// If there was none, ever.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        std::fs::metadata(&self.synced).unwrap().len()
    }
}

fn loaded(setup: Setup) -> Setup {
    let library = setup.home().join("disk.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(SOURCE))
        .status()
        .unwrap();
    assert!(built.success(), "cc: {built}");
    setup.variable("LD_PRELOAD", library.display().to_string())
}
