//! How far long work is, for those who wait.

/// A step of long work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub work: Work,
    /// Rows done; bytes where the work says so.
    pub done: u64,
    /// Rows there are; an estimate where counting them would take as long.
    pub total: u64,
}

/// Work that may take longer than a person likes to wait without a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Rows of an earlier format are taken over into the present one.
    Migration,
    /// The engine reads its files, and what it reads is looked through. Counted in bytes.
    Recovery,
    /// Rows are written anew without what was deleted.
    Compaction,
    /// Messages of a conversation are deleted.
    Forgetting,
}

/// Hears of every step.
pub(crate) type Report<'a> = &'a mut dyn FnMut(Progress);
