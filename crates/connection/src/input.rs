//! What the machine is told.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use imlink_model::{Code, ProxyFault, uplink::Command};
use imlink_wire::{DecodeError, ServerPacket};

/// Names one request, dial or link; every [`Action`](crate::Action) that starts one has a new
/// one.
///
/// A completion that carries an older generation than the one under way is ignored, so a shell
/// need not cancel anything in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub(crate) u64);

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names one [`Action::Record`](crate::Action::Record) until its fate is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub(crate) u64);

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something happened outside.
#[derive(Clone, Debug)]
pub enum Input {
    /// The Hub asks for something.
    Command(Command),
    /// The navigation request of this generation ended.
    Navigated {
        /// Of the [`Action::Navigate`](crate::Action::Navigate).
        generation: Generation,
        /// What the navigator answered, whatever its status, or why there is no answer.
        ///
        /// The shell reads at most [`MAX_ANSWER`](imlink_wire::navigation::MAX_ANSWER) bytes,
        /// follows no redirect, and needs no time limit of its own.
        result: Result<HttpAnswer, LinkError>,
    },
    /// The dial of this generation has an open link; the first packet is awaited.
    Opened {
        /// Of the [`Action::Dial`](crate::Action::Dial).
        generation: Generation,
    },
    /// The link of this generation gave a packet, or bytes that are none.
    Packet {
        /// Of the [`Action::Dial`](crate::Action::Dial).
        generation: Generation,
        /// The packet, or why it is none.
        packet: Result<ServerPacket, DecodeError>,
    },
    /// The link of this generation gave bytes that are no whole packet yet: a sign of life.
    ///
    /// Optional. Without it a packet that takes longer than the keep-alive allows ends the link.
    Alive {
        /// Of the [`Action::Dial`](crate::Action::Dial).
        generation: Generation,
    },
    /// The dial of this generation failed, or its link is gone.
    Lost {
        /// Of the [`Action::Dial`](crate::Action::Dial).
        generation: Generation,
        /// Why.
        error: LinkError,
    },
    /// A record is durable.
    Recorded {
        /// Of the [`Action::Record`](crate::Action::Record).
        id: RecordId,
    },
    /// A record could not be made durable; nothing of it was.
    RecordFailed {
        /// Of the [`Action::Record`](crate::Action::Record).
        id: RecordId,
        /// Why.
        code: Code,
    },
}

/// What a navigator answered.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// HTTP status.
    pub status: u16,
    /// The body, as far as it was read.
    pub body: Bytes,
    /// How long the navigator wants to be left alone, if it says so.
    pub retry_after: Option<Duration>,
}

impl fmt::Debug for HttpAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpAnswer({}, {} bytes)", self.status, self.body.len())
    }
}

/// Why there is no answer or no link, as far as a transport can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The name has no address, or the resolver does not answer.
    #[error("name not resolved")]
    Unresolved,
    /// This machine has no socket to give.
    #[error("no socket")]
    NoSocket,
    /// Nobody listens there, or the network says it cannot be reached.
    #[error("connection refused")]
    Refused,
    /// A deadline of the transport ran out.
    #[error("timed out")]
    TimedOut,
    /// The other end closed the link.
    #[error("closed by the other end")]
    Closed,
    /// The link was torn down by the other end or something on the way.
    #[error("connection reset")]
    Reset,
    /// The certificate or the TLS handshake was not acceptable.
    #[error("no secure connection")]
    Insecure,
    /// By this machine's clock the certificate is not valid yet or not any more.
    #[error("certificate not valid at this time")]
    Clock,
    /// The certificate has none of the pinned keys.
    #[error("certificate without a pinned key")]
    Pin,
    /// Something on the way answers in the other end's place.
    #[error("something else answers")]
    Portal,
    /// The other end answered, but it does not speak the protocol.
    #[error("not the expected protocol")]
    Protocol,
    /// More bytes than are accepted.
    #[error("message too large")]
    TooLarge,
    /// The configured proxy cannot be used.
    #[error("proxy unavailable: {0}")]
    Proxy(ProxyFault),
}

impl LinkError {
    /// Whether it says more about a whole round of dials than that nobody was there.
    pub(crate) const fn tells_more(self) -> bool {
        match self {
            Self::Insecure | Self::Clock | Self::Pin | Self::Portal | Self::NoSocket => true,
            Self::Unresolved
            | Self::Refused
            | Self::TimedOut
            | Self::Closed
            | Self::Reset
            | Self::Protocol
            | Self::TooLarge
            | Self::Proxy(_) => false,
        }
    }

    /// The code apps see when an online link ends this way (behaviour.md 12.1).
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Self::Unresolved => Code::RC_DOMAIN_NOT_RESOLVE,
            Self::NoSocket => Code::RC_SOCKET_NOT_CREATED,
            Self::Refused => Code::CONNECTION_REFUSED,
            Self::TimedOut | Self::Closed | Self::TooLarge => Code::RC_SOCKET_DISCONNECTED,
            Self::Reset => Code::RC_TCP_RESET,
            Self::Insecure => Code::LOCAL_INSECURE,
            Self::Clock => Code::LOCAL_CLOCK,
            Self::Pin => Code::LOCAL_PIN,
            Self::Portal => Code::LOCAL_PORTAL,
            Self::Protocol => Code::RC_TCP_DISCONNECTED_NO_RMTP,
            Self::Proxy(_) => Code::RC_CONN_PROXY_UNAVAILABLE,
        }
    }
}
