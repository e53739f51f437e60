//! How an app's cloud behaves, apart from faults.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Webhook;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Standing rules of one app; each may be changed at any time and holds from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// What navigation names as gateways, by falling weight; to each client those that it can
    /// open. The sandbox's server puts its own addresses here; add dead ones to see clients try
    /// the next.
    pub gateways: Vec<Gateway>,
    /// Whether a new link of a user ends the older ones of the same class (31010). Default: false,
    /// several devices may be online at once (decisions.md P27).
    pub one_device: bool,
    /// Most messages in one answer to a pull, at least 1. Default: 200 (server-api.md 8).
    pub page: usize,
    /// How long messages can be pulled. Default: 7 days (server-api.md 8).
    pub retention: Duration,
    /// Whether pulls are compressed for clients that offer to inflate them. Default: false.
    pub compressed_pulls: bool,
    /// How far back private, group and system histories reach; `None` keeps none and refuses
    /// queries with 25102. Default: 180 days (behaviour.md 13.7).
    pub history: Option<Duration>,
    /// How long after sending a message its sender may edit it; later he gets 20114. Default: a day.
    pub edit_time: Duration,
    /// Whether clients are to ask for unread counts instead of counting themselves
    /// (`serverSaveUnread`), and are told when they change. Default: false.
    pub unread_kept: bool,
    /// Whether clients tell read positions by `updRTime` instead of by messages (`sesDriven`); both
    /// are taken anyway. Default: false.
    pub read_positions: bool,
    /// How far back histories of chatrooms reach; `None` keeps none and refuses queries with 23414.
    /// Default: 60 days (behaviour.md 13.7).
    pub chatroom_history: Option<Duration>,
    /// Most messages a user may send in a time; more get 20604. Default: `None`, no limit.
    pub send_rate: Option<Rate>,
    /// Most calls of one path of the Server API in a time; more get 1008. Default: `None`, no limit;
    /// the vendor's is 100 in a second for most paths (server-api.md 5).
    pub api_rate: Option<Rate>,
    /// Where the app server is called back when a user comes online or goes. Default: `None`,
    /// nowhere.
    pub presence: Option<Webhook>,
    /// Whether a user may be in several chatrooms at once (`joinMChrm`). Default: false, joining one
    /// leaves the other; the vendor's console has the switch.
    pub many_chatrooms: bool,
    /// Most members of a chatroom; the next gets 23411. Default: `None`, no limit
    /// (behaviour.md 13.8).
    pub chatroom_members: Option<usize>,
    /// Whether users may send to chatrooms they are not in, instead of getting 23406. Default:
    /// false; the vendor's is true until its console says otherwise (behaviour.md 13.8).
    pub chatroom_outsiders: bool,
    /// Whether chatrooms carry entries (`kvStorage`). Default: true; without them changes get 23426.
    pub chatroom_entries: bool,
    /// Most changes of entries in one chatroom; more get 23425. Default: 100 in a second
    /// (behaviour.md 13.8).
    pub entry_rate: Option<Rate>,
    /// Whether clients may recall what others sent, instead of getting 25107. Default: true
    /// (behaviour.md 13.7).
    pub recall_of_others: bool,
    /// Whether users get private messages only from those on their allow lists (407). Default:
    /// false.
    pub allow_lists: bool,
    /// What navigation says to a token it does not know.
    pub unknown_token: UnknownToken,
    /// How long a token is good that is issued from now on; later its handshakes get 31020. Default:
    /// `None`, for ever (behaviour.md 10).
    pub token_lifetime: Option<Duration>,
    /// Whether the app is verified at every handshake. No client has what it takes to pass, so each
    /// gets 31005. Default: false.
    pub app_verification: bool,
    /// Whether navigation names the token's user. Default: true.
    pub name_user: bool,
    /// Whether navigation chooses protocol version 4 (`openAnti`). Default: false.
    pub version_4: bool,
    /// Appended to tokens after `@`, so that clients find this navigation without configuration.
    /// The sandbox's server puts its own address here.
    pub navigator: Option<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            gateways: Vec::new(),
            one_device: false,
            page: 200,
            retention: 7 * DAY,
            compressed_pulls: false,
            history: Some(180 * DAY),
            edit_time: DAY,
            unread_kept: false,
            read_positions: false,
            chatroom_history: Some(60 * DAY),
            send_rate: None,
            api_rate: None,
            presence: None,
            many_chatrooms: false,
            chatroom_members: None,
            chatroom_outsiders: false,
            chatroom_entries: true,
            entry_rate: Some(Rate {
                messages: 100,
                per: Duration::from_secs(1),
            }),
            recall_of_others: true,
            allow_lists: false,
            unknown_token: UnknownToken::default(),
            token_lifetime: None,
            app_verification: false,
            name_user: true,
            version_4: false,
            navigator: None,
        }
    }
}

/// One entry of `serverAddr` (protocol/cloud-wire.md 1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gateway {
    /// `host:port`.
    pub addr: String,
    /// 1 is the TCP form in the clear, 2 over TLS; 5 is WebSocket in the clear, 6 over TLS.
    pub protocol: u8,
    /// Higher is tried first.
    pub weight: i32,
}

impl Gateway {
    /// In the clear: a sandbox is on loopback, and nobody knows the authority behind its
    /// certificate.
    const PREFERRED: i32 = 10;
    /// Over TLS.
    const SECOND: i32 = 5;

    /// A gateway of the TCP form in the clear, weight 10.
    #[must_use]
    pub fn tcp(addr: impl Into<String>) -> Self {
        Self::new(addr, Self::TCP, Self::PREFERRED)
    }

    /// A gateway of the TCP form over TLS, weight 5.
    #[must_use]
    pub fn tls(addr: impl Into<String>) -> Self {
        Self::new(addr, Self::TLS, Self::SECOND)
    }

    /// A WebSocket gateway in the clear, weight 10.
    #[must_use]
    pub fn websocket(addr: impl Into<String>) -> Self {
        Self::new(addr, Self::WEBSOCKET, Self::PREFERRED)
    }

    /// A WebSocket gateway over TLS, weight 5.
    #[must_use]
    pub fn secure_websocket(addr: impl Into<String>) -> Self {
        Self::new(addr, Self::SECURE_WEBSOCKET, Self::SECOND)
    }

    /// The same, tried once that with its full weight has failed.
    #[must_use]
    pub fn after_the_first(self) -> Self {
        Self {
            weight: self.weight - 1,
            ..self
        }
    }

    pub(super) const TCP: u8 = 1;
    pub(super) const TLS: u8 = 2;
    pub(super) const WEBSOCKET: u8 = 5;
    pub(super) const SECURE_WEBSOCKET: u8 = 6;

    fn new(addr: impl Into<String>, protocol: u8, weight: i32) -> Self {
        Self {
            addr: addr.into(),
            protocol,
            weight,
        }
    }
}

/// So many in such a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    /// How many.
    pub messages: u32,
    /// In how long; refilled evenly.
    pub per: Duration,
}

/// What navigation says to a token it does not know. The gateway refuses it with 31004 anyway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownToken {
    /// HTTP 403, which clients take for 31004 (protocol/cloud-wire.md 1.4). The default.
    #[default]
    Refuse,
    /// A good answer that names nobody.
    NameNobody,
}
