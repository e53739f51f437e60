//! Answers of navigation (protocol/cloud-wire.md 1.3 and 1.4).

use std::time::Duration;

use bytes::Bytes;
use imlink_model::Millis;
use imlink_wire::navigation::{NavigationAnswer, ReceivedRequest, ServerAddress, script};

use super::{App, Fault, NavigationFault, UnknownToken};

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
        let answer = self.navigation_answer(user.filter(|_| self.policy.name_user));
        let body = match &request.callback {
            Some(callback) => script::render(callback, &answer),
            None => serde_json::to_string(&answer).expect("an answer has no map with foreign keys"),
        };
        NavigationReply::new(200, body)
    }

    fn navigation_answer(&self, user: Option<&str>) -> NavigationAnswer {
        let gateways = &self.policy.gateways;
        let mut addresses = gateways.iter().map(|gateway| gateway.addr.clone());
        NavigationAnswer {
            code: Some(200),
            user_id: Some(user.unwrap_or_default().to_owned()),
            deployment: Some(0),
            server: addresses.next(),
            backup_server: Some(addresses.collect::<Vec<_>>().join(",")),
            server_addr: Some(
                gateways
                    .iter()
                    .map(|gateway| ServerAddress {
                        addr: gateway.addr.clone(),
                        protocol: Some(gateway.protocol.into()),
                        weight: Some(gateway.weight.into()),
                    })
                    .collect(),
            ),
            open_anti: Some(self.policy.version_4.into()),
            kv_storage: Some(0),
            history_msg: Some(false),
            chatroom_msg: Some(false),
            join_many_chatrooms: Some(false),
            log_switch: Some(0),
            log_policy: Some(String::new()),
            ..NavigationAnswer::default()
        }
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
