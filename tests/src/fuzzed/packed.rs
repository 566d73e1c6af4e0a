//! Compressed files: decompressed completely, and a truncated one is never read as a shorter document.

use std::io::{self, Cursor, Read as _, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use posture_core::{Form, Options};
use posture_engine::DeriveError;
use posture_engine::input::decompressed;

use super::draws::drawn_from;
use crate::mutation;

/// Bytes to decompress at most, because a small file can expand enormously.
const READ_LIMIT: u64 = 1 << 22;
/// The first bytes of a gzip file.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let snapshots = mutation::snapshots();
    snapshots.iter().map(|plain| packed(plain)).chain(snapshots.iter().take(10).cloned()).collect()
}

fn packed(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let finished = encoder.write_all(plain).and_then(|()| encoder.finish());
    finished.unwrap_or_else(|error| panic!("memory takes all that is written: {error}"))
}

fn unpacked(stored: &[u8]) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    decompressed(Cursor::new(stored.to_vec()))?.take(READ_LIMIT).read_to_end(&mut plain)?;
    Ok(plain)
}

/// Decompresses the input. Then compresses it, and decompresses the result whole, truncated and as two members,
/// and derives from it as the command line does.
pub(super) fn run(input: &[u8]) {
    let as_is = unpacked(input);
    if !input.starts_with(&MAGIC) {
        assert!(
            as_is.is_ok_and(|plain| plain == input.get(..READ_LIMIT as usize).unwrap_or(input)),
            "plain bytes stay as they are"
        );
    }
    let stored = packed(input);
    let same = |stored: &[u8]| unpacked(stored).is_ok_and(|plain| plain == input);
    assert!(same(&stored), "what is packed comes out again");
    let mut chance = drawn_from(input);
    let middle = chance.usize(0..=input.len());
    assert!(
        same(&[packed(&input[..middle]), packed(&input[middle..])].concat()),
        "members follow each other"
    );
    let cut = chance.usize(MAGIC.len()..stored.len());
    assert!(
        unpacked(&stored[..cut]).is_err(),
        "cut off after {cut} of {} bytes and read as whole",
        stored.len()
    );
    derives(input, &stored);
}

fn derives(plain: &[u8], stored: &[u8]) {
    let own = posture_core::derive(plain, Form::Json, &Options::default());
    let input =
        decompressed(Cursor::new(stored.to_vec())).unwrap_or_else(|error| panic!("memory is read: {error}"));
    let parallel = posture_engine::derive(input, Form::Json, &Options::default(), |_| {});
    match (own, parallel) {
        (Ok(own), Ok(parallel)) => {
            assert!(own == parallel, "derived in parallel {parallel:?}\ninstead of {own:?}")
        }
        (Err(own), Err(DeriveError::Refused(parallel))) => assert_eq!(own, parallel),
        (own, parallel) => panic!("{parallel:?}\ninstead of {own:?}"),
    }
}
