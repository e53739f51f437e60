//! The registry without sockets, stores or clouds: calls in, effects out.

mod anew;
mod bench;
mod connecting;
mod corners;
mod delivering;
mod joining;
mod leaving;
mod live;
mod matrix;
mod noting;
mod outbox;
mod random;
mod remembering;
mod reporting;
mod rooms;
mod sending;
mod sharing;
