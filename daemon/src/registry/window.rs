//! What is in flight to one subscription: handed over, not acknowledged.

use std::collections::VecDeque;

use imlink_ipc_proto::limits;
use imlink_model::Seq;

/// A bounded window, so that a reader that stops holds nothing but this.
#[derive(Debug, Default)]
pub(super) struct Window {
    in_flight: VecDeque<(Seq, usize)>,
    bytes: usize,
}

impl Window {
    /// How many more messages may go out now.
    pub(super) fn room(&self) -> usize {
        if self.bytes >= limits::WINDOW_BYTES {
            return 0;
        }
        (limits::WINDOW_MESSAGES as usize).saturating_sub(self.in_flight.len())
    }

    /// Nothing is in flight.
    pub(super) fn is_empty(&self) -> bool {
        self.in_flight.is_empty()
    }

    /// How many more bytes may go out now. One message may exceed it, or it could never go.
    pub(super) fn room_bytes(&self) -> usize {
        limits::WINDOW_BYTES.saturating_sub(self.bytes)
    }

    pub(super) fn push(&mut self, seq: Seq, bytes: usize) {
        self.in_flight.push_back((seq, bytes));
        self.bytes += bytes;
    }

    /// Lets go of everything up to and including `seq`.
    pub(super) fn acknowledge(&mut self, seq: Seq) {
        while let Some((first, bytes)) = self.in_flight.front().copied() {
            if first > seq {
                return;
            }
            self.in_flight.pop_front();
            self.bytes -= bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_window_opens_with_the_acknowledgement() {
        let mut window = Window::default();
        for seq in 1..=u64::from(limits::WINDOW_MESSAGES) {
            window.push(Seq(seq), 1);
        }
        assert_eq!(window.room(), 0);

        window.acknowledge(Seq(3));

        assert_eq!(window.room(), 3);
    }

    #[test]
    fn bytes_close_the_window_too() {
        let mut window = Window::default();
        window.push(Seq(1), limits::WINDOW_BYTES);
        assert_eq!(window.room(), 0);

        window.acknowledge(Seq(1));

        assert_eq!(window.room_bytes(), limits::WINDOW_BYTES);
    }
}
