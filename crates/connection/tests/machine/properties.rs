//! What holds whatever happens.

mod happening;
mod world;

use imlink_connection::Config;
use imlink_model::ConnectionStatus;
use imlink_model::uplink::{Command, Network};
use proptest::prelude::*;

use super::driver::{Driver, NAVIGATOR, SECOND};
use happening::{Happening, happenings};
use world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    // Invariants 11 and 12; behaviour.md 2.3; decisions.md P2, P3, P5, P6, P11
    #[test]
    fn whatever_happens_every_status_follows_legally_and_nothing_is_tried_that_nobody_wants(
        [local, refuse_unnamed, reconnect_kick] in any::<[bool; 3]>(),
        happenings in happenings(150)
    ) {
        let navigator = if local { "http://127.0.0.1:8080" } else { NAVIGATOR };
        let mut world = World::with(Driver::with(Config {
            navigators: vec![navigator.to_owned()],
            refuse_unnamed,
            reconnect_kick,
            ..Config::default()
        }));
        for happening in &happenings {
            world.happen(happening);
        }
    }

    // F-S01: it tries until it succeeds
    #[test]
    fn whatever_happened_a_connect_ends_online_once_the_world_is_kind(
        happenings in happenings(80)
    ) {
        let mut world = World::new();
        for happening in &happenings {
            world.happen(happening);
        }
        world.driver.command(Command::Network(Network::Available));
        world.happen(&Happening::Connect(0));

        // A dial, a CONNACK and the longest wait of the ladder, with room for what was under way.
        world.be_kind(300 * SECOND);

        prop_assert_eq!(world.told.last(), Some(&ConnectionStatus::Connected));
        world.be_kind(120 * SECOND);
        prop_assert_eq!(world.told.last(), Some(&ConnectionStatus::Connected), "and it stays");
    }

    #[test]
    fn after_a_connect_the_machine_waits_for_something_or_has_ended(
        happenings in happenings(80)
    ) {
        let mut world = World::new();
        for happening in &happenings {
            world.happen(happening);
        }
        world.happen(&Happening::Connect(0));

        let snapshot = world.driver.connection.snapshot();
        let waits_for_rows = snapshot.status == ConnectionStatus::Connecting;
        let waits = world.driver.connection.poll_timeout().is_some() || waits_for_rows;
        prop_assert!(waits || !world.wanted, "{snapshot:?}");
    }

    #[test]
    fn the_same_seed_and_inputs_give_the_same_outputs(
        happenings in happenings(80)
    ) {
        let run = || {
            let mut world = World::new();
            let mut said = String::new();
            for happening in &happenings {
                world.happen(happening);
                let snapshot = world.driver.connection.snapshot();
                said += &format!("{:?} {:?}", snapshot.status, snapshot.dropped);
            }
            (said, world.told, world.asked, world.records)
        };
        prop_assert_eq!(run(), run());
    }
}
