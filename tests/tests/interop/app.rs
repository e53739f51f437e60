//! An app behind our daemon.

use imlink::{Client, Conversation, Delivery, Outcome, Outgoing, Subscription, Token, UserId};
use imlink_sandbox::Sandbox;
use imlink_tests::{Daemon, Setup, secrecy, within};

use crate::IMLINK;

/// An app with a daemon of its own.
pub struct App {
    client: Client,
    inbox: Subscription,
    _daemon: Daemon,
    _setup: Setup,
}

impl App {
    /// Starts the daemon, attaches and connects as that user.
    pub async fn connect(sandbox: &Sandbox, user: &UserId) -> Self {
        let setup = Setup::new(IMLINK);
        let daemon = setup.start();
        let client = Client::builder(sandbox.app_key().as_str())
            .app_id("interop")
            .socket(setup.socket())
            .build()
            .unwrap();
        within("the app attaches", client.init()).await.unwrap();
        let token = Token::new(secrecy::noted(sandbox.issue_token(user))).unwrap();
        let connected = within("the app connects", client.connect(token))
            .await
            .unwrap();
        assert_eq!(connected, *user);
        let inbox = within("the app subscribes", client.subscribe("inbox"))
            .await
            .unwrap();
        Self {
            client,
            inbox,
            _daemon: daemon,
            _setup: setup,
        }
    }

    /// The next message for it.
    pub async fn next(&mut self) -> Delivery {
        within("a message for the app", self.inbox.next())
            .await
            .unwrap()
            .unwrap()
    }

    /// Sends a text; uid and time the cloud gave it.
    pub async fn send(&self, to: &UserId, text: &str) -> (String, i64) {
        let message = Outgoing::text(Conversation::private(to.clone()), text);
        let receipt = within("the message is accepted", self.client.send(message))
            .await
            .unwrap();
        let outcome = within("the message is sent", receipt.outcome())
            .await
            .unwrap();
        let Outcome::Sent { uid, at } = outcome else {
            panic!("the message is not sent: {outcome:?}");
        };
        (uid.as_str().to_owned(), at.0)
    }
}

/// The text of a text message.
pub fn text(delivery: &Delivery) -> String {
    let body = delivery.message().body.as_str();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    body["content"].as_str().unwrap().to_owned()
}
