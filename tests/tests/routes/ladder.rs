//! The waits between attempts, for real: a daemon inside the test, with a shortened table.

use std::time::{Duration, Instant};

use imlink::{ConnectionStatus, Hint};
use imlink_daemon::Timings;
use imlink_sandbox::{Ending, Scope};
use imlink_tests::cloud::token;
use imlink_tests::{App, DEADLINE, Serving, Setup, cloud, within};

use crate::IMLINK;

/// Those below a second are exact; the last one repeats, shortened by up to half.
const LADDER: [Duration; 4] = [
    Duration::from_millis(20),
    Duration::from_millis(60),
    Duration::from_millis(180),
    Duration::from_secs(1),
];

/// The limit of the connect: what comes later takes longer.
const LIMIT: Duration = Duration::from_secs(1);

// P4, F-S01, F-S40, S3-07, S4-07
#[tokio::test]
async fn a_dead_cloud_is_tried_on_the_ladder_for_as_long_as_it_takes() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = Serving::start(&setup, |config| {
        config.timings = Timings {
            ladder: LADDER.to_vec(),
            // Nothing here is ever stable.
            stable: Duration::from_secs(3600),
            ..Timings::default()
        };
    });
    let mut app = App::new(&setup, &cloud, "notes");
    within("init", app.client.init()).await.unwrap();
    let connect = app.client.connect_within(token(&cloud, "lei"), LIMIT);
    within("connect", connect).await.unwrap();
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);

    let mut waits = Vec::new();
    let mut told: Vec<Instant> = Vec::new();
    for _ in 0..8 {
        waits.push(app.shows(ConnectionStatus::Suspend).await.retry_in.unwrap());
        told.push(Instant::now());
    }

    assert_eq!(waits[..3], LADDER[..3]);
    for wait in &waits[3..] {
        assert!((LADDER[3] / 2..=LADDER[3]).contains(wait), "{waits:?}");
    }
    // The first one may have been told late, when some of its wait was over.
    let (announced, passed) = (waits[..6].iter().sum::<Duration>(), told[7] - told[0]);
    assert!(
        passed >= announced,
        "{announced:?} were announced, {passed:?} passed"
    );
    // Each attempt may take as long as a busy machine takes for what should happen at once.
    let most = 3 * waits[..7].iter().sum::<Duration>() + DEADLINE;
    assert!(passed <= most, "{passed:?} passed for {waits:?}");
    assert!(passed > LIMIT, "once connected there is no limit any more");

    // A link that did not last begins no new ladder, a hint does.
    cloud.accept_connections().unwrap();
    app.shows(ConnectionStatus::Connected).await;
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    let wait = app.shows(ConnectionStatus::Suspend).await.retry_in.unwrap();
    assert!(wait >= LADDER[3] / 2, "{wait:?}");
    within("hint", app.client.hint(Hint::Foreground))
        .await
        .unwrap();
    // The hint's own attempt was the first step.
    let mut attempts = 0;
    while app.shows(ConnectionStatus::Suspend).await.retry_in != Some(LADDER[1]) {
        attempts += 1;
        assert!(attempts < 8, "the hint does nothing");
    }
}
