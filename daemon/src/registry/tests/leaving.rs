//! Leaving, and being left.

use super::bench::*;

// P10
#[test]
fn disconnect_takes_only_that_app_off() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));
    let account = house.connect_both(first, second);

    house.ask(first, Request::Disconnect {});

    assert!(house.heard(first).contains(&Heard::Status(SIGN_OUT, None)));
    assert!(!house.heard(second).contains(&Heard::Status(SIGN_OUT, None)));
    assert!(!house.was_disconnected(account));
    house.ask(second, Request::Disconnect {});
    assert!(
        house.was_disconnected(account),
        "the last one to leave closes the link"
    );
}

// P10
#[test]
fn an_app_that_crashes_has_not_left() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);

    house.registry.detach(app);
    house.drain();

    assert!(!house.was_disconnected(account));
    assert!(!house.stopped_upstream(account));
}

// P10
#[test]
fn logout_signs_every_app_out_and_forgets_the_tokens() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));
    let account = house.connect_both(first, second);

    let id = house.ask(second, Request::Logout {});

    assert!(house.done(second, id));
    for app in [first, second] {
        assert!(house.heard(app).contains(&Heard::Status(SIGN_OUT, None)));
    }
    assert!(house.was_disconnected(account));
    assert!(
        house
            .seen
            .iter()
            .any(|effect| matches!(effect, Effect::Forget { .. }))
    );
}

// P24
#[test]
fn after_sign_out_an_app_sees_nothing_until_its_own_connect() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("bar"));
    let account = house.connect_both(first, second);
    house.ask(first, Request::Disconnect {});
    let before = house.heard(first).len();

    house.suspend(account);
    house.status(account, ConnectionStatus::Connecting, None);

    assert_eq!(house.heard(first).len(), before);
    let id = house.ask(first, connect("token"));
    house.status(account, ConnectionStatus::Connected, None);
    house.uplink(account, uplink::Event::Online);
    assert_eq!(house.connected(first, id), 1);
}

#[test]
fn a_lost_link_is_shown_as_suspend_with_its_code() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);

    house.suspend(account);
    house.status(account, ConnectionStatus::Connecting, None);
    house.suspend(account);

    let lost = Heard::Status(SUSPEND, Some(Code::RC_SOCKET_DISCONNECTED));
    let heard = house.heard(app);
    let expected = [lost, Heard::Status(CONNECTING, None), lost];
    assert_eq!(heard[heard.len() - 3..], expected);
}
