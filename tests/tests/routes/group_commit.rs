//! Many messages and few syncs of the disk.

use imlink::OutboxId;
use imlink_ipc_proto::{Codec, Event, Request, Response};
use imlink_tests::cloud::{token, with};
use imlink_tests::raw::encoded;
use imlink_tests::{RawApp, Setup, cloud, disk};

use crate::IMLINK;
use crate::codecs::{client_id, connected, go_offline, send, told};

/// Half of what a batch takes, and well below the requests that an app may have open.
const MESSAGES: u64 = 50;

/// Above the numbers that an app gives to what it asks and waits for.
const FIRST: u64 = 1_000;

// issue 4: group commit under load
#[test]
fn messages_that_come_while_the_disk_is_busy_are_accepted_with_one_more_sync() {
    let cloud = cloud();
    let (setup, held) = disk::holdable(Setup::new(IMLINK));
    let _daemon = setup.start();
    let lei = token(&cloud, "lei");
    let mut app = connected(&setup, Codec::Bincode, cloud.app_key(), &lei);
    // Behind that, and without a link, nothing is stored but what the app sends.
    told(&mut app, |event| {
        matches!(event, Event::Synchronized {}).then_some(())
    });
    go_offline(&cloud, std::slice::from_mut(&mut app));
    let syncs = held.syncs();

    held.hold();
    for number in 0..MESSAGES {
        let client_id = client_id("notes", &number.to_string());
        let send = send(with("han").into(), &client_id);
        app.write(&encoded(Codec::Bincode, FIRST + number, send));
    }
    // The daemon takes requests in their order: it has them all, and has accepted none.
    assert_eq!(app.ask(Request::Ping {}), Ok(Response::Pong {}));
    assert_eq!(held.syncs(), syncs);
    held.release();

    let rows: Vec<OutboxId> = (0..MESSAGES)
        .map(|number| accepted(&mut app, FIRST + number))
        .collect();
    assert!(rows.is_sorted_by(|one, next| one < next), "{rows:?}");
    // The one that was held up, and one for all that came behind it; the first may have had them
    // all.
    let syncs = held.syncs() - syncs;
    assert!((1..=2).contains(&syncs), "{syncs} for {MESSAGES} messages");
}

/// The row of a message, once it is durable.
fn accepted(app: &mut RawApp, request: u64) -> OutboxId {
    match app.answer(request) {
        Some(Ok(Response::Accepted { id, new: true })) => id,
        other => panic!("not accepted: {other:?}"),
    }
}
