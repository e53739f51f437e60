//! The files of a store, opened in the order that keeps them safe, and written anew.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use imlink_model::{Code, Seq};

use crate::database::Database;
use crate::opening::Attempt;
use crate::progress::{Progress, Report, Work};
use crate::salvage::{self, Salvaged};
use crate::space::Space;
use crate::version::{FORMAT, Version};
use crate::witness::Witness;
use crate::{OpenError, aside, copy, deadly, directory};

/// The note that rows have to be written anew, for something was deleted to the last byte.
const OWED: &str = "forgetting";

/// An open database and what lies around it.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) database: Database,
    pub(crate) home: Home,
    pub(crate) space: Space,
    pub(crate) witness: Witness,
    /// What was taken over from rows that were set aside.
    pub(crate) salvaged: Option<Salvaged>,
    /// The attempt these files were opened in; over once their rows were looked through.
    pub(crate) attempt: Attempt,
    /// The format the rows had, if they were taken over from an earlier one.
    pub(crate) migrated_from: Option<u32>,
}

/// The directory of a store, held against others.
#[derive(Debug)]
pub(crate) struct Home {
    path: PathBuf,
    version: Version,
    lock: File,
}

/// Bytes of rows whose opening a person may notice: tens of thousands of messages, a tenth of a
/// second.
const WORTH_A_WORD: u64 = 16 * 1024 * 1024;

/// Opens the database in a directory, or makes both.
pub(crate) fn open(path: &Path, report: Report<'_>) -> Result<Files, OpenError> {
    aside::finish(path)?;
    directory::claim(path)?;
    let space = Space::open(path)?;
    let lock = directory::lock(path)?;
    // Before the engine sees anything: rows of a later engine must not look damaged to this one.
    let version = Version::load(path)?;
    let next = version.next();
    if version.format < FORMAT {
        space.require(bytes_of(&version.rows(path))?)?;
    }
    let attempt = Attempt::begin(path)?;
    let total = bytes_of(&version.rows(path))?;
    let (old, new) = attempt
        .run(|| {
            let recovered = |done| Progress {
                work: Work::Recovery,
                done,
                total,
            };
            // The engine says nothing until it is through.
            if total >= WORTH_A_WORD {
                report(recovered(0));
            }
            let old = Database::open(&version.rows(path), version.format)?;
            if total >= WORTH_A_WORD {
                report(recovered(total));
            }
            if version.format == FORMAT {
                return Ok((old, None));
            }
            let new = Database::open(&next.rows(path), FORMAT)?;
            copy::from_format_1(&old, &new, report)?;
            Ok((old, Some(new)))
        })
        .inspect_err(|error| {
            // Room that only an attempt could ask for. The next one has the reserve's.
            if error.code() == Code::LOCAL_STORE_FULL {
                let _ = space.give_up_reserve();
            }
        })?;
    directory::sync_parent(&version.rows(path))?;
    let mut home = Home {
        path: path.into(),
        version,
        lock,
    };
    let mut migrated_from = None;
    let database = match new {
        None => old,
        Some(new) => {
            migrated_from = Some(home.version.format);
            home.switch(next)?;
            drop(old);
            home.version.remove_others(path)?;
            new
        }
    };
    let witness = Witness::open(path)?;
    let last = Seq(witness.seen().map_or(0, |seen| seen.seq));
    let room = |batch: &_| space.for_batch(batch, || 0);
    let salvaged = salvage::carry_out(path, &database, last, &room)?;
    Ok(Files {
        database,
        home,
        space,
        witness,
        salvaged,
        attempt,
        migrated_from,
    })
}

impl Home {
    /// Writes every row into a fresh directory and makes that the one that counts. The files of
    /// the old one are removed by [`settle`](Self::settle), once nobody has them open.
    pub(crate) fn rewrite(
        &mut self,
        old: &Database,
        report: Report<'_>,
    ) -> Result<Database, OpenError> {
        let broken = |source| OpenError::Engine {
            directory: self.path.clone(),
            source,
        };
        // What an engine that failed reads may not be what is on the disk.
        if let Some(failure) = old.failure() {
            return Err(broken(failure.clone()));
        }
        let next = self.version.next();
        let rows = next.rows(&self.path);
        let left_out = deadly::messages(&self.path)?;
        directory::remove_all(&rows)?;
        let copied = Database::open(&rows, FORMAT).and_then(|new| {
            copy::as_they_are(old, &new, report)?;
            Ok(new)
        });
        let new = copied.map_err(broken)?;
        self.switch(next)?;
        Ok(new.without(left_out))
    }

    /// Removes the directories that do not count: no rewrite is owed any more.
    pub(crate) fn settle(&self) -> Result<(), OpenError> {
        self.version.remove_others(&self.path)?;
        directory::remove(&self.path.join(OWED))
    }

    /// Notes that what is deleted from here on has to leave the files, whoever does it.
    pub(crate) fn owe_rewrite(&self) -> Result<(), OpenError> {
        directory::write_private(&self.path.join(OWED), b"")
    }

    /// Where it is, or was.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Its files have no name any more.
    pub(crate) fn is_removed(&self) -> bool {
        self.lock.metadata().is_ok_and(|found| found.nlink() == 0)
    }

    /// Whether something deleted has not left the files yet.
    pub(crate) fn owes_rewrite(&self) -> bool {
        self.path.join(OWED).exists()
    }

    /// Bytes of the rows on the disk.
    pub(crate) fn bytes(&self) -> Result<u64, OpenError> {
        bytes_of(&self.version.rows(&self.path))
    }

    fn switch(&mut self, next: Version) -> Result<(), OpenError> {
        directory::sync_parent(&next.rows(&self.path))?;
        next.save(&self.path)?;
        self.version = next;
        Ok(())
    }
}

fn bytes_of(rows: &Path) -> Result<u64, OpenError> {
    let sum = || -> io::Result<u64> {
        fs::read_dir(rows)?
            .map(|entry| Ok(entry?.metadata()?.len()))
            .sum()
    };
    match sum() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        sum => sum.map_err(OpenError::io("reading", rows)),
    }
}
