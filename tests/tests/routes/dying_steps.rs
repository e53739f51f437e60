//! The daemon dies at a chosen step of a call: before the request arrives, with half of it, once
//! it has it, between any two things it tells, and with half of its answer.

use imlink::{
    Client, Code, ConnectCallback, ConnectionStatus, Error, Event, Outcome, Outgoing, SendState,
};
use imlink_sandbox::Sandbox;
use imlink_tests::cloud::{mailbox, token, with};
use imlink_tests::relay::{Cut, Held, Relay, Stop};
use imlink_tests::{App, Setup, cloud, soon, within};
use rustix::process::Signal;
use tokio::sync::mpsc;

use crate::IMLINK;

// S4-18, P13, F-I27
#[tokio::test]
async fn a_connect_ends_once_with_minus_2_at_whatever_step_the_daemon_dies() {
    dies_at_every_step(Verb::Connect).await;
}

// S4-18, P13, F-I27, F-A11
#[tokio::test]
async fn a_send_ends_once_with_minus_2_at_whatever_step_the_daemon_dies() {
    dies_at_every_step(Verb::Send).await;
}

// S4-18, P13, F-I27
#[tokio::test]
async fn a_look_into_history_ends_once_with_minus_2_at_whatever_step_the_daemon_dies() {
    dies_at_every_step(Verb::History).await;
}

// S4-18, P13, F-I27
#[tokio::test]
async fn a_disconnect_ends_once_with_minus_2_at_whatever_step_the_daemon_dies() {
    dies_at_every_step(Verb::Disconnect).await;
}

// S4-18, P13, F-I27
#[tokio::test]
async fn a_logout_ends_once_with_minus_2_at_whatever_step_the_daemon_dies() {
    dies_at_every_step(Verb::Logout).await;
}

/// What is asked of the daemon that dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Connect,
    Send,
    History,
    Disconnect,
    Logout,
}

/// How far the call comes.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// As far as the relay lets it.
    To(Stop),
    /// The daemon has the request in its socket, and stands still.
    Unread,
}

async fn dies_at_every_step(verb: Verb) {
    for step in [
        Step::To(Stop::Request(Cut::Before)),
        Step::To(Stop::Request(Cut::Within)),
        Step::Unread,
    ] {
        assert_ne!(Death::of(verb, step).await, Some(Held::Answer));
    }
    for after in 0.. {
        let mut held = None;
        for cut in [Cut::Before, Cut::Within] {
            held = Death::of(verb, Step::To(Stop::Reply { after, cut })).await;
        }
        if held == Some(Held::Answer) {
            return;
        }
        assert!(after < 20, "{verb:?} is never answered");
    }
}

/// One daemon's death, and what is left of the call then.
struct Death {
    cloud: Sandbox,
    app: App,
    verb: Verb,
    message: Outgoing,
    /// Every result that the call was told.
    results: mpsc::UnboundedReceiver<Result<(), Error>>,
}

impl Death {
    /// Has the daemon die at that step and looks at what the app notices, then and with the next
    /// daemon. What the daemon was about to say.
    async fn of(verb: Verb, step: Step) -> Option<Held> {
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        let daemon = setup.start();
        let relay = Relay::new(&setup);
        let key = cloud.app_key().as_str();
        let mut app = App::of(Client::builder(key).app_id("notes").socket(relay.socket()));
        within("init", app.client.init()).await.unwrap();
        if verb != Verb::Connect {
            app.connect(&cloud, "lei").await;
            // The last thing that is told of a connect.
            app.sees("everything that waited is here", |event| {
                matches!(event, Event::Synchronized).then_some(())
            })
            .await;
        }
        let message = Outgoing::text(with("han"), "once");
        let asked = relay.asked();

        match step {
            Step::To(stop) => relay.stop_at(stop),
            Step::Unread => daemon.signal(Signal::STOP),
        }
        let results = verb.start(&app.client, &cloud, &message);
        let held = match step {
            Step::To(_) => Some(relay.held().await),
            Step::Unread => {
                relay.asked_more_than(asked).await;
                None
            }
        };
        daemon.kill();
        relay.open();
        let mut death = Self {
            cloud,
            app,
            verb,
            message,
            results,
        };
        death.is_noticed(step).await;
        let _daemon = setup.start();
        death.is_overcome(step).await;
        held
    }

    async fn is_noticed(&mut self, step: Step) {
        let verb = self.verb;
        let result = within("the call ends", self.results.recv()).await.unwrap();
        let error = result.expect_err("the daemon died first");
        assert_eq!(error.code(), Code::IPC_DISCONNECT, "{verb:?} {step:?}");
        assert!(error.is_retryable(), "{verb:?} {step:?}");
        self.app
            .sees("the attachment breaks", |event| match event {
                Event::Detached { code, .. } => Some(*code),
                _ => None,
            })
            .await;
    }

    async fn is_overcome(&mut self, step: Step) {
        let what = format!("{:?} {step:?}", self.verb);
        self.app
            .sees("attached again", |event| match event {
                Event::Attached { reattached, .. } => Some(*reattached),
                Event::Detached { .. } => panic!("{what}: detached twice"),
                _ => None,
            })
            .await;
        match self.verb {
            Verb::Connect | Verb::Send | Verb::History => {
                self.app.shows(ConnectionStatus::Connected).await;
                soon("one link", || (self.cloud.links().len() == 1).then_some(())).await;
            }
            Verb::Disconnect | Verb::Logout => {
                within("the daemon answers", self.app.client.ping())
                    .await
                    .unwrap();
                assert!(self.app.client.status().is_final(), "{what}");
                soon("no link", || self.cloud.links().is_empty().then_some(())).await;
                // It meant to leave, not to stay away.
                self.app.connect(&self.cloud, "lei").await;
            }
        }
        match self.verb {
            Verb::Send => {
                let again = self.app.client.send(self.message.clone());
                let receipt = within("send", again).await.unwrap();
                let outcome = within("its fate", receipt.outcome()).await.unwrap();
                match mailbox(&self.cloud, "han").len() {
                    // Its bytes were on their way, and did not arrive.
                    0 => assert_eq!(outcome, Outcome::InDoubt, "{what}"),
                    // In doubt at first, until the cloud's copy says so.
                    1 => is_known_to_be_sent(&self.app.client, &self.message).await,
                    copies => panic!("{what}: {copies} copies"),
                }
            }
            Verb::History => {
                let page = self.app.client.history(with("han"), None, 1);
                within("history", page).await.unwrap();
            }
            Verb::Connect | Verb::Disconnect | Verb::Logout => {}
        }
        assert!(self.results.recv().await.is_none(), "{what}: ended twice");
        let lost_again = |event: &Event| matches!(event, Event::Detached { .. });
        assert!(!self.app.rest().await.iter().any(lost_again), "{what}");
    }
}

async fn is_known_to_be_sent(client: &Client, message: &Outgoing) {
    let sent = async {
        loop {
            let state = client.send_state(message.client_id().clone()).await;
            if let Some(SendState::Sent { .. }) = state.unwrap() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    within("what arrived is known to be sent", sent).await;
}

impl Verb {
    /// Makes the call, and tells what it is told.
    fn start(
        self,
        client: &Client,
        cloud: &Sandbox,
        message: &Outgoing,
    ) -> mpsc::UnboundedReceiver<Result<(), Error>> {
        let (results, told) = mpsc::unbounded_channel();
        let (client, message) = (client.clone(), message.clone());
        let token = token(cloud, "lei");
        if self == Self::Connect {
            // In the callback form, which could be called twice.
            let failed = results.clone();
            let callback = ConnectCallback::new(
                move |_| results.send(Ok(())).unwrap(),
                move |error| failed.send(Err(error)).unwrap(),
            );
            client.connect_with(token, std::time::Duration::ZERO, callback);
            return told;
        }
        tokio::spawn(async move {
            let result = match self {
                Self::Connect => client.connect(token).await.map(drop),
                Self::Send => client.send(message).await.map(drop),
                Self::History => client.history(with("han"), None, 1).await.map(drop),
                Self::Disconnect => client.disconnect().await,
                Self::Logout => client.logout().await,
            };
            results.send(result)
        });
        told
    }
}
