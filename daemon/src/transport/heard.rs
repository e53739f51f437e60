//! Notices that bytes arrive although no packet does.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes of an unfinished packet that are a sign of life.
///
/// A link of 1 kB/s, the slowest that must work (F-S47), brings fifteen times as many in the 15 s
/// that an unanswered ping allows; one that drips a byte a second (F-S07) not a tenth, and ends.
pub(super) const SIGN_OF_LIFE: usize = 1024;

/// How many bytes came since somebody last asked. Clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard(Arc<AtomicUsize>);

impl Heard {
    /// A packet came: what was counted belongs to it.
    pub(super) fn reset(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Whether enough came to be told; the count begins anew then.
    pub(super) fn take_sign_of_life(&self) -> bool {
        let is_enough = self.0.load(Ordering::Relaxed) >= SIGN_OF_LIFE;
        if is_enough {
            self.reset();
        }
        is_enough
    }

    /// Whether nothing came yet.
    pub(super) fn is_silent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A stream that counts what is read from it.
#[derive(Debug)]
pub(super) struct Listened<S> {
    stream: S,
    heard: Heard,
}

impl<S> Listened<S> {
    pub(super) fn new(stream: S) -> (Self, Heard) {
        let heard = Heard::default();
        let listened = Self {
            stream,
            heard: heard.clone(),
        };
        (listened, heard)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Listened<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.heard.add(buffer.filled().len() - before);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Listened<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    // F-S07
    #[tokio::test]
    async fn a_few_bytes_are_no_sign_of_life_and_each_is_counted_once() {
        let bytes = [0; 2 * SIGN_OF_LIFE];
        let (mut stream, heard) = Listened::new(io::Cursor::new(bytes));
        let mut rest = [0; SIGN_OF_LIFE];

        stream.read_exact(&mut rest[1..]).await.unwrap();
        assert!(!heard.take_sign_of_life());
        stream.read_u8().await.unwrap();
        assert!(heard.take_sign_of_life());
        assert!(!heard.take_sign_of_life());

        stream.read_exact(&mut rest[1..]).await.unwrap();
        heard.reset();
        stream.read_u8().await.unwrap();
        assert!(!heard.take_sign_of_life());
    }
}
