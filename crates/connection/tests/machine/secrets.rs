//! Nothing secret is ever printed.

use imlink_model::uplink::Command;

use super::cloud::{outgoing, page, text};
use super::driver::{Driver, listing};

// F-K01, F-K10
#[test]
fn debug_of_everything_shows_neither_token_nor_body() {
    let mut driver = Driver::new();
    driver.restore("alice");
    driver.connect("canary-token@canary-host");
    let mut printed = format!("{:?}", driver.actions);
    driver.answer_navigation(&listing("alice", &["a"]));
    printed += &format!("{:?}", driver.actions);
    driver.open_dial();
    driver.accept("alice");
    driver.stores_at_once = false;
    driver.answer_pull(&page(vec![text(10)], 10));
    driver.command(Command::Send(outgoing(1, "bob")));
    printed += &format!(
        "{:?} {:?} {:?}",
        driver.actions, driver.events, driver.connection
    );

    assert!(
        printed.contains("Dial") && printed.contains("Record"),
        "{printed}"
    );
    assert!(!printed.contains("canary-token"), "{printed}");
    assert!(
        !printed.contains("canary-body") && !printed.contains("hello"),
        "{printed}"
    );
}
