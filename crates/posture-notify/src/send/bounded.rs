//! A connection that reads a bounded number of bytes, line by line.

use std::io::{self, Error};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncBufRead as _, AsyncRead, AsyncWrite, BufReader, ReadBuf};

/// The most bytes that the other end may send on one connection. The answers to one message are a few thousand.
pub(super) const MOST_BYTES: usize = 1_000_000;

/// Why a read failed: the other end sent more than [`MOST_BYTES`].
#[derive(Debug, thiserror::Error)]
#[error("more than {MOST_BYTES} bytes arrived")]
pub(super) struct TooMuch;

/// A stream of which at most [`MOST_BYTES`] are read. Every read after that fails.
///
/// A read ends at the end of a line. So bytes that follow the answer to STARTTLS are part of the handshake, which they make fail;
/// they are never taken for an encrypted answer.
#[derive(Debug)]
pub(super) struct Bounded<S> {
    stream: BufReader<S>,
    address: SocketAddr,
    left: usize,
}

impl<S: AsyncRead> Bounded<S> {
    /// `address` is what the stream is connected to.
    pub(super) fn new(stream: S, address: SocketAddr) -> Self {
        Self { stream: BufReader::new(stream), address, left: MOST_BYTES }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let arrived = ready!(Pin::new(&mut this.stream).poll_fill_buf(cx))?;
        let line = arrived.iter().position(|byte| *byte == b'\n').map_or(arrived.len(), |end| end + 1);
        let count = line.min(into.remaining());
        let Some(left) = this.left.checked_sub(count) else { return Poll::Ready(Err(Error::other(TooMuch))) };
        into.put_slice(&arrived[..count]);
        this.left = left;
        Pin::new(&mut this.stream).consume(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + AsyncRead + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug> AsyncTokioStream for Bounded<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    fn bounded(sent: &[u8]) -> Bounded<&[u8]> {
        Bounded::new(sent, SocketAddr::from(([127, 0, 0, 1], 25)))
    }

    fn run<F: Future>(work: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
    }

    /// NT-20
    #[test]
    fn a_read_beyond_the_limit_fails_and_so_does_each_after_it() {
        run(async {
            let mut exact = Vec::new();
            bounded(&vec![b'2'; MOST_BYTES]).read_to_end(&mut exact).await.unwrap();
            assert_eq!(exact.len(), MOST_BYTES);
            let sent = vec![b'2'; MOST_BYTES + 1];
            let mut longer = bounded(&sent);
            for _ in 0..2 {
                let failed = longer.read_to_end(&mut Vec::new()).await.unwrap_err();
                assert!(failed.get_ref().unwrap().is::<TooMuch>(), "{failed}");
            }
        });
    }

    /// NT-19
    #[test]
    fn a_read_ends_at_the_end_of_a_line() {
        run(async {
            let mut stream = bounded(b"220 Go on\r\n250 AUTH PLAIN\r\n25");
            let mut buffer = [0; 100];
            for line in ["220 Go on\r\n", "250 AUTH PLAIN\r\n", "25", ""] {
                let count = stream.read(&mut buffer).await.unwrap();
                assert_eq!(&buffer[..count], line.as_bytes());
            }
        });
    }
}
