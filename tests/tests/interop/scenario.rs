//! The scenario of `tests/interop/README.md`, played by our daemon.

use std::time::Duration;

use imlink::{Client, Conversation, Event, Events, Outcome, Outgoing, Subscription, Token};
use imlink_sandbox::{App, Config, Ending, Heard, LinkId, Record, Sandbox, Scope};
use imlink_tests::{Setup, secrecy, within};

use crate::frame::Frame;
use crate::line::{Line, What};
use crate::{IMLINK, alice, bob};

/// The steps in which something is sent or could be.
pub const STEPS: [&str; 6] = [
    "connect",
    "send",
    "ping",
    "receive",
    "reconnect",
    "disconnect",
];

/// A ping interval is 15 s; the rest is slack.
const PING_DEADLINE: Duration = Duration::from_secs(35);

/// Headers that HTTP itself needs; a browser and a library differ in them.
const TRANSPORT_HEADERS: [&str; 4] = ["host", "content-length", "transfer-encoding", "connection"];

/// A cloud for one run. Its tokens have no `@`: the scenario names the navigator by configuration.
pub fn sandbox() -> Sandbox {
    Sandbox::spawn(Config {
        tokens_name_navigator: false,
        ..Config::default()
    })
    .unwrap()
}

/// What our daemon does, as the sandbox heard it.
pub async fn lines() -> Vec<Line> {
    let sandbox = sandbox();
    // In the form of the SDK it is compared with.
    let setup = Setup::new(IMLINK)
        .argument("--transport=websocket")
        .argument("--navigator")
        .argument(sandbox.navigator());
    let _daemon = setup.start();
    let client = Client::builder(sandbox.app_key().as_str())
        .app_id("interop")
        .socket(setup.socket())
        .build()
        .unwrap();
    let mut alice = Alice {
        events: client.events(),
        client,
        sandbox,
    };

    let mut lines = Vec::new();
    let mut links = Vec::new();
    let mut heard = 0;
    let mut inbox = alice.connect().await;
    for step in STEPS {
        match step {
            "connect" => {}
            "send" => alice.send().await,
            "ping" => alice.ping().await,
            "receive" => alice.receive(&mut inbox).await,
            "reconnect" => alice.reconnect().await,
            "disconnect" => alice.disconnect().await,
            other => unreachable!("{other} is no step"),
        }
        let records = alice.sandbox.transcript();
        let new = records.iter().filter(|record| record.sequence > heard);
        lines.extend(new.filter_map(|record| line(record, step, &mut links)));
        heard = records.last().map_or(0, |record| record.sequence);
    }
    lines
}

struct Alice {
    client: Client,
    events: Events,
    sandbox: Sandbox,
}

impl Alice {
    async fn connect(&mut self) -> Subscription {
        within("the app attaches", self.client.init())
            .await
            .unwrap();
        let token = Token::new(secrecy::noted(self.sandbox.issue_token(&alice()))).unwrap();
        within("the app connects", self.client.connect(token))
            .await
            .unwrap();
        let inbox = within("the app subscribes", self.client.subscribe("inbox"))
            .await
            .unwrap();
        self.said(&["PINGREQ", "QUERY pullMsg"], 1).await;
        self.event("everything is pulled", |event| {
            *event == Event::Synchronized
        })
        .await;
        inbox
    }

    async fn send(&mut self) {
        let message = Outgoing::text(Conversation::private(bob()), "hello");
        let receipt = within("the message is accepted", self.client.send(message))
            .await
            .unwrap();
        let outcome = within("the message is sent", receipt.outcome())
            .await
            .unwrap();
        assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
        assert_eq!(self.sandbox.stored(&bob()).len(), 1);
    }

    async fn ping(&mut self) {
        self.said(&["PINGREQ", "PINGREQ"], 1).await;
    }

    async fn receive(&mut self, inbox: &mut Subscription) {
        self.sandbox
            .publish(&bob(), &alice(), "RC:TxtMsg", r#"{"content":"hi"}"#);
        // What Alice sent is in the inbox too.
        let from_bob =
            async { while inbox.next().await.unwrap().unwrap().message().sender != bob() {} };
        within("Bob's message comes", from_bob).await;
        self.said(&["PUBACK", "QUERY pullMsg", "QUERY pullMsg"], 1)
            .await;
    }

    async fn reconnect(&mut self) {
        use imlink::ConnectionStatus::{Connected, Suspend};

        assert_eq!(
            self.sandbox
                .drop_links(&Scope::User(alice()), Ending::Close),
            1
        );
        for status in [Suspend, Connected] {
            let is_it = |event: &Event| matches!(event, Event::Status(new) if new.status == status);
            self.event("the link is lost and found", is_it).await;
        }
        self.said(&["PINGREQ", "QUERY pullMsg"], 2).await;
        self.event("everything is pulled", |event| {
            *event == Event::Synchronized
        })
        .await;
    }

    async fn disconnect(&mut self) {
        within("the app disconnects", self.client.disconnect())
            .await
            .unwrap();
        self.until("the link is closed", |app| app.links().is_empty())
            .await;
    }

    /// Waits until the newest link, the `number`th, has sent these, each as often as listed.
    async fn said(&self, packets: &'static [&'static str], number: usize) {
        let holds = move |app: &App| {
            let mut links = Vec::new();
            let lines: Vec<_> = app
                .transcript()
                .filter_map(|record| line(record, "", &mut links))
                .collect();
            packets.iter().all(|name| {
                let is_it = |line: &&Line| match &line.what {
                    What::Frame { link, frame } => *link == number && frame.name() == *name,
                    What::Request { .. } | What::Upgrade { .. } => false,
                };
                let wanted = packets.iter().filter(|other| *other == name).count();
                lines.iter().filter(is_it).count() >= wanted
            })
        };
        self.until(&format!("the daemon sends {packets:?}"), holds)
            .await;
    }

    async fn until(&self, awaited: &str, holds: impl Fn(&App) -> bool + Send + 'static) {
        let sandbox = self.sandbox.clone();
        let wait = move || sandbox.wait_until(PING_DEADLINE, holds);
        let came = tokio::task::spawn_blocking(wait).await.unwrap();
        assert!(came, "not within {PING_DEADLINE:?}: {awaited}");
    }

    async fn event(&mut self, awaited: &str, is_it: impl Fn(&Event) -> bool) {
        let wait = async { while !is_it(&self.events.next().await.expect("the client lives")) {} };
        within(awaited, wait).await;
    }
}

/// `links` collects the links in the order in which they were opened.
pub fn line(record: &Record, step: &'static str, links: &mut Vec<LinkId>) -> Option<Line> {
    let what = match &record.heard {
        Heard::Navigation {
            request,
            headers,
            body,
        } => {
            let own = |(name, _): &&(String, String)| !TRANSPORT_HEADERS.contains(&name.as_str());
            let headers: Vec<_> = headers.iter().filter(own).cloned().collect();
            What::request(request, &headers, body)
        }
        Heard::Handshake { request } => {
            links.extend(record.link);
            What::upgrade(request)
        }
        Heard::Packet { bytes, .. } => {
            let place = links.iter().position(|link| Some(*link) == record.link)?;
            What::Frame {
                link: place + 1,
                frame: Frame::read(bytes),
            }
        }
    };
    Some(Line { step, what })
}
