//! Opening a byte stream to a host, encrypted or not.

use std::io;
use std::sync::Arc;

use imlink_connection::LinkError;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A byte stream, whatever carries it.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Whether a stream is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    Clear,
    Tls,
}

/// Opens streams; cheap to clone.
#[derive(Clone)]
pub struct Dialer {
    tls: TlsConnector,
}

impl Dialer {
    /// A dialer that trusts the certificate authorities of this machine.
    ///
    /// TLS 1.2 and 1.3; keys are never logged, whatever `SSLKEYLOGFILE` says (F-K08).
    ///
    /// # Errors
    /// If the TLS library refuses its own defaults, which no input can cause.
    pub fn new() -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!(%error, "Some of this machine's certificate authorities are unreadable");
        }
        let (usable, ignored) = roots.add_parsable_certificates(found.certs);
        tracing::debug!(usable, ignored, "Loaded certificate authorities");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
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
        let stream = TcpStream::connect(&*addresses)
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
                let stream = self.tls.connect(name, stream).await.map_err(|error| {
                    tracing::warn!(%error, "No secure connection");
                    LinkError::Insecure
                })?;
                Ok(Box::new(stream))
            }
        }
    }
}

/// What an I/O error means for the link.
pub(super) fn link_error(error: &io::Error) -> LinkError {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => LinkError::Reset,
        io::ErrorKind::TimedOut => LinkError::TimedOut,
        io::ErrorKind::UnexpectedEof => LinkError::Closed,
        _ => LinkError::Refused,
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
