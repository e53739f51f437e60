//! What a look shows, as far as links care.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr};

use netlink_packet_route::address::{AddressAttribute, AddressFlags, AddressMessage, AddressScope};
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteFlags, RouteMessage, RouteNextHop, RouteNextHopFlags,
    RouteType,
};

/// The interface that only leads back to this machine; its number in every network namespace
/// (`LOOPBACK_IFINDEX` of the kernel).
const LOOPBACK: u32 = 1;

/// The routing table of this machine's own addresses (`RT_TABLE_LOCAL`).
const LOCAL_TABLE: u32 = 255;

/// Addresses to be reached from and routes to go by: whether there is any route, and a number that
/// is another one when they are others.
///
/// Lifetimes and the like, which a router renews every few minutes, are left out; so is what has no
/// use beyond its own cable, of which each container of this machine brings some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene {
    has_way_out: bool,
    /// The sum of the hashes of all of them: their order is the kernel's affair.
    fingerprint: u64,
}

impl Scene {
    /// Nothing at all.
    pub const fn empty() -> Self {
        Self {
            has_way_out: false,
            fingerprint: 0,
        }
    }

    /// What is taken for true where nothing can be seen.
    pub const fn assumed() -> Self {
        Self {
            has_way_out: true,
            fingerprint: 0,
        }
    }

    /// Whether a packet could leave this machine.
    pub const fn has_way_out(self) -> bool {
        self.has_way_out
    }

    /// Adds an address, if a link could use it.
    pub fn add_address(&mut self, message: &AddressMessage) {
        if !matches!(
            message.header.scope,
            AddressScope::Universe | AddressScope::Site
        ) {
            return;
        }
        let (mut address, mut local, mut flags) = (None, None, AddressFlags::empty());
        for attribute in &message.attributes {
            match attribute {
                AddressAttribute::Address(ip) => address = Some(*ip),
                AddressAttribute::Local(ip) => local = Some(*ip),
                AddressAttribute::Flags(found) => flags = *found,
                _ => {}
            }
        }
        // Until it is known to be nobody else's nothing can be sent from it.
        let is_pending =
            flags.contains(AddressFlags::Tentative) && !flags.contains(AddressFlags::Optimistic);
        if is_pending || flags.contains(AddressFlags::Dadfailed) {
            return;
        }
        // On a point-to-point interface the other one is the far end's.
        self.add(("address", local.or(address), message.header.index));
    }

    /// Adds a route, if it leads anywhere at present.
    pub fn add_route(&mut self, message: &RouteMessage) {
        let route = Route::of(message);
        if !route.leads_out(message) {
            return;
        }
        self.has_way_out = true;
        self.add((
            "route",
            route.table,
            (route.destination, message.header.destination_prefix_length),
            route.hop,
            route.priority,
        ));
        for hop in route.hops.iter().filter(|hop| is_usable(hop)) {
            let gateway = hop.attributes.iter().find_map(gateway);
            self.add(("hop", route.destination, hop.interface_index, gateway));
        }
    }

    /// Adds something that may be a way out.
    pub fn add_doubtful(&mut self) {
        self.has_way_out = true;
    }

    fn add(&mut self, what: impl Hash) {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        self.fingerprint = self.fingerprint.wrapping_add(hasher.finish());
    }

    /// One for tests of what is made of it.
    #[cfg(test)]
    pub const fn example(has_way_out: bool, fingerprint: u64) -> Self {
        Self {
            has_way_out,
            fingerprint,
        }
    }
}

/// What a route says of itself.
struct Route<'a> {
    table: u32,
    /// `None` is everywhere.
    destination: Option<IpAddr>,
    /// Interface and gateway, of a route with one of each at most.
    hop: (Option<u32>, Option<IpAddr>),
    /// The way out of a route with several.
    hops: &'a [RouteNextHop],
    priority: u32,
}

impl<'a> Route<'a> {
    fn of(message: &'a RouteMessage) -> Self {
        let mut route = Self {
            table: message.header.table.into(),
            destination: None,
            hop: (None, None),
            hops: &[],
            priority: 0,
        };
        for attribute in &message.attributes {
            match attribute {
                RouteAttribute::Table(table) => route.table = *table,
                RouteAttribute::Destination(address) => route.destination = ip(address),
                RouteAttribute::Oif(interface) => route.hop.0 = Some(*interface),
                RouteAttribute::Gateway(address) => route.hop.1 = ip(address),
                RouteAttribute::MultiPath(hops) => route.hops = hops,
                RouteAttribute::Priority(priority) => route.priority = *priority,
                _ => {}
            }
        }
        route
    }

    fn leads_out(&self, message: &RouteMessage) -> bool {
        let flags = message.header.flags;
        let is_broken = flags.intersects(RouteFlags::Dead | RouteFlags::Linkdown);
        let comes_back = self.hop.0 == Some(LOOPBACK) || self.table == LOCAL_TABLE;
        message.header.kind == RouteType::Unicast
            && !flags.contains(RouteFlags::Cloned)
            && !is_broken
            && !comes_back
            && !self.destination.is_some_and(is_out_of_reach)
            && (self.hops.is_empty() || self.hops.iter().any(is_usable))
    }
}

fn is_usable(hop: &RouteNextHop) -> bool {
    hop.interface_index != LOOPBACK
        && !hop
            .flags
            .intersects(RouteNextHopFlags::Dead | RouteNextHopFlags::Linkdown)
}

/// Whether no gateway can be there: on this machine, with many, or on a cable that a plain address
/// does not name.
fn is_out_of_reach(destination: IpAddr) -> bool {
    destination.is_loopback()
        || destination.is_multicast()
        || matches!(destination, IpAddr::V6(address) if is_link_local(address))
}

fn is_link_local(address: Ipv6Addr) -> bool {
    address.is_unicast_link_local()
}

fn gateway(attribute: &RouteAttribute) -> Option<IpAddr> {
    match attribute {
        RouteAttribute::Gateway(address) => ip(address),
        _ => None,
    }
}

fn ip(address: &RouteAddress) -> Option<IpAddr> {
    match address {
        RouteAddress::Inet(address) => Some((*address).into()),
        RouteAddress::Inet6(address) => Some((*address).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use netlink_packet_route::AddressFamily;
    use netlink_packet_route::route::RouteHeader;

    use super::*;

    const ETHERNET: u32 = 2;

    // F-S25
    #[test]
    fn a_route_to_another_machine_is_a_way_out() {
        for destination in ["0.0.0.0", "10.0.0.0", "169.254.0.0", "::", "2001:db8::"] {
            assert!(scene(&[route(destination)]).has_way_out(), "{destination}");
        }
    }

    // F-S25
    #[test]
    fn what_leads_nowhere_is_none() {
        let mut dead = route("0.0.0.0");
        dead.header.flags = RouteFlags::Dead;
        let mut without_carrier = route("10.0.0.0");
        without_carrier.header.flags = RouteFlags::Linkdown;
        let mut unreachable = route("::");
        unreachable.header.kind = RouteType::Unreachable;
        let mut own = route("10.0.0.7");
        own.header.kind = RouteType::Local;
        let mut local = route("10.0.0.0");
        local.attributes.push(RouteAttribute::Table(LOCAL_TABLE));
        let mut loopback = route("10.0.0.0");
        loopback.attributes = vec![RouteAttribute::Oif(LOOPBACK)];
        let mut remembered = route("2001:db8::");
        remembered.header.flags = RouteFlags::Cloned;
        let mut nowhere = route("0.0.0.0");
        let hops = [hop(LOOPBACK, false), hop(ETHERNET, true)];
        nowhere.attributes = vec![RouteAttribute::MultiPath(hops.to_vec())];

        let all = [
            dead,
            without_carrier,
            unreachable,
            own,
            local,
            loopback,
            remembered,
            nowhere,
            route("127.0.0.0"),
            route("::1"),
            route("fe80::"),
            route("ff00::"),
        ];

        for route in all {
            assert!(
                !scene(std::slice::from_ref(&route)).has_way_out(),
                "{route:?}"
            );
        }
    }

    #[test]
    fn one_of_several_ways_is_enough() {
        let mut route = route("0.0.0.0");
        let hops = [hop(ETHERNET, true), hop(ETHERNET + 1, false)];
        route.attributes = vec![RouteAttribute::MultiPath(hops.to_vec())];

        assert!(scene(&[route]).has_way_out());
    }

    // F-S23
    #[test]
    fn other_routes_and_addresses_are_another_scene_in_whatever_order() {
        let (home, office) = (address("10.0.0.7"), address("10.9.9.7"));
        let (near, far) = (route("10.0.0.0"), route("0.0.0.0"));
        let mut metered = far.clone();
        metered.attributes.push(RouteAttribute::Priority(600));
        let there = scene(&[near.clone(), far.clone()]);

        assert_eq!(there, scene(&[far.clone(), near.clone()]));
        assert_ne!(there, scene(&[near, metered]));
        assert_ne!(there, scene(&[far]));
        assert_ne!(with(home.clone()), with(office));
        assert_ne!(with(home), Scene::empty());
    }

    #[test]
    fn an_address_that_cannot_be_sent_from_is_not_there() {
        for flags in [AddressFlags::Tentative, AddressFlags::Dadfailed] {
            let mut unusable = address("2001:db8::7");
            unusable.attributes.push(AddressAttribute::Flags(flags));
            assert_eq!(with(unusable), Scene::empty(), "{flags:?}");
        }
        let mut of_a_container = address("fe80::7");
        of_a_container.header.scope = AddressScope::Link;
        assert_eq!(with(of_a_container), Scene::empty());

        let mut usable = address("2001:db8::7");
        let flags = AddressFlags::Tentative | AddressFlags::Optimistic;
        usable.attributes.push(AddressAttribute::Flags(flags));
        assert_ne!(with(usable), Scene::empty());
    }

    fn scene(routes: &[RouteMessage]) -> Scene {
        let mut scene = Scene::empty();
        for route in routes {
            scene.add_route(route);
        }
        scene
    }

    fn with(address: AddressMessage) -> Scene {
        let mut scene = Scene::empty();
        scene.add_address(&address);
        scene
    }

    /// A route over Ethernet; to everywhere if the destination is all zeros.
    fn route(destination: &str) -> RouteMessage {
        let destination: IpAddr = destination.parse().unwrap();
        let mut route = RouteMessage::default();
        route.header = RouteHeader {
            address_family: match destination {
                IpAddr::V4(_) => AddressFamily::Inet,
                IpAddr::V6(_) => AddressFamily::Inet6,
            },
            table: RouteHeader::RT_TABLE_MAIN,
            kind: RouteType::Unicast,
            ..RouteHeader::default()
        };
        route.attributes = vec![RouteAttribute::Oif(ETHERNET)];
        if !destination.is_unspecified() {
            let destination = RouteAttribute::Destination(destination.into());
            route.attributes.push(destination);
        }
        route
    }

    fn hop(interface_index: u32, is_dead: bool) -> RouteNextHop {
        let mut hop = RouteNextHop::default();
        hop.interface_index = interface_index;
        if is_dead {
            hop.flags = RouteNextHopFlags::Dead;
        }
        hop
    }

    fn address(ip: &str) -> AddressMessage {
        let mut address = AddressMessage::default();
        address.header.index = ETHERNET;
        address.attributes = vec![AddressAttribute::Address(ip.parse().unwrap())];
        address
    }
}
