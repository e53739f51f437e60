//! Which transports a client can open: `conn` of the `RC-Negotiate` header.

use std::{collections::BTreeSet, fmt};

/// The header that carries them.
pub const NEGOTIATE: &str = "RC-Negotiate";

/// The most numbers that are read; there are twelve transports at all.
const MAX_LISTED: usize = 16;

/// Transports by the numbers of `serverAddr`: 1 TCP, 2 TLS, 5 ws, 6 wss (protocol/cloud-wire.md 1.3).
///
/// The web SDK asks for one, `conn=5` or `conn=6` (protocol/cloud-wire.md 1.1), the desktop SDK 5.46.1 for
/// `conn=1,2`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transports(BTreeSet<u8>);

impl Transports {
    /// Reads `conn` out of a header's value; `None` if there is no number in it.
    #[must_use]
    pub fn negotiated(header: &str) -> Option<Self> {
        let list = header
            .split(';')
            .find_map(|field| field.trim().strip_prefix("conn="))?;
        let numbers: BTreeSet<_> = list
            .split(',')
            .take(MAX_LISTED)
            .filter_map(|number| number.trim().parse().ok())
            .collect();
        (!numbers.is_empty()).then_some(Self(numbers))
    }

    /// Whether a client that asks so can open this one.
    #[must_use]
    pub fn contains(&self, protocol: u8) -> bool {
        self.0.contains(&protocol)
    }
}

impl FromIterator<u8> for Transports {
    fn from_iter<I: IntoIterator<Item = u8>>(numbers: I) -> Self {
        Self(numbers.into_iter().collect())
    }
}

/// The comma list, ascending.
impl fmt::Display for Transports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, number) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{number}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_sdks_ask_is_read() {
        let web = Transports::negotiated("conn=5;rtc=4;log=2;iptype=v4,v6").unwrap();
        let desktop = Transports::negotiated("conn=1,2;rtc=4;log=2;iptype=v4,v6").unwrap();

        assert_eq!(web, Transports::from_iter([5]));
        assert_eq!(desktop, Transports::from_iter([1, 2]));
        assert!(web.contains(5) && !web.contains(6));
    }

    #[test]
    fn a_list_is_read_back_as_it_was_written() {
        let list = Transports::from_iter([6, 1, 2, 5, 1]);

        assert_eq!(list.to_string(), "1,2,5,6");
        let header = format!("rtc=4; conn={list};log=2");
        assert_eq!(Transports::negotiated(&header), Some(list));
    }

    #[test]
    fn a_header_without_a_number_asks_for_nothing() {
        for header in ["", "rtc=4", "conn=", "conn", "conn=x,-1,256", "xconn=5"] {
            assert_eq!(Transports::negotiated(header), None, "{header}");
        }
        let some = Transports::negotiated("conn=x, 2 ,300").unwrap();
        assert_eq!(some, Transports::from_iter([2]));
    }
}
