//! Where the trees come from: folders, git repositories and ZIP archives.

mod archive;
mod folder;
mod git;
mod repository_folder;

use std::path::{Path, PathBuf};

use posture_gather::tree::below;
use posture_gather::{Entry, Kind, Tree};

pub(crate) use folder::read_named;

/// A tree that was opened, and the part of its repository that the path named.
pub(crate) struct Opened {
    pub(crate) tree: Box<dyn Tree>,
    /// The path below the root of the repository, if the tree is all of a repository and the path names a part.
    pub(crate) part: Option<String>,
}

/// Opens a source of a kind.
pub(crate) fn open(kind: &Kind, path: &Path) -> Result<Opened, String> {
    let metadata = std::fs::metadata(path).map_err(|error| folder::why(&error))?;
    let whole = |tree: Box<dyn Tree>| Opened { tree, part: None };
    if metadata.is_file() {
        return Ok(whole(file(path)?));
    }
    match git::find(path).filter(|_| kind.reads_history) {
        // IntuneCD's pipelines are outside its backup folder.
        Some((root, place)) if kind.keys.iter().any(|key| key.name == "folder") => {
            let part = place.to_string_lossy().replace('\\', "/");
            let tree = git::GitTree::open(&root, &PathBuf::new())?;
            let is_in_part = |entry: &Entry| below(&entry.path, &part).is_some();
            if !part.is_empty()
                && !tree.entries().iter().any(is_in_part)
                && let Some(folder) = uncommitted(path)?
            {
                return Ok(whole(folder));
            }
            Ok(Opened { tree: Box::new(tree), part: (!part.is_empty()).then_some(part) })
        }
        Some((root, place)) => {
            let tree = git::GitTree::open(&root, &place)?;
            if tree.entries().is_empty()
                && let Some(folder) = uncommitted(path)?
            {
                return Ok(whole(folder));
            }
            Ok(whole(Box::new(tree)))
        }
        None => Ok(whole(Box::new(folder(path)?))),
    }
}

/// The name of a folder or archive; for another file, that of the folder it is in.
pub(crate) fn name_of(path: &Path) -> String {
    // A path such as `.` has no name of its own.
    let Ok(path) = path.canonicalize() else { return String::new() };
    let named = match (path.is_file(), is_archive(&path)) {
        (true, true) => path.file_stem(),
        (true, false) => path.parent().and_then(Path::file_name),
        (false, _) => path.file_name(),
    };
    named.and_then(|name| name.to_str()).unwrap_or_default().to_owned()
}

/// The files of a folder as they are on disk.
fn folder(path: &Path) -> Result<folder::FolderTree, String> {
    let mut folder = folder::FolderTree::open(path)?;
    if let Some((root, below)) = git::find(path) {
        let message = match left_out(&folder, &root, &below) {
            Ok(0) => return Ok(folder),
            Ok(left_out) => format!(
                "Committed files that the sparse checkout leaves out: {left_out}. Run `git sparse-checkout disable`."
            ),
            Err(why) => format!("The checkout is sparse, and the committed files cannot be listed: {why}."),
        };
        folder.note("unreadable_files", "", &message);
    }
    Ok(folder)
}

/// How many committed files below a folder a sparse checkout leaves out of the tree of files.
fn left_out(folder: &dyn Tree, root: &Path, below: &Path) -> Result<usize, String> {
    // The files themselves need no git, so it does not matter otherwise whether the repository can be read.
    if !repository_folder::is_sparse(root) {
        return Ok(0);
    }
    let committed = git::GitTree::open(root, below)?;
    let files = folder.entries();
    let is_absent =
        |entry: &&Entry| files.binary_search_by(|file| file.path.as_str().cmp(&entry.path)).is_err();
    Ok(committed.entries().iter().filter(is_absent).count())
}

/// The files of a folder of which the repository around it has none; `None` if there are none on disk either.
fn uncommitted(path: &Path) -> Result<Option<Box<dyn Tree>>, String> {
    if git::is_bare(path) {
        return Ok(None);
    }
    let mut folder = folder::FolderTree::open(path)?;
    if folder.entries().is_empty() {
        return Ok(None);
    }
    let message = "The folder is in a git repository, but no file of it is committed. It was read as it is.";
    folder.note("not_committed", "", message);
    Ok(Some(Box::new(folder)))
}

/// Opens a folder or archive to see what is in it.
pub(crate) fn look(path: &Path) -> Result<Box<dyn Tree>, String> {
    if path.is_dir() {
        return Ok(match git::find(path) {
            Some((root, below)) if below.as_os_str().is_empty() => match git::GitTree::open(&root, &below) {
                Ok(tree) if !tree.entries().is_empty() => Box::new(tree),
                _ => Box::new(folder::FolderTree::open(path)?),
            },
            _ => Box::new(folder::FolderTree::open(path)?),
        });
    }
    file(path)
}

/// An archive, or any other file.
fn file(path: &Path) -> Result<Box<dyn Tree>, String> {
    Ok(if is_archive(path) {
        Box::new(archive::ZipTree::open(path)?)
    } else {
        Box::new(folder::FolderTree::of_file(path)?)
    })
}

/// Whether a path is an archive's, by its name.
pub(crate) fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}
