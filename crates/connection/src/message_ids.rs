//! Message ids of a link.

/// The counter of ids the client chooses: 16 bits, wraps from 65535 to 1, never 0
/// (`protocol/cloud-wire.md` 3.3).
#[derive(Debug)]
pub(crate) struct MessageIds {
    last: u16,
}

impl MessageIds {
    /// The first id is one above `base`.
    pub(crate) fn after(base: u16) -> Self {
        Self { last: base }
    }

    /// The next id that is not pending. At least one of the 65,535 must be free.
    pub(crate) fn next(&mut self, is_pending: impl Fn(u16) -> bool) -> u16 {
        loop {
            self.last = self.last.checked_add(1).unwrap_or(1);
            if !is_pending(self.last) {
                return self.last;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_wrap_to_one_and_skip_what_is_pending() {
        let mut ids = MessageIds::after(65_533);
        let pending = |id| id == 1 || id == 3;

        let taken: Vec<u16> = (0..5).map(|_| ids.next(pending)).collect();

        assert_eq!(taken, [65_534, 65_535, 2, 4, 5]);
    }

    #[test]
    fn the_first_id_follows_the_base() {
        assert_eq!(MessageIds::after(0).next(|_| false), 1);
        assert_eq!(MessageIds::after(0x1000).next(|_| false), 0x1001);
        assert_eq!(MessageIds::after(u16::MAX).next(|_| false), 1);
    }
}
