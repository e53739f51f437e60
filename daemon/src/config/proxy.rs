//! The proxy of the configuration, and where its password may stand: never where other programs
//! can read it.

use std::path::{Path, PathBuf};

use imlink_model::{Proxy, ProxyError, ProxyPassword};

use crate::private_file::{self, PrivateFileError};

/// Why the configured proxy cannot be used. None repeats what was written.
#[derive(Debug, thiserror::Error)]
pub enum ProxyConfigError {
    /// It is none.
    #[error("{place}: {error}")]
    Proxy {
        /// Where it stands.
        place: &'static str,
        /// What is wrong with it.
        error: ProxyError,
    },
    /// Other programs can read command lines and environments (F-K04).
    #[error(
        "{place} has a password, which other programs can read there; write the proxy into the configuration file, or the password into a file named by `proxy_password_file`"
    )]
    Visible {
        /// Where it stands.
        place: &'static str,
    },
    /// The file with the password cannot be used.
    #[error("proxy_password_file {0}")]
    File(#[from] PrivateFileError),
    /// There is no such file.
    #[error("proxy_password_file {}: there is no such file", .0.display())]
    NoFile(PathBuf),
    /// There is a password and nobody to say it to.
    #[error("proxy_password_file is set, but no `proxy` that has a user name")]
    NoUser,
}

/// A proxy from a place that others can read.
pub(super) fn in_the_open(place: &'static str, url: &str) -> Result<Proxy, ProxyConfigError> {
    let parsed = url.parse::<Proxy>();
    let proxy = parsed.map_err(|error| ProxyConfigError::Proxy { place, error })?;
    match proxy.password() {
        Some(_) => Err(ProxyConfigError::Visible { place }),
        None => Ok(proxy),
    }
}

/// The proxy with its password, wherever that is.
pub(super) fn complete(
    proxy: Option<Proxy>,
    password_file: Option<&Path>,
) -> Result<Option<Proxy>, ProxyConfigError> {
    let wrong = |error| ProxyConfigError::Proxy {
        place: "proxy",
        error,
    };
    let proxy = match (proxy, password_file) {
        (proxy, None) => proxy,
        (Some(proxy), Some(path)) if proxy.user().is_some() => {
            let text = private_file::read(path)?;
            let text = text.ok_or_else(|| ProxyConfigError::NoFile(path.to_owned()))?;
            let password = ProxyPassword::new(text.trim_end_matches(['\r', '\n']));
            Some(proxy.with_password(password.map_err(wrong)?))
        }
        (Some(_) | None, Some(_)) => return Err(ProxyConfigError::NoUser),
    };
    if let Some(proxy) = &proxy {
        proxy.check_login().map_err(wrong)?;
    }
    Ok(proxy)
}
