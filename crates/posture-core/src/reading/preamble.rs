//! What goes into a reading, and what comes out of it: options, the document outside its tenants, and each tenant's text.

use bytes::Bytes;

use crate::id::Id;
use crate::json::fault::Mismatch;
use crate::policy::Frame;
use crate::reading::refusal::{Position, Refusal, RefusalKind};
use crate::timestamp::Timestamp;
use crate::vocabulary::SignalDomain;

/// What a caller asks of a derivation beyond the snapshot itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The instant to judge at; the export's own if absent.
    pub as_of: Option<String>,
    /// Hours a completed backup stays fresh, instead of the snapshot's.
    pub freshness_hours: Option<u64>,
    /// Minutes a schedule may be late, instead of the snapshot's.
    pub schedule_grace_minutes: Option<u64>,
    /// A policy as JSON, instead of the snapshot's. It is checked in the same way; the two values above are put in its place.
    pub policy: Option<String>,
}

/// One tenant's text, cut out of the document.
#[derive(Clone, Debug)]
pub struct TenantText {
    /// Its place among the tenants, from 0.
    pub index: usize,
    /// Its bytes, which it may share with the chunk they came in.
    pub bytes: Bytes,
    /// Where it starts in the document.
    pub position: Position,
}

/// The path of the tenant at this place among the tenants.
pub(crate) fn tenant_path(index: usize) -> String {
    format!("tenants[{index}]")
}

/// Who the tenants belong to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Workspace {
    /// Positive integer, unique for the server.
    pub id: Id,
    /// Display name.
    pub name: String,
    /// Short name; null if the snapshot has none.
    pub slug: Option<String>,
}

/// A detail of the head that is invalid, and so reads as absent.
#[derive(Clone, Debug)]
pub(crate) struct UnfitDetail {
    pub(crate) path: String,
    pub(crate) mismatch: Mismatch,
    /// The value, as written.
    pub(crate) found: Option<String>,
}

/// All that a document says outside its tenants.
#[derive(Clone, Debug)]
pub struct Preamble {
    /// What every tenant is judged under.
    pub frame: Frame,
    /// Who the tenants belong to.
    pub workspace: Workspace,
    /// Who wrote the export.
    pub exporter: Option<String>,
    /// Domains passed through that the exporter evaluated.
    pub checked_domains: Vec<SignalDomain>,
    /// The invalid details of the head, in the document's order.
    pub(crate) unfit_details: Vec<UnfitDetail>,
    /// The document without its tenants, as it was written.
    pub head: String,
}

impl Preamble {
    /// The same document, judged at another instant.
    ///
    /// # Errors
    ///
    /// If the document was reduced and does not cover that instant.
    pub fn judged_at(mut self, as_of: Timestamp) -> Result<Self, Refusal> {
        check_covered(as_of, self.frame.since)?;
        self.frame.as_of = as_of;
        Ok(self)
    }
}

pub(crate) fn check_covered(as_of: Timestamp, since: Option<Timestamp>) -> Result<(), Refusal> {
    match since.filter(|since| as_of < *since) {
        Some(since) => Err(RefusalKind::AsOfBeforeSince { as_of, since }.at("", None)),
        None => Ok(()),
    }
}

/// A timestamp of the head; refused before the year 2000.
pub(crate) fn plausible(key: &str, at: Timestamp) -> Result<Timestamp, Refusal> {
    match at >= Timestamp::FIRST_PLAUSIBLE {
        true => Ok(at),
        false => Err(RefusalKind::ImplausibleTimestamp(at).at(key, None)),
    }
}
