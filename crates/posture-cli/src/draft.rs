//! A file that is written next to its place and moved there when it is complete.
//!
//! While it is written it has no name, if the system can do that, so a killed process leaves nothing of it.

use std::fs::{File, Metadata};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

/// As much of a file's name as its draft has, in bytes.
const MOST_OF_NAME: usize = 100;

/// Writes a file and puts it in a place, with the owner and the permissions of the former file there, if there is one. If that fails,
/// what is there stays.
pub(crate) fn replace(
    path: &Path,
    former: Option<&Metadata>,
    write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let draft = Draft { path, former };
    match unnamed(draft.folder())? {
        Some(file) => draft.write_unnamed(file, write),
        None => draft.write_named(write),
    }
}

struct Draft<'p> {
    path: &'p Path,
    former: Option<&'p Metadata>,
}

impl Draft<'_> {
    fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    fn write_unnamed(
        &self,
        mut file: File,
        write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.fill(&file, write)?;
        match self.make_named(|place| link(&file, place)) {
            Ok(named) => Ok(named.persist(self.path).map(drop)?),
            // Some file systems make files without a name and cannot name them later.
            Err(_) => {
                io::Seek::rewind(&mut file)?;
                self.write_named(|out| Ok(io::copy(&mut file, out).map(drop)?))
            }
        }
    }

    fn write_named(
        &self,
        write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let named = self.make_named(new_file)?;
        self.fill(named.as_file(), write)?;
        Ok(named.persist(self.path).map(drop)?)
    }

    /// Makes a hidden file next to the place. It is removed again unless it is persisted.
    fn make_named<F>(&self, make: impl FnMut(&Path) -> io::Result<F>) -> io::Result<NamedTempFile<F>> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        // A name may be as long as a file system allows, and this one is longer.
        let prefix = format!(".{}.", &name[..name.floor_char_boundary(MOST_OF_NAME)]);
        Builder::new().prefix(&prefix).suffix(".tmp").make_in(self.folder(), make)
    }

    fn fill(
        &self,
        mut file: &File,
        write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        if let Some(former) = self.former {
            keep_owner(file, former);
            file.set_permissions(former.permissions())?;
        }
        let mut out = BufWriter::with_capacity(1 << 18, &mut file);
        write(&mut out)?;
        out.flush()?;
        drop(out);
        Ok(file.sync_all()?)
    }
}

/// Gives a file the owner and the group of a former one, as far as this user may.
#[cfg(unix)]
fn keep_owner(file: &File, former: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    if fchown(file, Some(former.uid()), Some(former.gid())).is_err() {
        let _kept = fchown(file, None, Some(former.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _former: &Metadata) {}

fn new_file(path: &Path) -> io::Result<File> {
    File::options().read(true).write(true).create_new(true).open(path)
}

/// A new file of a folder that has no name; `None` if the system or the file system has no such files.
#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> io::Result<Option<File>> {
    use rustix::fs::{Mode, OFlags, open};
    use rustix::io::Errno;
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    match open(folder, flags, Mode::from_raw_mode(0o666)) {
        Ok(file) => Ok(Some(file.into())),
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn unnamed(_folder: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

/// Names a file without a name.
#[cfg(target_os = "linux")]
fn link(file: &File, path: &Path) -> io::Result<()> {
    use std::os::fd::AsRawFd as _;

    use rustix::fs::{AtFlags, CWD, linkat};
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, open, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(not(target_os = "linux"))]
fn link(_file: &File, _path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = folder.read_dir().unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// CL-21: with a file of either kind, and if one without a name cannot be named. A deleted file cannot be.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
    fn a_file_takes_its_place_when_it_is_complete_and_leaves_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let draft = Draft { path: &path, former: None };
        let deleted = NamedTempFile::new_in(folder.path()).unwrap().reopen().unwrap();
        let write =
            |text: &'static str| move |out: &mut (dyn Write + Send)| Ok(out.write_all(text.as_bytes())?);
        let content = || std::fs::read_to_string(&path).unwrap();
        replace(&path, None, write("first")).unwrap();
        assert_eq!(content(), "first");
        draft.write_named(write("second")).unwrap();
        assert_eq!(content(), "second");
        draft.write_unnamed(deleted, write("third")).unwrap();
        assert_eq!(content(), "third");
        replace(&path, None, |out| {
            out.write_all(b"half")?;
            anyhow::bail!("full")
        })
        .unwrap_err();
        assert_eq!((content().as_str(), names(folder.path())), ("third", vec!["report.json".to_owned()]));
    }
}
