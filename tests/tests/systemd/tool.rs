//! Programs that may be missing here.

use std::path::PathBuf;

use imlink_tests::Missing;

/// Where a program is.
pub fn find(name: &str) -> Result<PathBuf, Missing> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|directory| directory.join(name))
        .find(|place| place.is_file())
        .ok_or_else(|| Missing(format!("{name} is not installed")))
}
