//! What this machine is called towards the cloud: a random name, never a hardware address
//! (decisions.md P20).

use std::io;
use std::path::{Path, PathBuf};

use rand::Rng;
use rand::distr::Alphanumeric;

use crate::private_file;

/// Characters in a device id, as many as the vendor's client draws (`protocol/cloud-wire.md` 2).
const LENGTH: usize = 22;

/// Why the file with the device id cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeviceIdError {
    /// It cannot be read or written.
    #[error("device id file {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds something else.
    #[error("device id file {} holds no device id; remove it and a new one is made", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

/// The device id kept in that directory; made up and written the first time.
///
/// # Errors
/// [`DeviceIdError`] if there is none and none can be written, or the file holds something else.
pub fn id(state_dir: &Path) -> Result<String, DeviceIdError> {
    let path = state_dir.join("device-id");
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let id = text.trim();
            if id.len() == LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Ok(id.to_owned());
            }
            Err(DeviceIdError::Damaged { path })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let id: String = rand::rng()
                .sample_iter(Alphanumeric)
                .take(LENGTH)
                .map(char::from)
                .collect();
            private_file::write(&path, id.as_bytes())
                .map_err(|source| DeviceIdError::Io { path, source })?;
            Ok(id)
        }
        Err(source) => Err(DeviceIdError::Io { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_keeps_its_id() {
        let dir = tempfile::tempdir().unwrap();

        let first = id(dir.path()).unwrap();

        assert_eq!(first.len(), LENGTH);
        assert_eq!(id(dir.path()).unwrap(), first);
    }

    #[test]
    fn a_damaged_file_is_named_with_the_cure() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("device-id"), "x\n").unwrap();

        assert!(
            id(dir.path())
                .unwrap_err()
                .to_string()
                .contains("remove it")
        );
    }
}
