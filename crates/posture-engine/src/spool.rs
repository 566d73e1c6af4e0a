//! Bytes that are written once and read many times: in memory while they are few, otherwise in a temporary file without a name.
//!
//! A file without a name is freed with its last user, even if the process is killed.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;

/// The most bytes that one spool keeps in memory.
const MEMORY_EACH: u64 = 1 << 20;
/// The most bytes that all spools of a space keep in memory while files can be created.
const MEMORY_TOTAL: u64 = 1 << 26;
/// The most bytes that all spools of a space keep in memory if no file can be created, as on a read-only system.
const MEMORY_WITHOUT_FILES: u64 = 1 << 28;

/// The room that spools share.
#[derive(Debug)]
pub struct SpoolSpace {
    /// Where files are created.
    folder: PathBuf,
    /// The most bytes in files.
    limit: u64,
    memory: AtomicU64,
    disk: AtomicU64,
    /// Whether a file could not be created or written since somebody asked.
    is_short: AtomicBool,
}

impl SpoolSpace {
    /// Room for this many bytes in files of a folder.
    pub fn new(folder: PathBuf, limit: u64) -> Arc<Self> {
        let (memory, disk, is_short) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
        Arc::new(Self { folder, limit, memory, disk, is_short })
    }

    /// A new, empty spool.
    pub fn spool(self: &Arc<Self>) -> Spool {
        Spool { space: Arc::clone(self), held: RwLock::default() }
    }

    /// Whether a quarter of the bytes in files is free, so that an answer that starts now can probably be kept whole.
    pub fn has_room(&self) -> bool {
        self.disk_bytes() / 3 <= self.limit / 4
    }

    /// If the limit on files is divided into so many shares, how many of them are free.
    pub fn free_shares(&self, of: usize) -> usize {
        let used = u128::from(self.disk_bytes().min(self.limit)) * of as u128 / u128::from(self.limit.max(1));
        of - usize::try_from(used).unwrap_or(of).min(of)
    }

    /// Whether a file could not be created or written since this was asked last: the disk is full, or too many files are open.
    pub fn was_short(&self) -> bool {
        self.is_short.swap(false, Ordering::Relaxed)
    }

    /// How many bytes are in files.
    pub fn disk_bytes(&self) -> u64 {
        self.disk.load(Ordering::Relaxed)
    }

    /// Fails if no file can be created.
    pub fn check(&self) -> io::Result<()> {
        // The library's own message names a file that nobody asked for.
        self.file().map(drop).map_err(|error| error.kind().into())
    }

    fn file(&self) -> io::Result<File> {
        tempfile::tempfile_in(&self.folder).inspect_err(|_| self.is_short.store(true, Ordering::Relaxed))
    }
}

/// Adds to a counter unless that exceeds a limit.
fn take(counter: &AtomicU64, bytes: u64, limit: u64) -> bool {
    let more = |now: u64| now.checked_add(bytes).filter(|sum| *sum <= limit);
    counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
}

/// Bytes that are only appended to. Readers may follow the writer.
#[derive(Debug)]
pub struct Spool {
    space: Arc<SpoolSpace>,
    held: RwLock<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// Its capacity counts towards the space's memory.
    memory: Vec<u8>,
    file: Option<Arc<File>>,
    length: u64,
}

impl Spool {
    /// Appends bytes. Fails if the space is full; what was appended before stays readable.
    pub fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let count = bytes.len() as u64;
        if held.file.is_none() {
            let fits = held.length + count <= MEMORY_EACH && self.grow(&mut held.memory, bytes, MEMORY_TOTAL);
            if fits || !self.move_to_file(&mut held)? {
                if !fits && !self.grow(&mut held.memory, bytes, MEMORY_WITHOUT_FILES) {
                    return Err(self.full());
                }
                held.memory.extend_from_slice(bytes);
                held.length += count;
                return Ok(());
            }
        }
        if let Some(file) = &held.file {
            if !take(&self.space.disk, count, self.space.limit) {
                return Err(self.full());
            }
            if let Err(error) = write_at(file, bytes, held.length) {
                self.space.is_short.store(true, Ordering::Relaxed);
                self.space.disk.fetch_sub(count, Ordering::Relaxed);
                return Err(error);
            }
        }
        held.length += count;
        Ok(())
    }

    /// Makes room in memory for more bytes; false if that exceeds a limit. Room is made for more than is needed, and all of it counts.
    fn grow(&self, memory: &mut Vec<u8>, bytes: &[u8], limit: u64) -> bool {
        let before = memory.capacity();
        memory.reserve(bytes.len());
        let fits = take(&self.space.memory, (memory.capacity() - before) as u64, limit);
        if !fits {
            memory.shrink_to(before);
        }
        fits
    }

    /// Moves the bytes in memory to a file; false if none can be created.
    fn move_to_file(&self, held: &mut Held) -> io::Result<bool> {
        let Ok(file) = self.space.file() else { return Ok(false) };
        if !take(&self.space.disk, held.length, self.space.limit) {
            return Err(self.full());
        }
        if let Err(error) = write_at(&file, &held.memory, 0) {
            self.space.is_short.store(true, Ordering::Relaxed);
            self.space.disk.fetch_sub(held.length, Ordering::Relaxed);
            return Err(error);
        }
        held.file = Some(Arc::new(file));
        let memory = std::mem::take(&mut held.memory);
        self.space.memory.fetch_sub(memory.capacity() as u64, Ordering::Relaxed);
        Ok(true)
    }

    fn full(&self) -> io::Error {
        self.space.is_short.store(true, Ordering::Relaxed);
        let place = format!(
            "there is no room left to keep answers. Free space in {} or set spool-folder to a larger place",
            self.space.folder.display()
        );
        io::Error::new(io::ErrorKind::StorageFull, place)
    }

    /// How many bytes there are by now.
    pub fn length(&self) -> u64 {
        self.held.read().unwrap_or_else(PoisonError::into_inner).length
    }

    /// Whether reading takes no look at a file.
    pub fn is_in_memory(&self) -> bool {
        self.held.read().unwrap_or_else(PoisonError::into_inner).file.is_none()
    }

    /// Up to `most` of the bytes from a place on; none if there are none yet.
    pub fn read(&self, from: u64, most: usize) -> io::Result<Bytes> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let count = held.length.saturating_sub(from).min(most as u64);
        // The count is at most `most`, which is a size.
        let count = usize::try_from(count).unwrap_or(most);
        let Some(file) = held.file.clone() else {
            let start = usize::try_from(from).unwrap_or(usize::MAX).min(held.memory.len());
            return Ok(Bytes::copy_from_slice(&held.memory[start..start + count]));
        };
        drop(held);
        let mut bytes = vec![0; count];
        read_at(&file, &mut bytes, from)?;
        Ok(bytes.into())
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let held = self.held.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.space.memory.fetch_sub(held.memory.capacity() as u64, Ordering::Relaxed);
        if held.file.is_some() {
            self.space.disk.fetch_sub(held.length, Ordering::Relaxed);
        }
    }
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[written..];
        at += written as u64;
    }
    Ok(())
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        at += read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at * 31 % 251) as u8).collect()
    }

    #[test]
    fn appended_bytes_are_read_from_memory_and_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let space = SpoolSpace::new(folder.path().to_owned(), 1 << 30);
        let (spool, whole) = (space.spool(), text(3 << 20));
        for (number, part) in whole.chunks(100_000).enumerate() {
            spool.append(part).unwrap();
            assert_eq!(spool.length(), whole.len().min((number + 1) * 100_000) as u64);
        }
        assert!(!spool.is_in_memory());
        assert_eq!(spool.read(0, whole.len() + 1).unwrap(), whole);
        assert_eq!(spool.read(2_000_001, 77).unwrap(), whole[2_000_001..2_000_078]);
        assert!(spool.read(whole.len() as u64, 10).unwrap().is_empty());
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "the file has no name");
        assert_eq!(space.disk_bytes(), whole.len() as u64);
        drop(spool);
        assert_eq!(space.disk_bytes(), 0);
    }

    #[test]
    fn memory_is_counted_as_it_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let space = SpoolSpace::new(folder.path().to_owned(), 1 << 30);
        let spools: Vec<_> = (0..200).map(|_| space.spool()).collect();
        let part = text(300_000);
        for spool in &spools {
            spool.append(&part).unwrap();
            spool.append(&part[..1]).unwrap();
        }
        let taken: u64 = spools.iter().map(|spool| spool.held.read().unwrap().memory.capacity() as u64).sum();
        assert_eq!(space.memory.load(Ordering::Relaxed), taken);
        assert!(taken <= MEMORY_TOTAL, "{taken}");
        assert!(spools.iter().any(Spool::is_in_memory) && spools.iter().any(|spool| !spool.is_in_memory()));
        drop(spools);
        assert_eq!(space.memory.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_full_space_is_an_error_that_names_the_setting() {
        let folder = tempfile::tempdir().unwrap();
        let space = SpoolSpace::new(folder.path().to_owned(), 2 << 20);
        let spool = space.spool();
        spool.append(&text(3 << 19)).unwrap();
        let full = spool.append(&text(1 << 20)).unwrap_err();
        assert!(full.to_string().contains("spool-folder"), "{full}");
        assert_eq!(spool.read(0, 5).unwrap(), text(5));
    }

    #[test]
    fn without_a_folder_to_write_to_bytes_stay_in_memory_up_to_a_bound() {
        let space = SpoolSpace::new("/nonexistent".into(), 1 << 30);
        let spool = space.spool();
        let part = text(1 << 24);
        for _ in 0..16 {
            spool.append(&part).unwrap();
        }
        assert!(spool.is_in_memory());
        assert!(spool.append(&part).is_err());
        drop(spool);
        assert!(space.spool().append(&part).is_ok(), "the memory is free again");
    }
}
