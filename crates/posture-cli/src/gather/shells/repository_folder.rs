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
const READ: [&str; 8] =
    ["HEAD", "commondir", "config", "config.worktree", "objects", "packed-refs", "refs", "shallow"];
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

/// Opens the repository whose work tree is at `root`, or which is bare.
pub(super) fn open(root: &Path, is_bare: bool) -> Result<Repository, String> {
    let folder = checked(root, is_bare)?;
    // The machine's own git configuration must not change what is read. An object needs no more memory than a file may.
    let limit = format!("gitoxide.objects.allocLimit={LARGEST_OBJECT}");
    let options = gix::open::Options::isolated().open_path_as_is(true).config_overrides([limit]);
    let mut repository = gix::open_opts(folder, options).map_err(|error| error.to_string())?;
    repository.objects.set_pack_cache(|| Box::new(MemoryCappedHashmap::new(KEPT_BYTES)));
    Ok(repository)
}

/// The folder of the repository whose work tree is at `root`, or which is bare.
fn checked(root: &Path, is_bare: bool) -> Result<PathBuf, String> {
    let folder = if is_bare { root.to_owned() } else { folder_of(root)? };
    let shared = shared_folder(&folder)?;
    for folder in [Some(&folder), shared.as_ref()].into_iter().flatten() {
        let mut files = 0;
        for name in READ {
            check(&folder.join(name), &mut files)?;
        }
        if let Some(other) =
            read_name(&folder.join("objects/info/alternates")).map_err(|error| error.to_string())?
            && !other.is_empty()
        {
            return Err("it takes objects from another repository. \
                        Run `git repack -a -d` in it and delete objects/info/alternates"
                .to_owned());
        }
    }
    Ok(folder)
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
    let name = read_name(&git).map_err(|error| error.to_string())?.unwrap_or_default();
    let named = name.strip_prefix("gitdir:").map(str::trim).ok_or_else(elsewhere)?;
    let folder = root.join(named).canonicalize().map_err(|_| elsewhere())?;
    if names_work_tree(&folder, root) { Ok(folder) } else { Err(elsewhere()) }
}

/// Whether a repository's folder says that its work tree is at `root`.
fn names_work_tree(folder: &Path, root: &Path) -> bool {
    let is_same = |one: &Path, other: &Path| {
        one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
    };
    if let Ok(Some(back)) = read_name(&folder.join("gitdir")) {
        return is_same(&folder.join(back), &root.join(".git"));
    }
    let Ok(Some(config)) = read_bounded(&folder.join("config")) else { return false };
    let config = gix::config::File::from_bytes_no_includes(
        &config,
        gix::config::file::Metadata::default(),
        gix::config::file::init::Options::default(),
    );
    let tree = config.ok().and_then(|config| config.string("core.worktree").map(|tree| tree.to_string()));
    tree.is_some_and(|tree| is_same(&folder.join(tree), root))
}

/// The folder that a linked work tree shares with its repository: the one that its own folder is in.
fn shared_folder(folder: &Path) -> Result<Option<PathBuf>, String> {
    let Some(named) = read_name(&folder.join("commondir")).map_err(|error| error.to_string())? else {
        return Ok(None);
    };
    let shared = folder.parent().filter(|worktrees| worktrees.ends_with("worktrees")).and_then(Path::parent);
    let is_own = |shared: &&Path| {
        folder
            .join(&named)
            .canonicalize()
            .is_ok_and(|named| shared.canonicalize().is_ok_and(|shared| named == shared))
    };
    match shared.filter(is_own) {
        Some(shared) => Ok(Some(shared.to_owned())),
        None => Err("its file commondir names another repository. Clone it, and name the clone".to_owned()),
    }
}

/// Checks that a path is absent, a regular file, or a folder of such.
fn check(path: &Path, files: &mut u64) -> Result<(), String> {
    let kind = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.len() > LARGEST_LIST => {
            return Err(format!("{} has more than {} MB", path.display(), LARGEST_LIST >> 20));
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
                "the repository's own folder has more than {MOST_FILES} files, or is nested too deep"
            ));
        }
        check_kind(&entry.path(), entry.file_type().map_err(listed)?, depth + 1, files)?;
    }
    Ok(())
}

/// Reads a file that names a folder. `None` if it does not exist.
fn read_name(path: &Path) -> io::Result<Option<String>> {
    let bytes = read_bounded(path)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()))
}

fn read_bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match open_regular(path) {
        Ok(file) => {
            let mut bytes = Vec::new();
            file.take(MOST_BYTES).read_to_end(&mut bytes)?;
            Ok(Some(bytes))
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
        checked(root, false).err().unwrap_or_default()
    }

    /// GA-9: opening a pipe would block for ever.
    #[test]
    fn a_pipe_in_place_of_a_file_is_refused() {
        for name in ["HEAD", "config", "packed-refs", "shallow", "objects/info/alternates", "refs/heads/main"]
        {
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
        fs::write(root.join(".git/objects/info/alternates"), other.join("objects").to_str().unwrap())
            .unwrap();
        assert!(refused(&root).contains("takes objects from another repository"));

        let root = mine("common");
        fs::write(root.join(".git/commondir"), other.to_str().unwrap()).unwrap();
        assert!(refused(&root).contains("commondir names another repository"));
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
        assert_eq!(checked(&tree, false), Ok(own.canonicalize().unwrap()));

        let (module, root) = (git.join("modules/b"), folder.path().join("a/b"));
        for path in [&module, &root] {
            fs::create_dir_all(path).unwrap();
        }
        gix::init_bare(&module).unwrap();
        fs::write(root.join(".git"), "gitdir: ../.git/modules/b\n").unwrap();
        assert!(refused(&root).contains("leads to another repository"));
        fs::write(module.join("config"), "[core]\n\tbare = false\n\tworktree = ../../../b\n").unwrap();
        assert_eq!(checked(&root, false), Ok(module.canonicalize().unwrap()));
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
