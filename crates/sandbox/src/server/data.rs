//! Keeps a sandbox's state in a directory, over restarts.
//!
//! ```text
//! act -- rings --> Bell -- wakes --> Keeper --- snapshot ---> Shared      (the lock held briefly)
//!                                      |
//!                                      '------- state file -> Directory   (no lock held)
//! ```

mod bell;
mod directory;
mod error;
mod file;
mod keeper;

pub(super) use bell::Bell;
pub(super) use directory::Directory;
pub use error::DataError;
pub(super) use file::Snapshot;
pub(super) use keeper::Keeper;
