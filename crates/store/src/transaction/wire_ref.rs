//! The number under which the cloud sees an outgoing message.
//!
//! ```text
//! bit 50            19 18      8 7      0
//!     +---------------+---------+--------+
//!     | clock, 32 bits| counter | random |     protocol/cloud-wire.md 5.4
//!     +---------------+---------+--------+
//! ```

use imlink_model::Millis;

/// Puts the number together; of the clock the low 32 bits count, of the counter the low 11.
pub(super) fn compose(now: Millis, counter: u16, random: u8) -> u64 {
    let clock = now.0.cast_unsigned() & 0xffff_ffff;
    let counter = u64::from(counter & 0x7ff);
    clock << 19 | counter << 8 | u64::from(random)
}

/// Keeps devices of the account apart that send in the same millisecond. Without it numbers are
/// still unique in a store, so a failure is no reason to refuse a message.
pub(super) fn random() -> u8 {
    let mut byte = [0];
    getrandom::fill(&mut byte).map_or(0, |()| byte[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_has_its_parts_in_their_places_and_51_bits_at_most() {
        assert_eq!(compose(Millis(1), 1, 1), (1 << 19) + (1 << 8) + 1);
        assert_eq!(compose(Millis(-1), u16::MAX, u8::MAX), (1 << 51) - 1);
        assert_eq!(compose(Millis(1 << 32), 0, 0), 0);
    }
}
