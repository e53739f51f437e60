//! The units, as systemd reads them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use imlink_tests::require;

use crate::tool;

const UNITS: [&str; 4] = [
    "user/imlinkd.service",
    "user/imlinkd.socket",
    "system/imlinkd.service",
    "system/imlinkd.socket",
];

// issue 2, "systemd"
#[test]
fn systemd_has_no_complaint_about_any_unit() {
    let test = "systemd_has_no_complaint_about_any_unit";
    let Some(_) = require(test, tool::find("systemd-analyze")) else {
        return;
    };

    let checked = check(&units());

    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(
        checked.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    for unit in UNITS {
        assert!(
            said.lines().any(|line| line == format!("ok      {unit}")),
            "{said}"
        );
    }
    assert_eq!(said.lines().count(), UNITS.len(), "{said}");
}

// F-K06: tokens and bodies are all over the heap, so that the whole process stays out of the swap
#[test]
fn no_unit_lets_memory_be_swapped_out_or_dumped() {
    for unit in UNITS.into_iter().filter(|unit| unit.ends_with(".service")) {
        let text = fs::read_to_string(units().join(unit)).unwrap();
        let service = text.split("\n[").find(|part| part.starts_with("Service]"));
        let lines: Vec<&str> = service.unwrap().lines().collect();
        for wanted in ["MemorySwapMax=0", "LimitCORE=0"] {
            assert!(lines.contains(&wanted), "{unit}: {wanted}");
        }
    }
}

// F-A13: a daemon that always dies is started once a second, also by apps that knock at its socket
#[test]
fn after_a_failure_and_then_only_the_next_start_waits_a_second() {
    for unit in UNITS.into_iter().filter(|unit| unit.ends_with(".service")) {
        let text = fs::read_to_string(units().join(unit)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let paced = lines
            .iter()
            .find_map(|line| line.strip_prefix("ExecStopPost=/bin/sh -c "));
        let script = paced.expect(unit).trim_matches('\'');
        // What would wait says so instead.
        let waits = script.replace("exec sleep 1", "exit 7");
        assert_ne!(waits, script, "{unit}");
        let after = |result: &str| {
            let mut shell = Command::new("/bin/sh");
            let ended = shell.args(["-c", &waits]).env("SERVICE_RESULT", result);
            ended.status().unwrap().code()
        };

        for failure in ["exit-code", "signal", "watchdog", "oom-kill"] {
            assert_eq!(after(failure), Some(7), "{unit}");
        }
        assert_eq!(after("success"), Some(0), "{unit}");
        // And it is started however often it fails.
        for wanted in ["Restart=always", "StartLimitIntervalSec=0"] {
            assert!(lines.contains(&wanted), "{unit}: {wanted}");
        }
    }
}

#[test]
fn a_key_that_systemd_does_not_know_is_a_complaint() {
    let test = "a_key_that_systemd_does_not_know_is_a_complaint";
    let Some(_) = require(test, tool::find("systemd-analyze")) else {
        return;
    };
    let copy = tempfile::tempdir().unwrap();
    fs::copy(units().join("check.sh"), copy.path().join("check.sh")).unwrap();
    for unit in UNITS {
        let place = copy.path().join(unit);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        let text = fs::read_to_string(units().join(unit)).unwrap();
        fs::write(place, text.replace("Restart=always", "Restat=always")).unwrap();
    }

    let checked = check(copy.path());

    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert_eq!(checked.status.code(), Some(1), "{said}");
    assert!(said.contains("failed  user/imlinkd.service"), "{said}");
    assert!(said.contains("failed  system/imlinkd.service"), "{said}");
    assert!(said.contains("Restat"), "{said}");
}

/// Runs the check that comes with the units; it starts nothing and changes nothing.
fn check(units: &Path) -> Output {
    Command::new("bash")
        .arg(units.join("check.sh"))
        .output()
        .unwrap()
}

fn units() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../systemd")
}
