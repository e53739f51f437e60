//! Setting a store aside, whole, and beginning anew in its place.
//!
//! ```text
//! accounts/<hash>            the store
//! accounts/<hash>.aside-1    what was there before, untouched: to be looked at, or put back
//! accounts/<hash>.anew       what will be there, while that is being prepared
//! ```
//!
//! Two renames make the change. Between them there is no store, and whoever opens one makes the
//! second: so it is done or it is not, whenever the process ends.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{OpenError, directory, salvage};

/// Files of the old store that the new one goes on with: no number is given twice (F-D08).
const KEPT: &str = crate::witness::NAME;

/// Gives the store in `home` another name and makes an empty one in its place; says where the old
/// one is. Nobody may have it open.
pub(crate) fn set_aside(home: &Path) -> Result<PathBuf, OpenError> {
    let _lock = directory::lock(home)?;
    let aside = (1_u32..)
        .map(|number| beside(home, &format!("aside-{number}")))
        .find(|name| !name.exists())
        .expect("there are more numbers than names");
    let anew = beside(home, ANEW);
    directory::remove_all(&anew)?;
    directory::claim(&anew)?;
    if let Some(kept) = directory::read_private(&home.join(KEPT))? {
        directory::write_private(&anew.join(KEPT), &kept)?;
    }
    salvage::order(&anew, &aside)?;
    directory::rename(home, &aside)?;
    directory::rename(&anew, home)?;
    Ok(aside)
}

/// Finishes what a [`set_aside`] that was interrupted between its renames began.
pub(crate) fn finish(home: &Path) -> Result<(), OpenError> {
    let anew = beside(home, ANEW);
    match (home.exists(), anew.exists()) {
        (false, true) => directory::rename(&anew, home),
        (true, true) => directory::remove_all(&anew),
        (_, false) => Ok(()),
    }
}

/// Everything beside the store in `home` that was made of it.
pub(crate) fn all_beside(home: &Path) -> Result<Vec<PathBuf>, OpenError> {
    let (Some(parent), Some(name)) = (
        home.parent(),
        home.file_name().and_then(|name| name.to_str()),
    ) else {
        return Ok(Vec::new());
    };
    let prefix = format!("{name}.");
    let mut found = Vec::new();
    for entry in fs::read_dir(parent).map_err(OpenError::io("reading", parent))? {
        let entry = entry.map_err(OpenError::io("reading", parent))?;
        let name = entry.file_name();
        let kind = name.to_str().and_then(|name| name.strip_prefix(&prefix));
        if kind.is_some_and(|kind| kind == ANEW || kind.starts_with("aside-")) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// The stores that were set aside of the one in `home`, oldest first.
pub(crate) fn all_aside(home: &Path) -> Result<Vec<PathBuf>, OpenError> {
    let number = |path: &PathBuf| -> Option<u32> {
        let kind = path.extension()?.to_str()?;
        kind.strip_prefix("aside-")?.parse().ok()
    };
    let mut found = all_beside(home)?;
    found.retain(|path| number(path).is_some());
    found.sort_by_key(number);
    Ok(found)
}

const ANEW: &str = "anew";

fn beside(home: &Path, what: &str) -> PathBuf {
    let mut name = home.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(what);
    home.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-D09
    #[test]
    fn what_is_set_aside_is_all_there_and_each_time_under_another_name() {
        let (_place, home) = store();

        for number in 1..=3 {
            fs::write(home.join("rows"), number.to_string()).unwrap();

            let aside = set_aside(&home).unwrap();

            assert_eq!(aside, beside(&home, &format!("aside-{number}")));
            let kept = fs::read_to_string(aside.join("rows")).unwrap();
            assert_eq!(kept, number.to_string());
            assert!(!home.join("rows").exists());
            assert_eq!(fs::read(home.join("witness")).unwrap(), b"numbers");
        }
        assert_eq!(all_beside(&home).unwrap().len(), 3);
        let aside = [1, 2, 3].map(|number| beside(&home, &format!("aside-{number}")));
        assert_eq!(all_aside(&home).unwrap(), aside);
    }

    // F-D12
    #[test]
    fn a_change_that_was_interrupted_between_its_renames_is_finished() {
        let (_place, home) = store();
        let aside = set_aside(&home).unwrap();
        fs::rename(&home, beside(&home, ANEW)).unwrap();

        finish(&home).unwrap();

        assert!(home.join("witness").exists() && aside.join("rows").exists());
        assert_eq!(all_beside(&home).unwrap(), [aside]);
    }

    #[test]
    fn a_change_that_was_interrupted_before_its_renames_did_not_happen() {
        let (_place, home) = store();
        fs::create_dir(beside(&home, ANEW)).unwrap();

        finish(&home).unwrap();

        assert!(home.join("rows").exists());
        assert_eq!(all_beside(&home).unwrap(), [""; 0].map(PathBuf::from));
    }

    #[test]
    fn a_store_that_is_open_is_not_set_aside() {
        let (_place, home) = store();
        let _held = directory::lock(&home).unwrap();

        assert!(matches!(set_aside(&home), Err(OpenError::Locked { .. })));
        assert!(home.join("rows").exists());
    }

    fn store() -> (tempfile::TempDir, PathBuf) {
        let place = tempfile::tempdir().unwrap();
        let home = place.path().join("0123abcd");
        directory::claim(&home).unwrap();
        fs::write(home.join("rows"), "rows").unwrap();
        directory::write_private(&home.join("witness"), b"numbers").unwrap();
        (place, home)
    }
}
