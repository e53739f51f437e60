//! Breaks each rule on purpose and asks whether a test notices.
//!
//! Takes minutes to an hour, so that it is run by hand and not in `.ci/run`:
//! `cargo run -p imlink-tests --bin imlink-rule-mutants`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use imlink_tests::mutant::rule::{Fate, rules, sound};

/// Breaks each rule on purpose and asks whether a test notices.
#[derive(Parser)]
struct Arguments {
    /// Only the mutants of these rules, for example P4, and those that say something of the kind, for
    /// example 31012; all of them without any.
    rules: Vec<String>,
    /// Where the copy of the tree is built; kept, so that the next run is faster.
    #[arg(long, default_value = "target/mutants")]
    scratch: PathBuf,
    /// Say what would be broken, and break nothing.
    #[arg(long)]
    list: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut chosen = rules();
    if !arguments.rules.is_empty() {
        chosen.retain(|rule| {
            let is_meant = |wanted: &String| *wanted == rule.rule || rule.says.contains(wanted);
            arguments.rules.iter().any(is_meant)
        });
    }
    if chosen.is_empty() {
        eprintln!("no mutant breaks {}", arguments.rules.join(" or "));
        return ExitCode::from(2);
    }
    if arguments.list {
        for rule in chosen {
            println!("{:<5} {}", rule.rule, rule.says);
        }
        return ExitCode::SUCCESS;
    }

    let scratch = std::path::absolute(&arguments.scratch).expect("the working directory is there");
    let asked: BTreeSet<&String> = chosen.iter().flat_map(|rule| &rule.noticed_by).collect();
    for tests in asked {
        if let Err(fate) = sound(tests, &scratch) {
            eprintln!("cargo test {tests}: {fate:?} though nothing is broken; mend that first");
            return ExitCode::from(2);
        }
    }
    let (started, count) = (Instant::now(), chosen.len());
    let mut unnoticed = Vec::new();
    for (number, rule) in chosen.into_iter().enumerate() {
        let fate = rule.tried(&scratch);
        let verdict = match &fate {
            Fate::Noticed(test) => format!("noticed by {test}"),
            Fate::Hangs => "noticed: its tests never end".to_owned(),
            Fate::Survived => "NOT NOTICED".to_owned(),
            Fate::Stillborn(why) => format!("NOT BUILT\n{why}"),
        };
        let (rule, says) = (rule.rule, rule.says);
        println!("{:>3}/{count} {rule:<5} {says}: {verdict}", number + 1);
        if matches!(fate, Fate::Survived | Fate::Stillborn(_)) {
            unnoticed.push(format!("{rule} {says}"));
        }
    }

    println!(
        "{} of {count} mutants noticed, {} s",
        count - unnoticed.len(),
        started.elapsed().as_secs()
    );
    for mutant in &unnoticed {
        println!("not noticed: {mutant}");
    }
    if unnoticed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
