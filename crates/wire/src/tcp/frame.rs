//! Where one packet ends and the next begins.

use bytes::{Buf, Bytes, BytesMut};

use super::{Mask, StreamError};

/// Header and check byte.
const FIXED: usize = 2;

/// Length bytes, at most.
const MAX_LENGTH_FIELD: usize = 4;

/// Room for what stands before a body, at most.
pub(super) const ROOM: usize = FIXED + MAX_LENGTH_FIELD;

/// What a [`Deframer`] keeps allocated while nothing is waiting in it, in bytes.
const RETAINED: usize = 4 * 1024;

/// One packet of the stream; the body is still masked.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) header: u8,
    pub(super) body: BytesMut,
}

/// Masks the body that follows [`ROOM`] bytes and puts header, check and length before it.
///
/// The body is at most [`super::MAX_BODY`] long.
pub(super) fn seal(header: u8, mut bytes: BytesMut, mask: Mask) -> Bytes {
    let (_, body) = bytes
        .split_at_mut_checked(ROOM)
        .expect("the writer left the room");
    mask.apply(body);
    let (head, used) = head(header, body.len());
    bytes.advance(ROOM - used);
    bytes
        .iter_mut()
        .zip(head.iter().take(used))
        .for_each(|(room, byte)| *room = *byte);
    bytes.freeze()
}

/// Header, check and length of a body, and how many bytes of the array they are.
fn head(header: u8, body: usize) -> ([u8; ROOM], usize) {
    let mut rest = u32::try_from(body).expect("MAX_BODY is far below 4 GiB");
    let mut head = [0; ROOM];
    let mut used = FIXED;
    let mut check = header;
    for byte in head.iter_mut().skip(FIXED) {
        let [low, ..] = rest.to_le_bytes();
        rest >>= 7;
        *byte = low & 0x7F | if rest > 0 { 0x80 } else { 0 };
        check ^= *byte;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    head[0] = header;
    head[1] = check;
    (head, used)
}

/// Cuts a stream of bytes into frames.
///
/// Memory grows with bytes that arrived, never with a promise of them: a length is checked before anything
/// is kept for it.
#[derive(Debug)]
pub(super) struct Deframer {
    buffer: BytesMut,
    limit: usize,
    /// The most the buffer held since it was last replaced.
    held: usize,
}

impl Deframer {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            buffer: BytesMut::new(),
            limit,
            held: 0,
        }
    }

    /// Accepts bodies of up to this many bytes from the next frame on.
    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        self.held = self.held.max(self.buffer.len());
    }

    /// The next frame, `None` until all of it arrived.
    ///
    /// # Errors
    /// A head that is not acceptable, as soon as it is seen, and every time after.
    pub(super) fn next_frame(&mut self) -> Result<Option<Frame>, StreamError> {
        let Some(head) = Head::read(&self.buffer)? else {
            self.release();
            return Ok(None);
        };
        if head.body > self.limit {
            return Err(StreamError::TooLarge {
                bytes: head.body,
                limit: self.limit,
            });
        }
        if self.buffer.len() - head.size < head.body {
            return Ok(None);
        }

        self.buffer.advance(head.size);
        Ok(Some(Frame {
            header: head.header,
            body: self.buffer.split_to(head.body),
        }))
    }

    /// Bytes that arrived and belong to no frame taken so far.
    pub(super) fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// Gives memory back once everything is taken, so that one large frame is not paid for ever.
    fn release(&mut self) {
        if self.buffer.is_empty() && self.held > RETAINED {
            self.buffer = BytesMut::new();
            self.held = 0;
        }
    }
}

/// What stands before a body.
struct Head {
    header: u8,
    /// How many bytes it has itself.
    size: usize,
    /// How many bytes the body has.
    body: usize,
}

impl Head {
    /// `None` until the length field has ended.
    fn read(bytes: &[u8]) -> Result<Option<Self>, StreamError> {
        let Some(([header, check], lengths)) = bytes.split_first_chunk::<FIXED>() else {
            return Ok(None);
        };
        let mut expected = *header;
        let mut body = 0;
        for (place, byte) in lengths.iter().take(MAX_LENGTH_FIELD).enumerate() {
            expected ^= byte;
            body |= usize::from(byte & 0x7F) << (7 * place);
            if byte & 0x80 != 0 {
                continue;
            }
            if expected != *check {
                return Err(StreamError::Check);
            }
            return Ok(Some(Self {
                header: *header,
                size: FIXED + place + 1,
                body,
            }));
        }
        if lengths.len() >= MAX_LENGTH_FIELD {
            return Err(StreamError::LengthField);
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: usize = 1 << 20;

    // F-S10
    #[test]
    fn an_announced_length_allocates_nothing() {
        let (head, used) = head(0x32, LIMIT);
        let mut deframer = Deframer::new(LIMIT);
        deframer.push(&head[..used]);

        assert!(matches!(deframer.next_frame(), Ok(None)));

        assert!(deframer.buffer.capacity() <= 64, "{deframer:?}");
    }

    #[test]
    fn the_buffer_of_a_large_frame_is_given_back() {
        let mut bytes = BytesMut::zeroed(ROOM + LIMIT);
        bytes[ROOM..].fill(1);
        let sealed = seal(0x32, bytes, Mask::Constant);
        let mut deframer = Deframer::new(LIMIT);
        deframer.push(&sealed);

        assert_eq!(deframer.next_frame().unwrap().unwrap().body.len(), LIMIT);
        assert!(deframer.next_frame().unwrap().is_none());

        assert_eq!((deframer.held, deframer.buffer.capacity()), (0, 0));
    }

    proptest! {
        #[test]
        fn memory_follows_what_arrived(chunks in prop::collection::vec(any::<Vec<u8>>(), 0..20)) {
            let mut deframer = Deframer::new(LIMIT);
            let mut arrived = 0;
            for chunk in chunks {
                deframer.push(&chunk);
                arrived += chunk.len();
                while let Ok(Some(_)) = deframer.next_frame() {}
                prop_assert!(deframer.pending() <= arrived);
                prop_assert!(deframer.buffer.capacity() <= 2 * arrived + 64);
            }
        }
    }
}
