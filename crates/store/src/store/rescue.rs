//! What is carried over from a store whose files were removed while it was open.
//!
//! Files without a name can still be read by who has them open. Messages come again from the cloud;
//! what apps handed over to be sent is nowhere else, so it is written once more, into a new store
//! in the old place, with the subscriptions (F-D24).

use imlink_model::Seq;

use super::{Store, files};
use crate::draft::Draft;
use crate::key::{self, Kind};
use crate::salvage::{self, TakeOver};
use crate::{OpenError, Salvaged};

impl Store {
    /// The files of this store have no name any more: what is written from here on nobody reads.
    /// Files that were moved have one.
    #[must_use]
    pub fn is_removed(&self) -> bool {
        let home = self.kept.home.as_ref();
        home.is_some_and(files::Home::is_removed)
    }

    /// Makes a new store in the place of one that [is removed](Self::is_removed), with its outbox
    /// and its durable subscriptions. The numbers go on where they were, and the next opening finds
    /// a gap where messages were.
    ///
    /// For when no commit will follow: what is sent from here on would be sent again.
    ///
    /// # Errors
    /// [`OpenError`] if no new store can be made there: because somebody else made one, or because
    /// the directory is still being removed.
    pub fn rescue(self) -> Result<Salvaged, OpenError> {
        let Some(home) = self.kept.home.as_ref().map(|home| home.path().to_owned()) else {
            return Ok(Salvaged::default());
        };
        let files = files::open(&home, &mut |_| {})?;
        let broken = |source| OpenError::Engine {
            directory: home.clone(),
            source,
        };
        // First: no subscription may be ahead of the numbers.
        let noted = files.witness.note(&self.state.head);
        noted.map_err(OpenError::io("writing", &home))?;
        let mut owner = Draft::new(&files.database);
        owner.put(&key::single(Kind::Owner), &self.user);
        files.database.apply(&owner.into_writes()).map_err(broken)?;

        let last = Seq(self.state.head.seq);
        let room = |batch: &_| files.space.for_batch(batch, || 0);
        let salvaged = match salvage::take_over(&self.database, &files.database, last, &room) {
            Ok(salvaged) => salvaged,
            Err(TakeOver::Read(error) | TakeOver::Write(error)) => return Err(broken(error)),
            Err(TakeOver::NoRoom) => Salvaged {
                incomplete: true,
                ..Salvaged::default()
            },
        };
        files.attempt.passed()?;
        Ok(salvaged)
    }
}
