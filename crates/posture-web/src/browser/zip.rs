//! The entries of a ZIP archive, by its central directory.

use std::io::Read as _;

use flate2::read::DeflateDecoder;

/// One file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZipEntry {
    /// The path, with `/` between its parts.
    pub path: String,
    /// How its bytes are packed.
    pub packing: Packing,
    /// Where its packed bytes are in the archive.
    pub range: std::ops::Range<usize>,
    /// How many bytes it has when unpacked, as the archive says.
    pub bytes: u64,
}

/// How the bytes of an entry are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As they are.
    Stored,
    /// Deflate without a header.
    Deflate,
    /// Another method, or encrypted: they are not read.
    Unread,
}

const END: [u8; 4] = [0x50, 0x4b, 0x05, 0x06];
const ENTRY: [u8; 4] = [0x50, 0x4b, 0x01, 0x02];
const LOCAL: [u8; 4] = [0x50, 0x4b, 0x03, 0x04];

/// The files of an archive, or `None` if it is not one that is read here: damaged, in several parts, or larger than 4 GB.
pub fn zip_entries(archive: &[u8]) -> Option<Vec<ZipEntry>> {
    // The end record is followed by a comment of at most 65,535 bytes.
    let from = archive.len().saturating_sub(22 + 65_535);
    let end =
        (from..archive.len().saturating_sub(21)).rev().find(|at| archive.get(*at..at + 4) == Some(&END))?;
    let count = number(archive, end + 10, 2)?;
    let mut at = number(archive, end + 16, 4)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        if archive.get(at..at.checked_add(4)?)? != ENTRY {
            return None;
        }
        let (flags, method) = (number(archive, at + 8, 2)?, number(archive, at + 10, 2)?);
        let (packed, bytes) = (number(archive, at + 20, 4)?, number(archive, at + 24, 4)?);
        let (name, extra, comment) =
            (number(archive, at + 28, 2)?, number(archive, at + 30, 2)?, number(archive, at + 32, 2)?);
        let local = number(archive, at + 42, 4)?;
        let path = archive.get(at + 46..at + 46 + name)?;
        at += 46 + name + extra + comment;
        if archive.get(local..local.checked_add(4)?)? != LOCAL {
            return None;
        }
        let start = local + 30 + number(archive, local + 26, 2)? + number(archive, local + 28, 2)?;
        let range = start..start.checked_add(packed)?;
        archive.get(range.clone())?;
        // Windows PowerShell's Compress-Archive writes backslashes.
        let path = String::from_utf8_lossy(path).replace('\\', "/");
        let is_inside = !path.starts_with('/') && path.split('/').all(|part| part != "..");
        if path.ends_with('/') || !is_inside {
            continue;
        }
        let packing = match method {
            _ if flags & 1 == 1 => Packing::Unread,
            0 => Packing::Stored,
            8 => Packing::Deflate,
            _ => Packing::Unread,
        };
        entries.push(ZipEntry { path, packing, range, bytes: bytes as u64 });
    }
    Some(entries)
}

/// Why an entry was not unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpackable {
    /// There are more bytes than the limit.
    TooLarge,
    /// The packed bytes are damaged.
    Damaged,
}

/// Unpacks deflate without a header in pieces, up to a limit, whatever size the archive states.
pub struct Inflating<'a> {
    decoder: DeflateDecoder<&'a [u8]>,
    plain: Vec<u8>,
    limit: usize,
}

impl<'a> Inflating<'a> {
    /// How many bytes a piece has; unpacking one takes far less than a slice.
    const PIECE: u64 = 1 << 18;

    /// Starts with the packed bytes.
    pub fn start(packed: &'a [u8], limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Self { decoder: DeflateDecoder::new(packed), plain: Vec::new(), limit }
    }

    /// Unpacks the next piece; true if there may be more.
    pub fn step(&mut self) -> Result<bool, Unpackable> {
        let mut piece = self.decoder.by_ref().take(Self::PIECE);
        let read = piece.read_to_end(&mut self.plain).map_err(|_| Unpackable::Damaged)?;
        if self.plain.len() > self.limit { Err(Unpackable::TooLarge) } else { Ok(read > 0) }
    }

    /// All bytes.
    pub fn finish(self) -> Vec<u8> {
        self.plain
    }
}

/// The little-endian number of some bytes.
fn number(archive: &[u8], at: usize, bytes: usize) -> Option<usize> {
    let bytes = archive.get(at..at.checked_add(bytes)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of stored files.
    fn archive(files: &[(&str, &[u8])], method: u8, flags: u8) -> Vec<u8> {
        let (mut bytes, mut directory) = (Vec::new(), Vec::new());
        for (path, content) in files {
            let local = u32::try_from(bytes.len()).unwrap().to_le_bytes();
            let size = u32::try_from(content.len()).unwrap().to_le_bytes();
            let name = u16::try_from(path.len()).unwrap().to_le_bytes();
            let head =
                [&[20, 0, flags, 0, method, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &size, &size, &name, &[0, 0]]
                    .concat();
            bytes.extend([&LOCAL[..], &head, path.as_bytes(), content].concat());
            directory.extend([&ENTRY[..], &[20, 0], &head, &[0; 10], &local, path.as_bytes()].concat());
        }
        let count = u16::try_from(files.len()).unwrap().to_le_bytes();
        let (from, size) = (u32::try_from(bytes.len()).unwrap(), u32::try_from(directory.len()).unwrap());
        bytes.extend(directory);
        bytes.extend(
            [&END[..], &[0; 4], &count, &count, &size.to_le_bytes(), &from.to_le_bytes(), &[0, 0]].concat(),
        );
        bytes
    }

    #[test]
    fn files_are_found_and_folders_and_ways_out_are_left_out() {
        let archive = archive(&[("a/", b""), ("a\\b.json", b"{}"), ("../c.json", b"x"), ("/d", b"x")], 0, 0);
        let entries = zip_entries(&archive).unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].path, "a/b.json");
        assert_eq!(&archive[entries[0].range.clone()], b"{}");
    }

    #[test]
    fn encrypted_entries_and_other_methods_are_not_read() {
        assert_eq!(zip_entries(&archive(&[("a", b"x")], 8, 0)).unwrap()[0].packing, Packing::Deflate);
        assert_eq!(zip_entries(&archive(&[("a", b"x")], 8, 1)).unwrap()[0].packing, Packing::Unread);
        assert_eq!(zip_entries(&archive(&[("a", b"x")], 12, 0)).unwrap()[0].packing, Packing::Unread);
    }

    /// OR-19: whatever size the archive states.
    #[test]
    fn a_bomb_is_too_large_and_damage_is_said() {
        use std::io::Write as _;
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
        let packed = encoder.finish().unwrap();
        let inflated = |packed: &[u8], limit: u64| {
            let (mut inflating, mut pieces) = (Inflating::start(packed, limit), 1);
            while inflating.step()? {
                pieces += 1;
            }
            Ok((inflating.finish(), pieces))
        };
        // Four pieces, and one that finds the end.
        assert_eq!(inflated(&packed, 1 << 20), Ok((vec![0; 1 << 20], 5)));
        assert_eq!(inflated(&packed, (1 << 20) - 1), Err(Unpackable::TooLarge));
        assert_eq!(inflated(&[0xff; 20], 100), Err(Unpackable::Damaged));
    }

    #[test]
    fn a_damaged_archive_is_none_and_never_a_panic() {
        let whole = archive(&[("a.json", b"{}"), ("b.json", b"[]")], 0, 0);
        for end in 0..whole.len() {
            assert_eq!(zip_entries(&whole[..end]), None, "{end}");
        }
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 0xff;
            let _ = zip_entries(&broken);
        }
    }
}
