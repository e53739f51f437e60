//! The files of a store, opened in the order that keeps them safe.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::database::Database;
use crate::engine::sled::Sled;
use crate::space::Space;
use crate::witness::Witness;
use crate::{OpenError, directory, opening};

/// The format this imlink writes and the newest it reads.
const FORMAT: u32 = 1;

/// An open database and what keeps others out of it.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) database: Database,
    pub(crate) lock: File,
    pub(crate) space: Space,
    pub(crate) witness: Witness,
    /// Where rows went that could not be opened.
    pub(crate) set_aside: Option<PathBuf>,
}

/// Opens the database in a directory, or makes both.
pub(crate) fn open(home: &Path) -> Result<Files, OpenError> {
    directory::claim(home)?;
    let space = Space::open(home)?;
    let lock = directory::lock(home)?;
    // Before the engine sees anything: rows of a later engine must not look damaged to this one.
    check_format(home)?;
    let (engine, set_aside) = opening::open(home, Sled::open)?;
    directory::sync_parent(&home.join("rows"))?;
    let witness = Witness::open(&home.join("witness"))?;
    Ok(Files {
        database: Database::new(engine),
        lock,
        space,
        witness,
        set_aside,
    })
}

fn check_format(home: &Path) -> Result<(), OpenError> {
    let path = home.join("version");
    let Some(content) = directory::read_private(&path)? else {
        if home.join("rows").exists() {
            return Err(OpenError::Damaged {
                directory: home.into(),
                source: None,
            });
        }
        return directory::write_private(&path, format!("{FORMAT}\n").as_bytes());
    };
    let found = std::str::from_utf8(&content)
        .ok()
        .and_then(|text| text.trim_end().parse().ok());
    match found {
        Some(FORMAT) => Ok(()),
        Some(found) if found > FORMAT => Err(OpenError::Newer {
            directory: home.into(),
            found,
            supported: FORMAT,
        }),
        Some(_) | None => Err(OpenError::Damaged {
            directory: home.into(),
            source: None,
        }),
    }
}
