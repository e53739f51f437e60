//! The places of those who have not said Hello yet.

use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use imlink_ipc_proto::limits::PENDING_HELLOS;

/// As many places for each user as connections of one may wait without a Hello (F-I16): one who
/// takes all of them is in the way of nobody else.
#[derive(Debug, Default)]
pub struct Porch(BTreeMap<u32, Weak<()>>);

/// One place; free again when dropped.
#[derive(Debug)]
pub struct Place {
    _taken: Rc<()>,
}

impl Porch {
    /// A place, if one is free for that user.
    #[must_use]
    pub fn place(&mut self, uid: u32) -> Option<Place> {
        self.0.retain(|_, places| places.strong_count() > 0);
        let taken = match self.0.get(&uid).and_then(Weak::upgrade) {
            // One count is the one just made.
            Some(places) if Rc::strong_count(&places) > PENDING_HELLOS => return None,
            Some(places) => places,
            None => {
                let places = Rc::new(());
                self.0.insert(uid, Rc::downgrade(&places));
                places
            }
        };
        Some(Place { _taken: taken })
    }

    /// Whether every place of that user is taken.
    #[must_use]
    pub fn is_full(&self, uid: u32) -> bool {
        self.0
            .get(&uid)
            .is_some_and(|places| places.strong_count() >= PENDING_HELLOS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-I16
    #[test]
    fn a_place_that_is_left_is_free_for_the_next_of_its_user_and_others_have_their_own() {
        let mut porch = Porch::default();
        let mut places: Vec<Place> = std::iter::from_fn(|| porch.place(7)).collect();
        assert_eq!(places.len(), PENDING_HELLOS);
        assert!(porch.is_full(7));
        assert!(porch.place(8).is_some());

        places.pop();

        assert!(!porch.is_full(7));
        assert!(porch.place(7).is_some());
    }
}
