//! The kill loop against daemons that are broken on purpose: what it would report if they were ours.
//!
//! Each is built from a copy of this tree with one patch of `tests/mutants`, which takes minutes
//! the first time, so `.ci/run` asks for these tests by name:
//! `cargo test -p imlink-tests --test mutants -- --ignored`.

use std::path::Path;

use imlink_tests::kill_loop::{Options, run};
use imlink_tests::mutant::{Mutant, applies, patches};

/// Runs of the loop, each up to its first violation, until one must have lost something. Each of
/// these mutants loses something every ten trials or so.
const RUNS: u64 = 25;

#[test]
fn every_mutant_can_be_made_of_this_tree() {
    let patches = patches();
    assert!(patches.len() >= 3, "{patches:?}");

    for patch in patches {
        applies(&patch).unwrap_or_else(|said| {
            panic!(
                "{}: make it anew for the code as it is\n{said}",
                patch.display()
            )
        });
    }
}

// F-D10
#[test]
#[ignore = "builds a daemon of its own"]
fn a_daemon_that_never_flushes_is_found_to_lose_messages() {
    assert_loses_messages("no-flush");
}

// F-D10
#[test]
#[ignore = "builds a daemon of its own"]
fn a_daemon_that_acknowledges_before_it_flushes_is_found_to_lose_messages() {
    assert_loses_messages("acknowledge-before-flush");
}

// F-D10
#[test]
#[ignore = "builds a daemon of its own"]
fn a_daemon_that_stores_the_cursor_before_the_messages_is_found_to_lose_messages() {
    assert_loses_messages("cursor-before-rows");
}

/// The same loop that a sound daemon passes reports lost messages of that mutant.
fn assert_loses_messages(name: &str) {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutants");
    let mutant = Mutant::build(name, &scratch);
    for seed in 0..RUNS {
        let options = Options {
            trials: 20,
            seed,
            messages: 50,
            stop_at_violation: true,
        };
        let report = run(mutant.command(), options, |line| println!("{line}"));
        if report.tally.lost > 0 {
            return;
        }
    }
    panic!("{name} is not found out");
}
