//! A folder, or one file of it, as a tree.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use posture_core::Timestamp;
use posture_engine::input::{open_beneath, open_unlinked, open_within};
use posture_gather::read_error::LARGEST_FILE;
use posture_gather::{Entry, Note, ReadError, Severity, Tree};

/// A folder with more files is refused.
pub(super) const MOST_FILES: usize = if cfg!(test) { 2_000 } else { 2_000_000 };
/// Folders nested deeper are not entered.
pub(super) const DEEPEST: usize = 64;
/// The note about such a folder.
pub(super) const TOO_DEEP: &str = "The folder is nested more than 64 levels deep and was not read.";

/// The regular files of a folder. Links are not followed.
pub(crate) struct FolderTree {
    root: PathBuf,
    /// The only file, if that was named; its name may be a link's.
    file: Option<PathBuf>,
    entries: Vec<Entry>,
    notes: Vec<Note>,
}

impl FolderTree {
    /// Lists a folder.
    pub(crate) fn open(root: &Path) -> Result<Self, String> {
        let mut tree = Self { root: root.to_owned(), file: None, entries: Vec::new(), notes: Vec::new() };
        tree.list(root, "", 0).map_err(|error| why(&error))?;
        tree.entries.sort_by(|one, other| one.path.cmp(&other.path));
        if tree.entries.len() > MOST_FILES {
            return Err(format!(
                "it has more than {MOST_FILES} files; name a folder that has only the exports"
            ));
        }
        Ok(tree)
    }

    /// One file, as a tree that has nothing else.
    pub(crate) fn of_file(file: &Path) -> Result<Self, String> {
        let name = file.file_name().and_then(|name| name.to_str()).ok_or("its name is not UTF-8")?.to_owned();
        let metadata = fs::metadata(file).map_err(|error| why(&error))?;
        let entry = Entry { path: name, bytes: metadata.len(), modified: modified(&metadata) };
        let file = file.canonicalize().map_err(|error| why(&error))?;
        Ok(Self { root: PathBuf::new(), file: Some(file), entries: vec![entry], notes: Vec::new() })
    }

    fn list(&mut self, folder: &Path, prefix: &str, depth: usize) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            if self.entries.len() > MOST_FILES {
                return Ok(());
            }
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                let message = "The name is not UTF-8, so it was not read. Give it another name.";
                self.note("unreadable_name", &format!("{prefix}{}", name.to_string_lossy()), message);
                continue;
            };
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if name == ".git" {
                    continue;
                }
                if depth >= DEEPEST {
                    self.note("unreadable_folder", &path, TOO_DEEP);
                    continue;
                }
                if let Err(error) = self.list(&entry.path(), &format!("{path}/"), depth + 1) {
                    self.note(
                        "unreadable_folder",
                        &path,
                        &format!("The folder cannot be read: {}.", why(&error)),
                    );
                }
            } else if kind.is_file() {
                match entry.metadata() {
                    Ok(metadata) => {
                        self.entries.push(Entry {
                            path,
                            bytes: metadata.len(),
                            modified: modified(&metadata),
                        });
                    }
                    Err(error) => {
                        self.note(
                            "unreadable_file",
                            &path,
                            &format!("The file cannot be read: {}.", why(&error)),
                        );
                    }
                }
            } else {
                self.note("not_a_file", &path, "It is a link, or not a regular file, and was not followed.");
            }
        }
        Ok(())
    }

    /// Adds a warning about a path, or an error if it could not be read; an empty path is the whole folder.
    pub(crate) fn note(&mut self, code: &'static str, path: &str, message: &str) {
        self.notes.push(Note {
            severity: if code.starts_with("unreadable") { Severity::Error } else { Severity::Warning },
            code,
            path: (!path.is_empty()).then(|| path.to_owned()),
            message: message.to_owned(),
        });
    }
}

/// Why something cannot be read, and what to do about it.
pub(super) fn why(error: &io::Error) -> String {
    let kind = error.kind();
    if kind == io::ErrorKind::NotFound {
        "it does not exist; check the path".to_owned()
    } else if kind == io::ErrorKind::PermissionDenied {
        "permission denied; let the user who runs posture read it".to_owned()
    } else {
        error.to_string()
    }
}

fn modified(metadata: &fs::Metadata) -> Option<Timestamp> {
    let since = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Timestamp::from_unix_seconds(i64::try_from(since.as_secs()).ok()?)
}

/// Reads a file that a setting names. A link is followed only within its folder: whoever writes the backups may have placed it.
pub(crate) fn read_named(path: &Path) -> Result<Vec<u8>, ReadError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    read_file(open_within(folder, path))
}

/// Reads a file that is not larger than an adapter may read.
fn read_file(file: io::Result<fs::File>) -> Result<Vec<u8>, ReadError> {
    let failed = |error: io::Error| {
        let is_missing = error.kind() == io::ErrorKind::NotFound;
        if is_missing { ReadError::Missing } else { ReadError::Failed(why(&error)) }
    };
    let file = file.map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    if bytes > LARGEST_FILE {
        return Err(ReadError::TooLarge { bytes });
    }
    // One byte more than the file has, so that its end is seen without another buffer.
    let mut read = Vec::with_capacity(usize::try_from(bytes).unwrap_or(0).saturating_add(1));
    // A file may grow while it is read.
    file.take(LARGEST_FILE + 1).read_to_end(&mut read).map_err(failed)?;
    if read.len() as u64 > LARGEST_FILE {
        return Err(ReadError::TooLarge { bytes: read.len() as u64 });
    }
    Ok(read)
}

impl Tree for FolderTree {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        read_file(match &self.file {
            Some(file) => open_unlinked(file),
            None => open_beneath(&self.root, Path::new(path)),
        })
    }

    fn notes(&self) -> &[Note] {
        &self.notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GA-5: whoever writes the backups may put a link in the place of a folder between the moments when it is listed and read.
    #[cfg(target_os = "linux")]
    #[test]
    #[expect(clippy::disallowed_methods, reason = "files to be found")]
    fn a_link_that_takes_the_place_of_a_folder_is_not_followed() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        for folder in ["source/sub", "others"] {
            fs::create_dir_all(at(folder)).unwrap();
            fs::write(at(folder).join("a.csv"), folder).unwrap();
        }
        let tree = FolderTree::open(&at("source")).unwrap();
        assert_eq!(tree.read("sub/a.csv").unwrap(), b"source/sub");
        fs::rename(at("source/sub"), at("moved")).unwrap();
        std::os::unix::fs::symlink(at("others"), at("source/sub")).unwrap();
        let error = tree.read("sub/a.csv").unwrap_err().to_string();
        assert!(error.contains("a link is in its place"), "{error}");
    }
}
