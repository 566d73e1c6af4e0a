//! The resolver of Posture: a snapshot of backup and restore evidence in, a posture report out.
//!
//! It answers, for many Microsoft 365 / Intune tenants, whether each tenant's backup basis is sound and what executed restores have
//! actually shown. It says why, says what it does not know, and never claims that recovery works. The contract it implements stands in
//! `specs/`; docs here name its sections.
//!
//! The data goes one way: [`reader`] cuts a document into tenants as its bytes arrive, [`snapshot`] reads one tenant's records,
//! `admission` sets aside what does not count, [`quality`] → [`backup_health`] (with [`schedule`]) and [`restore_attention`] →
//! [`recovery_evidence`], [`coverage`] decide, [`dashboard`] → [`overview`], [`calmness`], [`registry`] say what needs a person, and
//! [`report`] writes it down. [`words`] holds every sentence, [`paths`] every URL.
//!
//! **Guarantees.** The same snapshot, policy and as-of instant give the same bytes on every target. Bad input is refused or set aside on
//! reading, with a path and a reason; deriving cannot fail. What is unknown is never read as good.
//!
//! **What this crate does not do.** It reads no clock, no file, no environment and no network, starts no threads, and keeps nothing.

mod admission;
pub mod backup_health;
pub mod calmness;
pub mod canonical;
pub mod change;
pub mod closed;
pub mod continuity;
pub mod counts;
pub mod coverage;
pub mod csv;
pub mod dashboard;
pub mod diff;
pub mod diff_document;
pub mod distribution;
mod escape;
mod extent;
mod fault;
pub mod finding;
pub mod fit;
pub mod forecast;
mod json;
mod known_key;
mod later;
mod locate;
mod named;
mod number;
pub mod overview;
pub mod paths;
pub mod policy;
pub mod quality;
pub mod reader;
pub mod records;
pub mod recovery_evidence;
pub mod refusal;
pub mod registry;
pub mod report;
pub mod restore_attention;
mod rewrite;
mod scan;
pub mod schedule;
#[cfg(feature = "schema")]
pub mod schema;
pub mod shown;
pub mod slim;
pub mod snapshot;
pub mod sorting;
mod splitter;
mod tenant;
pub mod timeline;
pub mod timestamp;
pub mod tone;
pub mod unseen;
pub mod vocabulary;
pub mod what_if;
pub mod why;
pub mod words;

pub use fault::{Misfit, SyntaxProblem};
pub use fit::Id;
pub use reader::{Form, Options, SnapshotReader, TenantText};
pub use refusal::{Refusal, RefusalKind};
pub use report::{Gathered, Report, ReportBuilder, TenantReport};
pub use tenant::{Assessed, assess_tenant};
pub use timestamp::Timestamp;

/// How many bytes are cut at a time where the whole document is at hand.
const CHUNK_BYTES: usize = 1 << 16;

/// Derives the report of a whole document.
///
/// A shell that has the document only by and by, or wants to stay responsive, drives [`SnapshotReader`], [`assess_tenant`] and
/// [`ReportBuilder`] itself; the report is the same.
pub fn derive(document: &[u8], form: Form, options: &Options) -> Result<Report, Refusal> {
    let mut reader = SnapshotReader::new(form, options)?;
    let mut builder = ReportBuilder::default();
    for chunk in document.chunks(CHUNK_BYTES) {
        reader.push(chunk);
        drain(&mut reader, &mut builder)?;
    }
    reader.finish();
    drain(&mut reader, &mut builder)?;
    match reader.into_preamble()? {
        Some(preamble) => Ok(builder.finish(preamble)),
        None => Err(RefusalKind::Empty.at("", None)),
    }
}

fn drain(reader: &mut SnapshotReader, builder: &mut ReportBuilder) -> Result<(), Refusal> {
    while let Some(tenant) = reader.next_tenant()? {
        let Some(frame) = reader.frame() else { break };
        builder.add(assess_tenant(&tenant, &frame)?);
    }
    Ok(())
}
