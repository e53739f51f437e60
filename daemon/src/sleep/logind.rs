//! What logind tells before and after a sleep, over the system bus.
//!
//! A second witness beside the clocks, which need neither. No bus, no logind and no right to listen
//! are all the same: nothing is told. Another program of the bus may send us the same words; they
//! cost a ping.

use std::num::NonZeroUsize;

use futures_util::StreamExt;
use futures_util::stream::{self, Stream};
use imlink_model::uplink::Hint;
use tracing::{debug, info};
use zbus::message::Type;
use zbus::{Connection, MatchRule, MessageStream};

use crate::surroundings::Change;

/// `org.freedesktop.login1(5)`, "The Manager Object".
const SERVICE: &str = "org.freedesktop.login1";
const OBJECT: &str = "/org/freedesktop/login1";
const INTERFACE: &str = "org.freedesktop.login1.Manager";
/// Its one argument is whether the machine is about to sleep; false after it woke.
const SIGNAL: &str = "PrepareForSleep";

/// Signals kept until they are looked at. They come in pairs, hours apart.
const QUEUED: NonZeroUsize = NonZeroUsize::new(8).expect("it is not zero");

/// A hint for each time logind says that the machine woke.
pub fn wakings() -> impl Stream<Item = Change> {
    let signals = stream::once(async {
        match listen().await {
            Ok(signals) => signals.boxed_local(),
            Err(error) => {
                debug!(%error, "No system bus: a sleep is noticed by the clock alone");
                stream::empty().boxed_local()
            }
        }
    });
    signals.flatten().filter_map(async |about_to_sleep| {
        if about_to_sleep {
            debug!("This machine is about to sleep");
            return None;
        }
        info!("This machine woke");
        Some(Change::Hint(Hint::Resumed))
    })
}

/// Whether the machine is about to sleep, each time logind says so.
async fn listen() -> zbus::Result<impl Stream<Item = bool>> {
    let bus = Connection::system().await?;
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender(SERVICE)
        .path(OBJECT)
        .interface(INTERFACE)
        .member(SIGNAL)
        .build()?;
    let signals = MessageStream::for_match_rule(rule, &bus, Some(QUEUED)).await?;
    debug!("The login manager is listened to");
    Ok(signals.filter_map(async |signal| signal.ok()?.body().deserialize().ok()))
}
