//! The places of those who have not said Hello yet.

use std::rc::Rc;

use imlink_ipc_proto::limits::PENDING_HELLOS;

/// As many places as connections may wait without a Hello (F-I16). All are of one user: nobody
/// else is let in.
#[derive(Debug, Default)]
pub struct Porch(Rc<()>);

/// One place; free again when dropped.
#[derive(Debug)]
pub struct Place {
    _taken: Rc<()>,
}

impl Porch {
    /// A place, if one is free.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        (!self.is_full()).then(|| Place {
            _taken: Rc::clone(&self.0),
        })
    }

    /// Whether every place is taken.
    #[must_use]
    pub fn is_full(&self) -> bool {
        // One count is the porch's own.
        Rc::strong_count(&self.0) > PENDING_HELLOS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-I16
    #[test]
    fn a_place_that_is_left_is_free_for_the_next() {
        let porch = Porch::default();
        let mut places: Vec<Place> = std::iter::from_fn(|| porch.place()).collect();
        assert_eq!(places.len(), PENDING_HELLOS);
        assert!(porch.is_full());

        places.pop();

        assert!(porch.place().is_some());
    }
}
