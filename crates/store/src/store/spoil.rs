//! Damage on demand, for the tests of those who use a store: no file of the engine's can be changed so
//! that a row is damaged and the engine does not notice.

use imlink_model::Seq;

use super::Store;
use crate::draft::Draft;
use crate::key;

impl Store {
    /// Puts something in the place of a message that is none.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn spoil(&self, seq: Seq) {
        let mut draft = Draft::new(&self.database);
        draft.put_mark(key::message(seq), b"no row at all");
        let written = self.database.apply(&draft.into_writes());
        written.expect("a store in a test can be written");
    }
}
