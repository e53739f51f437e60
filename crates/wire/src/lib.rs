//! Cloud packets to bytes and back.
