//! What app and daemon may rely on.

mod completeness;
mod damaged;
mod document;
mod golden;
mod lenient;
mod round_trip;
mod samples;
mod secrecy;
mod shared;
mod sizes;
mod strategies;
mod wrong;
