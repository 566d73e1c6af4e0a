//! A git repository as a tree with its history, read by a library; also a bare one.

mod history;

use std::cell::Cell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use gix::Repository;
use gix::bstr::{BString, ByteSlice as _};
use gix::objs::tree::EntryKind;
use posture_gather::{Entry, History, Note, ObjectId, ReadError, Ref, Severity, Tree};

use super::folder::{DEEPEST, MOST_FILES, TOO_DEEP};
use super::repository_folder::open;

/// How many entries of folders are read. A few objects can name each other so often that no machine could list the files.
const MOST_ENTRIES: u64 = if cfg!(test) { 20_000 } else { 20_000_000 };
/// How many bytes the names of those entries may have in all, and the paths of the files that are listed.
const MOST_NAME_BYTES: usize = if cfg!(test) { 200_000 } else { 1 << 30 };
const MOST_PATH_BYTES: usize = MOST_NAME_BYTES / 4;
/// How many bytes one name may have. File systems have less room.
const LONGEST_NAME: usize = 4_096;
/// How many parents a commit may have: it is compared with each. Merges of more than a few are rare.
const MOST_PARENTS: usize = 1_000;
/// How many branches and tags are listed.
const MOST_REFS: usize = if cfg!(test) { 20 } else { 100_000 };
/// The folder of a commit that lacks the part of the repository that is read.
const NO_FOLDER: &str = "0000000000000000000000000000000000000000";

/// A repository, or the part of it below a folder.
pub(crate) struct GitTree {
    repository: Repository,
    /// The parts of the path below the root of the repository.
    below: Vec<String>,
    refs: Vec<Ref>,
    cuts: HashSet<gix::ObjectId>,
    entries: Vec<Entry>,
    /// The content of each entry.
    ids: Vec<ObjectId>,
    notes: Vec<Note>,
    /// How many of [`MOST_ENTRIES`] have been read.
    read: Cell<u64>,
    /// How many of [`MOST_NAME_BYTES`] have been read.
    name_bytes: Cell<usize>,
}

/// What a folder of git holds under one name.
struct RawEntry {
    name: BString,
    id: ObjectId,
    kind: EntryKind,
}

/// The files of `HEAD` that were listed, and the bytes of their paths.
#[derive(Default)]
struct Listed {
    files: Vec<(Entry, ObjectId)>,
    path_bytes: usize,
}

/// The repository that a path is in: its root, and the path below it.
pub(crate) fn find(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let path = path.canonicalize().ok()?;
    if is_bare(&path) {
        return Some((path, PathBuf::new()));
    }
    let root = path.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok())?;
    Some((root.to_owned(), path.strip_prefix(root).ok()?.to_owned()))
}

pub(super) fn is_bare(path: &Path) -> bool {
    path.join("HEAD").is_file() && path.join("objects").is_dir() && path.join("refs").is_dir()
}

/// What to do about a repository that has too many files.
const ONLY_EXPORTS: &str = "commit the exports to a repository of their own";

fn failed(error: impl std::fmt::Display) -> ReadError {
    ReadError::Failed(error.to_string())
}

/// Why a library failed, down to the cause.
fn caused(error: impl std::error::Error) -> ReadError {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    ReadError::Failed(message)
}

impl GitTree {
    /// Opens a repository. `below` is the part that is read; empty for all of it.
    pub(crate) fn open(root: &Path, below: &Path) -> Result<Self, String> {
        let repository = open(root, is_bare(root))?;
        let below = below.iter().map(|part| part.to_str().map(ToOwned::to_owned)).collect::<Option<Vec<_>>>();
        let below = below.ok_or("its path is not UTF-8")?;
        let cuts = repository.shallow_commits().map_err(|error| error.to_string())?;
        let cuts = cuts.map(|cuts| cuts.iter().copied().collect()).unwrap_or_default();
        let mut tree = Self {
            repository,
            below,
            refs: Vec::new(),
            cuts,
            entries: Vec::new(),
            ids: Vec::new(),
            notes: Vec::new(),
            read: Cell::new(0),
            name_bytes: Cell::new(0),
        };
        tree.refs = tree.branches().map_err(|error| error.to_string())?;
        let head = tree.repository.head().map_err(|error| format!("HEAD cannot be read: {error}"))?;
        if !head.is_unborn() {
            let head = tree.head().ok_or("HEAD points at no commit")?;
            let commit = tree.commit(&head);
            let root = commit.map_err(|error| format!("the commit of HEAD cannot be read: {error}"))?.root;
            let mut listed = Listed::default();
            tree.list(&root, "", 0, &mut listed).map_err(|error| error.to_string())?;
            listed.files.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
            (tree.entries, tree.ids) = listed.files.into_iter().unzip();
        }
        Ok(tree)
    }

    /// Lists the files of `HEAD`, and notes what is left out.
    fn list(
        &mut self,
        folder: &ObjectId,
        prefix: &str,
        depth: usize,
        listed: &mut Listed,
    ) -> Result<(), ReadError> {
        let entries = self.raw(folder)?;
        // The entries of the folders around this one are held, too.
        if self.read.get() > MOST_FILES as u64 {
            return Err(failed(format!("it has more than {MOST_FILES} files and folders; {ONLY_EXPORTS}")));
        }
        for RawEntry { name, id, kind } in entries {
            let is_utf8 = name.to_str().is_ok();
            let path = format!("{prefix}{}", name.to_str_lossy());
            listed.path_bytes += path.len();
            if listed.path_bytes > MOST_PATH_BYTES {
                return Err(failed(format!(
                    "the paths of its files have more than {} MB; {ONLY_EXPORTS}",
                    MOST_PATH_BYTES >> 20
                )));
            }
            match kind {
                EntryKind::Tree if depth >= DEEPEST => {
                    let (severity, code) = (Severity::Error, "unreadable_folder");
                    self.notes.push(Note { severity, code, path: Some(path), message: TOO_DEEP.to_owned() });
                }
                EntryKind::Tree => self.list(&id, &format!("{path}/"), depth + 1, listed)?,
                EntryKind::Blob | EntryKind::BlobExecutable => {
                    if !is_utf8 {
                        let message = "The name is not UTF-8; the file was read under a similar name.";
                        self.note("name_not_utf8", path.clone(), message);
                    }
                    let bytes = self.size(&id).unwrap_or(0);
                    listed.files.push((Entry { path, bytes, modified: None }, id));
                }
                EntryKind::Link => self.note("not_a_file", path, "It is a link, and was not followed."),
                EntryKind::Commit => {
                    self.note(
                        "not_a_file",
                        path,
                        "It is a submodule, which is another repository, and was not read.",
                    );
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, code: &'static str, path: String, message: &str) {
        self.notes.push(Note {
            severity: Severity::Warning,
            code,
            path: Some(path),
            message: message.to_owned(),
        });
    }

    /// The entries of a folder, with their names as git has them.
    fn raw(&self, id: &ObjectId) -> Result<Vec<RawEntry>, ReadError> {
        if id.as_str() == NO_FOLDER {
            return Ok(Vec::new());
        }
        let tree = self.repository.find_tree(Self::id(id)?).map_err(caused)?;
        let entries = tree.iter().map(|entry| {
            let entry = entry.map_err(failed)?;
            self.read.set(self.read.get() + 1);
            if self.read.get() > MOST_ENTRIES {
                return Err(failed(format!(
                    "its folders have more than {MOST_ENTRIES} entries in all; {ONLY_EXPORTS}"
                )));
            }
            let name = entry.filename();
            self.name_bytes.set(self.name_bytes.get() + name.len());
            if name.len() > LONGEST_NAME || self.name_bytes.get() > MOST_NAME_BYTES {
                return Err(failed(format!(
                    "a name in it has more than {LONGEST_NAME} bytes, or all have more than {} MB",
                    MOST_NAME_BYTES >> 20
                )));
            }
            Ok(RawEntry {
                name: name.to_owned(),
                id: ObjectId::new(&entry.object_id().to_hex().to_string()),
                kind: entry.kind(),
            })
        });
        entries.collect()
    }

    fn id(id: &ObjectId) -> Result<gix::ObjectId, ReadError> {
        gix::ObjectId::from_hex(id.as_str().as_bytes()).map_err(failed)
    }

    fn size(&self, id: &ObjectId) -> Result<u64, ReadError> {
        Ok(self.repository.find_header(Self::id(id)?).map_err(failed)?.size())
    }

    /// A folder's entry with this name.
    fn step(&self, folder: &ObjectId, name: &str, is_folder: bool) -> Result<Option<ObjectId>, ReadError> {
        let entries = self.folder(folder)?;
        Ok(entries
            .into_iter()
            .find(|entry| entry.is_folder == is_folder && entry.name == name)
            .map(|entry| entry.id))
    }
}

impl Tree for GitTree {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        // Of a name that a damaged folder has twice, the last counts.
        let end = self.entries.partition_point(|entry| entry.path.as_str() <= path);
        let place = end
            .checked_sub(1)
            .filter(|place| self.entries.get(*place).is_some_and(|entry| entry.path == path));
        self.file(place.and_then(|place| self.ids.get(place)).ok_or(ReadError::Missing)?)
    }

    fn notes(&self) -> &[Note] {
        &self.notes
    }

    fn history(&self) -> Option<&dyn History> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use gix::objs::Write as _;
    use gix::objs::tree::{Entry, EntryKind};
    use gix::refs::transaction::PreviousValue;
    use posture_gather::{History as _, Tree as _};

    use super::{GitTree, LONGEST_NAME, MOST_ENTRIES, MOST_PARENTS, MOST_REFS, Path};

    /// A repository of nine objects whose `HEAD` has 100 million files.
    fn bomb(path: &Path) {
        nested(path, 8, 10, "");
    }

    /// A repository whose `HEAD` has folders in folders, each with this many names that end in a text.
    fn nested(path: &Path, depth: usize, count: usize, end: &str) {
        let repository = gix::init_bare(path).unwrap();
        let mut oid = repository.write_blob(b"{}").unwrap().detach();
        for depth in 0..depth {
            let kind = if depth == 0 { EntryKind::Blob } else { EntryKind::Tree };
            let entries = (0..count)
                .map(|name| Entry { mode: kind.into(), filename: format!("{name}{end}").into(), oid })
                .collect();
            oid = repository.write_object(gix::objs::Tree { entries }).unwrap().detach();
        }
        commit(&repository, oid);
    }

    fn commit(repository: &gix::Repository, root: gix::ObjectId) {
        let who =
            gix::actor::SignatureRef { name: "a".into(), email: "a@example.org".into(), time: "0 +0000" };
        repository.commit_as(who, who, "HEAD", "a backup", root, None::<gix::ObjectId>).unwrap();
    }

    /// GA-10
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the repository's configuration is a file")]
    fn nothing_that_the_configuration_names_is_run() {
        let folder = tempfile::tempdir().unwrap();
        let repository = gix::init_bare(folder.path()).unwrap();
        let run = folder.path().join("it-ran");
        let config = format!(
            "[core]\nfsmonitor = touch {0}\nsshCommand = touch {0}\n[filter \"a\"]\nsmudge = touch {0}\nrequired = true\n",
            run.display()
        );
        let old = std::fs::read_to_string(folder.path().join("config")).unwrap();
        std::fs::write(folder.path().join("config"), old + &config).unwrap();
        let files = [(".gitattributes", &b"* filter=a"[..]), ("a.json", b"{}")];
        let entries = files.map(|(name, bytes)| {
            let oid = repository.write_blob(bytes).unwrap().detach();
            Entry { mode: EntryKind::Blob.into(), filename: name.into(), oid }
        });
        let root = repository.write_object(gix::objs::Tree { entries: entries.into() }).unwrap().detach();
        commit(&repository, root);
        let tree = GitTree::open(folder.path(), Path::new("")).unwrap();
        assert_eq!(tree.read("a.json").unwrap(), b"{}");
        assert!(!run.exists());
    }

    /// GA-9
    #[test]
    fn an_object_or_a_list_of_branches_without_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let repository = gix::init_bare(folder.path()).unwrap();
        let large = [b"100644 a\0".as_slice(), &[0; 200_000]].concat();
        let root = repository.objects.write_buf(gix::objs::Kind::Tree, &large).unwrap();
        commit(&repository, root);
        let error = GitTree::open(folder.path(), Path::new("")).err().unwrap();
        assert!(error.contains("allocation limit of 100000 bytes"), "{error}");

        let folder = tempfile::tempdir().unwrap();
        let repository = gix::init_bare(folder.path()).unwrap();
        let root = repository.empty_tree().id;
        commit(&repository, root);
        let head = repository.head_id().unwrap().detach();
        for branch in 0..=MOST_REFS {
            let name = format!("refs/heads/{branch}");
            repository.reference(name, head, PreviousValue::Any, "a branch").unwrap();
        }
        let error = GitTree::open(folder.path(), Path::new("")).err().unwrap();
        assert!(error.contains("more than 20 branches"), "{error}");
    }

    /// GA-9: each path has the names of all folders around it.
    #[test]
    fn names_and_paths_without_end_are_refused() {
        let refused = |depth, count, end: &str| {
            let folder = tempfile::tempdir().unwrap();
            nested(folder.path(), depth, count, end);
            GitTree::open(folder.path(), Path::new("")).err().unwrap()
        };
        let long = "n".repeat(LONGEST_NAME);
        let error = refused(1, 1, &long);
        assert!(error.contains("a name in it has more than 4096 bytes"), "{error}");
        let error = refused(3, 10, &long[..250]);
        assert!(error.contains("the paths of its files have more than"), "{error}");
    }

    /// GA-9
    #[test]
    fn a_commit_with_very_many_parents_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let repository = gix::init_bare(folder.path()).unwrap();
        let root = repository.empty_tree().id;
        commit(&repository, root);
        let first = repository.head_id().unwrap().detach();
        let merge = |parents: usize| {
            let who =
                gix::actor::SignatureRef { name: "a".into(), email: "a@example.org".into(), time: "0 +0000" };
            repository
                .commit_as(who, who, "HEAD", "a merge", root, std::iter::repeat_n(first, parents))
                .unwrap();
            let read = GitTree::open(folder.path(), Path::new(""))
                .map(|tree| tree.commit(&tree.head().unwrap()).unwrap().parents.len());
            repository.reference("refs/heads/main", first, PreviousValue::Any, "back").unwrap();
            read
        };
        assert_eq!(merge(MOST_PARENTS), Ok(MOST_PARENTS));
        let error = merge(MOST_PARENTS + 1).unwrap_err();
        assert!(error.contains("more than 1000 parents"), "{error}");
    }

    /// GA-9
    #[test]
    fn a_few_objects_that_list_millions_of_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        bomb(folder.path());
        let error = GitTree::open(folder.path(), Path::new("")).err().unwrap();
        assert!(error.contains("more than"), "{error}");

        // A part of it is listed, but a walk through its history ends, too.
        let tree = GitTree::open(folder.path(), Path::new("0/1/2/3/4/5")).unwrap();
        assert_eq!(tree.entries.len(), 100);
        let root = tree.commit(&tree.head().unwrap()).unwrap().root;
        let error = (0..=MOST_ENTRIES).find_map(|_| tree.folder(&root).err()).unwrap();
        assert!(error.to_string().contains("more than"), "{error}");
    }
}
