//! Opening snapshot files. Their compression is recognised by content, not by name.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BUFFER_BYTES: usize = 1 << 16;

/// Opens a file that is expected to be a regular one. Never blocks, and refuses a pipe, a socket, a device or a folder.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let file = open_nonblocking(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
    }
}

/// Opening a pipe that nobody writes to would block for ever; without blocking it opens, and is then refused.
fn open_nonblocking(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
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
        if zeros < bytes.len() {
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

    #[test]
    fn damage_after_a_member_is_an_error() {
        for rest in [&b"x"[..], b"\0\0x", &member("b")[..12]] {
            assert!(read([&member("a"), rest].concat()).is_err(), "{rest:?}");
        }
        assert!(read(member("abc")[..14].to_vec()).is_err());
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
}
