//! The daemon that owns the cloud connection.
