//! The files of a dropped folder, a chosen folder or a ZIP archive, read into memory.

use std::collections::{BTreeSet, VecDeque};

use js_sys::{Array, Function, Promise, Reflect};
use posture_core::Timestamp;
use posture_gather::{MemoryTree, Note, Severity};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use crate::browser::file_bytes::{bytes_of, describe};
use crate::browser::time_slicing::Slices;
use crate::browser::zip::{Inflating, Packing, Unpackable, zip_entries};

/// How many files are read.
pub const FILES_LIMIT: usize = 100_000;
/// How many bytes are read, unpacked.
pub const BYTES_LIMIT: u64 = 256 << 20;

/// Where files come from.
#[derive(Clone, Debug)]
pub enum DroppedTree {
    /// A folder that was dropped.
    Folder(FileSystemDirectoryEntry),
    /// The files of a folder that was chosen, with their paths below it.
    Listed(Vec<(String, File)>),
    /// A ZIP archive.
    Zip(Blob),
}

/// Why a tree was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeFault {
    /// It has more files or bytes than are read here.
    TooLarge,
    /// It is not a ZIP archive, or one that is not read here.
    NotZip,
    /// The browser could not read it.
    NotReadable {
        /// What the browser said.
        said: String,
    },
    /// The part of the app that reads it failed to load.
    NotLoaded,
    /// The person cancelled it.
    Cancelled,
}

/// Folders that hold no evidence and very many files.
const LEFT_OUT: [&str; 2] = [".git", "node_modules"];

impl DroppedTree {
    /// Reads the files. `tell` gets the number of files read so far, and returns whether to continue.
    pub async fn read(self, tell: impl FnMut(usize) -> bool) -> Result<MemoryTree, TreeFault> {
        let mut reading = Reading { tree: Tree::default(), slices: Slices::start(), tell };
        match self {
            Self::Folder(folder) => reading.folder(folder).await?,
            Self::Listed(files) => reading.listed(files).await?,
            Self::Zip(archive) => reading.zip(&archive).await?,
        }
        Ok(reading.tree.tree)
    }
}

/// Files being read, in slices that keep the page responsive.
struct Reading<F> {
    tree: Tree,
    slices: Slices,
    tell: F,
}

impl<F: FnMut(usize) -> bool> Reading<F> {
    async fn folder(&mut self, folder: FileSystemDirectoryEntry) -> Result<(), TreeFault> {
        let mut folders = VecDeque::from([(dated_name(&folder.name()), folder)]);
        while let Some((path, folder)) = folders.pop_front() {
            for entry in entries_of(&folder).await? {
                let path = if path.is_empty() { entry.name() } else { format!("{path}/{}", entry.name()) };
                if !entry.is_directory() {
                    let file = file_of(&entry.unchecked_into()).await?;
                    self.tree.add_file(path, &file).await?;
                    self.after_piece().await?;
                } else if LEFT_OUT.contains(&entry.name().as_str()) {
                    self.tree.leave_out(&path);
                } else {
                    folders.push_back((path, entry.unchecked_into()));
                }
            }
        }
        Ok(())
    }

    async fn listed(&mut self, files: Vec<(String, File)>) -> Result<(), TreeFault> {
        let mut left_out = BTreeSet::new();
        for (path, file) in files {
            if let Some(folder) = left_out_folder(&path) {
                left_out.insert(folder.to_owned());
                continue;
            }
            self.tree.add_file(path, &file).await?;
            self.after_piece().await?;
        }
        left_out.iter().for_each(|folder| self.tree.leave_out(folder));
        Ok(())
    }

    async fn zip(&mut self, archive: &Blob) -> Result<(), TreeFault> {
        let archive = bytes_of(archive, BYTES_LIMIT).await.map_err(fault)?.ok_or(TreeFault::TooLarge)?;
        let mut left_out = BTreeSet::new();
        for entry in zip_entries(&archive).ok_or(TreeFault::NotZip)? {
            if let Some(folder) = left_out_folder(&entry.path) {
                left_out.insert(folder.to_owned());
                continue;
            }
            let packed = archive.get(entry.range.clone()).unwrap_or_default();
            let left = BYTES_LIMIT.saturating_sub(self.tree.bytes);
            let unpacked = match entry.packing {
                Packing::Stored => Ok(packed.to_vec()),
                Packing::Deflate => self.inflated(packed, left).await?,
                Packing::Unread => Err(Unpackable::Damaged),
            };
            match unpacked {
                Ok(bytes) => self.tree.add(entry.path, bytes, None)?,
                Err(Unpackable::TooLarge) => return Err(TreeFault::TooLarge),
                Err(Unpackable::Damaged) => {
                    let message = "It is damaged, encrypted, or packed in a way that is not read here.";
                    self.tree.note(Severity::Error, &entry.path, message);
                }
            }
            self.after_piece().await?;
        }
        left_out.iter().for_each(|folder| self.tree.leave_out(folder));
        Ok(())
    }

    /// Unpacks an entry, however large, with pauses.
    async fn inflated(
        &mut self,
        packed: &[u8],
        limit: u64,
    ) -> Result<Result<Vec<u8>, Unpackable>, TreeFault> {
        let mut inflating = Inflating::start(packed, limit);
        loop {
            match inflating.step() {
                Ok(true) => self.after_piece().await?,
                Ok(false) => return Ok(Ok(inflating.finish())),
                Err(why) => return Ok(Err(why)),
            }
        }
    }

    async fn after_piece(&mut self) -> Result<(), TreeFault> {
        if !(self.tell)(self.tree.files) {
            return Err(TreeFault::Cancelled);
        }
        if self.slices.is_due() {
            self.slices.pause().await;
        }
        Ok(())
    }
}

/// The folder on a file's path that is not read, with the path to it.
fn left_out_folder(path: &str) -> Option<&str> {
    let mut end = 0;
    for part in path.split_inclusive('/') {
        let name = part.strip_suffix('/')?;
        end += part.len();
        if LEFT_OUT.contains(&name) {
            return path.get(..end - 1);
        }
    }
    None
}

#[derive(Default)]
struct Tree {
    tree: MemoryTree,
    files: usize,
    bytes: u64,
}

impl Tree {
    async fn add_file(&mut self, path: String, file: &File) -> Result<(), TreeFault> {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
        let modified = Timestamp::from_unix_seconds((file.last_modified() / 1000.0) as i64);
        let left = BYTES_LIMIT.saturating_sub(self.bytes);
        let bytes = bytes_of(file, left).await.map_err(fault)?.ok_or(TreeFault::TooLarge)?;
        self.add(path, bytes, modified)
    }

    fn add(&mut self, path: String, bytes: Vec<u8>, modified: Option<Timestamp>) -> Result<(), TreeFault> {
        self.files += 1;
        self.bytes += bytes.len() as u64;
        if self.files > FILES_LIMIT || self.bytes > BYTES_LIMIT {
            return Err(TreeFault::TooLarge);
        }
        self.tree = std::mem::take(&mut self.tree).with_modified(&path, bytes, modified);
        Ok(())
    }

    fn leave_out(&mut self, path: &str) {
        self.note(Severity::Info, path, "The folder was not read.");
    }

    fn note(&mut self, severity: Severity, path: &str, message: &str) {
        let note =
            Note { severity, code: "not_read", path: Some(path.to_owned()), message: message.to_owned() };
        self.tree = std::mem::take(&mut self.tree).with_note(note);
    }
}

fn fault(error: JsValue) -> TreeFault {
    TreeFault::NotReadable { said: describe(&error) }
}

/// All entries of a folder; the browser returns them in parts.
async fn entries_of(folder: &FileSystemDirectoryEntry) -> Result<Vec<FileSystemEntry>, TreeFault> {
    let reader = folder.create_reader();
    let mut entries = Vec::new();
    loop {
        let part =
            promised(|done, failed| reader.read_entries_with_callback_and_callback(done, failed)).await?;
        let part: Array = part.unchecked_into();
        if part.length() == 0 {
            break;
        }
        entries.extend(part.iter().map(JsValue::unchecked_into::<FileSystemEntry>));
    }
    // The browser's order is its own; the same folder must give the same notes.
    entries.sort_by_key(FileSystemEntry::name);
    Ok(entries)
}

async fn file_of(entry: &FileSystemFileEntry) -> Result<File, TreeFault> {
    promised(|done, failed| {
        entry.file_with_callback_and_callback(done, failed);
        Ok(())
    })
    .await
    .map(JsValue::unchecked_into)
}

/// The folder's own name as the first part of its files' paths, if it may have a date: some exports have their time only there.
fn dated_name(name: &str) -> String {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    if digits >= 8 { name.to_owned() } else { String::new() }
}

/// What a function with two callbacks gives.
async fn promised(
    mut ask: impl FnMut(&Function, &Function) -> Result<(), JsValue>,
) -> Result<JsValue, TreeFault> {
    let promise = Promise::new(&mut |done, failed| {
        if let Err(error) = ask(&done, &failed) {
            let _ = failed.call1(&JsValue::NULL, &error);
        }
    });
    JsFuture::from(promise).await.map_err(fault)
}

/// The path of a file of a chosen folder, below that folder.
pub fn path_in_folder(file: &File) -> String {
    let path =
        Reflect::get(file, &JsValue::from_str("webkitRelativePath")).ok().and_then(|path| path.as_string());
    let path = path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
    match path.split_once('/') {
        Some((folder, below)) if dated_name(folder).is_empty() => below.to_owned(),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_read_is_named_with_its_path() {
        assert_eq!(left_out_folder("a/.git/objects/pack"), Some("a/.git"));
        assert_eq!(left_out_folder("node_modules/x.json"), Some("node_modules"));
        for path in ["a/b.json", ".git", "a.git/b", ""] {
            assert_eq!(left_out_folder(path), None, "{path}");
        }
    }
}
