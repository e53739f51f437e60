//! What can be broken on purpose, to see that the demo notices. Always something in the product or
//! the sandbox; what checks the steps knows nothing of it.

use clap::ValueEnum;

/// One broken thing; its step must fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sabotage {
    /// Step 1: the daemon gets a state directory that it cannot use.
    BrokenDaemon,
    /// Step 2: a second daemon connects the same user.
    TwoConnections,
    /// Step 3: the cloud acknowledges a message and loses it.
    Swallow,
    /// Step 4: the cloud stores a message twice, under two ids.
    Double,
    /// Step 5: an app reaches the daemon through a relay, which keeps the daemon's end from it.
    NoIpcDisconnect,
    /// Step 6: the daemon loses how far the app that comes back has read.
    NoReplay,
}
