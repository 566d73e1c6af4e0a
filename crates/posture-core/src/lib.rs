//! The resolver of Posture: a snapshot of backup and restore evidence in, a posture report out.
//!
//! It answers, for many Microsoft 365 / Intune tenants, whether each tenant's backup basis is sound and what executed restores have
//! actually shown. It says why, says what it does not know, and never claims that recovery works. The contract it implements is in
//! `specs/`; docs here name its sections.
//!
//! The folders follow the data, in one direction:
//!
//! - `json` reads JSON text without copying and knows nothing of snapshots.
//! - [`reading`] turns bytes into a tenant's records, refuses a document or sets aside what cannot be used.
//! - [`verdicts`] decides about one tenant: backup health, schedules, restore runs, recovery evidence, coverage.
//! - [`report`] puts tenants together: dashboard, overview, calmness, registry, canonical bytes and digest.
//! - [`views`] explains verdicts for pages; [`compare`] compares two reports; [`export`] writes files;
//!   [`notify`] says what is news since the last message.
//! - [`words`] holds every sentence, [`paths`] every URL, [`vocabulary`] every word the contract fixes.
//!
//! **Guarantees.** The same snapshot, policy and as-of instant give the same bytes on every target. Bad input is refused or set aside on
//! reading, with a path and a reason; deriving cannot fail. What is unknown is never read as good.
//!
//! **What this crate does not do.** It reads no clock, no file, no environment and no network, starts no threads, and keeps nothing.

pub mod bounds;
pub mod compare;
pub mod export;
pub mod finding;
mod id;
pub mod invisible_chars;
mod json;
pub mod key;
pub mod notify;
pub mod paths;
pub mod policy;
pub mod reading;
pub mod report;
#[cfg(feature = "schema")]
pub mod schema;
pub mod sorting;
pub mod timestamp;
pub mod tone;
pub mod verdicts;
pub mod views;
pub mod vocabulary;
pub mod words;

pub use id::{GREATEST_NUMBER, Id};
pub use json::fault::{Mismatch, SyntaxProblem};
pub use reading::form::Form;
pub use reading::reader::{Options, SnapshotReader, TenantText};
pub use reading::refusal::{Refusal, RefusalKind};
pub use report::assessing::Assessing;
pub use report::builder::{Gathered, ReportBuilder};
pub use report::model::{Report, TenantReport};
pub use report::tenant::{Assessed, assess_tenant};
pub use timestamp::Timestamp;

/// How many bytes are cut at a time if the whole document is available.
const CHUNK_BYTES: usize = 1 << 16;

/// Derives the report of a whole document.
///
/// A shell that receives the document in parts, or must stay responsive, drives [`SnapshotReader`], [`assess_tenant`] and
/// [`ReportBuilder`] itself; the report is the same.
pub fn derive(document: &[u8], form: Form, options: &Options) -> Result<Report, Refusal> {
    let mut reader = SnapshotReader::new(form, options)?;
    let mut builder = ReportBuilder::default();
    let mut assess = |tenant: TenantText, frame: &policy::Frame| builder.add(assess_tenant(&tenant, frame)?);
    for chunk in document.chunks(CHUNK_BYTES) {
        reader.push(chunk);
        reader.drain(&mut assess)?;
    }
    reader.end();
    reader.drain(&mut assess)?;
    Ok(builder.finish(reader.finish()?))
}
