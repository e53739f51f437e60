//! Opening a byte stream to a host, encrypted or not.

use std::io;
use std::path::Path;
use std::sync::Arc;

use imlink_connection::LinkError;
use imlink_wire::navigation::GatewayScheme;
use rustix::io::Errno;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

use super::race;
use super::trust::{self, CaFileError};

/// A byte stream, whatever carries it.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Whether a stream is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    Clear,
    Tls,
}

impl Security {
    /// What an address promises.
    pub(super) const fn of(scheme: GatewayScheme) -> Self {
        if scheme.is_encrypted() {
            Self::Tls
        } else {
            Self::Clear
        }
    }
}

/// Opens streams; cheap to clone.
#[derive(Clone)]
pub struct Dialer {
    tls: TlsConnector,
}

/// Why no dialer can be made.
#[derive(Debug, thiserror::Error)]
pub enum DialerError {
    /// The file of certificate authorities cannot be used.
    #[error(transparent)]
    CaFile(#[from] CaFileError),
    /// The TLS library refuses its own defaults, which no input can cause.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

impl Dialer {
    /// A dialer that trusts the certificate authorities of this machine, and those in a file.
    ///
    /// TLS 1.2 and 1.3; keys are never logged, whatever `SSLKEYLOGFILE` says (F-K08). Names are
    /// always checked; nothing switches that off (F-S27).
    ///
    /// # Errors
    /// [`DialerError`], mostly for the file.
    pub fn new(ca_file: Option<&Path>) -> Result<Self, DialerError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(trust::roots(ca_file)?)
            .with_no_client_auth();
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config)),
        })
    }

    /// Opens a stream to `host:port`.
    pub(super) async fn dial(
        &self,
        authority: &str,
        security: Security,
    ) -> Result<Box<dyn Stream>, LinkError> {
        let addresses: Vec<_> = tokio::net::lookup_host(authority)
            .await
            .map_err(|error| {
                tracing::debug!(%error, authority, "The name is not resolved");
                LinkError::Unresolved
            })?
            .collect();
        let stream = race::connect(addresses)
            .await
            .map_err(|error| link_error(&error))?;
        // Chat is small packets that somebody waits for.
        stream
            .set_nodelay(true)
            .map_err(|error| link_error(&error))?;
        match security {
            Security::Clear => Ok(Box::new(stream)),
            Security::Tls => {
                let name = ServerName::try_from(host(authority).to_owned())
                    .map_err(|_| LinkError::Unresolved)?;
                let stream = self
                    .tls
                    .connect(name, stream)
                    .await
                    .map_err(|error| tls_error(authority, &error))?;
                Ok(Box::new(stream))
            }
        }
    }
}

/// This machine has no socket to give: too many descriptors, or too little memory.
const OUT_OF_SOCKETS: [Errno; 4] = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM];

/// What an I/O error means for the link.
pub(super) fn link_error(error: &io::Error) -> LinkError {
    if Errno::from_io_error(error).is_some_and(|errno| OUT_OF_SOCKETS.contains(&errno)) {
        return LinkError::NoSocket;
    }
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => LinkError::Reset,
        io::ErrorKind::TimedOut => LinkError::TimedOut,
        io::ErrorKind::UnexpectedEof => LinkError::Closed,
        _ => LinkError::Refused,
    }
}

/// Only what the TLS library refuses is a matter of trust; a peer that hangs up is not.
fn tls_error(authority: &str, error: &io::Error) -> LinkError {
    let refused = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match refused {
        Some(reason) => {
            let advice = trust::advice(reason);
            tracing::warn!(gateway = authority, error = %reason, advice, "No secure connection");
            LinkError::Insecure
        }
        None => link_error(error),
    }
}

fn host(authority: &str) -> &str {
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address_loses_its_port_and_brackets() {
        assert_eq!(host("example.com:443"), "example.com");
        assert_eq!(host("[::1]:443"), "::1");
    }
}
