//! Messages to subscriptions.

use super::bench::*;

#[test]
fn new_messages_go_to_every_subscription_in_order() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));
    let account = house.connect_both(first, second);
    house.subscribe(account, first, "inbox", 0);
    house.subscribe(account, second, "inbox", 0);

    house.stored(account, 1..=3, &Origin::Remote);

    assert_eq!(house.delivered(first), [1, 2, 3]);
    assert_eq!(house.delivered(second), [1, 2, 3]);
    assert_eq!(
        house.reads(),
        0,
        "who has everything gets it without reading"
    );
}

// P18
#[test]
fn what_an_app_sent_comes_to_every_app_marked_as_its_own() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));
    let account = house.connect_both(first, second);
    house.subscribe(account, first, "inbox", 0);
    house.subscribe(account, second, "inbox", 0);

    house.stored(account, 1..=1, &Origin::App(AppId::new("notes").unwrap()));
    house.stored(account, 2..=2, &Origin::Remote);

    assert_eq!(house.delivered(first), [1, 2]);
    assert_eq!(house.delivered(second), [1, 2]);
}

// F-I02
#[test]
fn a_subscription_that_does_not_acknowledge_gets_one_window_and_then_reads_on() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let number = house.subscribe(account, app, "inbox", 0);
    let window = u64::from(limits::WINDOW_MESSAGES);

    house.stored(account, 1..=window + 10, &Origin::Remote);
    assert_eq!(house.delivered(app).len(), usize::try_from(window).unwrap());
    assert_eq!(house.reads(), 0);

    house.ask(
        app,
        Request::Acknowledge {
            subscription: number,
            seq: Seq(4),
        },
    );
    // One more than fits, to know what is left.
    assert_eq!(house.last_read(), Some((Seq(window), 5)));
    house.page(number, window + 1..=window + 5);

    assert_eq!(house.delivered(app).last(), Some(&(window + 4)));
    assert_eq!(house.said_left(app).last(), Some(&6));
}

#[test]
fn what_is_left_is_none_with_the_last_message_alone() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let number = house.subscribe(account, app, "inbox", 0);

    house.stored(account, 1..=3, &Origin::Remote);
    assert_eq!(house.said_left(app), [2, 1, 0]);
    // One that is behind, whose pages end before the newest message.
    house.stored(account, 6..=9, &Origin::Remote);
    house.page(number, 4..=6);
    assert_eq!(house.said_left(app)[3..], [5, 4]);
    house.page(number, 7..=9);

    assert_eq!(house.said_left(app)[3..], [5, 4, 3, 2, 1, 0]);
}

// decisions.md P18
#[test]
fn what_is_left_is_none_with_the_last_wanted_message_whatever_is_passed_over_behind_it() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let number = house.subscribe_to(app, "han");
    let window = u64::from(limits::WINDOW_MESSAGES);

    house.stored(account, 1..=1, &Origin::Remote);
    house.registry.gap_noted(account, Seq(500));
    house.drain();
    house.stretch_of(number, &[(2, "han"), (3, "bob"), (4, "han"), (5, "bob")]);
    assert_eq!(
        house.delivered(app),
        [2],
        "whether another follows is not known"
    );
    house.stretch_of(number, &[(6, "bob"), (500, "bob")]);
    assert_eq!(house.delivered(app), [2, 4]);
    assert_eq!(house.said_left(app).last(), Some(&0));

    // A full window is no reason not to look.
    house.registry.gap_noted(account, Seq(1000));
    let full: Vec<_> = (501..501 + window - 2).map(|seq| (seq, "han")).collect();
    house.stretch_of(number, &full);
    let held = house.delivered(app).len();
    let (_, limit) = house.last_read().unwrap();
    assert!(limit > 0, "it looks ahead");
    house.stretch_of(number, &[(700, "bob"), (1000, "bob")]);

    assert_eq!(house.delivered(app).len(), held + 1);
    assert_eq!(house.said_left(app).last(), Some(&0));
}

#[test]
fn a_message_beyond_a_full_window_waits_and_the_last_one_says_that_it_does() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    house.subscribe(account, app, "inbox", 0);
    let window = u64::from(limits::WINDOW_MESSAGES);

    house.stored(account, 1..=window + 1, &Origin::Remote);

    assert_eq!(house.delivered(app).last(), Some(&window));
    assert_eq!(house.said_left(app).last(), Some(&1));
}

// F-S17
#[test]
fn messages_that_come_out_of_turn_are_read_in_order() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let number = house.subscribe(account, app, "inbox", 0);

    house.stored(account, 2..=2, &Origin::Remote);
    assert!(house.delivered(app).is_empty());
    house.page(number, 1..=2);

    assert_eq!(house.delivered(app), [1, 2]);
}

// F-D07
#[test]
fn a_row_that_cannot_be_read_does_not_hold_up_those_behind_it() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let number = house.subscribe(account, app, "inbox", 0);

    house.stored(account, 2..=3, &Origin::Remote);
    house.page(number, 2..=3);

    assert_eq!(house.delivered(app), [2, 3]);
}

// P7 F-I37
#[test]
fn a_subscription_in_use_is_refused_and_its_holder_named() {
    let mut house = House::new();
    let (first, twin) = (house.attach("notes"), house.attach("notes"));
    let account = house.connect_both(first, twin);
    house.subscribe(account, first, "inbox", 0);

    let id = house.ask(twin, subscribe("inbox"));

    assert_eq!(house.failure(twin, id), Some(Code::LOCAL_SUBSCRIPTION_BUSY));
    assert!(
        house
            .failure_text(twin, id)
            .contains(&format!("pid {}", pid_of(first)))
    );
}

// F-I37
#[test]
fn another_apps_subscription_cannot_be_acknowledged() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));
    let account = house.connect_both(first, second);
    let number = house.subscribe(account, first, "inbox", 0);
    house.stored(account, 1..=1, &Origin::Remote);

    let id = house.ask(
        second,
        Request::Acknowledge {
            subscription: number,
            seq: Seq(1),
        },
    );

    assert_eq!(house.failure(second, id), Some(Code::LOCAL_NO_SUBSCRIPTION));
}

#[test]
fn what_was_never_delivered_cannot_be_acknowledged() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let number = house.subscribe(account, app, "inbox", 0);

    let id = house.ask(
        app,
        Request::Acknowledge {
            subscription: number,
            seq: Seq(9),
        },
    );

    assert_eq!(house.failure(app, id), Some(Code::LOCAL_BAD_REQUEST));
}

// F-D08, F-S46: never silent, and in its place
#[test]
fn a_gap_is_told_between_the_messages_around_it_and_once() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let inbox = house.subscribe(account, app, "inbox", 0);
    house.registry.gap_noted(account, Seq(2));
    house.drain();
    assert_eq!(house.last_read(), Some((Seq(0), 65)));

    house.stretch(inbox, &[1], &[expired(2)], 2);
    house.stored(account, 3..=3, &Origin::Remote);

    let told = house.told(app);
    assert_eq!(told, [Told::Message(1), Told::Gap(2), Told::Message(3)]);
}

// F-D08
#[test]
fn who_stands_within_a_gap_is_told_of_it() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let inbox = house.subscribe(account, app, "inbox", 5);
    house.registry.gap_noted(account, Seq(9));
    house.drain();
    let block = Gap {
        first: Seq(0),
        last: Seq(7),
        ..expired(0)
    };

    house.stretch(inbox, &[6], &[block], 6);
    house.stretch(inbox, &[7, 8], &[block], 9);

    let messages = [6, 7, 8].map(Told::Message);
    assert_eq!(house.told(app)[0], Told::Gap(0));
    assert_eq!(house.told(app)[1..], messages, "once");
}

#[test]
fn gaps_that_a_subscription_is_past_are_not_kept() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let inbox = house.subscribe(account, app, "inbox", 0);

    for place in (1..100).step_by(2) {
        house.registry.gap_noted(account, Seq(place));
        house.stretch(inbox, &[], &[expired(place)], place);
        house.stored(account, place + 1..=place + 1, &Origin::Remote);
        let seq = Seq(place + 1);
        house.ask(
            app,
            Request::Acknowledge {
                subscription: inbox,
                seq,
            },
        );
    }

    assert_eq!(house.told(app).len(), 100);
    let subscription = &house.registry.subscriptions[&SubscriptionId(inbox)];
    assert!(subscription.gaps_told.is_empty());
}

// F-D08
#[test]
fn a_gap_waits_for_room_as_the_messages_before_it_do() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let inbox = house.subscribe(account, app, "inbox", 0);
    house.stored(account, 1..=64, &Origin::Remote);
    house.registry.gap_noted(account, Seq(65));
    house.drain();
    assert_eq!(house.told(app).len(), 64, "its window is full");
    assert_eq!(house.reads(), 0);

    house.ask(
        app,
        Request::Acknowledge {
            subscription: inbox,
            seq: Seq(10),
        },
    );
    house.stretch(inbox, &[], &[expired(65)], 65);

    assert_eq!(house.told(app).last(), Some(&Told::Gap(65)));
    assert_eq!(house.reads(), 1, "it has everything");
}

fn expired(place: u64) -> Gap {
    Gap {
        first: Seq(place),
        last: Seq(place),
        lost: None,
        cause: imlink_store::GapCause::Expired {
            from: Millis(1),
            until: Millis(2),
        },
    }
}
