//! What this machine tells of itself: its network comes, goes and changes, and it wakes from sleep.
//!
//! A stream that the [`Hub`](crate::hub::Hub) owns and passes on to every link. Nothing in it polls
//! (decisions.md P5), and a source that is not there is said once and done without: the links find
//! everything out by themselves, only later.
//!
//! ```text
//! rtnetlink ───────────────────> network ──┐
//! the kernel's clocks ──┐                  ├──> Hub ──> every Upstream
//! logind ───────────────┴──────> sleep ────┘
//! ```

use futures_util::StreamExt;
use futures_util::stream::{self, LocalBoxStream};
use imlink_model::uplink::{Hint, Network};

use crate::sleep::SleepWatch;
use crate::{network, sleep};

/// Something every link should know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// There is a network, or none any more.
    Network(Network),
    /// A reason to look at the link at once.
    Hint(Hint),
}

/// Watches this machine's network and sleep; never ends.
///
/// Begins with whether there is a network. Must be polled on a tokio runtime.
#[must_use]
pub fn watch(sleep: SleepWatch) -> LocalBoxStream<'static, Change> {
    stream::select(network::changes(), sleep::wakings(sleep)).boxed_local()
}
