//! The loop by itself.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn online() -> (Pull, Instant) {
    let now = crate::testing::start();
    let mut pull = Pull::new(&Config::default(), &Cursor::default());
    pull.on_link_up(now);
    (pull, now)
}

fn page(inbox: i64, finished: bool) -> Page {
    Page {
        cursors: Cursors::of_page(inbox, 0, 1),
        finished,
    }
}

#[test]
fn asks_from_the_durable_cursor_only() {
    let (mut pull, t) = online();

    assert_eq!(pull.ask(1, t).sync_time, 0);
    pull.on_page(RecordId(1), page(5, false));
    assert!(!pull.is_due(t + 300 * SECOND), "the page is not stored yet");
    assert_eq!(pull.on_recorded(RecordId(1), t), Some(Progress::More));

    assert!(pull.is_due(t));
    assert_eq!(pull.ask(2, t).sync_time, 5);
}

#[test]
fn notifications_during_a_round_cause_at_most_one_more_and_old_ones_none() {
    let (mut pull, t) = online();
    pull.ask(1, t);
    pull.want(5);
    pull.on_page(RecordId(1), page(5, true));
    assert_eq!(
        pull.on_recorded(RecordId(1), t),
        Some(Progress::Complete(1))
    );
    assert!(!pull.is_due(t), "the answer was as new as the notification");

    pull.want(6);
    pull.want(7);
    assert!(pull.is_due(t));
    pull.ask(2, t);
    pull.want(8);
    pull.on_page(RecordId(2), page(7, true));
    pull.on_recorded(RecordId(2), t);
    assert!(pull.is_due(t));
}

#[test]
fn pulls_every_three_minutes_without_any_notification() {
    let (mut pull, t) = online();
    pull.ask(1, t);
    pull.on_empty_page(true, t);

    assert_eq!(pull.deadline(), Some(t + 180 * SECOND));
    assert!(!pull.is_due(t + 179 * SECOND));
    assert!(pull.is_due(t + 180 * SECOND));
}

// F-S18
#[test]
fn pages_that_promise_more_and_bring_nothing_come_ever_more_slowly_and_end() {
    let (mut pull, mut t) = online();
    let start = t;
    for asked in 1..=8 {
        assert!(pull.is_due(t));
        pull.ask(asked, t);
        assert_eq!(pull.on_empty_page(false, t), Progress::More);
        t = pull.deadline().unwrap();
    }

    assert_eq!(t - start, (1 + 2 + 4 + 8 + 16 + 32 + 64 + 180) * SECOND);
}

#[test]
fn an_unanswered_pull_is_asked_again_after_thirty_seconds() {
    let (mut pull, t) = online();
    pull.ask(1, t);

    assert!(!pull.handle_timeout(t + 29 * SECOND));
    assert!(pull.handle_timeout(t + 30 * SECOND));

    assert!(pull.is_due(t + 30 * SECOND));
    assert!(!pull.is_pending(1), "a late answer is nobody's");
}

// F-D01
#[test]
fn a_page_that_cannot_be_stored_leaves_the_cursor_and_is_asked_again() {
    let (mut pull, t) = online();
    pull.ask(1, t);
    pull.on_page(RecordId(1), page(5, true));

    pull.on_failed(t);

    assert!(!pull.is_due(t));
    assert!(pull.is_due(t + SECOND));
    assert_eq!(pull.ask(2, t + SECOND).sync_time, 0);
}

// F-D07
#[test]
fn an_account_that_is_read_again_is_read_from_its_beginning_whatever_is_under_way() {
    let read = |pull: &mut Pull, t: Instant| {
        assert!(pull.is_due(t));
        assert_eq!(pull.ask(1, t).sync_time, 0);
        pull.on_page(RecordId(1), page(5, true));
        pull.on_recorded(RecordId(1), t);
    };
    let (mut idle, t) = online();
    read(&mut idle, t);
    let (mut asked, _) = online();
    read(&mut asked, t);
    asked.want_anything();
    assert_eq!(asked.ask(2, t).sync_time, 5);
    let (mut storing, _) = online();
    read(&mut storing, t);
    storing.want_anything();
    storing.ask(2, t);
    storing.on_page(RecordId(2), page(7, true));

    for pull in [&mut idle, &mut asked, &mut storing] {
        pull.begin_again(t);

        assert!(!pull.is_pending(2), "an answer to that is nobody's");
        assert_eq!(pull.on_recorded(RecordId(2), t), None);
        read(pull, t);
        assert!(!pull.is_due(t), "once");
    }
}

// F-D07
#[test]
fn an_account_that_is_to_be_read_again_waits_for_a_link() {
    let (mut pull, t) = online();
    pull.ask(1, t);
    pull.on_page(RecordId(1), page(5, true));
    pull.on_link_down();

    pull.begin_again(t);

    assert_eq!(pull.on_recorded(RecordId(1), t), None);
    assert!(!pull.is_due(t + 300 * SECOND));
    pull.on_link_up(t);
    assert_eq!(pull.ask(2, t).sync_time, 0);
}

#[test]
fn a_page_stored_after_its_link_is_gone_counts_for_the_next_link() {
    let (mut pull, t) = online();
    pull.ask(1, t);
    pull.on_page(RecordId(1), page(5, true));
    pull.on_link_down();
    pull.on_link_up(t + SECOND);
    assert!(!pull.is_due(t + SECOND));

    assert_eq!(
        pull.on_recorded(RecordId(1), t + SECOND),
        None,
        "not a round of this link"
    );

    assert!(pull.is_due(t + SECOND));
    assert_eq!(pull.ask(2, t + SECOND).sync_time, 5);
    assert_eq!(pull.round(), 2);
}
