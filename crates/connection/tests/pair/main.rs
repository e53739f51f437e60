//! Two machines and the sandbox's pure core, through every weather.
//!
//! `IMLINK_PAIR_SEEDS` says how many seeds are run, `IMLINK_PAIR_SEED` runs one alone.

mod fleet;
mod judge;
mod pair;
mod runs;
mod store;
