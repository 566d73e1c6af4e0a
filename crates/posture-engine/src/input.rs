//! Opening snapshot files. Their compression is recognised by content, not by name.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::GzDecoder;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BUFFER_BYTES: usize = 1 << 16;
/// Below this many bytes, what a file unpacks to is not compared with its size.
const RATIO_FROM: u64 = 1 << 26;

/// The most bytes of a file with settings, a policy or a key.
const SMALL_FILE_BYTES: u64 = 1 << 24;

/// How large a document may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentLimits {
    /// The most bytes, packed or unpacked.
    pub bytes: u64,
    /// How many times its packed bytes it may unpack to.
    pub ratio: u64,
}

impl Default for DocumentLimits {
    fn default() -> Self {
        Self { bytes: 2_000_000_000, ratio: 1_000 }
    }
}

/// A document that exceeds a limit.
#[derive(Debug, thiserror::Error)]
pub enum TooLarge {
    /// It has more bytes than are read.
    #[error("The document is larger than {} MB, the limit. Raise max-document if it is genuine.", limit / 1_000_000)]
    Bytes {
        /// The limit.
        limit: u64,
    },
    /// It unpacks to many times its size.
    #[error(
        "The file unpacks to more than {ratio} times its size, as only a decompression bomb does. Export it again."
    )]
    Ratio {
        /// The limit.
        ratio: u64,
    },
}

/// Opens a file that is expected to be a regular one. Never blocks, and refuses a pipe, a socket, a device or a folder.
pub fn open_regular(path: &Path) -> io::Result<File> {
    opened_regular(path, true)
}

/// The same for a path that was seen to be a file: a link that took its place since then is not followed.
pub fn open_unlinked(path: &Path) -> io::Result<File> {
    opened_regular(path, false)
}

fn opened_regular(path: &Path, follows_links: bool) -> io::Result<File> {
    regular(open_nonblocking(path, follows_links)?)
}

fn regular(file: File) -> io::Result<File> {
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
    }
}

/// Reads a file with settings, a policy or a key, which may be a pipe. One of more than 16 MB is refused: a device never ends.
pub fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    small(File::options().read(true).open(path)?)
}

/// The same for a file that is read again while others wait, and so must be a regular one.
pub fn read_small_regular(path: &Path) -> io::Result<Vec<u8>> {
    small(open_regular(path)?)
}

fn small(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(SMALL_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > SMALL_FILE_BYTES {
        let message = format!(
            "it has more than {} MB; check that it is the file that you meant",
            SMALL_FILE_BYTES >> 20
        );
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// Reads the text of a small file.
pub fn read_small_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read_small(path)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

/// Opening a pipe that nobody writes to would block for ever; without blocking it opens, and is then refused.
fn open_nonblocking(path: &Path, follows_links: bool) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NONBLOCK | if follows_links { 0 } else { libc::O_NOFOLLOW },
    );
    #[cfg(not(unix))]
    let _followed = follows_links;
    options.open(path)
}

/// Opens a regular file of a folder, following links only to places within that folder.
pub fn open_within(folder: &Path, path: &Path) -> io::Result<File> {
    let (root, target) = (folder.canonicalize()?, path.canonicalize()?);
    let Ok(below) = target.strip_prefix(&root) else {
        let why = "it is a link that leads out of its folder; put a copy of its target there";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    };
    open_beneath(&root, below)
}

/// Opens a regular file by its path below a folder, without following a link on the way: whoever writes the files may put one in the place of
/// a folder or a file that was seen before.
pub fn open_beneath(folder: &Path, below: &Path) -> io::Result<File> {
    regular(opened_beneath(folder, below)?)
}

#[cfg(target_os = "linux")]
fn opened_beneath(folder: &Path, below: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, ResolveFlags, open, openat2};
    use rustix::io::Errno;
    let folder_only = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let root = open(folder, folder_only, Mode::empty())?;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::BENEATH;
    match openat2(&root, below, flags, Mode::empty(), resolve) {
        Ok(file) => Ok(file.into()),
        // An older system, or a sandbox that does not know the call.
        Err(Errno::NOSYS | Errno::PERM) => open_nonblocking(&folder.join(below), false),
        Err(Errno::LOOP | Errno::XDEV) => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "a link is in its place or in that of its folder",
        )),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn opened_beneath(folder: &Path, below: &Path) -> io::Result<File> {
    open_nonblocking(&folder.join(below), false)
}

/// The plain bytes of an input that may be compressed with gzip.
///
/// A gzip file may have several members, and zero bytes after the last, as tape and block tools add them.
pub fn decompressed(input: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut input = BufReader::with_capacity(BUFFER_BYTES, input);
    let mut start = Vec::with_capacity(GZIP_MAGIC.len());
    (&mut input).take(GZIP_MAGIC.len() as u64).read_to_end(&mut start)?;
    let is_gzip = start == GZIP_MAGIC;
    let whole = io::Cursor::new(start).chain(input);
    Ok(if is_gzip { Box::new(Members(Some(GzDecoder::new(whole)))) } else { Box::new(whole) })
}

/// Like [`decompressed`], but fails with [`TooLarge`] once the input exceeds a limit.
pub fn decompressed_within(
    input: impl Read + Send + 'static,
    limits: DocumentLimits,
) -> io::Result<impl Read + Send> {
    let packed = Arc::<AtomicU64>::default();
    let counted = Counted { input, count: Arc::clone(&packed) };
    Ok(Limited { input: decompressed(counted)?, packed, unpacked: 0, limits })
}

/// Counts the bytes that are read.
struct Counted<R> {
    input: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Ends in an error beyond its limits.
struct Limited<R> {
    input: R,
    packed: Arc<AtomicU64>,
    unpacked: u64,
    limits: DocumentLimits,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.unpacked += read as u64;
        let DocumentLimits { bytes, ratio } = self.limits;
        if self.unpacked > bytes {
            return Err(io::Error::other(TooLarge::Bytes { limit: bytes }));
        }
        let most = self.packed.load(Ordering::Relaxed).saturating_mul(ratio);
        if self.unpacked > most.max(RATIO_FROM) {
            return Err(io::Error::other(TooLarge::Ratio { ratio }));
        }
        Ok(read)
    }
}

/// Reads the members of a gzip file one after the other.
struct Members<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(decoder) = &mut self.0 {
            let read = decoder.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            self.0 = match self.0.take() {
                Some(decoder) => next_member(decoder.into_inner())?.map(GzDecoder::new),
                None => None,
            };
        }
        Ok(0)
    }
}

/// Skips zero padding; `None` at the end of the file.
fn next_member<R: BufRead>(mut input: R) -> io::Result<Option<R>> {
    loop {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        if let Some(byte) = bytes.get(zeros) {
            if *byte != GZIP_MAGIC[0] {
                let message = "data that is not compressed follows the compressed document";
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            input.consume(zeros);
            return Ok(Some(input));
        }
        input.consume(zeros);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn member(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        decompressed(io::Cursor::new(bytes))?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn members_and_padding_of_a_gzip_file_are_read_to_the_end() {
        let several = [member("a"), member(""), member("bc")].concat();
        assert_eq!(read(several.clone()).unwrap(), "abc");
        for padding in [1, 512, BUFFER_BYTES + 7] {
            let padded = [several.clone(), vec![0; padding], member("d"), vec![0; padding]].concat();
            assert_eq!(read(padded).unwrap(), "abcd", "{padding} bytes of padding");
        }
    }

    /// CL-27
    #[test]
    #[cfg(unix)]
    fn a_small_file_without_end_is_refused() {
        let error = read_small(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(error.to_string(), "it has more than 16 MB; check that it is the file that you meant");
    }

    #[test]
    fn damage_after_a_member_is_an_error() {
        for rest in [&b"x"[..], b"\0\0x", &member("b")[..12]] {
            assert!(read([&member("a"), rest].concat()).is_err(), "{rest:?}");
        }
        assert!(read(member("abc")[..14].to_vec()).is_err());
        let followed = read([&member("a"), &b"\n"[..]].concat()).unwrap_err();
        assert_eq!(followed.to_string(), "data that is not compressed follows the compressed document");
    }

    #[test]
    fn a_document_beyond_a_limit_is_refused_by_name() {
        let within = |bytes: Vec<u8>, limits| {
            io::copy(&mut decompressed_within(io::Cursor::new(bytes), limits).unwrap(), &mut io::sink())
        };
        let packed = |length: u64| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            io::copy(&mut io::repeat(b' ').take(length), &mut encoder).unwrap();
            encoder.finish().unwrap()
        };
        let limits = DocumentLimits { bytes: 3_000_000, ratio: 1_000 };
        assert_eq!(within(packed(3_000_000), limits).unwrap(), 3_000_000);
        for large in [packed(3_000_001), vec![b' '; 3_000_001]] {
            assert!(within(large, limits).unwrap_err().to_string().contains("larger than 3 MB"));
        }
        let bomb = within(packed(RATIO_FROM + 1), DocumentLimits { ratio: 500, ..DocumentLimits::default() });
        assert!(bomb.unwrap_err().to_string().contains("500 times its size"));
    }

    #[test]
    fn plain_input_is_returned_as_it_is() {
        for text in ["", "x", "{}", "\u{1f}x"] {
            assert_eq!(read(text.into()).unwrap(), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_regular_files_are_opened_and_a_pipe_never_blocks() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("x.json");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let device = Path::new("/dev/zero");
        for path in [pipe.as_path(), device, folder.path()] {
            let refused = open_regular(path).unwrap_err();
            assert_eq!(refused.to_string(), "it is not a regular file", "{}", path.display());
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(open_regular(file.path()).is_ok());
    }

    /// GA-5: a link that takes the place of a folder after that was listed is not followed, not even within the tree.
    #[cfg(target_os = "linux")]
    #[test]
    #[expect(clippy::disallowed_methods, reason = "files to be found")]
    fn no_link_on_the_way_to_a_file_is_followed() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["tree/own", "elsewhere"] {
            std::fs::create_dir_all(at(name)).unwrap();
            std::fs::write(at(name).join("a.json"), "{}").unwrap();
        }
        symlink(at("elsewhere"), at("tree/out")).unwrap();
        symlink("own", at("tree/within")).unwrap();
        symlink("a.json", at("tree/own/b.json")).unwrap();
        let open = |below: &str| open_beneath(&at("tree"), Path::new(below));
        assert!(open("own/a.json").is_ok());
        for below in ["out/a.json", "within/a.json", "own/b.json", "../elsewhere/a.json"] {
            let refused = open(below).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidInput, "{below}: {refused}");
        }
        assert_eq!(open("own").unwrap_err().to_string(), "it is not a regular file");
    }

    #[cfg(unix)]
    #[test]
    #[expect(clippy::disallowed_methods, reason = "files to be found")]
    fn a_link_is_followed_only_within_its_folder() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("served")).unwrap();
        std::fs::create_dir(at("served/..data")).unwrap();
        for name in ["outside.json", "served/..data/inside.json"] {
            std::fs::write(at(name), "{}").unwrap();
        }
        symlink("..data/inside.json", at("served/a.json")).unwrap();
        symlink("../outside.json", at("served/b.json")).unwrap();
        symlink(at("outside.json"), at("served/c.json")).unwrap();
        symlink("/etc/passwd", at("served/d.json")).unwrap();
        assert!(open_within(&at("served"), &at("served/a.json")).is_ok());
        for name in ["b", "c", "d"] {
            let refused = open_within(&at("served"), &at(&format!("served/{name}.json"))).unwrap_err();
            assert!(refused.to_string().contains("leads out of its folder"), "{name}: {refused}");
        }
    }
}
