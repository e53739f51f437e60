//! Whose certificates are believed.

use std::io;
use std::path::{Path, PathBuf};

use imlink_connection::LinkError;
use imlink_ipc_proto::Distrust;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{CertificateError, Error, RootCertStore};

use super::dial::DialError;
use super::pins::NotPinned;

/// Why the file of additional certificate authorities cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("ca_file {}: {kind}", path.display())]
pub struct CaFileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub kind: CaFileErrorKind,
}

/// What is wrong with a file of certificate authorities, and the cure.
#[derive(Debug, thiserror::Error)]
pub enum CaFileErrorKind {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Read(io::Error),
    /// It is not PEM.
    #[error("is not PEM; name a file with the lines of `-----BEGIN CERTIFICATE-----`")]
    NotPem,
    /// It holds no certificate.
    #[error("holds no certificate; name a file with the lines of `-----BEGIN CERTIFICATE-----`")]
    Empty,
    /// A certificate in it is none.
    #[error("its certificate {number} cannot be used: {error}; export it again as PEM")]
    Certificate {
        /// Its place in the file, counted from 1.
        number: usize,
        /// What the TLS library says.
        error: Error,
    },
}

/// The certificate authorities of this machine, and those of a PEM file.
///
/// What the machine has and cannot be read is left out with a warning: its owner put it there for
/// other programs. The file is meant for us, so all of it must be right.
pub(super) fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, CaFileError> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "Some of this machine's certificate authorities are unreadable");
    }
    let (usable, ignored) = roots.add_parsable_certificates(found.certs);
    tracing::debug!(usable, ignored, "Loaded certificate authorities");
    if let Some(path) = ca_file {
        add_named(&mut roots, path)?;
    }
    Ok(roots)
}

/// Reads the file, and says what is wrong with it.
///
/// # Errors
/// [`CaFileError`] if a [`Dialer`](super::Dialer) could not use it.
pub fn check_ca_file(path: &Path) -> Result<(), CaFileError> {
    add_named(&mut RootCertStore::empty(), path)
}

fn add_named(roots: &mut RootCertStore, path: &Path) -> Result<(), CaFileError> {
    add_file(roots, path).map_err(|kind| CaFileError {
        path: path.to_owned(),
        kind,
    })
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), CaFileErrorKind> {
    let text = std::fs::read(path).map_err(CaFileErrorKind::Read)?;
    let certificates = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, pem::Error>>()
        .map_err(|_| CaFileErrorKind::NotPem)?;
    if certificates.is_empty() {
        return Err(CaFileErrorKind::Empty);
    }
    for (place, certificate) in certificates.into_iter().enumerate() {
        roots.add(certificate).map_err(|error| {
            let number = place + 1;
            CaFileErrorKind::Certificate { number, error }
        })?;
    }
    Ok(())
}

/// What the TLS library refused, if it was that which went wrong.
pub(super) fn refusal(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

/// Why the TLS library refused.
pub(super) fn distrust(error: &Error) -> Distrust {
    let Error::InvalidCertificate(reason) = error else {
        return Distrust::NoTls;
    };
    match reason {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Distrust::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Distrust::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Distrust::OtherHost
        }
        CertificateError::UnknownIssuer => Distrust::UnknownIssuer,
        CertificateError::Other(other) if other.0.is::<NotPinned>() => Distrust::NotPinned,
        _ => Distrust::Unacceptable,
    }
}

/// What a refused certificate, or TLS that did not come about, means for a dial.
pub(super) fn meaning(reason: Distrust) -> DialError {
    match reason {
        Distrust::Expired | Distrust::NotYetValid => LinkError::Clock.into(),
        Distrust::OtherHost => DialError::OtherHost,
        Distrust::NotPinned => LinkError::Pin.into(),
        Distrust::UnknownIssuer | Distrust::Unacceptable | Distrust::NoTls => {
            LinkError::Insecure.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &[u8]) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        std::fs::write(&path, text).unwrap();

        let error = check_ca_file(&path).unwrap_err();

        let shown = error.to_string();
        let named = format!("ca_file {}: ", path.display());
        shown
            .strip_prefix(&named)
            .unwrap_or_else(|| panic!("the file is not named: {shown}"))
            .to_owned()
    }

    #[test]
    fn a_file_that_is_no_certificate_is_named_with_the_cure() {
        assert!(refused(b"").starts_with("holds no certificate; name a file"));
        assert!(refused(b"\xFF\x00 no text").starts_with("holds no certificate"));
        let cut = b"-----BEGIN CERTIFICATE-----\nMIIB\n";
        assert!(refused(cut).starts_with("is not PEM"));
        let nonsense = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(refused(nonsense).starts_with("its certificate 1 cannot be used"));
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = check_ca_file(Path::new("/nowhere/ca.pem")).unwrap_err();

        assert!(
            error
                .to_string()
                .starts_with("ca_file /nowhere/ca.pem: cannot be read: "),
            "{error}"
        );
    }
}
