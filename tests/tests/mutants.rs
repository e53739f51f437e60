//! Daemons that are broken on purpose: what the kill loop would report if they were ours, and how
//! we would live with one.
//!
//! Each is built from a copy of this tree with one patch of `tests/mutants`, which takes minutes
//! the first time, so `.ci/run` asks for these tests by name:
//! `cargo test -p imlink-tests --test mutants -- --ignored`.

use std::num::NonZero;
use std::path::Path;

use imlink_tests::cloud::write;
use imlink_tests::kill_loop::{Options, run};
use imlink_tests::mutant::{Mutant, applies, patches, rule};
use imlink_tests::{App, Setup, cloud, next_words, within};

/// Runs of the loop, each up to its first violation, until one must have lost something. Each of
/// these mutants loses something every ten trials or so.
const RUNS: u64 = 25;

#[test]
fn every_mutant_can_be_made_of_this_tree() {
    let patches = patches();
    assert!(patches.len() >= 4, "{patches:?}");

    for patch in patches {
        applies(&patch).unwrap_or_else(|said| {
            panic!(
                "{}: make it anew for the code as it is\n{said}",
                patch.display()
            )
        });
    }
}

#[test]
fn every_rule_can_be_broken_in_this_tree_and_every_decision_has_one() {
    let rules = rule::rules();

    for rule in &rules {
        rule.broken().unwrap_or_else(|why| panic!("{why}"));
    }
    for decision in 1..=28 {
        let id = format!("P{decision}");
        assert!(rules.iter().any(|rule| rule.rule == id), "{id}");
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

// F-D25, F-A13
#[tokio::test]
#[ignore = "builds a daemon of its own"]
async fn a_daemon_that_dies_of_a_message_leaves_it_out_after_the_third_time() {
    let mutant = build("poison");
    let (cloud, setup) = (cloud(), Setup::new(mutant.command()));
    let mut daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    write(&cloud, "han", "lei", "before");
    assert_eq!(next_words(&mut inbox).await, "before");

    write(&cloud, "han", "lei", "poison");
    write(&cloud, "han", "lei", "after");
    for _ in 0..3 {
        let dying = tokio::task::spawn_blocking(move || daemon.ended());
        let ended = within("it dies of the message", dying).await.unwrap();
        assert!(!ended.success(), "{ended}");
        daemon = setup.start();
    }

    assert_eq!(next_words(&mut inbox).await, "after");
    let said = daemon.log().text();
    assert!(said.contains("A message is left out"), "{said}");
}

/// The same loop that a sound daemon passes reports lost messages of that mutant.
fn assert_loses_messages(name: &str) {
    let mutant = build(name);
    for seed in 0..RUNS {
        let options = Options {
            trials: 20,
            seed,
            messages: 50,
            stop_at_violation: true,
            jobs: NonZero::<usize>::MIN,
        };
        let report = run(mutant.command(), options, |line| println!("{line}"));
        if report.tally.lost > 0 {
            return;
        }
    }
    panic!("{name} is not found out");
}

fn build(name: &str) -> Mutant {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutants");
    Mutant::build(name, &scratch)
}
