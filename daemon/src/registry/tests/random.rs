//! Random apps, clouds and networks against the Hub's logic and the machines it starts.

mod judge;
mod town;

use imlink_connection::{LinkError, ProxyFault};
use imlink_model::uplink::{Hint, Network};
use proptest::prelude::*;

use super::bench::*;
use town::Town;

/// One thing that may happen. Apps, accounts and tokens are chosen among those there are.
#[derive(Clone, Debug)]
enum Happening {
    /// An app, a token, and seconds; 0 is no limit.
    Connect(u8, u8, u32),
    Join(u8),
    Disconnect(u8),
    Logout(u8),
    /// The app dies and another process takes its name.
    Crash(u8),
    /// The rows that were asked for first are there, or cannot be opened.
    Opened(bool),
    /// Rows that are open turn out to be unreadable.
    Unreadable(u8),
    /// What is under way for an account goes as it should.
    Works(u8),
    /// A navigation answer without a user, or with somebody else.
    Named(u8, &'static str),
    /// A navigator refuses with this HTTP status.
    Navigated(u8, u16),
    ConnAck(u8, u8),
    /// The cloud ends the link.
    Ended(u8, u8),
    Lost(u8, LinkError),
    Network(Network),
    Hint(Hint),
    Time(u64),
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening as H;
    let who = 0..3_u8;
    prop_oneof![
        8 => (who.clone(), 0..4_u8, 0..4_u32).prop_map(|(app, token, limit)| H::Connect(app, token, limit)),
        1 => who.clone().prop_map(H::Join),
        2 => who.clone().prop_map(H::Disconnect),
        1 => who.clone().prop_map(H::Logout),
        1 => who.clone().prop_map(H::Crash),
        6 => prop_oneof![5 => Just(true), 1 => Just(false)].prop_map(H::Opened),
        1 => who.clone().prop_map(H::Unreadable),
        16 => who.clone().prop_map(H::Works),
        1 => (who.clone(), prop_oneof![2 => Just(""), 1 => Just("mallory")])
            .prop_map(|(account, user)| H::Named(account, user)),
        1 => (who.clone(), 400..420_u16).prop_map(|(account, status)| H::Navigated(account, status)),
        2 => (who.clone(), 1..26_u8).prop_map(|(account, status)| H::ConnAck(account, status)),
        2 => (who.clone(), 0..12_u8).prop_map(|(account, status)| H::Ended(account, status)),
        3 => (who, prop_oneof![Just(LinkError::Reset), Just(LinkError::Refused), Just(LinkError::Proxy(ProxyFault::Silent))])
            .prop_map(|(account, error)| H::Lost(account, error)),
        2 => prop_oneof![Just(Network::Available), Just(Network::Unavailable)].prop_map(H::Network),
        1 => prop_oneof![Just(Hint::Foreground), Just(Hint::NetworkChanged)].prop_map(H::Hint),
        6 => (0..1_500_u64).prop_map(H::Time),
        2 => (0..40_000_u64).prop_map(H::Time),
    ]
}

fn happen(town: &mut Town, happening: &Happening) {
    match happening {
        Happening::Connect(app, token, limit) => town.connect(*app, *token, *limit),
        Happening::Join(app) => town.join(*app),
        Happening::Disconnect(app) => town.ask(*app, Request::Disconnect {}),
        Happening::Logout(app) => town.ask(*app, Request::Logout {}),
        Happening::Crash(app) => town.crash(*app),
        Happening::Opened(well) => town.opened(*well),
        Happening::Unreadable(account) => town.unreadable(*account),
        Happening::Works(account) => town.works(*account),
        Happening::Named(account, user) => town.named(*account, user),
        Happening::Navigated(account, status) => town.navigated(*account, *status),
        Happening::ConnAck(account, status) => town.refuse(*account, *status),
        Happening::Ended(account, status) => town.end(*account, *status),
        Happening::Lost(account, error) => town.lose(*account, *error),
        Happening::Network(network) => town.network(*network),
        Happening::Hint(hint) => town.hint(*hint),
        Happening::Time(ms) => town.pass(Duration::from_millis(*ms)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    // behaviour.md 2.3; P9, P19, P24
    #[test]
    fn whatever_happens_every_app_sees_legal_statuses_and_one_result_for_each_connect(
        happenings in proptest::collection::vec(happening(), 1..90)
    ) {
        let mut town = Town::new();
        for happening in &happenings {
            happen(&mut town, happening);
            town.assert_views_are_true();
        }

        town.be_kind();

        town.judge.assert_all_answered();
        // Twice: whom a token was once wrongly said to be is found out by the first.
        for _ in 0..2 {
            for app in 0..3 {
                town.connect(app, app % 2, 0);
            }
            town.be_kind();
            town.judge.assert_all_answered();
        }
        for app in 0..3 {
            let (shown, failure) = town.shown(app);
            let connected = ConnectionStatus::Connected;
            prop_assert_eq!(shown, connected, "app {}: {:?}", app, failure);
        }
    }
}
