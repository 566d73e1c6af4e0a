//! Readers that end at a limit, or hash what passes.

use std::fs::File;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

/// The SHA-256 of the bytes that a reader gave, also once that reader is gone.
#[derive(Default)]
pub(crate) struct SharedHasher(Arc<Mutex<Sha256>>);

impl SharedHasher {
    /// A reader whose bytes are hashed as they are read.
    pub(crate) fn hashing<R>(&self, input: R) -> Hashing<R> {
        Hashing { input, hasher: Arc::clone(&self.0) }
    }

    /// The SHA-256 of what was read until now, in hex.
    pub(crate) fn sha256(&self) -> String {
        hex::encode(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone().finalize())
    }
}

/// Hashes the bytes that are read.
pub(crate) struct Hashing<R> {
    input: R,
    hasher: Arc<Mutex<Sha256>>,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.hasher.lock().unwrap_or_else(PoisonError::into_inner).update(&buffer[..count]);
        Ok(count)
    }
}

/// The most bytes that are read, and what to do about an input that has more.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) bytes: u64,
    pub(crate) remedy: &'static str,
}

impl Limit {
    /// An input that has more.
    pub(crate) fn exceeded(self) -> io::Error {
        let (megabytes, remedy) = (self.bytes / 1_000_000, self.remedy);
        let message = format!("it has more than {megabytes} MB, the most that is read here; {remedy}");
        io::Error::new(io::ErrorKind::FileTooLarge, message)
    }
}

/// A reader that fails once it has read more than a limit.
pub(crate) struct Bounded<R> {
    input: R,
    limit: Limit,
    left: u64,
}

impl<R> Bounded<R> {
    pub(crate) fn new(input: R, limit: Limit) -> Self {
        Self { input, limit, left: limit.bytes }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            let (megabytes, remedy) = (self.limit.bytes / 1_000_000, self.limit.remedy);
            let message = format!(
                "it unpacks to more than {megabytes} MB, the most that a report page opens; {remedy}"
            );
            io::Error::new(io::ErrorKind::FileTooLarge, message)
        })?;
        Ok(count)
    }
}

/// Reads a file to its end. One that says that it has more is not read at all.
pub(crate) fn read_file_within(file: File, limit: Limit) -> io::Result<Vec<u8>> {
    if file.metadata()?.len() > limit.bytes { Err(limit.exceeded()) } else { read_within(file, limit) }
}

/// Reads to the end, or fails beyond a limit: a device or a pipe may never end.
pub(crate) fn read_within(input: impl Read, limit: Limit) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(limit.bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit.bytes { Err(limit.exceeded()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use posture_engine::input::decompressed;

    use super::*;

    const fn limit(bytes: u64) -> Limit {
        Limit { bytes, remedy: "split it" }
    }

    fn read_all(plain_bytes: u64, bytes: u64) -> io::Result<u64> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::copy(&mut io::repeat(b' ').take(plain_bytes), &mut packed)?;
        packed.flush()?;
        let plain = decompressed(io::Cursor::new(packed.finish()?))?;
        io::copy(&mut Bounded::new(plain, limit(bytes)), &mut io::sink())
    }

    #[test]
    fn unpacking_ends_at_its_limit() {
        assert_eq!(read_all(3_000_000, 3_000_000).ok(), Some(3_000_000));
        let refused = read_all(4_000_000, 3_000_000).unwrap_err();
        let message = "it unpacks to more than 3 MB, the most that a report page opens; split it";
        assert_eq!(refused.to_string(), message);
    }

    /// CL-42
    #[test]
    fn an_input_without_end_is_refused_beyond_its_limit() {
        let message = "it has more than 0 MB, the most that is read here; split it";
        assert_eq!(read_within(io::repeat(b' '), limit(10)).unwrap_err().to_string(), message);
        assert_eq!(read_within(io::repeat(b' ').take(10), limit(10)).unwrap().len(), 10);
        let file = tempfile::tempfile().unwrap();
        file.set_len(1 << 40).unwrap();
        assert_eq!(read_file_within(file, limit(10)).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    /// CL-29
    #[test]
    fn the_hash_is_of_all_bytes_that_were_read() {
        let hasher = SharedHasher::default();
        io::copy(&mut hasher.hashing(&b"abc"[..]), &mut io::sink()).unwrap();
        assert_eq!(hasher.sha256(), hex::encode(Sha256::digest(b"abc")));
    }
}
