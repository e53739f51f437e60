//! The socket of one app: what is read from it, and what is being written to it.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use imlink_ipc_proto::{Deframer, limits};
use interprocess::local_socket::tokio::Stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::outbox::Outbox;

/// Bytes read at once.
const READ_CHUNK: usize = 16 * 1024;

/// Frames of fewer bytes are written together with their neighbours; a larger one is not copied.
const SMALL: usize = 64 * 1024;

/// A socket that allocates nothing while nothing happens.
pub(super) struct Socket {
    stream: Stream,
    /// What was taken from the outbox and is not written; the next comes last.
    under_way: Vec<Bytes>,
    /// When the app must have taken something. Only set while it takes nothing.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            stream,
            under_way: Vec::new(),
            deadline: None,
        }
    }

    /// Reads what is there and says how much it was; 0 at the end.
    ///
    /// The room to read into is needed for a moment only, so it is on the stack.
    pub(super) fn poll_read(
        &mut self,
        task: &mut Context<'_>,
        heard: &mut Deframer,
    ) -> Poll<io::Result<usize>> {
        let mut room = [MaybeUninit::uninit(); READ_CHUNK];
        let mut read = ReadBuf::uninit(&mut room);
        ready!(Pin::new(&mut self.stream).poll_read(task, &mut read))?;
        heard.push(read.filled());
        Poll::Ready(Ok(read.filled().len()))
    }

    /// Writes what is in the outbox, everything that waits at once. Ready when the outbox is closed
    /// and everything of it is written.
    pub(super) fn poll_write(
        &mut self,
        outbox: &Outbox,
        task: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            while let Some(next) = self.under_way.last_mut() {
                let written = match Pin::new(&mut self.stream).poll_write(task, next) {
                    Poll::Ready(Ok(0)) => Err(io::ErrorKind::WriteZero.into()),
                    Poll::Ready(written) => written,
                    Poll::Pending => return self.poll_deadline(task),
                }?;
                self.deadline = None;
                outbox.written(written);
                next.advance(written);
                if next.is_empty() {
                    self.under_way.pop();
                }
            }
            match ready!(outbox.poll_take(task)) {
                Some(frames) => self.under_way = gather(frames),
                None => return Poll::Ready(Ok(())),
            }
        }
    }

    /// The app takes nothing: for how long may it do that?
    fn poll_deadline(&mut self, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(sleep(limits::WRITE_DEADLINE)));
        ready!(deadline.as_mut().poll(task));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

/// What to write at once, the first last.
fn gather(frames: Vec<Bytes>) -> Vec<Bytes> {
    if frames.len() == 1 {
        return frames;
    }
    let mut writes = Vec::new();
    let mut small = BytesMut::new();
    for frame in frames {
        if frame.len() < SMALL {
            small.extend_from_slice(&frame);
            continue;
        }
        if !small.is_empty() {
            writes.push(small.split().freeze());
        }
        writes.push(frame);
    }
    if !small.is_empty() {
        writes.push(small.freeze());
    }
    writes.reverse();
    writes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_frames_are_written_together_and_all_in_their_order() {
        let large = Bytes::from(vec![9; SMALL]);
        let frames = [&b"a"[..], b"b", &large, b"c"].map(Bytes::copy_from_slice);

        let mut writes = gather(frames.to_vec());

        writes.reverse();
        assert_eq!(writes, [&b"ab"[..], &large, b"c"]);
        assert_eq!(gather(vec![large.clone()]), [large]);
    }
}
