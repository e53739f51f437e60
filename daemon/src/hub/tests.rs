//! The Hub with a driver that is not the vendor's.

use std::task::Poll;
use std::time::Duration;

use actix::{Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, WrapFuture};
use bytes::Bytes;
use imlink_ipc_proto::{
    Codec, Deframer, Delivery, Event as AppEvent, Outcome, Received, Request, Response, SecretText,
    SendResult, ServerFrame, Start, decode_server,
};
use imlink_model::uplink::{Command, Cursor, Event, IdentifiedBy, LinkReport, Record, SendOutcome};
use imlink_model::{
    AppId, AppKey, Body, ClientMessageId, ConnectionStatus, Conversation, Direction, Flags,
    IncomingMessage, MessageUid, Millis, ObjectName, OutgoingMessage, Token, UserId,
};
use imlink_store::{Accounts, Applied, Change};

use super::Hub;
use crate::config::Remember;
use crate::diagnosis::Way;
use crate::driver::{Driver, Drivers, Job};
use crate::ledger::Ledger;
use crate::messages::{Ask, Attach, Drive, Happened, Inspect, Settled, Stop, Stored, UseStore};
use crate::outbox::{Outbox, Outboxes};
use crate::proxy::ProxySetting;
use crate::registry::{About, PeerId, PeerIdentity};
use crate::remember::Memory;
use crate::rules::Grant;
use crate::store::{Commit, StoreActor};
use crate::transport::{Dialer, ProxyInUse};
use crate::vital;

/// How long anything may take here.
const DEADLINE: Duration = Duration::from_secs(20);

/// The address a broker is at.
const ADDRESS: &str = "mqtts://broker.example:8883";

/// Drivers towards a broker that has one retained message for everybody and acknowledges what is
/// published. It knows nothing of the vendor's packets, navigators or gateways.
struct Brokers;

/// The actor that drives one link to it.
struct Broker {
    job: Job,
    store: Option<Addr<StoreActor>>,
}

impl Drivers for Brokers {
    fn start(&self, job: Job) -> Driver {
        Driver::of(Broker { job, store: None }.start())
    }
}

impl Actor for Broker {
    type Context = Context<Self>;
}

impl Broker {
    fn tell(&self, event: Event) {
        let account = self.job.account;
        self.job.hub.do_send(Happened {
            account,
            event,
            brought: u64::MAX,
        });
    }

    fn shows(&self, status: ConnectionStatus) {
        self.tell(Event::Status {
            status,
            cause: None,
            retry_in: None,
        });
    }

    /// Has something made durable and tells the Hub what came of it.
    fn record(&self, record: Record, ctx: &mut Context<Self>) {
        let commit = Commit(Change::Record(record));
        let recorded = self.store.as_ref().expect("rows come first").send(commit);
        let told = recorded.into_actor(self).map(|applied, act: &mut Self, _| {
            let account = act.job.account;
            match applied.unwrap().unwrap() {
                Applied::Stored { new, changed } => act.job.hub.do_send(Stored {
                    account,
                    messages: new,
                    changed,
                }),
                Applied::Settled {
                    outgoing,
                    outcome,
                    message,
                } => {
                    act.job.hub.do_send(Settled {
                        account,
                        outgoing,
                        outcome,
                    });
                    act.job.hub.do_send(Stored {
                        account,
                        messages: Vec::from_iter(message),
                        changed: Vec::new(),
                    });
                }
                Applied::Recorded => {}
                other => panic!("{other:?}"),
            }
        });
        ctx.wait(told);
    }

    fn publish(&self, OutgoingMessage { id, .. }: OutgoingMessage, ctx: &mut Context<Self>) {
        self.record(Record::Sending { id }, ctx);
        let (uid, at) = (MessageUid::new("puback-1").unwrap(), Millis(2));
        let outcome = SendOutcome::Sent { uid, at };
        self.record(Record::Outcome { id, outcome }, ctx);
    }
}

impl Handler<Drive> for Broker {
    type Result = ();

    fn handle(&mut self, Drive(command): Drive, ctx: &mut Self::Context) {
        match command {
            Command::Connect { token } | Command::Resume { token } => {
                self.shows(ConnectionStatus::Connecting);
                self.tell(Event::Identified {
                    user: UserId::new(token.reveal()).unwrap(),
                    by: IdentifiedBy::Gateway,
                });
            }
            Command::Restore(restored) => {
                assert!(restored.queued.is_empty() && restored.in_doubt.is_empty());
                self.shows(ConnectionStatus::Connected);
                self.tell(Event::Online);
                let record = Record::Incoming {
                    messages: vec![retained()],
                    recalls: Vec::new(),
                    unreadable: 0,
                    cursor: Cursor(Bytes::from_static(b"retained")),
                };
                self.record(record, ctx);
                self.tell(Event::Synchronized);
            }
            Command::Send(message) => self.publish(message, ctx),
            Command::Network(_)
            | Command::Hint(_)
            | Command::WayChanged
            | Command::ReadAgain
            | Command::Writable => {}
            other => panic!("{other:?}"),
        }
    }
}

impl Handler<UseStore> for Broker {
    type Result = ();

    fn handle(&mut self, UseStore(store): UseStore, _: &mut Self::Context) {
        self.store = Some(store);
    }
}

impl Handler<Inspect> for Broker {
    type Result = actix::MessageResult<Inspect>;

    fn handle(&mut self, Inspect: Inspect, _: &mut Self::Context) -> Self::Result {
        actix::MessageResult(LinkReport {
            address: Some(ADDRESS.to_owned()),
            ..LinkReport::default()
        })
    }
}

impl Handler<Stop> for Broker {
    type Result = ();

    fn handle(&mut self, Stop: Stop, ctx: &mut Self::Context) {
        self.job.vital.release();
        actix::ActorContext::stop(ctx);
    }
}

// decisions.md P22
#[test]
fn a_broker_of_another_kind_carries_messages_for_apps_that_notice_nothing() {
    actix_rt::System::new().block_on(async {
        let directory = tempfile::tempdir().unwrap();
        let (vitals, _ends) = vital::vitals();
        let hub = hub(directory.path(), vitals);
        let mut app = App::attached(&hub);

        let app_key = AppKey::new("key").unwrap();
        app.ask(Request::Init { app_key });
        assert_eq!(app.answer().await, Response::Ready {});
        app.ask(Request::Connect {
            token: SecretText::from(&Token::new("lei").unwrap()),
            time_limit: None,
            replay: false,
            was_connected: false,
            set_aside: false,
        });
        let user = UserId::new("lei").unwrap();
        assert_eq!(app.answer().await, Response::Connected { user });
        let connected = |event: &AppEvent| {
            let number = i32::from(ConnectionStatus::Connected.number());
            matches!(event, AppEvent::Status { status, .. } if *status == number)
        };
        assert!(app.events.iter().any(connected), "{:?}", app.events);

        app.ask(Request::Subscribe {
            name: Some("inbox".try_into().unwrap()),
            start: Start::Beginning,
            filter: imlink_ipc_proto::Filter::default(),
        });
        let subscribed = app.answer().await;
        assert!(
            matches!(subscribed, Response::Subscribed { .. }),
            "{subscribed:?}"
        );
        let message = app.delivery().await.message;
        assert_eq!(message.body.as_str(), "kept for whoever comes");

        app.ask(Request::Send {
            conversation: Conversation::private(UserId::new("han").unwrap()).into(),
            object_name: ObjectName::text(),
            body: Body::new("to the broker"),
            client_id: ClientMessageId::new("1").unwrap(),
            options: imlink_ipc_proto::SendOptions::default(),
        });
        let accepted = app.answer().await;
        assert!(
            matches!(accepted, Response::Accepted { .. }),
            "{accepted:?}"
        );
        let sent = app
            .event(|event| match event {
                AppEvent::SendResult { result, .. } => Some(result.clone()),
                _ => None,
            })
            .await;
        assert!(matches!(sent, SendResult::Sent { .. }), "{sent:?}");

        app.ask(Request::Status {});
        let Response::Status(report) = app.answer().await else {
            panic!("no status");
        };
        assert_eq!(report.accounts[0].address.as_deref(), Some(ADDRESS));
        hub.send(Stop).await.unwrap();
    });
}

fn retained() -> IncomingMessage {
    let sender = UserId::new("han").unwrap();
    IncomingMessage {
        uid: Some(MessageUid::new("retained-1").unwrap()),
        conversation: Conversation::private(sender.clone()),
        direction: Direction::Received,
        sender,
        object_name: ObjectName::text(),
        body: Body::new("kept for whoever comes"),
        sent_at: Millis(1),
        flags: Flags {
            persisted: true,
            ..Flags::default()
        },
        wire_ref: None,
        expansion: None,
        offline: true,
        retrieved: false,
    }
}

fn hub(directory: &std::path::Path, vitals: vital::Vitals) -> Addr<Hub> {
    let memory = Memory::open(Remember::None, directory, None, "machine").unwrap();
    let in_use = ProxyInUse::default();
    let route = Way {
        dialer: Dialer::new(None, &[], in_use.clone()).unwrap(),
        navigators: Vec::new(),
        clear_text: false,
    };
    Hub::new(
        8,
        Ledger::new(Accounts::open(directory).unwrap(), memory).unwrap(),
        Box::new(Brokers),
        route,
        ProxySetting::load(directory, None, in_use).unwrap(),
        About {
            instance: 1,
            started_at: Millis(1),
            state_dir: directory.to_owned(),
            proxy: None,
        },
        vitals,
    )
    .start()
}

/// An attached app, by what is put into its outbox.
struct App {
    hub: Addr<Hub>,
    outbox: Outbox,
    deframer: Deframer,
    last: u64,
    events: Vec<AppEvent>,
    deliveries: Vec<Delivery>,
}

impl App {
    fn attached(hub: &Addr<Hub>) -> Self {
        let outbox = Outboxes::default().outbox();
        hub.do_send(Attach {
            peer: PeerId(1),
            identity: PeerIdentity {
                uid: 1000,
                is_own_user: true,
                pid: 1,
                app: AppId::new("notes").unwrap(),
                client: "test".into(),
                codec: Codec::Json,
                attached_at: Millis(1),
                grant: Grant {
                    right: imlink_ipc_proto::Right::Admin,
                    by: "the test".into(),
                },
            },
            outbox: outbox.clone(),
        });
        let mut deframer = Deframer::for_greeting();
        deframer.greeted();
        Self {
            hub: hub.clone(),
            outbox,
            deframer,
            last: 0,
            events: Vec::new(),
            deliveries: Vec::new(),
        }
    }

    fn ask(&mut self, request: Request) {
        self.last += 1;
        self.hub.do_send(Ask {
            peer: PeerId(1),
            id: self.last,
            request,
        });
    }

    async fn answer(&mut self) -> Response {
        loop {
            match self.frame().await {
                ServerFrame::Response { id, result } => {
                    assert_eq!(id, self.last);
                    match result {
                        Outcome::Ok(response) => return response,
                        Outcome::Failed(failure) => panic!("{failure:?}"),
                    }
                }
                ServerFrame::Event { event, .. } => self.events.push(event),
                ServerFrame::Delivery(delivery) => self.deliveries.push(delivery),
            }
        }
    }

    async fn delivery(&mut self) -> Delivery {
        loop {
            if let Some(first) = self.deliveries.pop() {
                return first;
            }
            match self.frame().await {
                ServerFrame::Delivery(delivery) => return delivery,
                ServerFrame::Event { event, .. } => self.events.push(event),
                ServerFrame::Response { .. } => panic!("an answer to nothing"),
            }
        }
    }

    async fn event<T>(&mut self, look: impl Fn(&AppEvent) -> Option<T>) -> T {
        loop {
            if let Some(found) = self.events.iter().find_map(&look) {
                return found;
            }
            match self.frame().await {
                ServerFrame::Event { event, .. } => self.events.push(event),
                ServerFrame::Delivery(delivery) => self.deliveries.push(delivery),
                ServerFrame::Response { .. } => panic!("an answer to nothing"),
            }
        }
    }

    async fn frame(&mut self) -> ServerFrame {
        loop {
            if let Some(frame) = self.deframer.next_frame().unwrap() {
                return match decode_server(Codec::Json, frame.as_ref()).unwrap() {
                    Received::Frame(frame) => frame,
                    Received::Unknown(unknown) => panic!("{unknown:?}"),
                };
            }
            let taken = std::future::poll_fn(|task| match self.outbox.poll_take(task) {
                Poll::Ready(taken) => Poll::Ready(taken.expect("the attachment stands")),
                Poll::Pending => Poll::Pending,
            });
            let chunks = tokio::time::timeout(DEADLINE, taken)
                .await
                .expect("a frame");
            for chunk in chunks {
                self.deframer.push(&chunk);
                self.outbox.written(chunk.len());
            }
        }
    }
}
