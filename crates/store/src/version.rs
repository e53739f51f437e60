//! The format of the rows and the directory they are in, readable without the engine.
//!
//! The file has two lines, the number of the format and the name of the directory, and is replaced
//! as a whole. Rows that are written anew go into a fresh directory beside the old one, and this
//! file says from when on it counts: there is no moment between the two (F-D18).

use std::fs;
use std::path::{Path, PathBuf};

use crate::{OpenError, directory};

/// The format this imlink writes and the newest it reads.
pub(crate) const FORMAT: u32 = 2;

/// The oldest format that can be taken over.
const OLDEST: u32 = 1;

const FILE: &str = "version";

/// Name of the first directory of rows, and the beginning of all others.
const ROWS: &str = "rows";

/// Where the rows of a store are, and in which format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) format: u32,
    /// Zero is the first directory of rows, others have the number in their name.
    generation: u32,
}

impl Version {
    /// Reads the version of a store, or makes it that of a new one. Directories of rows that do
    /// not count, left by a copy that was interrupted, are removed.
    pub(crate) fn load(home: &Path) -> Result<Self, OpenError> {
        if let Some(found) = Self::peek(home)? {
            found.remove_others(home)?;
            return Ok(found);
        }
        if home.join(FILE).exists() || home.join(ROWS).exists() {
            return Err(OpenError::Damaged {
                directory: home.into(),
                source: None,
            });
        }
        let new = Self {
            format: FORMAT,
            generation: 0,
        };
        new.save(home)?;
        Ok(new)
    }

    /// Reads the version of a store and touches nothing; `None` if there is none that makes sense.
    pub(crate) fn peek(home: &Path) -> Result<Option<Self>, OpenError> {
        let content = directory::read_private(&home.join(FILE))?;
        let found = content.and_then(|content| Self::parse(&content));
        match found {
            Some(found) if found.format > FORMAT => Err(OpenError::Newer {
                directory: home.into(),
                found: found.format,
                supported: FORMAT,
            }),
            found => Ok(found.filter(|found| found.format >= OLDEST)),
        }
    }

    /// The directory of the rows.
    pub(crate) fn rows(&self, home: &Path) -> PathBuf {
        match self.generation {
            0 => home.join(ROWS),
            number => home.join(format!("{ROWS}-{number}")),
        }
    }

    /// The version of rows that are written anew.
    pub(crate) fn next(&self) -> Self {
        Self {
            format: FORMAT,
            generation: self.generation.saturating_add(1),
        }
    }

    /// Makes this the version that counts.
    pub(crate) fn save(&self, home: &Path) -> Result<(), OpenError> {
        let rows = self.rows(Path::new(""));
        let content = format!("{}\n{}\n", self.format, rows.display());
        directory::write_private(&home.join(FILE), content.as_bytes())
    }

    /// Stores of format 1 have the first line only, and know of one directory.
    fn parse(content: &[u8]) -> Option<Self> {
        let mut lines = std::str::from_utf8(content).ok()?.lines();
        let format = lines.next()?.parse().ok()?;
        let generation = match lines.next() {
            None | Some(ROWS) => 0,
            // A newer format may say what it likes from here on.
            Some(_) if format > FORMAT => 0,
            Some(name) => name
                .strip_prefix(ROWS)?
                .strip_prefix('-')?
                .parse()
                .ok()
                .filter(|number| *number > 0)?,
        };
        Some(Self { format, generation })
    }

    /// Removes directories of rows that do not count.
    pub(crate) fn remove_others(&self, home: &Path) -> Result<(), OpenError> {
        let own = self.rows(home);
        let entries = fs::read_dir(home).map_err(OpenError::io("reading", home))?;
        for entry in entries {
            let path = entry.map_err(OpenError::io("reading", home))?.path();
            if Self::is_rows(&path) && path != own {
                directory::remove_all(&path)?;
            }
        }
        Ok(())
    }

    /// Whether a directory of that name has rows. Those with a point in their names were put there
    /// by somebody else.
    pub(crate) fn is_rows(path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name == ROWS || name.starts_with("rows-") && !name.contains('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_as_it_was_written() {
        let home = tempfile::tempdir().unwrap();
        let mut version = Version::load(home.path()).unwrap();
        assert_eq!(version.rows(home.path()), home.path().join("rows"));

        for name in ["rows-1", "rows-2"] {
            version = version.next();
            version.save(home.path()).unwrap();

            assert_eq!(Version::load(home.path()).unwrap(), version);
            assert_eq!(version.rows(home.path()), home.path().join(name));
        }
    }

    #[test]
    fn the_first_format_had_one_line() {
        let version = Version {
            format: 1,
            generation: 0,
        };

        assert_eq!(Version::parse(b"1\n"), Some(version));
    }

    #[test]
    fn other_words_are_no_version() {
        for content in [
            "",
            "two\n",
            "-1\n",
            "2\nroows\n",
            "2\nrows-\n",
            "2\nrows-0\n",
            "2\n../rows\n",
        ] {
            assert_eq!(Version::parse(content.as_bytes()), None, "{content:?}");
        }
    }

    #[test]
    fn a_newer_format_is_known_by_its_first_line() {
        let found = Version::parse(b"3\nanything\nand more\n").unwrap();

        assert_eq!(found.format, 3);
    }

    // F-D18
    #[test]
    fn directories_that_do_not_count_are_removed_and_those_of_others_stay() {
        let home = tempfile::tempdir().unwrap();
        Version::load(home.path())
            .unwrap()
            .next()
            .save(home.path())
            .unwrap();
        for name in ["rows", "rows-1", "rows-2", "rows-1.kept", "rows.kept"] {
            fs::create_dir(home.path().join(name)).unwrap();
        }

        Version::load(home.path()).unwrap();

        let mut left: Vec<_> = fs::read_dir(home.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["rows-1", "rows-1.kept", "rows.kept", "version"]);
    }
}
