//! Answers from evidence. Each is made once for all identical requests, by a bounded number of threads, and is kept while there is
//! room: a second reader costs neither a derivation nor compression.
//!
//! An answer is made at the pace of the source, into a spool, and read at the pace of each client. So a slow client holds neither a
//! database connection nor a thread, and the work stops when the last client hangs up.

mod answer;
mod compression;

use std::collections::HashMap;
use std::io::{self, BufWriter, Read, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use posture_core::Options;
use posture_engine::spool::SpoolSpace;

use self::answer::{Answer, AnswerWriter, abandoned};
use self::compression::Compressor;
use crate::document::{self, EvidenceReader, ReportError};
use crate::sources::{Evidence, EvidenceSource, EvidenceVersion, Query, SourceError};
use crate::work::{Lane, Place, Pool};

pub(crate) use answer::{Head, Reading};
pub(crate) use compression::{Encoding, encoding_weight};

/// The most bytes of complete answers that are kept.
const KEPT_BYTES: u64 = 1 << 30;
/// The most answers that are kept.
const KEPT_ANSWERS: usize = 512;
const BUFFER_BYTES: usize = 1 << 16;

/// What changes the evidence of an answer before it is written, such as a viewer's capabilities.
pub(crate) type Prepare = Box<dyn FnOnce(Evidence) -> Result<Evidence, SourceError> + Send>;

/// What is made of evidence.
pub(crate) enum Content {
    /// The snapshot document.
    Document,
    /// The report.
    Report(Options),
}

/// A requested answer.
pub(crate) struct Order {
    /// The version of the answer: equal versions have equal content.
    pub(crate) version: String,
    pub(crate) encoding: Encoding,
    /// The version of the evidence that `version` is made from.
    pub(crate) evidence_version: EvidenceVersion,
    pub(crate) query: Query,
    /// Who is asking, if they are authenticated.
    pub(crate) identity: Option<String>,
    pub(crate) lane: Lane,
    pub(crate) content: Content,
    pub(crate) prepare: Prepare,
}

/// Why no answer can be made now.
#[derive(Debug)]
pub(crate) enum Overloaded {
    /// Too much work is waiting.
    Queue,
    /// There is no room for temporary files.
    Room,
}

type Key = (String, Encoding);

/// Makes and keeps answers.
pub(crate) struct Answers {
    pool: Arc<Pool>,
    space: Arc<SpoolSpace>,
    kept: Mutex<Kept>,
}

/// Answers that are being made or kept.
#[derive(Default)]
struct Kept {
    answers: HashMap<Key, KeptAnswer>,
    /// Counts requests, to find the least recently used answer.
    clock: u64,
}

struct KeptAnswer {
    answer: Arc<Answer>,
    query: Query,
    evidence_version: EvidenceVersion,
    asked: u64,
}

impl Answers {
    pub(crate) fn new(pool: Arc<Pool>, space: Arc<SpoolSpace>) -> Arc<Self> {
        Arc::new(Self { pool, space, kept: Mutex::default() })
    }

    /// The answer to an order: a kept one, one that is being made, or a new one.
    pub(crate) fn ask(
        self: &Arc<Self>,
        source: &Arc<dyn EvidenceSource>,
        order: Order,
    ) -> Result<Reading, Overloaded> {
        let key = (order.version.clone(), order.encoding);
        let mut kept = self.kept();
        kept.clock += 1;
        let asked = kept.clock;
        if let Some(known) = kept.answers.get_mut(&key) {
            known.asked = asked;
            if let Some(reading) = known.answer.read() {
                return Ok(reading);
            }
        }
        self.trim(&mut kept);
        if !self.space.has_room() {
            return Err(Overloaded::Room);
        }
        let place = self.pool.place(order.lane, order.query.workspace, order.identity.as_deref());
        let place = place.ok_or(Overloaded::Queue)?;
        let answer = Answer::new(self.space.spool());
        // A new answer is not abandoned.
        let reading = answer.read().ok_or(Overloaded::Queue)?;
        // Nobody requests answers from evidence that has changed since, even with another extent: the overview asks for evidence since a
        // month before its export, which is another instant after each change.
        kept.answers.retain(|_, known| {
            known.evidence_version == order.evidence_version || !known.query.has_tenants_of(&order.query)
        });
        let (query, evidence_version) = (order.query.clone(), order.evidence_version.clone());
        kept.answers
            .insert(key.clone(), KeptAnswer { answer: Arc::clone(&answer), query, evidence_version, asked });
        drop(kept);
        let (answers, source) = (Arc::clone(self), Arc::clone(source));
        tokio::spawn(async move {
            let made = answers.make(&source, &answer, &key, order, place);
            let outcome = tokio::select! {
                made = made => made,
                () = answer.until_abandoned() => Err(ReportError::Derive(abandoned().into())),
            };
            if outcome.is_err() {
                answers.forget(&key, &answer);
            }
            answer.end(outcome);
            answers.trim(&mut answers.kept());
        });
        Ok(reading)
    }

    async fn make(
        &self,
        source: &Arc<dyn EvidenceSource>,
        answer: &Arc<Answer>,
        key: &Key,
        order: Order,
        place: Place,
    ) -> Result<(), ReportError> {
        let permit = place.turn().await;
        let evidence = source.open(&order.query).await.map_err(ReportError::Source)?;
        if evidence.version != order.evidence_version {
            // The evidence changed since its version was read, so this is the answer to another version.
            self.forget(key, answer);
        }
        let evidence = (order.prepare)(evidence).map_err(ReportError::Source)?;
        let evidence_version = evidence.version.clone();
        let (input, read) = (EvidenceReader::new(evidence), Arc::clone(answer));
        let (content, encoding) = (order.content, order.encoding);
        let made = tokio::task::spawn_blocking(move || {
            let made = write(
                Cancelled { input, answer: Arc::clone(&read) },
                &read,
                evidence_version,
                content,
                encoding,
            );
            drop(permit);
            made
        });
        let bytes = made.await.map_err(|panicked| ReportError::Source(SourceError::failed(panicked)))??;
        self.pool.learn(order.lane, order.query.workspace, bytes);
        Ok(())
    }

    /// Stops keeping an answer. Its readers keep it.
    fn forget(&self, key: &Key, answer: &Arc<Answer>) {
        let mut kept = self.kept();
        if kept.answers.get(key).is_some_and(|known| Arc::ptr_eq(&known.answer, answer)) {
            kept.answers.remove(key);
        }
    }

    /// Frees the least recently used answers until the rest is within the bounds, or all of them if there is no room for new ones.
    fn trim(&self, kept: &mut Kept) {
        let most_bytes = if self.space.was_short() || !self.space.has_room() { 0 } else { KEPT_BYTES };
        let mut complete: Vec<_> = kept
            .answers
            .iter()
            .filter_map(|(key, known)| Some((known.asked, known.answer.complete_bytes()?, key.clone())))
            .collect();
        complete.sort_by_key(|(asked, ..)| std::cmp::Reverse(*asked));
        let mut bytes = 0;
        for (place, (_, length, key)) in complete.into_iter().enumerate() {
            bytes += length;
            if bytes > most_bytes || place >= KEPT_ANSWERS {
                kept.answers.remove(&key);
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes an answer, and returns how many bytes of evidence were read.
fn write(
    mut input: Cancelled,
    answer: &Arc<Answer>,
    evidence_version: EvidenceVersion,
    content: Content,
    encoding: Encoding,
) -> Result<u64, ReportError> {
    let out = BufWriter::with_capacity(BUFFER_BYTES, AnswerWriter(Arc::clone(answer)));
    let mut out = Compressor::new(encoding, out).map_err(ReportError::from)?;
    match content {
        Content::Document => {
            answer.start(Head { evidence_version, digest: None });
            io::copy(&mut input, &mut out).map_err(ReportError::from)?;
            finish(out).map_err(ReportError::from)?;
        }
        Content::Report(options) => {
            let digest = document::write_report(&mut input, &options, &mut out)?;
            finish(out).map_err(ReportError::from)?;
            answer.start(Head { evidence_version, digest: Some(digest) });
        }
    }
    Ok(input.input.bytes())
}

fn finish(out: Compressor<BufWriter<AnswerWriter>>) -> io::Result<()> {
    out.finish()?.flush()
}

/// Reads evidence until nobody needs the answer.
struct Cancelled {
    input: EvidenceReader,
    answer: Arc<Answer>,
}

impl Read for Cancelled {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.input.read_until(buffer, self.answer.until_abandoned())
    }
}
