//! What a sandbox is started with.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use imlink_model::AppKey;

use super::{Tls, doors::Doors, tls::Credentials};
use crate::{AppSettings, Policy, Secret};

/// Addresses, keys and first rules of a sandbox.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where navigation, Server API and control API listen. Default: loopback, any free port.
    pub http: SocketAddr,
    /// Where the gateway listens for its WebSocket form. Default: loopback, any free port.
    pub gateway: SocketAddr,
    /// Where the gateway listens for its TCP form. Default: loopback, any free port.
    pub tcp: SocketAddr,
    /// Where the gateway listens besides, so that clients can fail over. Default: `None`, nowhere.
    pub second: Option<SecondGateway>,
    /// The same over TLS, but for the second gateway. Default: `None`, nothing is.
    pub tls: Option<Tls>,
    /// The first app key. Default: `imlink-sandbox`.
    pub app_key: AppKey,
    /// The secret of its app server. Default: `imlink-sandbox-secret`.
    pub secret: Secret,
    /// Its first rules. Gateway and navigator addresses are filled in where they are empty.
    pub policy: Policy,
    /// Whether tokens name this navigation after `@`. Default: true.
    pub tokens_name_navigator: bool,
    /// The host clients are told to come to. Default: the address listened on.
    pub public_host: Option<String>,
    /// How long a client may take from TCP accept to its upgrade request or CONNECT. Default: 10 s, as long
    /// as clients wait for the socket to open (decisions.md P6).
    pub handshake_time: Duration,
    /// Makes tokens, sessions and uids the same on every run. Default: `None`, no two runs alike.
    pub seed: Option<u64>,
    /// The directory that keeps the state over restarts. Default: `None`, it is gone with the sandbox.
    ///
    /// Kept are app keys with secrets and policies, users, tokens, messages, groups, chatrooms and
    /// how far the clock was put forward; links, faults, counters and transcripts are not, nor the
    /// sandbox's addresses. For [`app_key`](Self::app_key) the [`secret`](Self::secret) given here
    /// holds, and what was kept of its [`policy`](Self::policy).
    ///
    /// The directory is made if there is none, mode 0700, and is one sandbox's at a time. What
    /// happens is written at most 200 ms later, or after ten times as long as a write takes if that
    /// is more; so much is lost if the process or the machine dies. At the end everything is.
    pub data: Option<PathBuf>,
    /// Allows addresses that others on the network can reach. Default: false.
    ///
    /// The risk: everything is in the clear, tokens included, and the control API lets whoever
    /// reaches it read every message and act as any user.
    pub allow_remote: bool,
}

/// Where the gateway listens a second time. Navigation names these addresses after the first ones.
#[derive(Clone, Copy, Debug)]
pub struct SecondGateway {
    /// For its WebSocket form. Default: loopback, any free port.
    pub websocket: SocketAddr,
    /// For its TCP form. Default: loopback, any free port.
    pub tcp: SocketAddr,
}

impl Default for SecondGateway {
    fn default() -> Self {
        let loopback = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        Self {
            websocket: loopback,
            tcp: loopback,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        let loopback = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        Self {
            http: loopback,
            gateway: loopback,
            tcp: loopback,
            second: None,
            tls: None,
            app_key: AppKey::new("imlink-sandbox").expect("the name is an app key"),
            secret: Secret::new("imlink-sandbox-secret"),
            policy: Policy::default(),
            tokens_name_navigator: true,
            public_host: None,
            handshake_time: Duration::from_secs(10),
            seed: None,
            data: None,
            allow_remote: false,
        }
    }
}

impl Config {
    /// Refuses addresses beyond loopback unless the risk was taken.
    pub(super) fn check(&self) -> io::Result<()> {
        Doors::wanted(self).try_map(|address, _| {
            if address.ip().is_loopback() || self.allow_remote {
                return Ok(());
            }
            let text = format!(
                "will not listen on {address}: others could read every message and act as any \
                 user; use a loopback address, or allow remote access if that is wanted"
            );
            Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
        })?;
        Ok(())
    }

    /// What TLS needs, if there is any.
    pub(super) fn credentials(&self) -> io::Result<Option<Credentials>> {
        let host = self.public_host.as_deref();
        let tls = self.tls.as_ref();
        tls.map(|tls| Credentials::make(tls.certificate, host))
            .transpose()
    }

    /// The settings of the first app, once the addresses are known.
    pub(super) fn app(&self, addresses: &Doors<SocketAddr>) -> AppSettings {
        let mut policy = self.policy.clone();
        if policy.gateways.is_empty() {
            policy.gateways = addresses.gateways(|address| self.public(address));
        }
        if policy.navigator.is_none() && self.tokens_name_navigator {
            policy.navigator = Some(format!("http://{}", self.public(addresses.http)));
        }
        AppSettings {
            key: self.app_key.clone(),
            secret: self.secret.clone(),
            policy,
        }
    }

    /// `host:port` as clients are told.
    pub(super) fn public(&self, address: SocketAddr) -> String {
        match &self.public_host {
            None => address.to_string(),
            Some(host) => format!("{host}:{}", address.port()),
        }
    }
}
