//! Whether tokens outlive the daemon, and where (decisions.md P15).

use std::fmt;
use std::str::FromStr;

/// Where tokens are kept, so that a daemon that starts alone connects by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Remember {
    /// In the memory of the daemon only: it connects when an app brings the token again.
    #[default]
    None,
    /// Nowhere by the daemon: it reads them from the credentials that systemd hands its service.
    Credential,
    /// In the kernel's keyring of the daemon's user: they outlive the daemon, not the machine's
    /// next start.
    Keyring,
    /// In a file below the state directory.
    File,
}

/// A text that names no way to remember.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no way to remember; `none`, `credential`, `keyring` and `file` are")]
pub struct UnknownRemember(String);

impl Remember {
    /// As it is written in a configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Credential => "credential",
            Self::Keyring => "keyring",
            Self::File => "file",
        }
    }
}

impl fmt::Display for Remember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Remember {
    type Err = UnknownRemember;

    fn from_str(text: &str) -> Result<Self, UnknownRemember> {
        match text {
            "none" => Ok(Self::None),
            "credential" => Ok(Self::Credential),
            "keyring" => Ok(Self::Keyring),
            "file" => Ok(Self::File),
            other => Err(UnknownRemember(other.to_owned())),
        }
    }
}
