//! What drives an account's link, as far as the Hub knows.
//!
//! The Hub starts a driver for each account and speaks the commands and events of
//! [`imlink_model::uplink`] with it; which cloud is at the other end, and in which packets, is the
//! driver's own affair. [`Upstream`](crate::upstream::Upstream) is the vendor's; one towards a
//! standard broker is another actor and another [`Drivers`] (decisions.md P22).

use actix::dev::{RecipientRequest, ToEnvelope};
use actix::{Actor, Addr, Handler, Recipient};
use imlink_model::AppKey;
use imlink_model::uplink::Command;

use crate::hub::Hub;
use crate::messages::{Drive, Inspect, Stop, UseStore};
use crate::registry::AccountId;
use crate::store::StoreActor;
use crate::vital::Vital;

/// Starts drivers of one kind.
pub trait Drivers {
    /// A driver for that account, which does nothing until it is told to and ends when it is
    /// stopped. It tells the Hub what happens, and holds `vital` as long as it lives.
    fn start(&self, job: Job) -> Driver;
}

/// What a driver is started for.
pub struct Job {
    /// The account.
    pub account: AccountId,
    /// The app of the vendor it belongs to.
    pub app_key: AppKey,
    /// Whether a token whose user nobody names is refused.
    pub refuse_unnamed: bool,
    /// Hears what happens.
    pub hub: Addr<Hub>,
    /// The sign of life it holds.
    pub vital: Vital,
}

/// A driver that runs.
pub struct Driver {
    drive: Recipient<Drive>,
    use_store: Recipient<UseStore>,
    inspect: Recipient<Inspect>,
    stop: Recipient<Stop>,
}

impl Driver {
    /// The driver that this actor is.
    pub fn of<A>(actor: Addr<A>) -> Self
    where
        A: Actor + Handler<Drive> + Handler<UseStore> + Handler<Inspect> + Handler<Stop>,
        A::Context: ToEnvelope<A, Drive>
            + ToEnvelope<A, UseStore>
            + ToEnvelope<A, Inspect>
            + ToEnvelope<A, Stop>,
    {
        Self {
            drive: actor.clone().recipient(),
            use_store: actor.clone().recipient(),
            inspect: actor.clone().recipient(),
            stop: actor.recipient(),
        }
    }

    /// Has it do something.
    pub fn command(&self, command: Command) {
        self.drive.do_send(Drive(command));
    }

    /// Hands it the rows of its account; comes before anything is recorded.
    pub fn use_store(&self, store: Addr<StoreActor>) {
        self.use_store.do_send(UseStore(store));
    }

    /// Asks how it is.
    pub fn inspect(&self) -> RecipientRequest<Inspect> {
        self.inspect.send(Inspect)
    }

    /// Ends it; answered when it has.
    pub fn stop(&self) -> RecipientRequest<Stop> {
        self.stop.send(Stop)
    }
}
