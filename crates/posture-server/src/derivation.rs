//! Derivation with the machine's means: bytes come in by chunks, tenants are assessed in parallel, and memory holds some batches of
//! tenants and the reports, never the document. The report is written in parallel too.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::mem;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use posture_core::canonical::{self, Part, ReportDigest};
use posture_core::policy::Frame;
use posture_core::{Assessed, Form, Options, Refusal, RefusalKind, Report, ReportBuilder, SnapshotReader, TenantText, assess_tenant};
use rayon::prelude::*;

/// How many bytes are read at a time.
const CHUNK_BYTES: usize = 1 << 18;
/// How many bytes of tenants are judged together; one tenant may be larger.
const BATCH_BYTES: usize = 1 << 20;
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
/// The calling thread reads, cuts and gathers, and may wait for its input; threads of the pool only judge. It must not be one of these: of a
/// small pool it would wait for itself.
pub fn derive(input: impl Read, form: Form, options: &Options, on_progress: impl FnMut(Progress)) -> Result<Report, DeriveError> {
    let reader = SnapshotReader::new(form, options)?;
    let mut intake = Intake { input, reader, bytes: 0, is_at_end: false, on_progress };
    let mut builder = ReportBuilder::default();
    let batches_ahead = 2 * rayon::current_num_threads();
    rayon::in_place_scope(|scope| {
        let mut ahead = VecDeque::new();
        let read = loop {
            if ahead.len() == batches_ahead {
                gather(&mut ahead, &mut builder)?;
            }
            let batch = match intake.next_batch() {
                Ok(Some(batch)) => batch,
                end => break end.map(drop),
            };
            let (judged, judgement) = mpsc::sync_channel(1);
            // Nobody waits for what a refusal came before.
            scope.spawn(move |_| drop(judged.send(batch.judge())));
            ahead.push_back(judgement);
        };
        // Of two refusals the document's first is told.
        while !ahead.is_empty() {
            gather(&mut ahead, &mut builder)?;
        }
        read
    })?;
    match intake.reader.into_preamble()? {
        Some(preamble) => Ok(builder.finish(preamble)),
        None => Err(Refusal { kind: RefusalKind::Empty, path: None, position: None }.into()),
    }
}

/// What becomes of a batch.
type Judgement = Receiver<Result<Vec<Assessed>, Refusal>>;

/// Takes the earliest batch into the report, once it is judged.
fn gather(ahead: &mut VecDeque<Judgement>, builder: &mut ReportBuilder) -> Result<(), Refusal> {
    let Some(judgement) = ahead.pop_front() else { return Ok(()) };
    // Where a judgement does not come it ended in a panic, which the scope hands on.
    for assessed in judgement.recv().unwrap_or_else(|_| Ok(Vec::new()))? {
        builder.add(assessed);
    }
    Ok(())
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
    input: R,
    reader: SnapshotReader,
    bytes: u64,
    is_at_end: bool,
    on_progress: F,
}

impl<R: Read, F: FnMut(Progress)> Intake<R, F> {
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
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        let read = self.input.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut chunk)?;
        if read == 0 {
            self.is_at_end = true;
            self.reader.finish();
        } else {
            self.reader.push_chunk(chunk.into());
            self.bytes += read as u64;
        }
        (self.on_progress)(Progress { bytes: self.bytes, tenants: self.reader.tenants_seen() });
        Ok(())
    }
}
