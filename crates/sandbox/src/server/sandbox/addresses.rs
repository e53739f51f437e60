//! Where a sandbox is, for clients and for whoever starts it.

use std::{net::SocketAddr, sync::Arc};

use super::Sandbox;
use crate::{
    Gateway, Policy,
    server::{Config, doors::Doors, tls::Credentials},
};

impl Sandbox {
    /// Base address of navigation, Server API and control API, for example
    /// `http://127.0.0.1:4000`.
    #[must_use]
    pub fn navigator(&self) -> String {
        self.public.navigator()
    }

    /// The same over TLS, for example `https://127.0.0.1:4001`; `None` without [`Config::tls`].
    #[must_use]
    pub fn https_navigator(&self) -> Option<String> {
        let https = self.public.https.as_ref()?;
        Some(format!("https://{https}"))
    }

    /// Where HTTP listens.
    #[must_use]
    pub fn http_address(&self) -> SocketAddr {
        self.addresses.http
    }

    /// Where the gateway listens for its WebSocket form, if it does.
    #[must_use]
    pub fn gateway_address(&self) -> SocketAddr {
        self.addresses.websocket
    }

    /// Where the gateway listens for its TCP form, if it does.
    #[must_use]
    pub fn tcp_address(&self) -> SocketAddr {
        self.addresses.tcp
    }

    /// Where the gateway listens a second time for its WebSocket form; `None` without
    /// [`Config::second`].
    #[must_use]
    pub fn second_gateway_address(&self) -> Option<SocketAddr> {
        self.addresses.second.map(|second| second.websocket)
    }

    /// Where the gateway listens a second time for its TCP form; `None` without
    /// [`Config::second`].
    #[must_use]
    pub fn second_tcp_address(&self) -> Option<SocketAddr> {
        self.addresses.second.map(|second| second.tcp)
    }

    /// Where HTTP listens over TLS; `None` without [`Config::tls`].
    #[must_use]
    pub fn https_address(&self) -> Option<SocketAddr> {
        self.addresses.secure.map(|secure| secure.http)
    }

    /// Where the gateway listens for its WebSocket form over TLS; `None` without [`Config::tls`].
    #[must_use]
    pub fn wss_address(&self) -> Option<SocketAddr> {
        self.addresses.secure.map(|secure| secure.websocket)
    }

    /// Where the gateway listens for its TCP form over TLS; `None` without [`Config::tls`].
    #[must_use]
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.addresses.secure.map(|secure| secure.tcp)
    }

    /// The authority behind the sandbox's certificate, as PEM, for clients to trust; made at each
    /// start. `None` without [`Config::tls`].
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.public.ca_pem.as_deref()
    }
}

/// What clients are told.
pub(super) struct Public {
    http: String,
    https: Option<String>,
    gateways: Vec<Gateway>,
    tokens_name_navigator: bool,
    ca_pem: Option<Arc<str>>,
}

impl Public {
    pub(super) fn new(
        config: &Config,
        addresses: &Doors<SocketAddr>,
        credentials: Option<&Credentials>,
    ) -> Self {
        Self {
            http: config.public(addresses.http),
            https: addresses.secure.map(|secure| config.public(secure.http)),
            gateways: addresses.gateways(|address| config.public(address)),
            tokens_name_navigator: config.tokens_name_navigator,
            ca_pem: credentials.map(|credentials| credentials.ca_pem.clone()),
        }
    }

    /// Has an app lead its clients here.
    pub(super) fn put_in(&self, policy: &mut Policy) {
        policy.gateways.clone_from(&self.gateways);
        policy.navigator = self.tokens_name_navigator.then(|| self.navigator());
    }

    fn navigator(&self) -> String {
        format!("http://{}", self.http)
    }
}
