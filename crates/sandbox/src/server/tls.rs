//! The sandbox over TLS: which addresses, which certificate.

mod certificate;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use rustls::ServerConfig;
use serde::{Deserialize, Serialize};
use tokio_rustls::TlsAcceptor;

use certificate::Identity;

/// Where a sandbox listens for TLS, and as whom.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Navigation, Server API and control API over https. Default: loopback, any free port.
    pub http: SocketAddr,
    /// The gateway's WebSocket form. Default: loopback, any free port.
    pub websocket: SocketAddr,
    /// The gateway's TCP form. Default: loopback, any free port.
    pub tcp: SocketAddr,
    /// What is wrong with the certificate. Default: nothing.
    pub certificate: CertificateKind,
}

impl Default for Tls {
    fn default() -> Self {
        let loopback = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        Self {
            http: loopback,
            websocket: loopback,
            tcp: loopback,
            certificate: CertificateKind::default(),
        }
    }
}

/// The certificate a sandbox shows. All but the last are signed by its own authority, which is made
/// at each start and which nobody trusts unless told to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateKind {
    /// For `localhost`, 127.0.0.1, ::1 and the public host.
    #[default]
    Good,
    /// The same, but its time is over.
    Expired,
    /// The same, but its time is yet to come.
    NotYetValid,
    /// For a host that is none of these.
    WrongHost,
    /// For the same hosts, signed by itself.
    SelfSigned,
}

/// What a sandbox needs to speak TLS.
#[derive(Clone)]
pub(super) struct Credentials {
    pub(super) acceptor: TlsAcceptor,
    /// The authority, for clients to trust.
    pub(super) ca_pem: Arc<str>,
}

impl Credentials {
    /// Makes an authority and a certificate. TLS 1.2 and 1.3.
    pub(super) fn make(kind: CertificateKind, public_host: Option<&str>) -> io::Result<Self> {
        let identity = Identity::make(kind, public_host).map_err(|error| {
            let text = format!("no certificate can be made for this host: {error}");
            io::Error::new(io::ErrorKind::InvalidInput, text)
        })?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder
                    .with_no_client_auth()
                    .with_single_cert(vec![identity.certificate], identity.key)
            })
            .map_err(io::Error::other)?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            ca_pem: identity.ca_pem.into(),
        })
    }
}
