//! The client library that apps link.
