//! What lies between a daemon and the cloud, and its weather.

use imlink_connection::{Generation, Greeting, HttpAnswer, Input, LinkError};
use imlink_sandbox::LinkId;
use imlink_wire::navigation::{NavigationRequest, ReceivedRequest};
use imlink_wire::tcp::{ClientCodec, Connect, MAX_BODY, Received, ServerCodec};
use imlink_wire::{ClientPacket, Handshake, ServerPacket};
use rand::Rng;

use super::Pair;

/// Something under way.
pub(super) enum Delivery {
    Navigated {
        side: usize,
        life: u64,
        generation: Generation,
        request: Box<NavigationRequest>,
    },
    Dialled {
        side: usize,
        life: u64,
        generation: Generation,
        greeting: Box<Greeting>,
    },
    Up {
        link: LinkId,
        packet: ClientPacket,
    },
    Down {
        link: LinkId,
        packet: ServerPacket,
    },
    Ended {
        link: LinkId,
        error: LinkError,
    },
    Commit {
        side: usize,
        life: u64,
    },
}

/// A link as the network sees it.
pub(super) struct Wire {
    pub(super) side: usize,
    pub(super) life: u64,
    pub(super) generation: Generation,
    pub(super) frozen: bool,
    /// When the last packet of each direction arrives.
    pub(super) up_until: u64,
    pub(super) down_until: u64,
}

impl Pair {
    pub(super) fn deliver(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Navigated {
                side,
                life,
                generation,
                request,
            } => {
                if life == self.sides[side].life {
                    let result = self.navigate(&request);
                    self.input(side, Input::Navigated { generation, result });
                }
            }
            Delivery::Dialled {
                side,
                life,
                generation,
                greeting,
            } => {
                if life == self.sides[side].life {
                    self.open(side, life, generation, &greeting);
                }
            }
            Delivery::Up { link, packet } => {
                if self.wires.get(&link).is_some_and(|wire| !wire.frozen) {
                    self.cloud.receive(link, packet, self.wall());
                    self.drain_cloud();
                }
            }
            Delivery::Down { link, packet } => {
                let Some(wire) = self.wires.get(&link).filter(|wire| !wire.frozen) else {
                    return;
                };
                let (side, generation) = (wire.side, wire.generation);
                self.input(
                    side,
                    Input::Packet {
                        generation,
                        packet: Ok(packet),
                    },
                );
            }
            Delivery::Ended { link, error } => {
                let Some(wire) = self.wires.remove(&link) else {
                    return;
                };
                self.cloud.closed(link, self.wall());
                self.drain_cloud();
                if wire.life == self.sides[wire.side].life {
                    self.input(
                        wire.side,
                        Input::Lost {
                            generation: wire.generation,
                            error,
                        },
                    );
                }
            }
            Delivery::Commit { side, life } => {
                if life == self.sides[side].life {
                    self.commit(side);
                }
            }
        }
    }

    fn navigate(&mut self, request: &NavigationRequest) -> Result<HttpAnswer, LinkError> {
        if self.strikes(self.weather.refuse) {
            return Err(LinkError::Refused);
        }
        let [(_, app_key), _, (_, negotiate)] = request.headers();
        let received = ReceivedRequest::parse_v2(Some(&app_key), request.body().as_bytes())
            .unwrap()
            .negotiating(Some(&negotiate));
        let reply = self.cloud.navigate(&received, self.wall());
        Ok(HttpAnswer {
            status: reply.status,
            body: reply.body,
            retry_after: None,
        })
    }

    fn open(&mut self, side: usize, life: u64, generation: Generation, greeting: &Greeting) {
        if self.strikes(self.weather.refuse) {
            let error = LinkError::Refused;
            return self.input(side, Input::Lost { generation, error });
        }
        self.links += 1;
        let link = LinkId(self.links);
        let (frozen, up_until, down_until) = (false, self.now, self.now);
        let wire = Wire {
            side,
            life,
            generation,
            frozen,
            up_until,
            down_until,
        };
        self.wires.insert(link, wire);
        self.input(side, Input::Opened { generation });
        let wall = self.wall();
        match greeting {
            Greeting::WebSocket(handshake) => {
                let handshake = Handshake::parse(&handshake.query()).unwrap();
                self.cloud.open(link, &handshake, wall);
            }
            Greeting::Tcp(connect) => self.cloud.open(link, &over_the_wire(connect), wall),
        }
        self.drain_cloud();
    }

    pub(super) fn say_up(&mut self, link: LinkId, packet: ClientPacket) {
        let at = self.now + self.random.random_range(0..20);
        let Some(wire) = self.wires.get_mut(&link) else {
            return;
        };
        wire.up_until = wire.up_until.max(at);
        let at = wire.up_until;
        self.at(at, Delivery::Up { link, packet });
        self.weather_on(link, at);
    }

    pub(super) fn say_down(&mut self, link: LinkId, packet: ServerPacket) {
        if !self.wires.contains_key(&link) || self.strikes(self.weather.lose) {
            return;
        }
        let late = if self.strikes(self.weather.delay) {
            40
        } else {
            0
        };
        let repeats = self.strikes(self.weather.repeat);
        let at = self.now + self.random.random_range(0..20);
        let Some(wire) = self.wires.get_mut(&link) else {
            return;
        };
        wire.down_until = wire.down_until.max(at);
        let at = wire.down_until + late;
        if repeats {
            self.at(
                at + late,
                Delivery::Down {
                    link,
                    packet: packet.clone(),
                },
            );
        }
        self.at(at, Delivery::Down { link, packet });
        self.weather_on(link, at);
    }

    /// Whether this packet is the last one of its link.
    fn weather_on(&mut self, link: LinkId, at: u64) {
        self.packets += 1;
        if self.cut_at == Some(self.packets) || self.strikes(self.weather.cut) {
            // Before or after the packet arrives.
            let at = if self.random.random() { at } else { self.now };
            self.at(
                at,
                Delivery::Ended {
                    link,
                    error: LinkError::Reset,
                },
            );
        }
        if self.strikes(self.weather.freeze)
            && let Some(wire) = self.wires.get_mut(&link)
        {
            wire.frozen = true;
        }
    }

    pub(super) fn end(&mut self, link: LinkId, error: LinkError) {
        if let Some(wire) = self.wires.get(&link) {
            let at = wire.down_until;
            self.at(at, Delivery::Ended { link, error });
        }
    }

    pub(super) fn link_of(&self, side: usize, generation: Generation) -> Option<LinkId> {
        let life = self.sides[side].life;
        let mut wires = self.wires.iter();
        let of =
            |wire: &Wire| wire.side == side && wire.life == life && wire.generation == generation;
        wires.find(|(_, wire)| of(wire)).map(|(link, _)| *link)
    }
}

/// CONNECT as the gateway reads it.
fn over_the_wire(connect: &Connect) -> Connect {
    let (_, bytes) = ClientCodec::connect(connect).unwrap();
    let mut gateway = ServerCodec::new(MAX_BODY);
    gateway.push(&bytes);
    match gateway.next_packet() {
        Ok(Some(Received::Connect(connect))) => connect,
        other => panic!("no CONNECT: {other:?}"),
    }
}
