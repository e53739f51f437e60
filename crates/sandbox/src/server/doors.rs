//! Everything a sandbox listens on.

use std::{
    io,
    net::{SocketAddr, TcpListener},
};

use super::Config;
use crate::Gateway;

/// One thing per address: what is asked for, what is bound, or where that is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doors<T> {
    /// Navigation, Server API and control API.
    pub(super) http: T,
    /// The gateway's WebSocket form.
    pub(super) websocket: T,
    /// The gateway's TCP form.
    pub(super) tcp: T,
    /// The gateway again, at other addresses.
    pub(super) second: Option<SecondDoors<T>>,
    /// The first three over TLS.
    pub(super) secure: Option<SecureDoors<T>>,
}

/// Where the gateway listens a second time.
#[derive(Clone, Copy, Debug)]
pub(super) struct SecondDoors<T> {
    pub(super) websocket: T,
    pub(super) tcp: T,
}

/// What is listened on over TLS.
#[derive(Clone, Copy, Debug)]
pub(super) struct SecureDoors<T> {
    pub(super) http: T,
    pub(super) websocket: T,
    pub(super) tcp: T,
}

impl Doors<SocketAddr> {
    /// What is asked for.
    pub(super) fn wanted(config: &Config) -> Self {
        Self {
            http: config.http,
            websocket: config.gateway,
            tcp: config.tcp,
            second: config.second.map(|second| SecondDoors {
                websocket: second.websocket,
                tcp: second.tcp,
            }),
            secure: config.tls.as_ref().map(|tls| SecureDoors {
                http: tls.http,
                websocket: tls.websocket,
                tcp: tls.tcp,
            }),
        }
    }

    /// Binds all. Says address and purpose of the one it cannot.
    pub(super) fn bind(self) -> io::Result<Doors<TcpListener>> {
        self.try_map(bind)
    }

    /// The gateways navigation names, as clients are told of them.
    pub(super) fn gateways(&self, public: impl Fn(SocketAddr) -> String) -> Vec<Gateway> {
        let first = [
            Gateway::websocket(public(self.websocket)),
            Gateway::tcp(public(self.tcp)),
        ];
        let second = self.second.map(|second| {
            [
                Gateway::websocket(public(second.websocket)).after_the_first(),
                Gateway::tcp(public(second.tcp)).after_the_first(),
            ]
        });
        let secure = self.secure.map(|secure| {
            [
                Gateway::secure_websocket(public(secure.websocket)),
                Gateway::tls(public(secure.tcp)),
            ]
        });
        first
            .into_iter()
            .chain(second.into_iter().flatten())
            .chain(secure.into_iter().flatten())
            .collect()
    }
}

impl Doors<TcpListener> {
    /// Where they are.
    pub(super) fn addresses(&self) -> io::Result<Doors<SocketAddr>> {
        self.as_ref().try_map(|listener, _| listener.local_addr())
    }
}

impl<T> Doors<T> {
    pub(super) fn as_ref(&self) -> Doors<&T> {
        Doors {
            http: &self.http,
            websocket: &self.websocket,
            tcp: &self.tcp,
            second: self.second.as_ref().map(|second| SecondDoors {
                websocket: &second.websocket,
                tcp: &second.tcp,
            }),
            secure: self.secure.as_ref().map(|secure| SecureDoors {
                http: &secure.http,
                websocket: &secure.websocket,
                tcp: &secure.tcp,
            }),
        }
    }

    /// Every one in turn, with what it is for.
    pub(super) fn try_map<U, E>(
        self,
        mut map: impl FnMut(T, &'static str) -> Result<U, E>,
    ) -> Result<Doors<U>, E> {
        Ok(Doors {
            http: map(self.http, "navigation and the Server API")?,
            websocket: map(self.websocket, "the gateway")?,
            tcp: map(self.tcp, "the TCP gateway")?,
            second: match self.second {
                None => None,
                Some(second) => Some(SecondDoors {
                    websocket: map(second.websocket, "the second gateway")?,
                    tcp: map(second.tcp, "the second TCP gateway")?,
                }),
            },
            secure: match self.secure {
                None => None,
                Some(secure) => Some(SecureDoors {
                    http: map(secure.http, "navigation over https")?,
                    websocket: map(secure.websocket, "the gateway over TLS")?,
                    tcp: map(secure.tcp, "the TCP gateway over TLS")?,
                }),
            },
        })
    }
}

/// Binds a listener that can be handed to a runtime. Says the address and purpose if it cannot.
pub(super) fn bind(address: SocketAddr, purpose: &str) -> io::Result<TcpListener> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    bound.map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("cannot listen on {address} for {purpose}: {error}"),
        )
    })
}
