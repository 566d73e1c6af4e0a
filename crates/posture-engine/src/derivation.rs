//! Deriving a report from a stream, and writing it, both in parallel.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::{mem, thread};

use posture_core::report::canonical::{self, Part, ReportDigest};
use posture_core::{Assessed, Form, Options, Report, ReportBuilder, SnapshotReader};
use rayon::prelude::*;

use crate::batches::{Batch, Cutter, Progress};
use crate::chunks::Chunks;
use crate::error::DeriveError;
use crate::threads;

/// The most threads that assess tenants. Each holds its own chunks, and reading, which one thread does at a time, keeps no more busy.
const MAX_THREADS: usize = 16;
/// How many parts of a report make up one piece.
const PIECE_PARTS: usize = 1 << 6;
/// How many pieces of a report are written at a time.
const BATCH_PIECES: usize = 1 << 3;

/// Derives the report of a document as it is read. The report is the same as that of [`posture_core::derive`].
///
/// As many threads as there are processors take turns to read a chunk and to cut it into tenants, and assess these in parallel;
/// each assesses what it has just read, which is still in its cache. All of them, the caller's included, may block on the input.
pub fn derive(
    input: impl Read + Send,
    form: Form,
    options: &Options,
    on_progress: impl FnMut(Progress) + Send,
) -> Result<Report, DeriveError> {
    let reader = SnapshotReader::new(form, options)?;
    let (chunks, cutter) = (Mutex::new(Chunks::new(input)), Mutex::new(Cutter::new(reader, on_progress)));
    let gathering = Mutex::new(Gathering::default());
    thread::scope(|scope| {
        let work = || while assess_next(&chunks, &cutter, &gathering) {};
        for _ in 1..thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MAX_THREADS) {
            // If the system allows no more threads, those that run do the work.
            if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    // Only a panic poisons a lock, and the scope has already propagated it.
    let Gathering { builder, failure, .. } = gathering.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, failure)) = failure {
        return Err(failure);
    }
    let preamble = cutter.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?;
    Ok(builder.finish(preamble))
}

/// Assesses the next batch; false if there is none, or if an earlier failure makes the rest irrelevant.
fn assess_next<R: Read, F: FnMut(Progress)>(
    chunks: &Mutex<Chunks<R>>,
    cutter: &Mutex<Cutter<F>>,
    gathering: &Mutex<Gathering>,
) -> bool {
    let Some((number, batch)) = next_batch(chunks, cutter) else { return false };
    let assessed = batch.and_then(|batch| Ok(batch.assess()?));
    gathering.lock().is_ok_and(|mut gathering| gathering.take(number, assessed))
}

/// The next batch and its number; `None` at the document's end, or if another thread has panicked.
fn next_batch<R: Read, F: FnMut(Progress)>(
    chunks: &Mutex<Chunks<R>>,
    cutter: &Mutex<Cutter<F>>,
) -> Option<(usize, Result<Batch, DeriveError>)> {
    let mut chunks = chunks.lock().ok()?;
    let chunk = chunks.next();
    // Locked before the chunks are released, so that chunks are cut in the order in which they are read.
    let mut cutter = cutter.lock().ok()?;
    drop(chunks);
    cutter.cut(chunk)
}

/// The result of the batches so far, in the document's order.
#[derive(Default)]
struct Gathering {
    builder: ReportBuilder,
    /// How many batches the builder has taken.
    gathered: usize,
    /// Batches that were assessed before an earlier one.
    early: BTreeMap<usize, Vec<Assessed>>,
    /// The document's first failure so far, and the number of its batch.
    failure: Option<(usize, DeriveError)>,
}

impl Gathering {
    /// Takes the result of a batch; false if no later batch matters any more.
    fn take(&mut self, number: usize, result: Result<Vec<Assessed>, DeriveError>) -> bool {
        match result {
            Ok(assessed) => {
                self.early.insert(number, assessed);
            }
            Err(error) if self.failure.as_ref().is_none_or(|(first, _)| number < *first) => {
                self.failure = Some((number, error))
            }
            Err(_) => {}
        }
        while let Some(batch) = self.early.remove(&self.gathered) {
            let added = batch.into_iter().try_for_each(|assessed| self.builder.add(assessed));
            if let (Err(refusal), None) = (added, &self.failure) {
                self.failure = Some((self.gathered, refusal.into()));
            }
            self.gathered += 1;
        }
        self.failure.is_none()
    }
}

/// Passes a report's canonical bytes, those of [`Report::to_json`], to `take` in pieces.
///
/// Pieces are written in parallel, or one after the other if the system allows no more threads.
/// Memory holds two batches of them, whose buffers are reused.
pub fn write(report: &Report, mut take: impl FnMut(&[u8]) -> io::Result<()> + Send) -> io::Result<()> {
    let parts: Vec<_> = canonical::parts(report).collect();
    if !threads::are_started() {
        let mut piece = Vec::new();
        return parts.chunks(PIECE_PARTS).try_for_each(|parts| {
            write_piece(parts, &mut piece)?;
            hand_on(&mut piece, &mut take)
        });
    }
    let (mut pieces, mut free) = (vec![Vec::new(); BATCH_PIECES], vec![Vec::new(); BATCH_PIECES]);
    for batch in parts.chunks(PIECE_PARTS * BATCH_PIECES) {
        let write = || {
            free.par_iter_mut()
                .zip(batch.par_chunks(PIECE_PARTS))
                .try_for_each(|(piece, parts)| write_piece(parts, piece))
        };
        let hand_on = || pieces.iter_mut().try_for_each(|piece| hand_on(piece, &mut take));
        let (written, taken) = rayon::join(write, hand_on);
        taken?;
        written?;
        mem::swap(&mut pieces, &mut free);
    }
    pieces.iter_mut().try_for_each(|piece| hand_on(piece, &mut take))
}

fn write_piece(parts: &[Part<'_>], piece: &mut Vec<u8>) -> io::Result<()> {
    Ok(parts.iter().try_for_each(|part| part.write(piece))?)
}

/// Passes on a piece unless it is empty, and clears it for reuse.
fn hand_on(piece: &mut Vec<u8>, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    if !piece.is_empty() {
        take(piece)?;
        piece.clear();
    }
    Ok(())
}

/// The digest of a report, the same as [`Report::digest`].
pub fn digest(report: &Report) -> io::Result<String> {
    let mut digest = ReportDigest::default();
    write(report, |bytes| {
        digest.add(bytes);
        Ok(())
    })?;
    Ok(digest.finish())
}
