//! The contract between app and daemon.
