//! Where one frame ends and the next begins.
//!
//! | offset | bytes | meaning |
//! |---|---|---|
//! | 0 | 4 | length of the body, little-endian, 1 to the limit |
//! | 4 | length | the body |

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::limits::{MAX_FRAME, MAX_GREETING};

const PREFIX: usize = size_of::<u32>();

/// Why a length prefix is not acceptable. Nothing that follows it can be read either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The body has no bytes.
    #[error("a frame is empty")]
    Empty,
    /// The body is longer than allowed.
    #[error("a frame has {bytes} bytes, at most {limit} are allowed")]
    TooLong {
        /// The length it has or announces.
        bytes: usize,
        /// The longest that is accepted here.
        limit: usize,
    },
}

/// A body with its length before it.
///
/// # Errors
/// [`FrameError`] if the body is empty or longer than [`MAX_FRAME`].
pub fn frame(body: &[u8]) -> Result<Bytes, FrameError> {
    let mut out = BytesMut::with_capacity(PREFIX.saturating_add(body.len()));
    append_frame(&mut out, body)?;
    Ok(out.freeze())
}

/// Appends a body with its length before it.
///
/// # Errors
/// [`FrameError`] if the body is empty or longer than [`MAX_FRAME`]; nothing is appended then.
pub fn append_frame(out: &mut BytesMut, body: &[u8]) -> Result<(), FrameError> {
    out.put_slice(&prefix(body.len(), MAX_FRAME)?);
    out.put_slice(body);
    Ok(())
}

/// The four bytes before a body of this length.
pub(crate) fn prefix(bytes: usize, limit: usize) -> Result<[u8; PREFIX], FrameError> {
    if bytes == 0 {
        return Err(FrameError::Empty);
    }
    match u32::try_from(bytes) {
        Ok(length) if bytes <= limit => Ok(length.to_le_bytes()),
        _ => Err(FrameError::TooLong { bytes, limit }),
    }
}

/// Cuts a stream of bytes into frames.
///
/// Push what the socket gave, then take frames until there is none. Used like that it never holds
/// more than one frame of the limit and one push, whatever lengths the other side announces:
/// memory grows with bytes that arrived, never with a promise of them. With nothing waiting it
/// holds nothing, so that a thousand idle connections have no buffers.
#[derive(Debug)]
pub struct Deframer {
    buffer: BytesMut,
    limit: usize,
}

impl Deframer {
    /// For a connection that is not greeted yet: frames of up to [`MAX_GREETING`] bytes.
    #[must_use]
    pub fn for_greeting() -> Self {
        Self {
            buffer: BytesMut::new(),
            limit: MAX_GREETING,
        }
    }

    /// Accepts frames of up to [`MAX_FRAME`] bytes from the next one on.
    pub fn greeted(&mut self) {
        self.limit = MAX_FRAME;
    }

    /// Takes bytes as they came. They are copied, so the caller may read into one buffer for all
    /// its connections.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The body of the next frame, `None` until all of it arrived.
    ///
    /// It shares the buffer: what is kept of it keeps all that was pushed with it.
    ///
    /// # Errors
    /// [`FrameError`] as soon as a length is seen that is not acceptable, and every time after.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, FrameError> {
        let Some(prefix) = self.buffer.first_chunk::<PREFIX>() else {
            if self.buffer.is_empty() {
                self.buffer = BytesMut::new();
            }
            return Ok(None);
        };
        let announced = u32::from_le_bytes(*prefix);
        // No `usize` narrower than 32 bits is supported by tokio or the standard sockets.
        let bytes = usize::try_from(announced).unwrap_or(usize::MAX);
        if bytes == 0 {
            return Err(FrameError::Empty);
        }
        if bytes > self.limit {
            return Err(FrameError::TooLong {
                bytes,
                limit: self.limit,
            });
        }
        if self.buffer.len() - PREFIX < bytes {
            return Ok(None);
        }

        self.buffer.advance(PREFIX);
        Ok(Some(self.buffer.split_to(bytes).freeze()))
    }

    /// Bytes that arrived and belong to no frame taken so far. Not zero at the end of the stream
    /// means that the other side died in mid-frame.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.buffer.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in_however_they_are_cut() {
        let mut stream = BytesMut::new();
        for body in [&b"a"[..], b"bcd", &[7; 5000]] {
            append_frame(&mut stream, body).unwrap();
        }

        for chunk in [1, 2, 3, 4, 5, 7, 64, stream.len()] {
            let mut deframer = greeted();
            let mut bodies = Vec::new();
            for piece in stream.chunks(chunk) {
                deframer.push(piece);
                while let Some(body) = deframer.next_frame().unwrap() {
                    bodies.push(body);
                }
            }
            assert_eq!(
                bodies,
                [&b"a"[..], b"bcd", &[7; 5000]],
                "in chunks of {chunk}"
            );
            assert_eq!(deframer.pending(), 0);
        }
    }

    // F-I11
    #[test]
    fn an_unacceptable_length_is_an_error_that_stays() {
        for (announced, error) in [
            (0, FrameError::Empty),
            (
                MAX_FRAME as u32 + 1,
                FrameError::TooLong {
                    bytes: MAX_FRAME + 1,
                    limit: MAX_FRAME,
                },
            ),
            (
                u32::MAX,
                FrameError::TooLong {
                    bytes: u32::MAX as usize,
                    limit: MAX_FRAME,
                },
            ),
        ] {
            let mut deframer = greeted();
            deframer.push(&announced.to_le_bytes());
            assert_eq!(deframer.next_frame(), Err(error));

            deframer.push(b"more");
            assert_eq!(deframer.next_frame(), Err(error));
        }
    }

    #[test]
    fn the_largest_frame_passes_and_the_next_larger_does_not() {
        let framed = frame(&vec![1; MAX_FRAME]).unwrap();
        let mut deframer = greeted();
        deframer.push(&framed);

        assert_eq!(deframer.next_frame().unwrap().unwrap().len(), MAX_FRAME);
        assert_eq!(
            frame(&vec![1; MAX_FRAME + 1]),
            Err(FrameError::TooLong {
                bytes: MAX_FRAME + 1,
                limit: MAX_FRAME
            })
        );
        assert_eq!(frame(b""), Err(FrameError::Empty));
    }

    #[test]
    fn a_frame_beyond_a_greeting_is_refused_until_greeted() {
        let framed = frame(&[1; MAX_GREETING + 1]).unwrap();
        let mut deframer = Deframer::for_greeting();
        deframer.push(&framed);
        assert!(deframer.next_frame().is_err());

        deframer.greeted();
        assert_eq!(
            deframer.next_frame().unwrap().unwrap().len(),
            MAX_GREETING + 1
        );
    }

    // F-I01
    #[test]
    fn a_stream_that_ends_in_mid_frame_leaves_bytes_pending() {
        let framed = frame(b"hello").unwrap();
        for cut in 1..framed.len() {
            let mut deframer = greeted();
            deframer.push(&framed[..cut]);

            assert_eq!(deframer.next_frame(), Ok(None));
            assert_eq!(deframer.pending(), cut);
        }
    }

    #[test]
    fn what_is_taken_completely_leaves_no_memory_behind() {
        for bytes in [1, 100, MAX_FRAME] {
            let mut deframer = greeted();
            deframer.push(&frame(&vec![1; bytes]).unwrap());

            assert_eq!(deframer.next_frame().unwrap().unwrap().len(), bytes);
            assert_eq!(deframer.next_frame(), Ok(None));
            assert_eq!(deframer.buffer.capacity(), 0, "after {bytes} bytes");
        }
    }

    fn greeted() -> Deframer {
        let mut deframer = Deframer::for_greeting();
        deframer.greeted();
        deframer
    }
}
