//! Derivation with the machine's means: bytes come in by chunks, tenants are assessed in parallel, and memory holds some batches of
//! tenants and the reports, never the document. The report is written in parallel too.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::{mem, thread};

use posture_core::report::canonical::{self, Part, ReportDigest};
use posture_core::{Assessed, Form, Options, Refusal, Report, ReportBuilder, SnapshotReader};
use rayon::prelude::*;

use crate::batches::{Batch, Cutter};
use crate::chunks::Chunks;

/// How many threads judge at most: each has chunks of its own, and reading, which is one's alone at a time, keeps no more of them busy.
const MOST_THREADS: usize = 16;
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
    #[error(
        "The input could not be read to its end: {0}. Check that the file is whole, and copy or export it again."
    )]
    Unreadable(#[from] io::Error),
}

/// Derives the report of a document as it is read. The report is the one [`posture_core::derive`] gives.
///
/// As many threads as there are processors take turns to read a chunk, take turns to cut it into tenants, and judge these beside each other:
/// what one has just read is near it. All of them, the calling one too, may wait for the input.
pub fn derive(
    input: impl Read + Send,
    form: Form,
    options: &Options,
    on_progress: impl FnMut(Progress) + Send,
) -> Result<Report, DeriveError> {
    let reader = SnapshotReader::new(form, options)?;
    let (chunks, cutter) = (Mutex::new(Chunks::of(input)), Mutex::new(Cutter::of(reader, on_progress)));
    let gathering = Mutex::new(Gathering::default());
    thread::scope(|scope| {
        let work = || while judge_next(&chunks, &cutter, &gathering) {};
        for _ in 1..thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_THREADS) {
            scope.spawn(work);
        }
        work();
    });
    // A lock is only ever poisoned by a panic, which the scope has handed on.
    let Gathering { builder, failure, .. } = gathering.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, failure)) = failure {
        return Err(failure);
    }
    let preamble = cutter.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?;
    Ok(builder.finish(preamble))
}

/// Judges the next batch; false where there is none, or nothing more is to be judged.
fn judge_next<R: Read, F: FnMut(Progress)>(
    chunks: &Mutex<Chunks<R>>,
    cutter: &Mutex<Cutter<F>>,
    gathering: &Mutex<Gathering>,
) -> bool {
    let Some((number, batch)) = next_batch(chunks, cutter) else { return false };
    let judged = batch.and_then(|batch| Ok(batch.judge()?));
    gathering.lock().is_ok_and(|mut gathering| gathering.take(number, judged))
}

/// The next batch and its number; none at the document's end, or where another thread has panicked.
fn next_batch<R: Read, F: FnMut(Progress)>(
    chunks: &Mutex<Chunks<R>>,
    cutter: &Mutex<Cutter<F>>,
) -> Option<(usize, Result<Batch, DeriveError>)> {
    let mut chunks = chunks.lock().ok()?;
    let chunk = chunks.next();
    // Chunks are cut in the order they are read in: nobody reads before this one's turn to be cut is taken.
    let mut cutter = cutter.lock().ok()?;
    drop(chunks);
    cutter.cut(chunk)
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
            Err(error) if self.failure.as_ref().is_none_or(|(first, _)| number < *first) => {
                self.failure = Some((number, error))
            }
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
        let write = || {
            room.par_iter_mut()
                .zip(batch.par_chunks(PIECE_PARTS))
                .try_for_each(|(piece, parts)| write_piece(parts, piece))
        };
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
