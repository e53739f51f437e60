//! Opening the rows of a directory when the last attempt may have died of them.
//!
//! The engine may panic on damaged files, and the daemon's panic hook ends the process before
//! anything can be caught. So every attempt leaves a trace on the disk, which the next one reads:
//!
//! - `opening` gets a stroke before the engine is asked and goes when the rows are served. Strokes
//!   found at start are attempts that died: of the rows, or of a SIGKILL, a power cut, a memory
//!   limit, which say nothing about the rows;
//! - `failed` gets a stroke when the engine says that its files are damaged, and when anything
//!   panics meanwhile ([`watch`]); also from then on, as long as the rows are served ([`run`]).
//!
//! After [`FAILURES`] of the second kind, or [`DEATHS`] of the first, the rows count as damaged and
//! the engine is not asked again: whoever asks is told, and nothing is touched until somebody
//! agrees to begin anew (F-D09, F-A13). Killing a daemon over and over while it starts costs nothing
//! (F-D12).

pub(crate) mod run;
pub(crate) mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::directory::Stroke;
use crate::engine::EngineError;
use crate::{OpenError, directory};
use run::Run;
use watch::Watch;

/// Failed attempts after which rows count as damaged: the second could be chance no more.
const FAILURES: usize = 2;

/// Attempts that died without a word after which rows count as damaged. A supervisor that starts a
/// daemon every second finds out within a minute; nobody kills one so often by hand.
const DEATHS: usize = 50;

/// The file of attempts that died.
pub(crate) const OPENING: &str = "opening";

/// The file of attempts that failed.
pub(crate) const FAILED: &str = "failed";

/// One attempt to open the rows of a directory.
#[derive(Debug)]
pub(crate) struct Attempt {
    home: PathBuf,
    opening: PathBuf,
    failed: PathBuf,
}

impl Attempt {
    /// Begins an attempt, unless those before it failed time and again.
    ///
    /// # Errors
    /// [`OpenError::Damaged`] without asking the engine if they did.
    pub(crate) fn begin(home: &Path) -> Result<Self, OpenError> {
        let attempt = Self {
            home: home.into(),
            opening: home.join(OPENING),
            failed: home.join(FAILED),
        };
        if strokes(&attempt.failed)? >= FAILURES || strokes(&attempt.opening)? >= DEATHS {
            return Err(attempt.damaged(None));
        }
        directory::add_stroke(&attempt.opening, Stroke::Plain)?;
        Ok(attempt)
    }

    /// Does a part of the work that may be the end of this process.
    ///
    /// # Errors
    /// [`OpenError::Damaged`] or [`OpenError::Engine`], by whether the files are to blame; the
    /// attempt is over then.
    pub(crate) fn run<T>(
        &self,
        work: impl FnOnce() -> Result<T, EngineError>,
    ) -> Result<T, OpenError> {
        let watch = Watch::new(self.failed.clone(), Stroke::Panic);
        watch
            .during(work)
            .or_else(|source| Err(self.blame(source)?))
    }

    /// The rows are fine as far as they were looked at. What failed before counts until the run that
    /// begins here has ended well.
    pub(crate) fn passed(self) -> Result<Arc<Run>, OpenError> {
        directory::remove(&self.opening)?;
        Ok(Run::begin(&self.failed, strokes(&self.failed)? > 0))
    }

    fn blame(&self, source: EngineError) -> Result<OpenError, OpenError> {
        let error = if source.blames_files() {
            directory::add_stroke(&self.failed, Stroke::Plain)?;
            self.damaged(Some(source))
        } else {
            OpenError::Engine {
                directory: self.home.clone(),
                source,
            }
        };
        directory::remove(&self.opening)?;
        Ok(error)
    }

    fn damaged(&self, source: Option<EngineError>) -> OpenError {
        OpenError::Damaged {
            directory: self.home.clone(),
            source,
        }
    }
}

/// Whether the engine is known to die of opening the rows of a directory.
pub(crate) fn is_deadly(home: &Path) -> Result<bool, OpenError> {
    let panics = strokes_of(home, Stroke::Panic)?;
    Ok(panics >= FAILURES || strokes(&home.join(OPENING))? >= DEATHS)
}

/// Whether the engine said of rows that it had opened that they are damaged. Another opening would
/// not show that.
pub(crate) fn is_unreadable(home: &Path) -> Result<bool, OpenError> {
    Ok(strokes_of(home, Stroke::Unreadable)? > 0)
}

fn strokes_of(home: &Path, stroke: Stroke) -> Result<usize, OpenError> {
    let failed = directory::read_private(&home.join(FAILED))?.unwrap_or_default();
    let own = failed.iter().filter(|found| **found == stroke as u8);
    Ok(own.count())
}

/// How many strokes a file has.
pub(crate) fn strokes(path: &Path) -> Result<usize, OpenError> {
    Ok(directory::read_private(path)?.map_or(0, |strokes| strokes.len()))
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    // F-D09, F-A13
    #[test]
    fn rows_that_panic_the_engine_twice_are_left_alone_and_called_damaged() {
        let home = tempfile::tempdir().unwrap();

        panic_while_opening(home.path());
        panic_while_opening(home.path());

        for _ in 0..3 {
            assert!(is_damaged(&Attempt::begin(home.path())));
            assert!(is_deadly(home.path()).unwrap());
        }
    }

    // F-D09
    #[test]
    fn rows_that_the_engine_calls_damaged_twice_are_not_opened_again() {
        let home = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let attempt = Attempt::begin(home.path()).unwrap();
            let torn = attempt.run::<()>(|| Err(EngineError::Damaged("torn".into())));
            assert!(is_damaged(&torn));
        }

        assert!(is_damaged(&Attempt::begin(home.path())));
        assert!(!is_deadly(home.path()).unwrap(), "it only says no");
    }

    #[test]
    fn one_failure_is_forgotten_when_the_rows_open_and_are_closed() {
        let home = tempfile::tempdir().unwrap();

        for _ in 0..3 {
            panic_while_opening(home.path());
            let attempt = Attempt::begin(home.path()).unwrap();
            attempt.run(|| Ok(())).unwrap();
            attempt.passed().unwrap();
        }
    }

    // F-D12
    #[test]
    fn attempts_that_were_killed_leave_the_rows_usable_for_long() {
        let home = tempfile::tempdir().unwrap();

        for _ in 1..DEATHS {
            killed_while_opening(home.path());
        }

        Attempt::begin(home.path()).unwrap().passed().unwrap();
        Attempt::begin(home.path()).unwrap();
    }

    // F-A13
    #[test]
    fn a_start_that_dies_every_time_ends() {
        let home = tempfile::tempdir().unwrap();

        for _ in 0..DEATHS {
            killed_while_opening(home.path());
        }

        assert!(is_damaged(&Attempt::begin(home.path())));
    }

    // F-D02
    #[test]
    fn a_full_disk_is_no_failure_of_the_rows() {
        let home = tempfile::tempdir().unwrap();
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);

        for _ in 0..=DEATHS {
            let attempt = Attempt::begin(home.path()).unwrap();
            let refused = attempt.run::<()>(|| Err(full().into())).unwrap_err();
            assert_eq!(refused.code(), imlink_model::Code::LOCAL_STORE_FULL);
        }
    }

    fn is_damaged<T>(result: &Result<T, OpenError>) -> bool {
        matches!(result, Err(OpenError::Damaged { .. }))
    }

    fn panic_while_opening(home: &Path) {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let attempt = Attempt::begin(home).unwrap();
            attempt.run::<()>(|| panic!("the engine met a damaged tail"))
        }));
        assert!(panicked.is_err());
    }

    fn killed_while_opening(home: &Path) {
        directory::add_stroke(&home.join(OPENING), Stroke::Plain).unwrap();
    }
}
