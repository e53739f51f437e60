//! The kill loop, with few trials; `imlink-kill-loop` makes as many as wanted.

use std::num::NonZero;

use imlink_tests::kill_loop::{Options, run};

use crate::IMLINK;

// F-D10, F-D12, F-I17, F-I27
#[test]
fn kills_under_traffic_and_during_recovery_lose_and_double_nothing() {
    let options = Options {
        trials: 10,
        seed: 4,
        messages: 50,
        stop_at_violation: false,
        jobs: NonZero::<usize>::MIN,
    };
    let mut said = Vec::new();

    let report = run(IMLINK, options, |line| said.push(line.to_owned()));

    assert!(report.is_clean(), "{said:#?}");
    assert_eq!((report.trials, report.kills_in_recovery), (10, 2));
    assert!(report.tally.acknowledged >= 10 * 50, "{report}");
}
