//! The local store of one account.
