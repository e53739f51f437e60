//! From the first byte to who it is, in any form.

use std::{error::Error, io};

use imlink_wire::ProtocolVersion;
use imlink_wire::handshake::HandshakeError;
use tokio::io::DuplexStream;
use tokio_tungstenite::tungstenite;

use crate::{
    Greeting,
    server::gateway::{
        Form, Speech, Stream,
        connect::{self, ConnectError, Connected},
        framing::{Framing, WebSocket},
        upgrade::{self, Upgraded},
    },
};

/// A client that can be answered.
pub(super) struct Greeted {
    pub(super) framing: Framing,
    pub(super) hello: Hello,
}

/// What it said.
pub(super) enum Hello {
    /// Who it is.
    Client {
        greeting: Greeting,
        /// The same for the transcript, without the token.
        request: String,
    },
    /// It speaks a protocol version nobody knows.
    Stranger(Box<dyn Error + Send + Sync>),
}

/// Why there is nobody to answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum GreetError {
    #[error("no TLS")]
    Tls(#[source] io::Error),
    #[error("no WebSocket")]
    Upgrade(#[from] Box<tungstenite::Error>),
    #[error(transparent)]
    Connect(#[from] ConnectError),
}

impl GreetError {
    /// Status and reason, if the client has been told.
    pub(super) fn refusal(&self) -> Option<(u16, &str)> {
        let Self::Upgrade(error) = self else {
            return None;
        };
        let tungstenite::Error::Http(response) = &**error else {
            return None;
        };
        let reason = response.body().as_deref().unwrap_or_default();
        let reason = str::from_utf8(reason).unwrap_or_default();
        Some((response.status().as_u16(), reason))
    }
}

/// Waits until the client has said who it is.
pub(super) async fn greet(stream: DuplexStream, speech: Speech) -> Result<Greeted, GreetError> {
    let stream: Box<dyn Stream> = match speech.tls {
        None => Box::new(stream),
        Some(tls) => Box::new(tls.accept(stream).await.map_err(GreetError::Tls)?),
    };
    match speech.form {
        Form::WebSocket => Ok(upgraded(upgrade::accept(stream).await.map_err(Box::new)?)),
        Form::Tcp => Ok(connected(connect::accept(stream).await?)),
    }
}

fn upgraded(upgraded: Upgraded) -> Greeted {
    let Upgraded {
        socket,
        request,
        handshake,
    } = upgraded;
    let (version, hello) = match handshake {
        Ok(handshake) => {
            let greeting = Greeting::from(&handshake);
            (greeting.version, Hello::Client { greeting, request })
        }
        Err(error @ (HandshakeError::Missing(_) | HandshakeError::ProtocolVersion)) => {
            (ProtocolVersion::default(), Hello::Stranger(error.into()))
        }
    };
    Greeted {
        framing: Framing::WebSocket(Box::new(WebSocket::new(socket, version))),
        hello,
    }
}

fn connected(connected: Connected) -> Greeted {
    let Connected { framing, connect } = connected;
    let hello = match connect {
        Ok(connect) => Hello::Client {
            greeting: Greeting::from(&connect),
            request: connect::without_token(&connect),
        },
        Err(error) => Hello::Stranger(error.into()),
    };
    Greeted {
        framing: Framing::Tcp(framing),
        hello,
    }
}
