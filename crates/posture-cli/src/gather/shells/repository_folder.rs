//! The folder that holds a repository's own files, checked before a library opens it: it may come from whoever writes the backups.
//!
//! Everything that is read must be a regular file below that folder. A pipe would block for ever, and a link, a borrowed object or
//! another repository's folder would show another tenant's backups as this one's.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use gix::Repository;
use gix::odb::pack::cache::lru::MemoryCappedHashmap;
use posture_engine::input::open_regular;
use posture_gather::read_error::LARGEST_FILE;

/// The files and folders of a repository that are read.
const READ: [&str; 9] =
    ["HEAD", "commondir", "config", "config.worktree", "gitdir", "objects", "packed-refs", "refs", "shallow"];
/// How many files of it are checked. A repository keeps most objects in few packs.
const MOST_FILES: u64 = if cfg!(test) { 2_000 } else { 20_000_000 };
/// Lists of branches and settings are read whole.
const LARGEST_LIST: u64 = 16 << 20;
/// How many bytes an object may have, as a file may.
const LARGEST_OBJECT: u64 = if cfg!(test) { 100_000 } else { LARGEST_FILE };
/// How many bytes of unpacked objects are kept, because git stores others as differences from them.
const KEPT_BYTES: usize = 32 << 20;
/// Names of branches have few parts.
const DEEPEST: usize = 64;
/// The largest file that is read to find another folder: one line, or a short configuration.
const MOST_BYTES: u64 = 65_536;

/// The folders of a repository, which are checked.
#[derive(Debug, PartialEq, Eq)]
struct Folders {
    own: PathBuf,
    /// The one with the objects and branches: that of a linked work tree's repository, otherwise its own.
    common: PathBuf,
}

/// Opens the repository whose work tree is at `root`, or which is bare.
pub(super) fn open(root: &Path, is_bare: bool) -> Result<Repository, String> {
    let folders = checked(root, is_bare)?;
    if folders.common.join("reftable").exists() {
        return Err("it stores its branches as reftable, which is not read. \
                    Clone it with `git clone --ref-format=files`, and name the clone"
            .to_owned());
    }
    // An object needs no more memory than a file may, and the configuration names no other file than the one that was checked.
    let overrides = [
        format!("gitoxide.objects.allocLimit={LARGEST_OBJECT}"),
        "gitoxide.core.shallowFile=shallow".to_owned(),
        // A replaced commit hides the history that it had (`git replace`).
        "core.useReplaceRefs=false".to_owned(),
    ];
    // The machine's own git configuration must not change what is read.
    let options = gix::open::Options::isolated().open_path_as_is(true).config_overrides(overrides);
    let mut repository = gix::open_opts(folders.own, options).map_err(|error| error.to_string())?;
    // The library reads commondir on its own, and what it takes for a path may differ.
    if !is_same(repository.common_dir(), &folders.common) {
        return Err(other_common_folder());
    }
    repository.objects.set_pack_cache(|| Box::new(MemoryCappedHashmap::new(KEPT_BYTES)));
    Ok(repository)
}

/// Whether only a part of the files is checked out into the work tree at `root`. Only settings are read, wherever the repository is.
pub(super) fn is_sparse(root: &Path) -> bool {
    let git = root.join(".git");
    let own = if git.is_dir() { Some(git) } else { named_folder(root) };
    let Some(own) = own else { return false };
    let common = read_name(&own.join("commondir")).ok().flatten();
    let common = common.map_or_else(|| own.clone(), |common| own.join(common));
    [common.join("config"), own.join("config.worktree")].iter().any(|path| {
        read_config(path).and_then(|config| config.boolean("core.sparseCheckout").ok()?).unwrap_or(false)
    })
}

/// The folders of the repository whose work tree is at `root`, or which is bare.
fn checked(root: &Path, is_bare: bool) -> Result<Folders, String> {
    let own = if is_bare { root.to_owned() } else { folder_of(root)? };
    let shared = shared_folder(&own)?;
    for folder in [Some(&own), shared.as_ref()].into_iter().flatten() {
        let mut files = 0;
        for name in READ {
            check(&folder.join(name), &mut files)?;
        }
        let others = read_bounded(&folder.join("objects/info/alternates"));
        if others
            .map_err(|error| format!("objects/info/alternates: {error}"))?
            .is_some_and(|others| !others.is_empty())
        {
            return Err("it takes objects from another repository. \
                        Run `git repack -a -d` in it and delete objects/info/alternates"
                .to_owned());
        }
    }
    Ok(Folders { common: shared.unwrap_or_else(|| own.clone()), own })
}

/// The folder `.git`, or the one that the file `.git` of a submodule or a linked work tree names, if that one names this root in turn.
fn folder_of(root: &Path) -> Result<PathBuf, String> {
    let git = root.join(".git");
    let kind = fs::symlink_metadata(&git).map_err(|error| error.to_string())?.file_type();
    if kind.is_dir() {
        return Ok(git);
    }
    let elsewhere = || "its .git leads to another repository. Clone that one, and name the clone".to_owned();
    if !kind.is_file() {
        return Err(elsewhere());
    }
    named_folder(root).filter(|folder| names_work_tree(folder, root)).ok_or_else(elsewhere)
}

/// The folder that the file `.git` names.
fn named_folder(root: &Path) -> Option<PathBuf> {
    let name = read_name(&root.join(".git")).ok()??;
    root.join(name.strip_prefix("gitdir:")?.trim()).canonicalize().ok()
}

/// Whether a repository's folder says that its work tree is at `root`.
fn names_work_tree(folder: &Path, root: &Path) -> bool {
    if let Ok(Some(back)) = read_name(&folder.join("gitdir")) {
        return is_same(&folder.join(back), &root.join(".git"));
    }
    let tree = read_config(&folder.join("config")).and_then(|config| config.string("core.worktree"));
    tree.is_some_and(|tree| is_same(&folder.join(tree.to_string()), root))
}

/// The folder that a linked work tree shares with its repository: the one that its own folder is in.
fn shared_folder(folder: &Path) -> Result<Option<PathBuf>, String> {
    let named = read_name(&folder.join("commondir")).map_err(|error| format!("commondir: {error}"))?;
    let Some(named) = named else {
        return Ok(None);
    };
    let shared = folder.parent().filter(|worktrees| worktrees.ends_with("worktrees")).and_then(Path::parent);
    match shared.filter(|shared| is_same(shared, &folder.join(named))) {
        Some(shared) => Ok(Some(shared.to_owned())),
        None => Err(other_common_folder()),
    }
}

fn other_common_folder() -> String {
    "its file commondir names another repository. Clone it, and name the clone".to_owned()
}

/// Whether two paths lead to the same file or folder.
fn is_same(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// Checks that a path is absent, a regular file, or a folder of such.
fn check(path: &Path, files: &mut u64) -> Result<(), String> {
    let kind = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.len() > LARGEST_LIST => {
            return Err(format!(
                "{} has more than {} MB; clone the repository again",
                path.display(),
                LARGEST_LIST >> 20
            ));
        }
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    check_kind(path, kind, 0, files)
}

fn check_kind(path: &Path, kind: fs::FileType, depth: usize, files: &mut u64) -> Result<(), String> {
    if kind.is_file() {
        return Ok(());
    }
    if !kind.is_dir() {
        return Err(format!(
            "{} is a link, or not a regular file. Clone the repository, and name the clone",
            path.display()
        ));
    }
    let listed = |error: io::Error| format!("{}: {error}", path.display());
    for entry in fs::read_dir(path).map_err(listed)? {
        let entry = entry.map_err(listed)?;
        *files += 1;
        if *files > MOST_FILES || depth >= DEEPEST {
            return Err(format!(
                "the repository's own folder has more than {MOST_FILES} files, or is nested too deep; run `git gc` in it"
            ));
        }
        check_kind(&entry.path(), entry.file_type().map_err(listed)?, depth + 1, files)?;
    }
    Ok(())
}

/// The settings in a file of a repository, without those of files that it names.
fn read_config(path: &Path) -> Option<gix::config::File> {
    use gix::config::file::{Metadata, init};

    let bytes = read_bounded(path).ok()??;
    gix::config::File::from_bytes_no_includes(&bytes, Metadata::default(), init::Options::default()).ok()
}

/// Reads a file that names a folder. `None` if it does not exist.
fn read_name(path: &Path) -> io::Result<Option<String>> {
    let bytes = read_bounded(path)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()))
}

/// Reads a short file. `None` if it does not exist.
fn read_bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match open_regular(path) {
        Ok(file) => {
            let mut bytes = Vec::new();
            file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
            let is_short = bytes.len() as u64 <= MOST_BYTES;
            is_short.then_some(Some(bytes)).ok_or_else(|| io::Error::other("it is too long"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "a repository is files")]

    use std::os::unix::fs::symlink;
    use std::path::Path;
    use std::process::Command;

    use super::*;

    /// The work tree of a new repository.
    fn repository(folder: &Path, name: &str) -> PathBuf {
        let root = folder.join(name);
        gix::init(&root).unwrap_or_else(|error| panic!("{name}: {error}"));
        root
    }

    fn refused(root: &Path) -> String {
        open(root, false).err().unwrap_or_default()
    }

    fn own_folder(root: &Path) -> PathBuf {
        checked(root, false).unwrap().own
    }

    /// GA-9: opening a pipe would block for ever.
    #[test]
    fn a_pipe_in_place_of_a_file_is_refused() {
        for name in [
            "HEAD",
            "config",
            "gitdir",
            "packed-refs",
            "shallow",
            "objects/info/alternates",
            "refs/heads/main",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let pipe = repository(folder.path(), "a").join(".git").join(name);
            fs::create_dir_all(pipe.parent().unwrap()).unwrap();
            let _absent = fs::remove_file(&pipe);
            assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            assert!(refused(&folder.path().join("a")).contains("not a regular file"), "{name}");
        }
    }

    /// GA-5: another tenant's repository is not read as this one's.
    #[test]
    fn another_repository_is_not_read_in_place_of_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let other = repository(folder.path(), "other").join(".git");
        let mine = |name: &str| repository(folder.path(), name);

        let root = mine("file");
        fs::remove_dir_all(root.join(".git")).unwrap();
        fs::write(root.join(".git"), format!("gitdir: {}\n", other.display())).unwrap();
        assert!(refused(&root).contains("leads to another repository"));

        let root = mine("link");
        fs::remove_dir_all(root.join(".git")).unwrap();
        symlink(&other, root.join(".git")).unwrap();
        assert!(refused(&root).contains("leads to another repository"));

        let root = mine("objects");
        fs::remove_dir_all(root.join(".git/objects")).unwrap();
        symlink(other.join("objects"), root.join(".git/objects")).unwrap();
        assert!(refused(&root).contains("is a link"));

        let root = mine("alternates");
        let alternates = root.join(".git/objects/info/alternates");
        // A blank names a folder, whose own list could name another repository.
        for text in [other.join("objects").to_str().unwrap(), " ", "\n"] {
            fs::write(&alternates, text).unwrap();
            assert!(refused(&root).contains("takes objects from another repository"), "{text:?}");
        }
        let hidden = format!("{}{}\n", "\n".repeat(MOST_BYTES as usize), other.join("objects").display());
        fs::write(&alternates, hidden).unwrap();
        assert!(refused(&root).contains("alternates: it is too long"));

        let root = mine("common");
        fs::write(root.join(".git/commondir"), other.to_str().unwrap()).unwrap();
        assert!(refused(&root).contains("commondir names another repository"));

        // A blank before a name is trimmed here, and belongs to it for the library.
        let root = mine("blank");
        let (git, own) = (root.join(".git"), root.join(".git/worktrees/tree"));
        let below_blank = own.join(format!(" {}", git.display()));
        fs::create_dir_all(below_blank.parent().unwrap()).unwrap();
        symlink(&other, below_blank).unwrap();
        fs::write(own.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(own.join("commondir"), format!(" {}\n", git.display())).unwrap();
        fs::write(own.join("gitdir"), format!("{}\n", git.display())).unwrap();
        assert_eq!(checked(&own, true).map(|folders| folders.common), Ok(git));
        let error = open(&own, true).err().unwrap_or_default();
        assert!(error.contains("commondir names another repository"), "{error}");
    }

    /// GA-9: a setting names no pipe outside the folder, which would block for ever.
    #[test]
    fn no_setting_names_another_file_to_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = repository(folder.path(), "a");
        let cuts = folder.path().join("cuts");
        fs::write(&cuts, "not a commit\n").unwrap();
        let setting = format!("[gitoxide \"core\"]\nshallowFile = {}\n", cuts.display());
        let config = fs::read_to_string(root.join(".git/config")).unwrap();
        fs::write(root.join(".git/config"), config + &setting).unwrap();
        assert!(open(&root, false).unwrap().shallow_commits().unwrap().is_none());
    }

    /// GA-2: what to do is said, and not only that `HEAD` is unusual.
    #[test]
    fn branches_in_another_format_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = repository(folder.path(), "a");
        fs::create_dir(root.join(".git/reftable")).unwrap();
        fs::write(root.join(".git/HEAD"), "ref: refs/heads/.invalid\n").unwrap();
        assert!(refused(&root).contains("git clone --ref-format=files"));
    }

    /// GA-5: each names the other, which nobody can arrange who writes only one of them.
    #[test]
    fn a_linked_work_tree_and_a_submodule_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let git = repository(folder.path(), "a").join(".git");

        let (tree, own) = (folder.path().join("tree"), git.join("worktrees/tree"));
        for path in [&tree, &own] {
            fs::create_dir_all(path).unwrap();
        }
        fs::write(tree.join(".git"), format!("gitdir: {}\n", own.display())).unwrap();
        fs::write(own.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(own.join("commondir"), "../..\n").unwrap();
        assert!(refused(&tree).contains("leads to another repository"));
        fs::write(own.join("gitdir"), format!("{}\n", tree.join(".git").display())).unwrap();
        assert_eq!(own_folder(&tree), own.canonicalize().unwrap());
        assert_eq!(refused(&tree), "");

        let (module, root) = (git.join("modules/b"), folder.path().join("a/b"));
        for path in [&module, &root] {
            fs::create_dir_all(path).unwrap();
        }
        gix::init_bare(&module).unwrap();
        fs::write(root.join(".git"), "gitdir: ../.git/modules/b\n").unwrap();
        assert!(refused(&root).contains("leads to another repository"));
        fs::write(module.join("config"), "[core]\n\tbare = false\n\tworktree = ../../../b\n").unwrap();
        assert_eq!(own_folder(&root), module.canonicalize().unwrap());
        assert_eq!(refused(&root), "");
    }

    /// GA-9
    #[test]
    fn a_list_of_branches_or_a_folder_without_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let root = repository(folder.path(), "list");
        fs::File::create(root.join(".git/packed-refs")).unwrap().set_len(LARGEST_LIST + 1).unwrap();
        assert!(refused(&root).contains("more than 16 MB"));
        let root = repository(folder.path(), "many");
        for file in 0..=MOST_FILES {
            fs::write(root.join(format!(".git/refs/heads/{file}")), "").unwrap();
        }
        assert!(refused(&root).contains("more than 2000 files"));
    }
}
