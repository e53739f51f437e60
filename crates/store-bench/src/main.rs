//! Measures the store beside SQLite (WAL, synchronous=FULL) on the same rows, in one run.
//!
//! ```text
//! cargo run --release -p imlink-store-bench -- 100000 1000000
//! ```
//!
//! SQLite is measured twice: with an index for searches that finds what the store finds, which is
//! the same work for an app; and without, to know what searching costs.
//!
//! For each number of messages all are filled in durable groups of 100, then take turns in durable
//! single inserts. What a daemon pays at its start is measured in a fresh process each: opening,
//! the newest 20 messages of a conversation, two searches, resident memory. Absolute figures belong
//! to the machine; the ratios, and the budgets they are held against, are in docs/measured.md.

mod fill;
mod imlink;
mod probe;
mod report;
mod rows;
mod sqlite;
mod subject;
mod words;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::report::Table;
use crate::subject::Which;

#[derive(Parser)]
#[command(about = "The store and SQLite side by side on the same rows")]
struct Arguments {
    /// How many messages; several numbers are measured one after the other.
    #[arg(default_values_t = [100_000])]
    messages: Vec<u64>,
    /// Where to put the files; a directory of its own below it is removed at the end. Must be on
    /// the disk that is to be measured.
    #[arg(long, default_value = ".")]
    directory: PathBuf,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What this program does in a process of its own.
#[derive(Subcommand)]
enum Part {
    /// Opens what was filled, reads and searches; prints JSON.
    #[command(hide = true)]
    Probe {
        /// Which of them.
        which: Which,
        /// Where it was filled.
        place: PathBuf,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(Part::Probe { which, place }) = &arguments.part {
        return probe::print(*which, place);
    }
    for messages in arguments.messages {
        println!("{}", measure(&arguments.directory, messages)?);
    }
    Ok(())
}

fn measure(directory: &std::path::Path, messages: u64) -> Result<Table> {
    let place = tempfile::Builder::new()
        .prefix("imlink-store-bench-")
        .tempdir_in(directory)
        .context("Failed to make a directory for the files")?;
    let places = Which::ALL.map(|which| place.path().join(which.name()));
    let [ours, theirs, bare] = &places;

    let filled = fill::all([ours, theirs, bare], messages)?;
    let mut probed = Vec::new();
    for (which, place) in Which::ALL.into_iter().zip(&places) {
        probed.push(probe::in_own_process(which, place)?);
    }
    Ok(Table {
        messages,
        measured: std::iter::zip(filled, probed).collect(),
    })
}
