//! Derivation with the machine's means: bytes come in by chunks, tenants are assessed in parallel, and memory holds some batches of
//! tenants and the reports, never the document. The report is written in parallel too.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::{mem, thread};

use posture_core::canonical::{self, Part, ReportDigest};
use posture_core::policy::Frame;
use posture_core::{Assessed, Form, Options, Refusal, RefusalKind, Report, ReportBuilder, SnapshotReader, TenantText, assess_tenant};
use rayon::prelude::*;

use crate::chunks::Chunks;

/// How many bytes of tenants are judged together; one tenant may be larger.
const BATCH_BYTES: usize = 1 << 21;
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
///
/// As many threads as there are processors take turns to read and cut some tenants, and judge what they took beside each other: what one has
/// just read is near it. All of them, the calling one too, may wait for the input.
pub fn derive(
    input: impl Read + Send,
    form: Form,
    options: &Options,
    on_progress: impl FnMut(Progress) + Send,
) -> Result<Report, DeriveError> {
    let reader = SnapshotReader::new(form, options)?;
    let intake = Intake { chunks: Chunks::of(input), reader, bytes: 0, batches: 0, is_at_end: false, on_progress };
    let (intake, gathering) = (Mutex::new(intake), Mutex::new(Gathering::default()));
    thread::scope(|scope| {
        let work = || while judge_next(&intake, &gathering) {};
        for _ in 1..thread::available_parallelism().map_or(1, NonZeroUsize::get) {
            scope.spawn(work);
        }
        work();
    });
    // A lock is only ever poisoned by a panic, which the scope has handed on.
    let Gathering { builder, failure, .. } = gathering.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, failure)) = failure {
        return Err(failure);
    }
    match intake.into_inner().unwrap_or_else(PoisonError::into_inner).reader.into_preamble()? {
        Some(preamble) => Ok(builder.finish(preamble)),
        None => Err(Refusal { kind: RefusalKind::Empty, path: None, position: None }.into()),
    }
}

/// Judges the next batch; false where there is none, or nothing more is to be judged.
fn judge_next<R: Read, F: FnMut(Progress)>(intake: &Mutex<Intake<R, F>>, gathering: &Mutex<Gathering>) -> bool {
    // What panicked is told by the scope.
    let Some((number, batch)) = intake.lock().ok().and_then(|mut intake| intake.next()) else { return false };
    let judged = batch.and_then(|batch| Ok(batch.judge()?));
    gathering.lock().is_ok_and(|mut gathering| gathering.take(number, judged))
}

/// What came of the batches so far.
#[derive(Default)]
struct Gathering {
    builder: ReportBuilder,
    /// How many batches the builder holds.
    gathered: usize,
    /// Batches that are judged before an earlier one.
    early: BTreeMap<usize, Vec<Assessed>>,
    /// The document's first failure so far, and the batch it came with.
    failure: Option<(usize, DeriveError)>,
}

impl Gathering {
    /// Takes what came of a batch; false where nothing behind it matters any more.
    fn take(&mut self, number: usize, judged: Result<Vec<Assessed>, DeriveError>) -> bool {
        match judged {
            Ok(assessed) => {
                self.early.insert(number, assessed);
            }
            Err(error) if self.failure.as_ref().is_none_or(|(first, _)| number < *first) => self.failure = Some((number, error)),
            Err(_) => {}
        }
        while let Some(batch) = self.early.remove(&self.gathered) {
            batch.into_iter().for_each(|assessed| self.builder.add(assessed));
            self.gathered += 1;
        }
        self.failure.is_none()
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

/// Tenants that are judged together.
struct Batch {
    frame: Arc<Frame>,
    tenants: Vec<TenantText>,
}

impl Batch {
    fn judge(&self) -> Result<Vec<Assessed>, Refusal> {
        self.tenants.iter().map(|tenant| assess_tenant(tenant, &self.frame)).collect()
    }
}

/// The document on its way in.
struct Intake<R, F> {
    chunks: Chunks<R>,
    reader: SnapshotReader,
    bytes: u64,
    /// How many batches have been handed out.
    batches: usize,
    is_at_end: bool,
    on_progress: F,
}

impl<R: Read, F: FnMut(Progress)> Intake<R, F> {
    /// The next batch or failure, and its number.
    fn next(&mut self) -> Option<(usize, Result<Batch, DeriveError>)> {
        let batch = self.next_batch().transpose()?;
        self.batches += 1;
        Some((self.batches - 1, batch))
    }

    /// The next tenants, in the document's order; none at its end. Tenants before a refusal come first, the refusal with the next call.
    fn next_batch(&mut self) -> Result<Option<Batch>, DeriveError> {
        let (mut tenants, mut bytes) = (Vec::new(), 0);
        while bytes < BATCH_BYTES {
            match self.reader.next_tenant() {
                Ok(Some(tenant)) => {
                    bytes += tenant.bytes.len();
                    tenants.push(tenant);
                }
                Ok(None) if self.is_at_end => break,
                Ok(None) => self.read_chunk()?,
                Err(refusal) if tenants.is_empty() => return Err(refusal.into()),
                Err(_) => break,
            }
        }
        Ok(self.reader.frame().filter(|_| !tenants.is_empty()).map(|frame| Batch { frame, tenants }))
    }

    fn read_chunk(&mut self) -> io::Result<()> {
        match self.chunks.next()? {
            Some(chunk) => {
                self.bytes += chunk.len() as u64;
                self.reader.push_chunk(chunk);
            }
            None => {
                self.is_at_end = true;
                self.reader.finish();
            }
        }
        (self.on_progress)(Progress { bytes: self.bytes, tenants: self.reader.tenants_seen() });
        Ok(())
    }
}
