//! The web SDK lives its life against the gateway: web SDKs among themselves, one topic a file.

mod group;
mod message;

use imlink::UserId;
use imlink_sandbox::{Config, Sandbox};
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
        let interop = require(test, Interop::find())?;
        let sandbox = Sandbox::spawn(Config::default()).unwrap();
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

/// The event for a text that arrived.
fn arrived(words: &str) -> Value {
    json!({ "event": "message", "text": words })
}
