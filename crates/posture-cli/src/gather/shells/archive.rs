//! A ZIP archive as a tree.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use posture_gather::read_error::LARGEST_FILE;
use posture_gather::{Entry, Note, ReadError, Tree, Weight};
use zip::ZipArchive;

/// The files of an archive. Times in an archive have no time zone, so entries have none.
pub(crate) struct ZipTree {
    archive: RefCell<ZipArchive<BufReader<File>>>,
    places: HashMap<String, usize>,
    entries: Vec<Entry>,
    notes: Vec<Note>,
}

impl ZipTree {
    /// Lists an archive.
    #[expect(clippy::disallowed_methods, reason = "the archive that the operator named")]
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| error.to_string())?;
        let mut tree = (HashMap::new(), Vec::<Entry>::new(), Vec::new());
        for place in 0..archive.len() {
            let (places, entries, notes) = &mut tree;
            let note = |code: &'static str, path: Option<String>, message: String| Note {
                weight: if code.starts_with("unreadable") { Weight::Error } else { Weight::Warning },
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
        Ok(Self { archive: RefCell::new(archive), places, entries, notes })
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
        // The stated size may be wrong.
        let read = file.take(LARGEST_FILE + 1).read_to_end(&mut bytes);
        read.map_err(|error| ReadError::Failed(error.to_string()))?;
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(ReadError::TooLarge { bytes: bytes.len() as u64 });
        }
        Ok(bytes)
    }

    fn notes(&self) -> &[Note] {
        &self.notes
    }
}
