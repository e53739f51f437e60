//! Seeded runs.

use std::time::Duration;

use imlink_model::uplink::{Command, Hint, Network};
use imlink_sandbox::{Draft, Fault, Lasting, Policy, Rate, Scope, SenderCopy};
use rand::Rng;

use super::judge::{self, Judge};
use super::pair::{Pair, Weather};

/// How many seeds are run unless `IMLINK_PAIR_SEEDS` says otherwise: a few seconds in debug.
const SEEDS: u64 = 600;
/// How long the bad weather lasts, ms.
const STORM: u64 = 60_000;
/// How long the good weather that follows may take to heal everything, ms.
const CALM: u64 = 900_000;

// Invariants 1, 2, 5, 6, 7, 11, 12; F-S08, F-S13, F-S15 to F-S19, F-S32, F-S36, F-S40, F-S44, F-D10
#[test]
fn whatever_the_weather_nothing_is_lost_doubled_or_reordered() {
    let seeds = seeds();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let own = seeds.iter().skip(worker).step_by(workers);
            scope.spawn(move || own.for_each(|seed| weather(*seed)));
        }
    });
}

fn weather(seed: u64) {
    let _named = Named(seed);
    let mut pair = stormy(seed);
    if let Err(broken) = run(&mut pair) {
        panic!("{broken} at {} ms", pair.now);
    }
}

/// Tells which seed it was, wherever the panic comes from.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("IMLINK_PAIR_SEED={} shows it again", self.0);
        }
    }
}

// F-S08, F-S19
#[test]
fn a_link_cut_at_any_single_packet_costs_nothing() {
    for cut_at in 1..=100 {
        let mut pair = Pair::new(
            cut_at,
            Policy {
                page: 1,
                ..Policy::default()
            },
        );
        pair.cut_at = Some(cut_at);
        let result = (|| {
            pair.connect(0);
            pair.connect(1);
            for _ in 0..6 {
                pair.send(0);
                pair.send(1);
                advance(&mut pair, 40)?;
            }
            calm(&mut pair)
        })();
        if let Err(broken) = result {
            panic!("cut at packet {cut_at}: {broken} at {} ms", pair.now);
        }
        assert!(pair.packets >= cut_at, "there was no packet {cut_at}");
    }
}

#[test]
fn the_judge_sees_a_cursor_that_is_durable_before_its_rows() {
    let found = (0..200).any(|seed| {
        let mut pair = stormy(seed);
        for side in &mut pair.sides {
            side.store.cursor_first = true;
        }
        run(&mut pair).is_err_and(|broken| broken.contains("the cursor passed"))
    });

    assert!(found, "no run noticed the broken store");
}

#[test]
fn the_judge_sees_a_message_the_cloud_swallows_and_one_it_doubles() {
    for fault in [Fault::SwallowMessage, Fault::DoubleMessage] {
        let mut pair = Pair::new(1, Policy::default());
        pair.cloud
            .default_app_mut()
            .add_fault(fault, Scope::Everyone, Lasting::ONCE);
        pair.connect(0);
        pair.connect(1);
        pair.send(0);
        let struck = advance(&mut pair, 1_000);

        assert!(struck.and_then(|()| calm(&mut pair)).is_err());
    }
}

#[test]
fn the_same_seed_is_the_same_run() {
    let run = |seed| {
        let mut pair = stormy(seed);
        run(&mut pair).unwrap();
        (
            pair.now,
            pair.packets,
            pair.sides.map(|side| side.store.rows.len()),
        )
    };

    assert_eq!(run(42), run(42));
}

fn seeds() -> Vec<u64> {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    match number("IMLINK_PAIR_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("IMLINK_PAIR_SEEDS").unwrap_or(SEEDS)).collect(),
    }
}

/// A pair whose seed decides what kind of weather it meets.
fn stormy(seed: u64) -> Pair {
    let mut pair = Pair::new(seed, Policy::default());
    let random = &mut pair.random;
    let mut some = |most: u32| {
        if random.random() {
            random.random_range(0..=most)
        } else {
            0
        }
    };
    pair.weather = Weather {
        cut: some(60),
        freeze: some(5),
        lose: some(60),
        repeat: some(80),
        delay: some(80),
        refuse: some(200),
        refuse_record: some(60),
        crash: some(40),
    };
    let page = [1, 2, 3, 200][pair.random.random_range(0..4)];
    let version_4 = pair.random.random();
    let name_user = pair.random.random();
    let send_rate = pair.random.random_bool(0.2).then_some(Rate {
        messages: 2,
        per: Duration::from_secs(1),
    });
    let policy = pair.cloud.default_app_mut().policy_mut();
    policy.page = page;
    policy.version_4 = version_4;
    policy.name_user = name_user;
    policy.send_rate = send_rate;
    pair
}

fn run(pair: &mut Pair) -> Result<(), String> {
    pair.connect(0);
    pair.connect(1);
    while pair.now < STORM {
        let pause = pair.random.random_range(0..4_000);
        advance(pair, pause)?;
        happen(pair);
    }
    calm(pair)
}

/// Something the weather does not bring about.
fn happen(pair: &mut Pair) {
    let side = pair.random.random_range(0..2);
    let user = pair.sides[side].user.clone();
    let other = pair.sides[1 - side].user.clone();
    let wall = pair.wall();
    let fault = |pair: &mut Pair, fault| {
        let scope = Scope::User(user.clone());
        pair.cloud
            .default_app_mut()
            .add_fault(fault, scope, Lasting::Times(2));
    };
    match pair.random.random_range(0..28) {
        0..=8 => (0..3).for_each(|_| pair.send(side)),
        9 | 10 => {
            // Another device of the user, or the app's server in its name.
            let draft = Draft::new(user, other, "RC:TxtMsg", "{\"content\":\"y\"}");
            pair.cloud
                .default_app_mut()
                .publish_as(draft, SenderCopy::Included, wall);
        }
        11 => fault(pair, Fault::DropAck),
        12 => fault(pair, Fault::DuplicateAck),
        13 => fault(pair, Fault::ReorderAcks { window: 2 }),
        14 => fault(pair, Fault::RepeatMessage),
        15 => fault(pair, Fault::NoPong),
        16 => fault(
            pair,
            Fault::Topic {
                topic: "pullMsg".to_owned(),
                status: 33_007,
            },
        ),
        17 => fault(
            pair,
            Fault::ConnAck {
                status: pair_status(side),
            },
        ),
        18 => {
            pair.cloud.default_app_mut().kick(&user);
        }
        19 => {
            pair.cloud.default_app_mut().disconnect(&user, 6);
        }
        20 => pair.crash(side),
        21 => pair.command(side, Command::Hint(Hint::NetworkChanged)),
        22 => {
            pair.command(side, Command::Network(Network::Unavailable));
            pair.command(side, Command::Network(Network::Available));
        }
        23 => {
            if pair.sides[side].stopped {
                pair.connect(side);
            }
        }
        24 | 25 => pair.withdraw(side),
        _ => pair.resend(side),
    }
    pair.drain_cloud();
}

/// One side is refused for good, the other is sent elsewhere.
fn pair_status(side: usize) -> u8 {
    if side == 0 { 9 } else { 6 }
}

fn advance(pair: &mut Pair, ms: u64) -> Result<(), String> {
    let until = pair.now + ms;
    let mut judge = Judge::default();
    while pair.step(until) {
        judge.look(pair)?;
    }
    Ok(())
}

/// The weather clears, and whoever was stopped is connected again: everything heals.
fn calm(pair: &mut Pair) -> Result<(), String> {
    pair.weather = Weather::default();
    pair.cut_at = pair.cut_at.filter(|at| *at > pair.packets);
    pair.cloud.default_app_mut().clear_faults();
    pair.cloud.default_app_mut().policy_mut().send_rate = None;
    pair.drain_cloud();
    let end = pair.now + CALM;
    while pair.now < end {
        for side in 0..2 {
            if pair.sides[side].stopped {
                pair.connect(side);
            }
        }
        advance(pair, 5_000)?;
        if judge::finally(pair).is_ok() {
            return Ok(());
        }
    }
    judge::finally(pair)
}
