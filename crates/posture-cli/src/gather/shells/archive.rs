//! A ZIP archive as a tree.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;

use posture_engine::input::open_regular;
use posture_gather::read_error::LARGEST_FILE;
use posture_gather::{Entry, Note, ReadError, Severity, Tree};
use zip::ZipArchive;

use super::folder::MOST_FILES;

/// How many times its own size an archive may have when unpacked, and what any archive may have, in bytes.
const RATIO: u64 = 1_000;
const ALWAYS_ALLOWED: u64 = 64 << 20;

/// How many bytes the list of an archive's files may have. The library keeps all of it, however little each entry takes on disk.
const LARGEST_LIST: u64 = if cfg!(test) { 400_000 } else { 64 << 20 };

/// The files of an archive. Times in an archive have no time zone, so entries have none.
pub(crate) struct ZipTree {
    archive: RefCell<ZipArchive<BufReader<Listed>>>,
    places: HashMap<String, usize>,
    entries: Vec<Entry>,
    notes: Vec<Note>,
    /// How many bytes may still be unpacked.
    left: Cell<u64>,
}

/// What to do about an archive that has too many files.
const ONLY_EXPORTS: &str = "pack only the exports";

impl ZipTree {
    /// Lists an archive.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let file = open_regular(path).map_err(|error| error.to_string())?;
        let packed = file.metadata().map_err(|error| error.to_string())?.len();
        let readable = Rc::new(Cell::new(LARGEST_LIST));
        let listed = Listed { file, readable: Rc::clone(&readable) };
        let mut archive = ZipArchive::new(BufReader::new(listed)).map_err(|error| match readable.get() {
            0 => format!("the list of its files has more than {} MB; {ONLY_EXPORTS}", LARGEST_LIST >> 20),
            _ => error.to_string(),
        })?;
        readable.set(u64::MAX);
        if archive.len() > MOST_FILES {
            return Err(format!("it has more than {MOST_FILES} files; {ONLY_EXPORTS}"));
        }
        let mut tree = (HashMap::new(), Vec::<Entry>::new(), Vec::new());
        for place in 0..archive.len() {
            let (places, entries, notes) = &mut tree;
            let note = |code: &'static str, path: Option<String>, message: String| Note {
                severity: if code.starts_with("unreadable") { Severity::Error } else { Severity::Warning },
                code,
                path,
                message,
            };
            let listed = archive.by_index_raw(place).map_err(|error| error.to_string());
            let named = listed.and_then(|file| {
                // Older Windows tools write backslashes.
                let name = file.name().map_err(|error| error.to_string())?.replace('\\', "/");
                Ok((file, name))
            });
            let (file, name) = match named {
                Ok(named) => named,
                Err(error) => {
                    notes.push(note(
                        "unreadable_file",
                        None,
                        format!("Entry {place} cannot be read: {error}."),
                    ));
                    continue;
                }
            };
            if file.is_dir() || name.ends_with('/') || name.starts_with("__MACOSX/") {
                continue;
            }
            let is_inside =
                !name.starts_with('/') && !name.split('/').any(|part| part == ".." || part.is_empty());
            if !is_inside || file.is_symlink() || file.encrypted() {
                let message = "It is a link, is encrypted, or leads out of the archive, and was not read.";
                notes.push(note("not_a_file", Some(name), message.to_owned()));
                continue;
            }
            if places.insert(name.clone(), place).is_some() {
                notes.push(note(
                    "repeated_file",
                    Some(name),
                    "The archive has it twice; the last counts.".to_owned(),
                ));
                continue;
            }
            entries.push(Entry { path: name, bytes: file.size(), modified: None });
        }
        let (places, mut entries, notes) = tree;
        entries.sort_by(|one, other| one.path.cmp(&other.path));
        let left = Cell::new(packed.saturating_mul(RATIO).max(ALWAYS_ALLOWED));
        Ok(Self { archive: RefCell::new(archive), places, entries, notes, left })
    }
}

/// An archive's file, of which only so much is read while its list is.
struct Listed {
    file: File,
    readable: Rc<Cell<u64>>,
}

impl Read for Listed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.readable.get() == 0 {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        let read = self.file.read(buffer)?;
        self.readable.set(self.readable.get().saturating_sub(read as u64));
        Ok(read)
    }
}

impl Seek for Listed {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Tree for ZipTree {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let place = *self.places.get(path).ok_or(ReadError::Missing)?;
        let mut archive = self.archive.borrow_mut();
        let file = archive.by_index(place).map_err(|error| ReadError::Failed(error.to_string()))?;
        let mut bytes = Vec::new();
        // The stated size may be wrong, and files of an archive may share their packed bytes.
        let read = file.take(self.left.get().min(LARGEST_FILE) + 1).read_to_end(&mut bytes);
        // A broken file counts, too. Beyond the limit, nothing more is unpacked.
        let left = self.left.get().checked_sub(bytes.len() as u64);
        self.left.set(left.unwrap_or(0));
        read.map_err(|error| ReadError::Failed(error.to_string()))?;
        if left.is_none() {
            let why = format!("the archive is more than {RATIO} times larger when unpacked; export it again");
            return Err(ReadError::Failed(why));
        }
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(ReadError::TooLarge { bytes: bytes.len() as u64 });
        }
        Ok(bytes)
    }

    fn notes(&self) -> &[Note] {
        &self.notes
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use posture_gather::Tree as _;
    use zip::write::SimpleFileOptions;

    use super::{MOST_FILES, ZipTree};

    /// GA-9
    #[test]
    fn an_archive_that_unpacks_to_far_more_than_its_size_is_not_read_to_its_end() {
        let tree = opened(&packed(["first", "second"].iter())).unwrap();
        tree.left.set(1500);
        assert_eq!(tree.read("first").unwrap().len(), 1000);
        let error = tree.read("second").unwrap_err();
        assert!(error.to_string().contains("1000 times larger"), "{error}");
        assert_eq!(tree.left.get(), 0, "nothing more is unpacked");
        assert!(tree.read("first").is_err());
    }

    /// GA-9: a file whose checksum is wrong is unpacked, too.
    #[test]
    fn what_a_broken_file_of_an_archive_unpacks_to_counts() {
        let mut packed = packed(["a.json"].iter());
        // The checksum in the list of files, which is near the end.
        let list = packed.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
        packed[list + 16] ^= 1;
        let tree = opened(&packed).unwrap();
        tree.left.set(1500);
        let error = tree.read("a.json").unwrap_err().to_string();
        assert!(error.contains("checksum"), "{error}");
        assert_eq!(tree.left.get(), 500);
    }

    /// GA-9
    #[test]
    fn an_archive_of_too_many_files_or_with_too_long_a_list_is_refused() {
        let names: Vec<_> = (0..=MOST_FILES).map(|name| name.to_string()).collect();
        let error = opened(&packed(names.iter())).err().unwrap();
        assert_eq!(error, "it has more than 2000 files; pack only the exports");
        let long: Vec<_> = (0..8).map(|name| format!("{name}{}", "a".repeat(60_000))).collect();
        let error = opened(&packed(long.iter())).err().unwrap();
        assert!(error.starts_with("the list of its files has more than"), "{error}");
    }

    /// GA-9: opening a pipe would block for ever.
    #[test]
    fn a_pipe_by_the_name_of_an_archive_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("a.zip");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert_eq!(ZipTree::open(&pipe).err().unwrap(), "it is not a regular file");
    }

    /// An archive of files with 1,000 bytes each.
    fn packed<S: AsRef<str>>(names: impl Iterator<Item = S>) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for name in names {
            archive.start_file(name.as_ref(), SimpleFileOptions::default()).unwrap();
            archive.write_all(&[b' '; 1000]).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn opened(packed: &[u8]) -> Result<ZipTree, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(packed).unwrap();
        ZipTree::open(file.path())
    }
}
