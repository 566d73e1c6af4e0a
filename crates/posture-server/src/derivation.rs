//! Derivation with the machine's means: bytes come in by chunks, tenants are assessed in parallel, and memory holds a batch of tenants
//! and their reports, never the document. The report is written in parallel too.

use std::io::{self, Read};
use std::mem;

use posture_core::canonical::{self, Part, ReportDigest};
use posture_core::{Form, Options, Refusal, RefusalKind, Report, ReportBuilder, SnapshotReader, TenantText, assess_tenant};
use rayon::prelude::*;

/// How many bytes are read at a time.
const CHUNK_BYTES: usize = 1 << 18;
/// How many bytes of tenants are assessed at a time; one tenant may be larger.
const BATCH_BYTES: usize = 1 << 22;
/// How many parts of a report are written into one piece.
const PIECE_PARTS: usize = 1 << 6;
/// How many pieces of a report are written at a time.
const BATCH_PIECES: usize = 1 << 3;

/// How far a derivation has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the plain document read so far.
    pub bytes: u64,
    /// Tenants seen so far.
    pub tenants: usize,
}

/// Why a derivation gave no report.
#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    /// The document or an option is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The document could not be read to its end.
    #[error("The input could not be read to its end: {0}. Check that the file is whole, and copy or export it again.")]
    Unreadable(#[from] io::Error),
}

/// Derives the report of a document as it is read. The report is the one [`posture_core::derive`] gives.
pub fn derive(
    input: impl Read + Send,
    form: Form,
    options: &Options,
    on_progress: impl FnMut(Progress) + Send,
) -> Result<Report, DeriveError> {
    let reader = SnapshotReader::new(form, options)?;
    let mut intake = Intake { input, reader, buffer: vec![0; CHUNK_BYTES], bytes: 0, is_at_end: false, on_progress };
    let mut builder = ReportBuilder::default();
    let mut batch = intake.next_batch()?;
    while let Some(frame) = intake.reader.frame().filter(|_| !batch.is_empty()) {
        let assess = || batch.par_iter().map(|tenant| assess_tenant(tenant, &frame)).collect::<Vec<_>>();
        let (assessed, next) = rayon::join(assess, || intake.next_batch());
        for one in assessed {
            builder.add(one?);
        }
        batch = next?;
    }
    match intake.reader.into_preamble()? {
        Some(preamble) => Ok(builder.finish(preamble)),
        None => Err(Refusal { kind: RefusalKind::Empty, path: None, position: None }.into()),
    }
}

/// Hands on a report's canonical bytes, those of [`Report::to_json`], in pieces. Pieces are written in parallel, and memory holds two
/// batches of them, whose room is used again.
pub fn write(report: &Report, mut take: impl FnMut(&[u8]) -> io::Result<()> + Send) -> io::Result<()> {
    let parts: Vec<_> = canonical::parts(report).collect();
    let (mut pieces, mut room) = (vec![Vec::new(); BATCH_PIECES], vec![Vec::new(); BATCH_PIECES]);
    for batch in parts.chunks(PIECE_PARTS * BATCH_PIECES) {
        let write = || room.par_iter_mut().zip(batch.par_chunks(PIECE_PARTS)).try_for_each(|(piece, parts)| write_piece(parts, piece));
        let hand_on = || pieces.iter_mut().try_for_each(|piece| hand_on(piece, &mut take));
        let (written, taken) = rayon::join(write, hand_on);
        taken?;
        written?;
        mem::swap(&mut pieces, &mut room);
    }
    pieces.iter_mut().try_for_each(|piece| hand_on(piece, &mut take))
}

fn write_piece(parts: &[Part<'_>], piece: &mut Vec<u8>) -> io::Result<()> {
    Ok(parts.iter().try_for_each(|part| part.write(piece))?)
}

/// Hands on a piece, if anything is in it, and leaves its room.
fn hand_on(piece: &mut Vec<u8>, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    if !piece.is_empty() {
        take(piece)?;
        piece.clear();
    }
    Ok(())
}

/// The report digest, that of [`Report::digest`].
pub fn digest(report: &Report) -> io::Result<String> {
    let mut digest = ReportDigest::default();
    write(report, |bytes| {
        digest.add(bytes);
        Ok(())
    })?;
    Ok(digest.finish())
}

/// The document on its way in.
struct Intake<R, F> {
    input: R,
    reader: SnapshotReader,
    buffer: Vec<u8>,
    bytes: u64,
    is_at_end: bool,
    on_progress: F,
}

impl<R: Read, F: FnMut(Progress)> Intake<R, F> {
    /// The next tenants, in the document's order; none at its end. Tenants before a refusal come first, the refusal with the next call.
    fn next_batch(&mut self) -> Result<Vec<TenantText>, DeriveError> {
        let mut batch = Vec::new();
        let mut batch_bytes = 0;
        while batch_bytes < BATCH_BYTES {
            match self.reader.next_tenant() {
                Ok(Some(tenant)) => {
                    batch_bytes += tenant.bytes.len();
                    batch.push(tenant);
                }
                Ok(None) if self.is_at_end => break,
                Ok(None) => self.read_chunk()?,
                Err(refusal) if batch.is_empty() => return Err(refusal.into()),
                Err(_) => break,
            }
        }
        Ok(batch)
    }

    fn read_chunk(&mut self) -> io::Result<()> {
        let read = match self.input.read(&mut self.buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(error) => return Err(error),
        };
        if read == 0 {
            self.is_at_end = true;
            self.reader.finish();
        } else {
            self.reader.push(&self.buffer[..read]);
            self.bytes += read as u64;
        }
        (self.on_progress)(Progress { bytes: self.bytes, tenants: self.reader.tenants_seen() });
        Ok(())
    }
}
