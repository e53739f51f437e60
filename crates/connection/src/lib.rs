//! The connection to the cloud as a pure state machine.
