//! Opening the rows of a directory when the last attempt may have died of them.
//!
//! The engine may panic on damaged files, and the daemon's panic hook ends the process before
//! anything can be caught. So every attempt leaves a trace on the disk, which the next one reads:
//!
//! - `opening` gets a stroke before the engine is asked and goes when it has answered. Strokes
//!   found at start are attempts that died: of the rows, or of a SIGKILL, a power cut, a memory
//!   limit, which say nothing about the rows;
//! - `failed` gets a stroke when the engine says that its files are damaged, and when anything
//!   panics meanwhile ([`watch`]).
//!
//! After [`FAILURES`] of the second kind, or [`DEATHS`] of the first, the rows are set aside under
//! another name and the account begins anew (F-D09). Killing a daemon over and over while it starts
//! costs nothing (F-D12).

mod watch;

use std::fs;
use std::path::{Path, PathBuf};

use crate::engine::EngineError;
use crate::{OpenError, directory};

/// Failed attempts after which rows are set aside: the second could be chance no more.
const FAILURES: usize = 2;

/// Attempts that died without a word after which rows are set aside. A supervisor that starts a
/// daemon every second finds out within a minute; nobody kills one so often by hand.
const DEATHS: usize = 50;

/// Opens `rows` inside `home` by `open`; tells where earlier rows went if they were set aside.
pub(crate) fn open<T>(
    home: &Path,
    rows: &Path,
    open: impl FnOnce(&Path) -> Result<T, EngineError>,
) -> Result<(T, Option<PathBuf>), OpenError> {
    let opening = home.join("opening");
    let failed = home.join("failed");

    let mut aside = None;
    if strokes(&failed)? >= FAILURES || strokes(&opening)? >= DEATHS {
        aside = set_aside(rows)?;
        directory::remove(&failed)?;
        directory::remove(&opening)?;
    }

    directory::add_stroke(&opening)?;
    let opened = watch::panics(&failed, || open(rows));
    match opened {
        Ok(opened) => {
            directory::remove(&opening)?;
            directory::remove(&failed)?;
            Ok((opened, aside))
        }
        Err(EngineError::Io(source)) => {
            directory::remove(&opening)?;
            let source = EngineError::Io(source);
            Err(OpenError::Engine {
                directory: home.into(),
                source,
            })
        }
        Err(source @ (EngineError::Damaged(_) | EngineError::Fault(_))) => {
            directory::add_stroke(&failed)?;
            directory::remove(&opening)?;
            Err(OpenError::Damaged {
                directory: home.into(),
                source: Some(source),
            })
        }
    }
}

fn strokes(path: &Path) -> Result<usize, OpenError> {
    Ok(directory::read_private(path)?.map_or(0, |strokes| strokes.len()))
}

/// Renames the rows to the first free name.
fn set_aside(rows: &Path) -> Result<Option<PathBuf>, OpenError> {
    if !rows.exists() {
        return Ok(None);
    }
    let aside = (1_u32..)
        .map(|n| rows.with_extension(format!("damaged-{n}")))
        .find(|name| !name.exists())
        .expect("there are more numbers than names");
    fs::rename(rows, &aside).map_err(OpenError::io("setting aside", rows))?;
    directory::sync_parent(rows)?;
    Ok(Some(aside))
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    // F-D09
    #[test]
    fn rows_that_panic_the_engine_twice_are_set_aside() {
        let home = home_with_rows();

        panic_while_opening(home.path());
        panic_while_opening(home.path());
        let (found, aside) = open(home.path(), &rows(&home), |rows| Ok(rows.exists())).unwrap();

        assert!(!found);
        assert_eq!(aside, Some(home.path().join("rows.damaged-1")));
        assert!(home.path().join("rows.damaged-1/db").exists());
    }

    // F-D09
    #[test]
    fn rows_that_the_engine_calls_damaged_twice_are_set_aside() {
        let home = home_with_rows();
        for _ in 0..2 {
            let refused = open::<()>(home.path(), &rows(&home), |_| {
                Err(EngineError::Damaged("torn".into()))
            });
            assert!(matches!(refused, Err(OpenError::Damaged { .. })));
        }

        let (_, aside) = open(home.path(), &rows(&home), |_| Ok(())).unwrap();

        assert!(aside.is_some());
    }

    #[test]
    fn one_failure_is_forgotten_when_the_rows_open() {
        let home = home_with_rows();

        for _ in 0..3 {
            panic_while_opening(home.path());
            let (_, aside) = open(home.path(), &rows(&home), |_| Ok(())).unwrap();
            assert_eq!(aside, None);
        }
    }

    // F-D12
    #[test]
    fn attempts_that_were_killed_leave_the_rows_alone_for_long() {
        let home = home_with_rows();

        for _ in 1..DEATHS {
            killed_while_opening(home.path());
        }
        let (found, aside) = open(home.path(), &rows(&home), |rows| Ok(rows.exists())).unwrap();

        assert!(found);
        assert_eq!(aside, None);
    }

    #[test]
    fn a_start_that_dies_every_time_ends() {
        let home = home_with_rows();

        for _ in 0..DEATHS {
            killed_while_opening(home.path());
        }
        let (_, aside) = open(home.path(), &rows(&home), |_| Ok(())).unwrap();

        assert!(aside.is_some());
    }

    #[test]
    fn a_full_disk_is_no_failure_of_the_rows() {
        let home = home_with_rows();
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);

        for _ in 0..DEATHS {
            let refused =
                open::<()>(home.path(), &rows(&home), |_| Err(full().into())).unwrap_err();
            assert_eq!(refused.code(), imlink_model::Code::LOCAL_STORE_FULL);
        }
        let (_, aside) = open(home.path(), &rows(&home), |_| Ok(())).unwrap();

        assert_eq!(aside, None);
    }

    #[test]
    fn the_second_directory_set_aside_gets_a_name_of_its_own() {
        let home = home_with_rows();
        fs::create_dir(home.path().join("rows.damaged-1")).unwrap();

        assert_eq!(
            set_aside(&home.path().join("rows")).unwrap(),
            Some(home.path().join("rows.damaged-2"))
        );
    }

    fn home_with_rows() -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("rows")).unwrap();
        fs::write(home.path().join("rows/db"), "rows").unwrap();
        home
    }

    fn rows(home: &tempfile::TempDir) -> PathBuf {
        home.path().join("rows")
    }

    fn panic_while_opening(home: &Path) {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            open::<()>(home, &home.join("rows"), |_| {
                panic!("the engine met a damaged tail")
            })
        }));
        assert!(panicked.is_err());
    }

    fn killed_while_opening(home: &Path) {
        directory::add_stroke(&home.join("opening")).unwrap();
    }
}
