//! The client over a real socket, against a daemon that the test plays.

mod attach;
mod blocking;
mod callbacks;
mod calls;
mod daemon;
mod reattach;
mod subscribe;
