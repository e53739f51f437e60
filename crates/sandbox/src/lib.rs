//! The cloud in a box.
