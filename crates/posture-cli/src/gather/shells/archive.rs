//! A ZIP archive as a tree.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use posture_gather::read_error::LARGEST_FILE;
use posture_gather::{Entry, Note, ReadError, Severity, Tree};
use zip::ZipArchive;

/// How many times its own size an archive may have when unpacked, and what any archive may have, in bytes.
const RATIO: u64 = 1_000;
const ALWAYS_ALLOWED: u64 = 64 << 20;

/// The files of an archive. Times in an archive have no time zone, so entries have none.
pub(crate) struct ZipTree {
    archive: RefCell<ZipArchive<BufReader<File>>>,
    places: HashMap<String, usize>,
    entries: Vec<Entry>,
    notes: Vec<Note>,
    /// How many bytes may still be unpacked.
    left: Cell<u64>,
}

impl ZipTree {
    /// Lists an archive.
    #[expect(clippy::disallowed_methods, reason = "the archive that the operator named")]
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let packed = file.metadata().map_err(|error| error.to_string())?.len();
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| error.to_string())?;
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
        read.map_err(|error| ReadError::Failed(error.to_string()))?;
        let Some(left) = self.left.get().checked_sub(bytes.len() as u64) else {
            let why = format!("the archive is more than {RATIO} times larger when unpacked");
            return Err(ReadError::Failed(why));
        };
        self.left.set(left);
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

    use super::ZipTree;

    /// GA-9
    #[test]
    fn an_archive_that_unpacks_to_far_more_than_its_size_is_not_read_to_its_end() {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for name in ["first", "second"] {
            archive.start_file(name, SimpleFileOptions::default()).unwrap();
            archive.write_all(&[b' '; 1000]).unwrap();
        }
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(archive.finish().unwrap().get_ref()).unwrap();
        let tree = ZipTree::open(file.path()).unwrap();
        tree.left.set(1500);
        assert_eq!(tree.read("first").unwrap().len(), 1000);
        let error = tree.read("second").unwrap_err();
        assert!(error.to_string().contains("1000 times larger"), "{error}");
    }
}
