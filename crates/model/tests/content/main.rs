//! What messages say, by type.

mod bodies;
mod round_trip;
