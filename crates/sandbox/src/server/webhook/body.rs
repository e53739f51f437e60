//! What app servers are told, in the form of their generation (server-api.md 6).

use std::net::SocketAddr;

use imlink_model::Millis;
use serde_json::{Map, Value, json};

use crate::{
    DeviceClass, Presence, PresenceChange, Secret, Webhook, WebhookBody,
    api::{self, Generation},
};

/// A link has come or gone. What is not known is left out.
pub(super) fn presence(
    webhook: &Webhook,
    event: &Presence,
    peer: Option<SocketAddr>,
    now: Millis,
) -> Value {
    let user = match webhook.generation {
        Generation::RongCloud => "userid",
        Generation::Nexconn => "userId",
    };
    let mut object = Map::new();
    object.insert(user.to_owned(), event.user.as_str().into());
    object.insert("status".to_owned(), status(event.change).into());
    object.insert("time".to_owned(), now.0.into());
    object.insert("sessionId".to_owned(), event.session.as_str().into());
    if let (PresenceChange::Online, Some(os)) = (event.change, os(event.class)) {
        object.insert("os".to_owned(), os.into());
    }
    if let Some(peer) = peer {
        object.insert("clientIp".to_owned(), peer.to_string().into());
    }
    match (webhook.generation, webhook.body) {
        (Generation::RongCloud, WebhookBody::Array) => json!([object]),
        (Generation::RongCloud, WebhookBody::Object) => Value::Object(object),
        (Generation::Nexconn, _) => json!({
            "type": "user:connection_status",
            "id": format!("{:032x}", rand::random::<u128>()),
            "time": now.0,
            "data": [object],
        }),
    }
}

/// The URL with the signature that the vendor appends; of the names of its parameters only the first
/// is documented, the others are the usual ones.
pub(super) fn signed(url: &str, secret: &Secret, now: Millis) -> String {
    let nonce = rand::random::<u32>().to_string();
    let timestamp = now.0.to_string();
    let signature = api::sign(secret.reveal(), &nonce, &timestamp);
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}nonce={nonce}&signTimestamp={timestamp}&signature={signature}")
}

const fn status(change: PresenceChange) -> &'static str {
    match change {
        PresenceChange::Online => "0",
        PresenceChange::Offline => "1",
        PresenceChange::LoggedOut => "2",
    }
}

/// The vendor's name of what a client runs on. Phones are one class here, so theirs is not known.
const fn os(class: DeviceClass) -> Option<&'static str> {
    match class {
        DeviceClass::Web => Some("Websocket"),
        DeviceClass::MiniProgram => Some("MiniProgram"),
        DeviceClass::Desktop => Some("PC"),
        DeviceClass::Mobile => None,
    }
}
