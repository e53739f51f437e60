//! `imlink demo-app`, hidden: an app of the demo.
//!
//! It knows the daemon through the client library alone. It reads its token from the first line of
//! standard input, then orders; it prints what happens to it, a line of JSON each.

use std::io::{BufRead, Write};
use std::pin::pin;

use clap::Args;
use imlink::{Client, Code, Conversation, Error, Event, Outcome, Outgoing, Token, UserId};
use tokio::sync::mpsc;

use super::lines::{AppEvent, Order};
use crate::command::Ending;
use crate::failure::Failure;
use crate::output::{json_line, words};
use crate::runtime::{self, DONE};

/// The name of its durable subscription.
pub(super) const INBOX: &str = "inbox";

#[derive(Args)]
pub struct Arguments {
    /// The vendor's key of the app.
    app_key: String,
    /// The name it gives itself.
    app_id: String,
}

pub fn run(arguments: Arguments) -> Ending {
    let mut orders = read_orders();
    runtime::run(async move {
        let token = orders.recv().await.unwrap_or_default();
        let token = Token::new(token).map_err(Error::from)?;
        App::new(arguments)?.live(token, orders).await?;
        DONE
    })
}

/// Lines of standard input, by a thread of their own: there is no other way to read them without
/// standing still.
fn read_orders() -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

struct App {
    client: Client,
    connects: u32,
}

impl App {
    fn new(arguments: Arguments) -> Result<Self, Failure> {
        let client = Client::builder(arguments.app_key)
            .app_id(arguments.app_id)
            .build()?;
        Ok(Self {
            client,
            connects: 0,
        })
    }

    /// Connects once and lives until standard input ends: what comes after the daemon's end is the
    /// library's doing.
    async fn live(
        mut self,
        token: Token,
        mut orders: mpsc::UnboundedReceiver<String>,
    ) -> Result<(), Failure> {
        let mut events = self.client.events();
        self.client.init().await?;
        self.connects += 1;
        say(&AppEvent::Connecting {
            count: self.connects,
        })?;
        let user = {
            let mut connecting = pin!(self.client.connect(token));
            loop {
                tokio::select! {
                    biased;
                    Some(event) = events.next() => self.tell(event)?,
                    user = &mut connecting => break user?,
                }
            }
        };
        // A new inbox begins after the newest message, so it has to be there before anybody is told
        // that this app is connected and writes to it.
        let mut inbox = self.client.subscribe(INBOX).await?;
        say(&AppEvent::Connected {
            user: user.to_string(),
        })?;
        loop {
            tokio::select! {
                Some(delivery) = inbox.next() => {
                    let delivery = delivery?;
                    say(&AppEvent::Message {
                        seq: delivery.message().seq.0,
                        uid: delivery.message().uid.as_ref().map(ToString::to_string),
                        sender: delivery.message().sender.to_string(),
                        text: words(delivery.message()),
                    })?;
                    let seq = delivery.message().seq.0;
                    let acknowledged = delivery.acknowledge();
                    tokio::spawn(async move {
                        if acknowledged.await.is_ok() {
                            // Nobody is left to hear of a closed output.
                            let _ = say(&AppEvent::Acknowledged { seq });
                        }
                    });
                }
                Some(event) = events.next() => self.tell(event)?,
                order = orders.recv() => match order {
                    Some(order) => self.obey(&order).await?,
                    None => return Ok(()),
                },
            }
        }
    }

    fn tell(&self, event: Event) -> Result<(), Failure> {
        match event {
            Event::Status(change) => {
                say(&AppEvent::Status {
                    status: change.status.name().to_owned(),
                    code: change.code.map(Code::number),
                })?;
            }
            Event::Attached {
                instance,
                reattached,
            } => {
                say(&AppEvent::Attached {
                    daemon: format!("{instance:016x}"),
                    reattached,
                })?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn obey(&self, order: &str) -> Result<(), Failure> {
        let Ok(Order::Send { to, text }) = serde_json::from_str(order) else {
            return Err(Failure::usage(
                "This is no order.",
                "See src/demo/lines.rs.",
            ));
        };
        let to = Conversation::private(UserId::new(to).map_err(Error::from)?);
        let receipt = self.client.send(Outgoing::text(to, &text)).await?;
        tokio::spawn(async move {
            // Nobody is left to hear of a closed output.
            let _ = say(&match receipt.outcome().await {
                Ok(Outcome::Sent { uid, .. }) => AppEvent::Sent {
                    text,
                    uid: uid.to_string(),
                },
                Ok(Outcome::Failed { code }) => failed("send", code, code.cause()),
                Ok(Outcome::InDoubt) => failed("send", Code::RC_MSG_RESP_TIMEOUT, "in doubt"),
                Err(error) => failed("send", error.code(), error.cause()),
            });
        });
        Ok(())
    }
}

fn failed(what: &str, code: Code, cause: &str) -> AppEvent {
    AppEvent::Failed {
        what: what.to_owned(),
        code: code.number(),
        cause: cause.to_owned(),
    }
}

fn say(event: &AppEvent) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", json_line(event)?)?;
    out.flush()
}
