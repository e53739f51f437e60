//! Answers of navigation (protocol/cloud-wire.md 1.3 and 1.4).

use std::time::Duration;

use bytes::Bytes;
use imlink_model::Millis;
use imlink_wire::navigation::{
    NavigationAnswer, NavigatorScheme, ReceivedRequest, ServerAddress, Transports, script,
};

use super::{App, Fault, Gateway, NavigationFault, UnknownToken};

/// What an HTTP server answers.
#[derive(Clone, PartialEq, Eq)]
pub struct NavigationReply {
    /// HTTP status.
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// A JSON object or a script, unless a fault has another idea.
    pub body: Bytes,
    /// How long to wait before answering.
    pub delay: Duration,
}

impl std::fmt::Debug for NavigationReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NavigationReply")
            .field("status", &self.status)
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .field("delay", &self.delay)
            .finish_non_exhaustive()
    }
}

impl NavigationReply {
    fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            location: None,
            body: body.into(),
            delay: Duration::ZERO,
        }
    }
}

impl App {
    pub(super) fn navigate(&mut self, request: &ReceivedRequest, _now: Millis) -> NavigationReply {
        self.counters.navigations += 1;
        let user = self
            .tokens
            .grant(&request.token)
            .map(|grant| grant.user.clone());
        let fault = self.strikes(user.as_ref(), |fault| match fault {
            Fault::Navigation(fault) => Some(fault.clone()),
            _ => None,
        });
        let reply = match (&user, self.policy.unknown_token) {
            (Some(user), _) => self.answer(request, Some(user.as_str())),
            (None, UnknownToken::NameNobody) => self.answer(request, None),
            (None, UnknownToken::Refuse) => {
                tracing::info!(reason = "unknown token", "Navigation refused");
                NavigationReply::new(403, r#"{"code":403}"#)
            }
        };
        match fault {
            None => reply,
            Some(fault) => spoil(reply, fault),
        }
    }

    /// A good answer for a client whose app key or token only the gateway can refuse.
    pub(super) fn lead_to_gateway(&self, request: &ReceivedRequest) -> NavigationReply {
        self.answer(request, None)
    }

    fn answer(&self, request: &ReceivedRequest, user: Option<&str>) -> NavigationReply {
        let answer = self.navigation_answer(request, user.filter(|_| self.policy.name_user));
        let body = match &request.callback {
            Some(callback) => script::render(callback, &answer),
            None => serde_json::to_string(&answer).expect("an answer has no map with foreign keys"),
        };
        NavigationReply::new(200, body)
    }

    fn navigation_answer(&self, request: &ReceivedRequest, user: Option<&str>) -> NavigationAnswer {
        let transports = transports(request);
        let suitable = |gateway: &&Gateway| transports.contains(gateway.protocol);
        let gateways: Vec<_> = self.policy.gateways.iter().filter(suitable).collect();
        // Version 1 has one transport for all its addresses.
        let first = gateways.first().map(|gateway| gateway.protocol);
        let mut addresses = gateways
            .iter()
            .filter(|gateway| Some(gateway.protocol) == first)
            .map(|gateway| gateway.addr.clone());
        NavigationAnswer {
            code: Some(200),
            user_id: Some(user.unwrap_or_default().to_owned()),
            deployment: Some(0),
            server: addresses.next(),
            backup_server: Some(addresses.collect::<Vec<_>>().join(",")),
            open_tls: Some((first == Some(Gateway::TLS)).into()),
            server_addr: Some(gateways.into_iter().map(server_address).collect()),
            open_anti: Some(self.policy.version_4.into()),
            kv_storage: Some(self.policy.chatroom_entries.into()),
            history_msg: Some(self.policy.history.is_some()),
            chatroom_msg: Some(self.policy.chatroom_history.is_some()),
            join_many_chatrooms: Some(self.policy.many_chatrooms),
            msg_modify_minute: i64::try_from(self.policy.edit_time.as_secs() / 60).ok(),
            ses_driven: Some(self.policy.read_positions.into()),
            server_save_unread: Some(self.policy.unread_kept.into()),
            log_switch: Some(0),
            log_policy: Some(String::new()),
            ..NavigationAnswer::default()
        }
    }
}

/// The transports a client is told of: those it asks for, else those that clients like it can open.
///
/// The web SDK takes every protocol but 5 for wss, and asks for the one it can open: 5, or 6 where
/// it came over https (protocol/cloud-wire.md 1.1, 1.3); so does version 1, without asking. The
/// desktop SDK has no WebSocket (protocol/cloud-tcp.md 1), asks for 1 and 2, and drops the rest
/// itself; it does not call itself a browser.
fn transports(request: &ReceivedRequest) -> Transports {
    if let Some(asked) = &request.transports {
        return asked.clone();
    }
    let is_web = matches!(request.platform.as_str(), "" | "browser");
    match (is_web, request.scheme) {
        (true, NavigatorScheme::Http) => Transports::from_iter([Gateway::WEBSOCKET]),
        (true, NavigatorScheme::Https) => Transports::from_iter([Gateway::SECURE_WEBSOCKET]),
        (false, NavigatorScheme::Http | NavigatorScheme::Https) => {
            Transports::from_iter([Gateway::TCP, Gateway::TLS])
        }
    }
}

fn server_address(gateway: &Gateway) -> ServerAddress {
    ServerAddress {
        addr: gateway.addr.clone(),
        protocol: Some(gateway.protocol.into()),
        weight: Some(gateway.weight.into()),
    }
}

fn spoil(reply: NavigationReply, fault: NavigationFault) -> NavigationReply {
    match fault {
        NavigationFault::Status(status) => NavigationReply::new(status, "{}"),
        NavigationFault::Empty => NavigationReply::new(200, ""),
        NavigationFault::NotJson => {
            NavigationReply::new(200, "<!doctype html><title>Sign in to this network</title>")
        }
        NavigationFault::Huge(bytes) => NavigationReply {
            body: padded(&reply.body, bytes),
            ..reply
        },
        NavigationFault::Body(body) => NavigationReply::new(200, body),
        NavigationFault::Slow(delay) => NavigationReply { delay, ..reply },
        NavigationFault::Redirect(location) => NavigationReply {
            location: Some(location),
            ..NavigationReply::new(302, "")
        },
    }
}

/// The same JSON with white space after it: whoever reads all of it finds a good answer.
fn padded(body: &[u8], bytes: usize) -> Bytes {
    let mut padded = body.to_vec();
    padded.resize(padded.len().max(bytes), b' ');
    padded.into()
}
