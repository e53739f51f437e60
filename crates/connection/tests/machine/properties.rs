//! What holds whatever happens.

use std::time::Duration;

use bytes::Bytes;
use imlink_connection::{Action, Generation, HttpAnswer, Input, LinkError, RecordId};
use imlink_model::ConnectionStatus;
use imlink_model::uplink::{Command, Event, Hint, Network, PushAfterLeaving};
use imlink_wire::{ConnAck, DecodeError, QoS, ServerPacket, Session};
use proptest::prelude::*;

use super::cloud::{echo, notification, outgoing, page, partial_page, puback, text};
use super::driver::{Driver, listing};

/// One thing that may happen; ids and generations are chosen among those there are.
#[derive(Clone, Debug)]
enum Happening {
    Connect(u8),
    Disconnect(bool),
    Restore(bool),
    Send(u8, u8),
    Network(bool),
    Hint(u8),
    Navigated(u8),
    Opened,
    ConnAck(u8),
    Packet(u8, u16),
    Garbage(u8),
    Lost(u8),
    Stored(bool),
    Time(u32),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        1 => any::<u8>().prop_map(Happening::Connect),
        1 => any::<bool>().prop_map(Happening::Disconnect),
        4 => any::<bool>().prop_map(Happening::Restore),
        6 => any::<(u8, u8)>().prop_map(|(to, class)| Happening::Send(to, class)),
        1 => any::<bool>().prop_map(Happening::Network),
        1 => any::<u8>().prop_map(Happening::Hint),
        8 => any::<u8>().prop_map(Happening::Navigated),
        8 => Just(Happening::Opened),
        8 => prop_oneof![4 => Just(0_u8), 1 => 0..26_u8].prop_map(Happening::ConnAck),
        12 => any::<(u8, u16)>().prop_map(|(kind, id)| Happening::Packet(kind, id % 8)),
        1 => any::<u8>().prop_map(Happening::Garbage),
        2 => any::<u8>().prop_map(Happening::Lost),
        12 => any::<bool>().prop_map(Happening::Stored),
        6 => (0..200_000_u32).prop_map(Happening::Time),
    ]
}

/// A machine under random happenings, with everything it ever named.
struct World {
    driver: Driver,
    asked: Vec<Generation>,
    records: Vec<RecordId>,
    sent: u64,
    told: Vec<ConnectionStatus>,
    stopped: bool,
}

impl World {
    fn new() -> Self {
        let mut driver = Driver::new();
        driver.stores_at_once = false;
        Self {
            driver,
            asked: Vec::new(),
            records: Vec::new(),
            sent: 0,
            told: vec![ConnectionStatus::Unconnected],
            stopped: false,
        }
    }

    fn happen(&mut self, happening: &Happening) {
        let latest = self.asked.last().copied();
        match happening {
            Happening::Connect(token) => {
                self.stopped = false;
                self.driver.connect(&format!("token-{}", token % 3));
            }
            Happening::Disconnect(keep) => {
                let push = if *keep {
                    PushAfterLeaving::Keep
                } else {
                    PushAfterLeaving::Stop
                };
                self.driver.command(Command::Disconnect { push });
            }
            Happening::Restore(alice) => self.driver.restore(if *alice { "alice" } else { "bob" }),
            Happening::Send(to, class) => {
                self.sent += 1;
                let mut message = outgoing(self.sent, &format!("user-{}", to % 3));
                if class % 16 == 0 {
                    message.object_name = imlink_model::ObjectName::new("RC:TypSts").unwrap();
                }
                self.driver.command(Command::Send(message));
            }
            Happening::Network(up) => {
                let network = if *up {
                    Network::Available
                } else {
                    Network::Unavailable
                };
                self.driver.command(Command::Network(network));
            }
            Happening::Hint(hint) => {
                let hints = [Hint::NetworkChanged, Hint::Resumed, Hint::Foreground];
                self.driver
                    .command(Command::Hint(hints[usize::from(*hint) % 3]));
            }
            Happening::Navigated(answer) => {
                if let Some(generation) = latest {
                    self.driver.input(Input::Navigated {
                        generation,
                        result: navigated(*answer),
                    });
                }
            }
            Happening::Opened => {
                if let Some(generation) = latest {
                    self.driver.input(Input::Opened { generation });
                }
            }
            Happening::ConnAck(status) => self.packet(connack(*status)),
            Happening::Packet(kind, id) => self.packet(packet(*kind, *id)),
            Happening::Garbage(kind) => {
                let error = if kind % 2 == 0 {
                    DecodeError::Kind(*kind)
                } else {
                    DecodeError::Empty
                };
                if let Some(generation) = latest {
                    self.driver.input(Input::Packet {
                        generation,
                        packet: Err(error),
                    });
                }
            }
            Happening::Lost(which) => {
                // Sometimes an old one, which must change nothing.
                let place = usize::from(*which) % self.asked.len().max(1);
                if let Some(generation) = self.asked.get(self.asked.len().wrapping_sub(place + 1)) {
                    let generation = *generation;
                    self.driver.input(Input::Lost {
                        generation,
                        error: LinkError::Reset,
                    });
                }
            }
            Happening::Stored(well) => {
                if self.records.is_empty() {
                    return;
                }
                let id = self.records.remove(0);
                let code = imlink_model::Code::LOCAL_STORE_FULL;
                let failed = Input::RecordFailed { id, code };
                self.driver.input(if *well {
                    Input::Recorded { id }
                } else {
                    failed
                });
            }
            Happening::Time(ms) => self.driver.advance(Duration::from_millis((*ms).into())),
        }
        self.look();
    }

    fn packet(&mut self, packet: ServerPacket) {
        if let Some(generation) = self.asked.last().copied() {
            self.driver.input(Input::Packet {
                generation,
                packet: Ok(packet),
            });
        }
    }

    /// Takes what was said, and judges it.
    fn look(&mut self) {
        for action in self.driver.actions.drain(..) {
            match action {
                Action::Navigate { generation, .. } | Action::Dial { generation, .. } => {
                    assert!(!self.stopped, "an attempt after a final code");
                    self.asked.push(generation);
                }
                Action::Record { id, .. } => self.records.push(id),
                Action::Transmit { .. } | Action::Close { .. } => {}
            }
        }
        for event in self.driver.events.drain(..) {
            match event {
                Event::Status { status, cause, .. } => {
                    let last = *self.told.last().unwrap();
                    assert!(is_legal(last, status), "{last} is followed by {status}");
                    assert!(cause.is_some() || status != ConnectionStatus::Suspend);
                    self.told.push(status);
                }
                Event::Stopped { code } => {
                    assert!(self.told.last().unwrap().is_final() || code.number() == 31_028);
                    self.stopped = true;
                }
                Event::Identified { .. }
                | Event::Online
                | Event::Transient(_)
                | Event::Answered { .. }
                | Event::Room(_)
                | Event::Synchronized => assert!(!self.stopped, "news after a final code"),
            }
        }
        let snapshot = self.driver.connection.snapshot();
        assert_eq!(
            snapshot.status,
            *self.told.last().unwrap(),
            "what is told is what is"
        );
        let known = snapshot.queued + snapshot.in_flight + snapshot.in_doubt;
        assert!(u64::try_from(known).unwrap() <= self.sent);
        assert!(snapshot.in_flight <= 64);
    }
}

/// The transitions of behaviour.md 2.3, as amended by decisions.md P2, P5 and P24.
fn is_legal(from: ConnectionStatus, to: ConnectionStatus) -> bool {
    use ConnectionStatus as S;
    if to == S::Unconnected {
        return from != S::Unconnected;
    }
    match from {
        // From a final status a connect leads on, which may find no network.
        S::Unconnected
        | S::KickedOffline
        | S::TokenIncorrect
        | S::UserBlocked
        | S::UserAbandon
        | S::SignOut
        | S::Timeout => matches!(to, S::Connecting | S::NetworkUnavailable),
        S::Suspend => {
            matches!(
                to,
                S::Suspend | S::Connecting | S::NetworkUnavailable | S::KickedOffline
            )
        }
        S::ProxyUnavailable => matches!(to, S::Connecting | S::NetworkUnavailable),
        S::Connecting => to != S::Connecting,
        // Still linked, so the cloud can end it for good.
        S::NetworkUnavailable => !matches!(
            to,
            S::NetworkUnavailable | S::Connected | S::ProxyUnavailable
        ),
        S::Connected => to != S::Connected,
    }
}

fn navigated(answer: u8) -> Result<HttpAnswer, LinkError> {
    let (status, body) = match answer % 8 {
        0..=3 => (200, listing("alice", &["a", "b"])),
        4 => (200, listing("", &["a"])),
        5 => (200, listing("bob", &["c"])),
        6 => (u16::from(answer) + 300, String::new()),
        _ => return Err(LinkError::Refused),
    };
    Ok(HttpAnswer {
        status,
        body: Bytes::from(body),
    })
}

fn connack(status: u8) -> ServerPacket {
    ServerPacket::ConnAck(match status {
        0 => ConnAck::accepted(Session {
            user_id: Some("alice".to_owned()),
            ..Session::default()
        }),
        status => ConnAck::refused(status),
    })
}

fn packet(kind: u8, id: u16) -> ServerPacket {
    let answer = |status, body| ServerPacket::QueryAck {
        qos: QoS::from_bits(kind),
        message_id: id,
        date: 0,
        status,
        body,
    };
    match kind % 13 {
        0 => ServerPacket::PingResp,
        1 => notification(id, i64::from(kind)),
        2 | 3 => answer(0, page(vec![text(i64::from(kind))], i64::from(kind))),
        4 => answer(0, partial_page(Vec::new(), i64::from(kind))),
        5 => answer(1, Bytes::new()),
        6 => answer(0, Bytes::from_static(b"\xff\xff")),
        7 | 8 => puback(id, 0, &format!("u{id}")),
        9 => puback(id, 20_604, ""),
        10 => puback(id, 405, ""),
        11 => echo("ppMsgP", id),
        _ if kind > 200 => ServerPacket::Disconnect { status: kind % 13 },
        _ => puback(id, 0, ""),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    // Invariants 11 and 12; behaviour.md 2.3
    #[test]
    fn whatever_happens_nothing_panics_and_every_status_follows_legally(
        happenings in proptest::collection::vec(happening(), 1..150)
    ) {
        let mut world = World::new();
        for happening in &happenings {
            world.happen(happening);
        }
    }

    #[test]
    fn after_a_connect_the_machine_waits_for_something_or_has_ended(
        happenings in proptest::collection::vec(happening(), 1..80)
    ) {
        let mut world = World::new();
        for happening in &happenings {
            world.happen(happening);
        }
        world.happen(&Happening::Connect(0));

        let snapshot = world.driver.connection.snapshot();
        let waits_for_rows = snapshot.status == ConnectionStatus::Connecting;
        let waits = world.driver.connection.poll_timeout().is_some() || waits_for_rows;
        prop_assert!(waits || world.stopped, "{snapshot:?}");
    }

    #[test]
    fn the_same_seed_and_inputs_give_the_same_outputs(
        happenings in proptest::collection::vec(happening(), 1..80)
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
