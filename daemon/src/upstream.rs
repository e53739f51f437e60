//! The actor that owns one account's link to the cloud.
//!
//! Owns the [`Connection`] of the account, its socket and its one timer; decides nothing. Hears
//! commands from the Hub, bytes from the link, answers from the store. Tells the Hub what
//! happened. Dies when the Hub stops it, once the messages under way are through.
//!
//! ```text
//! packet from the link
//!  └─ drive(input)
//!      └─ Connection ──Record──> store ──durable──> drive(Recorded)
//!                                   └─ Stored ──> Hub ──> every subscribed app
//! ```

use std::time::{Duration, Instant};

use actix::{
    Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, Handler, MessageResult,
    ResponseActFuture, SpawnHandle, StreamHandler, WrapFuture,
};
use futures_util::future::LocalBoxFuture;
use futures_util::stream;
use imlink_connection::{Action, Config, Connection, Generation, Input, RecordId, Snapshot};
use imlink_model::Code;
use imlink_model::uplink::{LinkReport, Record};
use imlink_store::{Applied, Change};
use imlink_wire::navigation::GatewayForm;
use tokio::sync::{mpsc, oneshot};
use tracing::{Span, debug_span};

use crate::driver::{Driver, Drivers, Job};
use crate::hub::Hub;
use crate::messages::{Drive, GapNoted, Happened, Inspect, Settled, Stop, Stored, UseStore};
use crate::registry::AccountId;
use crate::store::{Commit, StoreActor};
use crate::timer::Timer;
use crate::transport::{Dialer, Link, Opened, Received};
use crate::vital::Vital;

/// The actor; see the module.
struct Upstream {
    account: AccountId,
    connection: Connection,
    dialer: Dialer,
    hub: Addr<Hub>,
    store: Option<Addr<StoreActor>>,
    /// The request or dial under way.
    attempt: Option<Attempt>,
    link: Option<OpenLink>,
    timer: Timer,
    /// Results of records are taken in the order in which they were asked for: an actor's own
    /// futures complete in any, and a doubt must not be told behind the end of it.
    records: mpsc::UnboundedSender<Recording>,
    /// The other end, until it is listened to.
    recording: Option<mpsc::UnboundedReceiver<Recording>>,
    /// Told once no message is under way; there while the daemon stops.
    drained: Option<oneshot::Sender<()>>,
    /// Tokens that it was brought.
    brought: u64,
    /// Whether a reconnect is to give way (decisions.md P12).
    reconnect_kick: bool,
    vital: Vital,
    span: Span,
}

/// How long a stop waits for messages under way: half of what the whole stop may take (F-I29).
const DRAIN_DEADLINE: Duration = Duration::from_millis(2500);

/// A request or dial that is given up is dropped with its socket: it must not come about later.
struct Attempt {
    generation: Generation,
    future: SpawnHandle,
}

struct OpenLink {
    generation: Generation,
    link: Link,
    reader: SpawnHandle,
}

/// A record on its way into the rows.
type Recording = LocalBoxFuture<'static, Recorded>;

/// What came of a record.
struct Recorded {
    id: RecordId,
    result: Result<Applied, Code>,
}

struct FromLink {
    generation: Generation,
    received: Received,
}

/// Drivers towards the vendor's cloud.
pub struct Vendor {
    /// How they connect.
    pub config: Config,
    /// What opens their links.
    pub dialer: Dialer,
}

impl Drivers for Vendor {
    fn start(&self, job: Job) -> Driver {
        let upstream = Upstream::new(job, self.config.clone(), self.dialer.clone());
        Driver::of(upstream.start())
    }
}

impl Upstream {
    fn new(job: Job, config: Config, dialer: Dialer) -> Self {
        let Job {
            account,
            app_key,
            refuse_unnamed,
            hub,
            vital,
        } = job;
        let reconnect_kick = config.reconnect_kick;
        let config = Config {
            refuse_unnamed,
            ..config
        };
        let connection = Connection::new(config, app_key, rand::random());
        let span = debug_span!("upstream", %account);
        let (records, recording) = mpsc::unbounded_channel();
        Self {
            account,
            connection,
            dialer,
            hub,
            store: None,
            attempt: None,
            link: None,
            timer: Timer::default(),
            records,
            recording: Some(recording),
            drained: None,
            brought: 0,
            reconnect_kick,
            vital,
            span,
        }
    }

    /// One turn: what is due, then the input, then everything that follows from them.
    fn drive(&mut self, input: Option<Input>, ctx: &mut Context<Self>) {
        let span = self.span.clone();
        let _entered = span.enter();
        let mut inputs = Vec::from_iter(input);
        loop {
            let now = Instant::now();
            self.connection.handle_timeout(now);
            for input in inputs.drain(..) {
                self.connection.handle_input(input, now);
            }
            while let Some(action) = self.connection.poll_action() {
                inputs.extend(self.perform(action, ctx));
            }
            while let Some(event) = self.connection.poll_event() {
                self.hub.do_send(Happened {
                    account: self.account,
                    event,
                    brought: self.brought,
                });
            }
            if inputs.is_empty() {
                break;
            }
        }
        if self.drained.is_some()
            && self.connection.snapshot().in_flight == 0
            && let Some(told) = self.drained.take()
        {
            // Nobody waits for it once the deadline is over.
            let _ = told.send(());
        }
        self.arm(ctx);
    }

    /// Does one thing; an answer that is known at once is returned.
    fn perform(&mut self, action: Action, ctx: &mut Context<Self>) -> Option<Input> {
        match action {
            Action::Navigate {
                generation,
                request,
            } => {
                let dialer = self.dialer.clone();
                let answer = async move { dialer.navigate(request).await };
                let future = ctx.spawn(answer.into_actor(self).map(move |result, act, ctx| {
                    act.attempt = None;
                    act.drive(Some(Input::Navigated { generation, result }), ctx);
                }));
                self.attempt(generation, future, ctx);
                None
            }
            Action::Dial {
                generation,
                target,
                greeting,
            } => {
                let dialer = self.dialer.clone();
                let opened = async move { dialer.open(&target, &greeting).await };
                let future = ctx.spawn(opened.into_actor(self).map(move |opened, act, ctx| {
                    act.attempt = None;
                    match opened {
                        Ok(opened) => act.opened(generation, opened, ctx),
                        Err(error) => act.drive(Some(Input::Lost { generation, error }), ctx),
                    }
                }));
                self.attempt(generation, future, ctx);
                None
            }
            Action::Transmit { generation, packet } => {
                let open = self
                    .link
                    .as_ref()
                    .filter(|open| open.generation == generation)?;
                let error = open.link.send(&packet).err()?;
                Some(Input::Lost { generation, error })
            }
            Action::Close { generation } => {
                if self
                    .link
                    .as_ref()
                    .is_some_and(|open| open.generation == generation)
                {
                    self.hang_up(ctx);
                }
                if self
                    .attempt
                    .as_ref()
                    .is_some_and(|attempt| attempt.generation == generation)
                {
                    self.give_up(ctx);
                }
                None
            }
            Action::Record { id, record } => self.record(id, record),
        }
    }

    /// One attempt at a time: a new one is the end of the one before.
    fn attempt(&mut self, generation: Generation, future: SpawnHandle, ctx: &mut Context<Self>) {
        self.give_up(ctx);
        self.attempt = Some(Attempt { generation, future });
    }

    fn give_up(&mut self, ctx: &mut Context<Self>) {
        if let Some(attempt) = self.attempt.take() {
            ctx.cancel_future(attempt.future);
        }
    }

    fn opened(&mut self, generation: Generation, opened: Opened, ctx: &mut Context<Self>) {
        let Opened {
            link,
            writer,
            received,
        } = opened;
        self.hang_up(ctx);
        // A task of its own: a farewell is still written when this actor has stopped.
        let written = actix_rt::spawn(writer);
        ctx.spawn(written.into_actor(self).map(move |result, act, ctx| {
            if let Ok(Err(error)) = result {
                act.drive(Some(Input::Lost { generation, error }), ctx);
            }
        }));
        let received = futures_util::StreamExt::map(received, move |received| FromLink {
            generation,
            received,
        });
        let reader = ctx.add_stream(received);
        self.link = Some(OpenLink {
            generation,
            link,
            reader,
        });
        self.drive(Some(Input::Opened { generation }), ctx);
    }

    /// Lets go of the link; what was handed to its writer is still written.
    fn hang_up(&mut self, ctx: &mut Context<Self>) {
        if let Some(open) = self.link.take() {
            ctx.cancel_future(open.reader);
        }
    }

    fn record(&self, id: RecordId, record: Record) -> Option<Input> {
        let Some(store) = &self.store else {
            let code = Code::LOCAL_STORE_FAILED;
            return Some(Input::RecordFailed { id, code });
        };
        // Sent before anything is awaited: the rows change in this order.
        let committed = store.send(Commit(Change::Record(record)));
        let recording = async move {
            // Without an answer the store is being closed, and with it this account.
            let result = committed.await.unwrap_or(Err(Code::LOCAL_STOPPING));
            Recorded { id, result }
        };
        // The other end is this actor's own.
        let _ = self.records.send(Box::pin(recording));
        None
    }

    /// Tells the Hub what a durable record means for the apps.
    fn recorded(&self, id: RecordId, applied: Applied) -> Input {
        let account = self.account;
        match applied {
            Applied::Stored { new, changed } => self.hub.do_send(Stored {
                account,
                messages: new,
                changed,
            }),
            Applied::GapNoted { last } => self.hub.do_send(GapNoted { account, last }),
            Applied::Settled {
                outgoing,
                outcome,
                message,
            } => {
                self.hub.do_send(Settled {
                    account,
                    outgoing,
                    outcome,
                });
                self.hub.do_send(Stored {
                    account,
                    messages: Vec::from_iter(message),
                    changed: Vec::new(),
                });
            }
            Applied::Refused { code, .. } => return Input::RecordFailed { id, code },
            Applied::Recorded
            | Applied::Accepted { .. }
            | Applied::Subscribed { .. }
            | Applied::Acknowledged
            | Applied::Unsubscribed => {}
        }
        Input::Recorded { id }
    }

    fn report(&self, snapshot: Snapshot, now: Instant) -> LinkReport {
        let gateway = snapshot.gateway.as_ref();
        let slot =
            gateway.map(|gateway| slot(gateway.scheme.form(), self.reconnect_kick).to_owned());
        let next = snapshot.next_attempt;
        LinkReport {
            next_attempt_in: next.map(|at| at.saturating_duration_since(now)),
            address: gateway.map(ToString::to_string),
            slot,
            round_trip: snapshot.round_trip,
            navigators: snapshot
                .navigators
                .iter()
                .map(ToString::to_string)
                .collect(),
            gateways: snapshot.gateways.iter().map(ToString::to_string).collect(),
            queued: snapshot.queued,
            in_flight: snapshot.in_flight,
            in_doubt: snapshot.in_doubt,
        }
    }

    fn arm(&mut self, ctx: &mut Context<Self>) {
        let deadline = self.connection.poll_timeout();
        self.timer.arm(deadline, ctx, |act: &mut Self, ctx| {
            act.timer.fired();
            act.drive(None, ctx);
        });
    }
}

/// The class of device that a form makes us at the cloud (decisions.md P20), and what becomes of
/// `reconnect_kick` where it is set (decisions.md P12).
fn slot(form: GatewayForm, reconnect_kick: bool) -> &'static str {
    match (form, reconnect_kick) {
        (GatewayForm::Tcp, false) => "desktop",
        (GatewayForm::Tcp, true) => "desktop, reconnects yield",
        (GatewayForm::WebSocket, false) => "web",
        (GatewayForm::WebSocket, true) => "web, reconnect_kick cannot be sent",
    }
}

impl Actor for Upstream {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        if let Some(recording) = self.recording.take() {
            let in_order = stream::unfold(recording, |mut recording| async move {
                let recorded = recording.recv().await?.await;
                Some((recorded, recording))
            });
            ctx.add_stream(in_order);
        }
    }
}

impl StreamHandler<Recorded> for Upstream {
    fn handle(&mut self, Recorded { id, result }: Recorded, ctx: &mut Self::Context) {
        let input = match result {
            Ok(applied) => self.recorded(id, applied),
            Err(code) => Input::RecordFailed { id, code },
        };
        self.drive(Some(input), ctx);
    }

    /// The end of this actor comes another way.
    fn finished(&mut self, _: &mut Self::Context) {}
}

impl Handler<UseStore> for Upstream {
    type Result = ();

    fn handle(&mut self, UseStore(store): UseStore, _: &mut Self::Context) {
        self.store = Some(store);
    }
}

impl Handler<Drive> for Upstream {
    type Result = ();

    fn handle(&mut self, Drive(command): Drive, ctx: &mut Self::Context) {
        self.brought += u64::from(command.brings_token());
        self.drive(Some(Input::Command(command)), ctx);
    }
}

impl Handler<Inspect> for Upstream {
    type Result = MessageResult<Inspect>;

    fn handle(&mut self, Inspect: Inspect, _: &mut Self::Context) -> Self::Result {
        let snapshot = self.connection.snapshot();
        MessageResult(self.report(snapshot, Instant::now()))
    }
}

impl Handler<Stop> for Upstream {
    type Result = ResponseActFuture<Self, ()>;

    /// Messages under way are seen through, within [`DRAIN_DEADLINE`]: a link that closes on them
    /// would leave in doubt what was never written (F-I29).
    fn handle(&mut self, Stop: Stop, ctx: &mut Self::Context) -> Self::Result {
        let (told, drained) = oneshot::channel();
        self.vital.release();
        self.drained = Some(told);
        self.connection.hold_messages();
        self.drive(None, ctx);
        let drained = tokio::time::timeout(DRAIN_DEADLINE, drained);
        Box::pin(drained.into_actor(self).map(|result, act, ctx| {
            if result.is_err() {
                tracing::info!(account = %act.account, "Messages are still under way");
            }
            act.hang_up(ctx);
            ctx.stop();
        }))
    }
}

impl StreamHandler<FromLink> for Upstream {
    fn handle(&mut self, from: FromLink, ctx: &mut Self::Context) {
        let generation = from.generation;
        let input = match from.received {
            Received::Packet(packet) => Input::Packet { generation, packet },
            Received::Alive => Input::Alive { generation },
            Received::Lost(error) => Input::Lost { generation, error },
        };
        self.drive(Some(input), ctx);
    }

    /// A link that ended is not the end of the account.
    fn finished(&mut self, _: &mut Self::Context) {}
}
