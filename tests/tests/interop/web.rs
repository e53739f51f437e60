//! The web SDK lives its life against the gateway: web SDKs among themselves, one topic a file.

mod chatroom;
mod conversation;
mod group;
mod history;
mod message;
mod offline;
mod refused;
mod rules;
mod settings;

use imlink::UserId;
use imlink_sandbox::{Config, Policy, Sandbox};
use imlink_tests::require;
use serde_json::{Value, json};

use crate::installed::Interop;
use crate::sdk::Sdk;

/// A cloud, and who lives in it.
struct World {
    sandbox: Sandbox,
    interop: Interop,
}

impl World {
    /// A cloud with nobody in it, if this machine can run the SDK.
    fn new(test: &str) -> Option<Self> {
        Self::under(test, Policy::default())
    }

    /// The same, with rules of its own.
    fn under(test: &str, policy: Policy) -> Option<Self> {
        let interop = require(test, Interop::find())?;
        let config = Config {
            policy,
            ..Config::default()
        };
        let sandbox = Sandbox::spawn(config).unwrap();
        Some(Self { sandbox, interop })
    }

    /// One more device of a user.
    async fn device(&self, user: &str) -> Sdk {
        let user = UserId::new(user).unwrap();
        Sdk::connected(&self.interop, &self.sandbox, &user).await
    }

    /// A device of each of two users, or two of one.
    async fn pair(&self, one: &str, other: &str) -> (Sdk, Sdk) {
        tokio::join!(self.device(one), self.device(other))
    }
}

/// The private conversation with a user.
fn private(peer: &str) -> Value {
    json!({ "conversationType": 1, "targetId": peer })
}

/// A text message, as an argument.
fn text(words: &str) -> Value {
    json!({ "new": "TextMessage", "of": { "content": words } })
}

/// Sends a text; what it became.
async fn say(sdk: &mut Sdk, conversation: Value, words: &str) -> Value {
    sdk.ask("sendMessage", json!([conversation, text(words)]))
        .await
}

/// The event for a text that arrived.
fn arrived(words: &str) -> Value {
    json!({ "event": "message", "text": words })
}
