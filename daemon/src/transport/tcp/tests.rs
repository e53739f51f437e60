//! The TCP form against a server.
