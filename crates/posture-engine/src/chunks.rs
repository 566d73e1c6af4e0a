//! A document's bytes in large chunks, whose buffers are reused.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::mem;

use bytes::{Bytes, BytesMut};

/// The most bytes a chunk holds.
const CHUNK_BYTES: usize = 1 << 21;

/// The chunks of an input.
///
/// A chunk ends after a line if a line ends in its second half. No JSON string contains a line break, and exporters that write one
/// tenant a line then have none of them cut in two.
pub(crate) struct Chunks<R> {
    input: R,
    /// The bytes after the last chunk's last line.
    carried: Bytes,
    /// Chunks that may still be in use, oldest first.
    in_use: VecDeque<Bytes>,
    is_at_end: bool,
}

impl<R: Read> Chunks<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, carried: Bytes::new(), in_use: VecDeque::new(), is_at_end: false }
    }

    /// The next chunk; `None` at the input's end and after a failure.
    pub(crate) fn next(&mut self) -> io::Result<Option<Bytes>> {
        if self.is_at_end {
            return Ok(None);
        }
        // A failure below must not be followed by more chunks.
        self.is_at_end = true;
        let mut chunk = self.buffer();
        let mut filled = self.carried.len();
        chunk[..filled].copy_from_slice(&mem::take(&mut self.carried));
        while filled < CHUNK_BYTES {
            match self.input.read(&mut chunk[filled..]) {
                Ok(0) => break,
                Ok(bytes) => filled += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if filled == 0 {
            return Ok(None);
        }
        self.is_at_end = filled < CHUNK_BYTES;
        let (first_half, second_half) = chunk[..filled].split_at(filled.min(CHUNK_BYTES / 2));
        let line = memchr::memrchr(b'\n', second_half).filter(|_| filled == CHUNK_BYTES);
        let end = line.map_or(filled, |line| first_half.len() + line + 1);
        let chunk = chunk.freeze();
        self.carried = chunk.slice(end..filled);
        self.in_use.push_back(chunk.clone());
        Ok(Some(chunk.slice(..end)))
    }

    /// A buffer for a chunk: the oldest chunk's once nobody uses it, else a new one.
    fn buffer(&mut self) -> BytesMut {
        match self.in_use.pop_front().map(Bytes::try_into_mut) {
            Some(Ok(buffer)) => return buffer,
            Some(Err(in_use)) => self.in_use.push_front(in_use),
            None => {}
        }
        BytesMut::zeroed(CHUNK_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns at most this many bytes at a time.
    struct Slowly<'b>(&'b [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = buffer.len().min(self.1);
            self.0.read(&mut buffer[..length])
        }
    }

    #[test]
    fn chunks_are_the_input_cut_after_lines_if_there_are_any() {
        let lines = "a line of text\n".repeat(400_000);
        let unbroken = "x".repeat(2 * CHUNK_BYTES + 1);
        for (text, ends_with_lines) in
            [(&*lines, true), (&*unbroken, false), ("", true), ("\n", true), ("short", false)]
        {
            for step in [997, usize::MAX] {
                let mut chunks = Chunks::new(Slowly(text.as_bytes(), step));
                let mut taken = Vec::new();
                while let Some(chunk) = chunks.next().unwrap() {
                    assert!(!chunk.is_empty() && chunk.len() <= CHUNK_BYTES);
                    assert!(!ends_with_lines || chunk.ends_with(b"\n"), "{} of {}", chunk.len(), text.len());
                    taken.extend_from_slice(&chunk);
                }
                assert!(taken == text.as_bytes(), "{} of {}", taken.len(), text.len());
            }
        }
    }

    #[test]
    fn buffers_in_use_are_kept_and_free_ones_reused() {
        let text = "a line of text\n".repeat(600_000);
        let mut chunks = Chunks::new(text.as_bytes());
        let held = chunks.next().unwrap().unwrap();
        while chunks.next().unwrap().is_some() {}
        assert!(text.as_bytes().starts_with(&held));
        let mut chunks = Chunks::new(text.as_bytes());
        while chunks.next().unwrap().is_some() {
            assert!(chunks.in_use.len() <= 2, "the one carried from, and the one being filled");
        }
    }
}
