//! The imlink command.
