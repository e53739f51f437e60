//! Opening a byte stream to a host, encrypted or not.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use imlink_connection::{LinkError, Timings};
use imlink_model::Proxy;
use imlink_wire::navigation::GatewayScheme;
use rustix::io::Errno;
use rustls::ClientConfig;
use rustls::client::{VerifierBuilderError, WebPkiServerVerifier};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::pins::{Pin, Pinned};
use super::proxy::{self, ProxyInUse};
use super::race;
use super::trust::{self, CaFileError};
use crate::aside::aside;

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

/// How long names may take to resolve: less than the 10 s in which a dial must be through
/// (decisions.md P6), so that it is known who was slow (F-S02). A resolver that never answers is
/// left alone then, on a thread that nobody waits for.
const NAME_DEADLINE: Duration = Duration::from_secs(8);

/// Opens streams; cheap to clone.
#[derive(Clone)]
pub struct Dialer {
    tls: TlsConnector,
    proxy: ProxyInUse,
    /// See [`Timings::write`].
    pub(super) write: Duration,
}

/// Why no dialer can be made.
#[derive(Debug, thiserror::Error)]
pub enum DialerError {
    /// The file of certificate authorities cannot be used.
    #[error(transparent)]
    CaFile(#[from] CaFileError),
    /// Pins are checked beside authorities, and there are none.
    #[error(
        "pins: this machine has no certificate authorities; name those of the cloud as `ca_file`"
    )]
    NoAuthorities(#[source] VerifierBuilderError),
    /// The TLS library refuses its own defaults, which no input can cause.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// Why there is no stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DialError {
    /// The certificate is a good one, of somebody else.
    OtherHost,
    /// Anything else.
    Link(LinkError),
}

impl Dialer {
    /// A dialer that trusts the certificate authorities of this machine, and those in a file;
    /// where there are pins, only certificates with one of those keys.
    ///
    /// TLS 1.2 and 1.3; keys are never logged, whatever `SSLKEYLOGFILE` says (F-K08). Names are
    /// always checked; nothing switches that off (F-S27).
    ///
    /// # Errors
    /// [`DialerError`], mostly for the file.
    pub fn new(
        ca_file: Option<&Path>,
        pins: &[Pin],
        proxy: ProxyInUse,
    ) -> Result<Self, DialerError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = trust::roots(ca_file)?;
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let config = match pins {
            [] => config.with_root_certificates(roots),
            pins => {
                let authorities =
                    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
                        .build()
                        .map_err(DialerError::NoAuthorities)?;
                config
                    .dangerous()
                    .with_custom_certificate_verifier(Arc::new(Pinned::new(authorities, pins)))
            }
        };
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config.with_no_client_auth())),
            proxy,
            write: Timings::default().write,
        })
    }

    /// The same, with another deadline for a write.
    #[must_use]
    pub fn writing_within(self, write: Duration) -> Self {
        Self { write, ..self }
    }

    /// Opens a stream to `host:port`, through the proxy if there is one.
    pub(super) async fn dial(
        &self,
        authority: &str,
        security: Security,
    ) -> Result<Box<dyn Stream>, DialError> {
        let stream: Box<dyn Stream> = match self.proxy_towards(authority) {
            Some(proxy) => proxy::connect(&proxy, authority).await?,
            None => Box::new(tcp(authority).await?),
        };
        match security {
            Security::Clear => Ok(stream),
            Security::Tls => Ok(Box::new(self.secure(authority, stream).await?)),
        }
    }

    /// Makes a stream secure; only what `authority` names is believed at its other end.
    pub(super) async fn secure<S: Stream>(
        &self,
        authority: &str,
        stream: S,
    ) -> Result<TlsStream<S>, DialError> {
        let secured = self.handshake(authority, stream).await;
        secured.map_err(|error| tls_error(authority, &error))
    }

    /// The same, with the TLS library's own words for what it refuses.
    pub(super) async fn handshake<S: Stream>(
        &self,
        authority: &str,
        stream: S,
    ) -> io::Result<TlsStream<S>> {
        let name = ServerName::try_from(host(authority).to_owned()).map_err(io::Error::other)?;
        self.tls.connect(name, stream).await
    }

    /// The proxy for a dial to `host:port`.
    pub(super) fn proxy_towards(&self, authority: &str) -> Option<Arc<Proxy>> {
        self.proxy.towards(host(authority))
    }
}

impl From<LinkError> for DialError {
    fn from(error: LinkError) -> Self {
        Self::Link(error)
    }
}

/// A link to somebody else is not secure.
impl From<DialError> for LinkError {
    fn from(error: DialError) -> Self {
        match error {
            DialError::OtherHost => Self::Insecure,
            DialError::Link(error) => error,
        }
    }
}

/// Opens a TCP connection to `host:port`, past any proxy.
pub(super) async fn tcp(authority: &str) -> Result<TcpStream, LinkError> {
    let addresses = resolve(authority).await?;
    let stream = race::connect(addresses)
        .await
        .map_err(|error| link_error(&error))?;
    // Chat is small packets that somebody waits for.
    stream
        .set_nodelay(true)
        .map_err(|error| link_error(&error))?;
    Ok(stream)
}

/// The addresses of `host:port`.
pub(super) async fn resolve(authority: &str) -> Result<Vec<SocketAddr>, LinkError> {
    if let Ok(address) = authority.parse() {
        return Ok(vec![address]);
    }
    let name = authority.to_owned();
    let lookup = aside("imlink-names", move || name.to_socket_addrs());
    let error = match tokio::time::timeout(NAME_DEADLINE, lookup).await {
        Ok(Ok(Ok(addresses))) => return Ok(addresses.collect()),
        Ok(Ok(Err(error)) | Err(error)) => error,
        Err(_) => io::ErrorKind::TimedOut.into(),
    };
    tracing::debug!(%error, authority, "The name is not resolved");
    Err(LinkError::Unresolved)
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
fn tls_error(authority: &str, error: &io::Error) -> DialError {
    match trust::refusal(error) {
        Some(refusal) => {
            let reason = trust::distrust(refusal);
            let advice = reason.advice();
            tracing::warn!(host = authority, error = %refusal, advice, "No secure connection");
            trust::meaning(reason)
        }
        None => link_error(error).into(),
    }
}

pub(super) fn host(authority: &str) -> &str {
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
