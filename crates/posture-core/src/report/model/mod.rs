//! The report as it is written: types only (contract, section 10).
//!
//! The fields of every struct that is written are in the order of their names, so that serde writes canonical JSON (RFC 8785) straight
//! from the values; a test compares the bytes with a general canonicaliser.

mod action;
mod dashboard;
mod overview;
mod tenant;

use std::sync::Arc;

use serde::Serialize;

pub use action::{Action, ActionTarget, BackupTargetKind};
pub use dashboard::{
    AttentionGroup, DashboardItem, Domain, HealthyCheck, HealthyCheckKey, NeedsAttention, Signals,
};
pub use overview::{
    AttentionItem, CalmBlocker, Calmness, Destination, DestinationKind, Overview, ProfileSummary,
    ReasonContext, SummaryMetric,
};
pub use tenant::{
    RecoveryEvidence, RegistryRow, RestoreResultAttention, TenantBackupHealthAssessment, TenantReport,
};

use crate::finding::Finding;
use crate::id::Id;
use crate::policy::{Frame, Policy};
use crate::reading::reader::Workspace;
use crate::timestamp::Timestamp;
use crate::vocabulary::vocabulary;

/// The `format` of a report.
pub const REPORT_FORMAT: &str = "recovery-posture/report";
/// The report version written here.
pub const REPORT_VERSION: u64 = 1;

vocabulary! {
    /// Why a tenant was not evaluated.
    pub enum Exclusion {
        NotActive = "not_active",
        Unreadable = "unreadable",
        DuplicateTenant = "duplicate_tenant",
        ForeignWorkspace = "foreign_workspace",
    }
}

/// A tenant that was not evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotEvaluated {
    /// Why the tenant was not evaluated.
    pub reason: Exclusion,
    /// The tenant's id; null if it cannot be read.
    pub tenant_id: Option<Id>,
    /// The tenant's name; null if it cannot be read.
    pub tenant_label: Option<String>,
}

/// Where every exported tenant went; the parts add up to `exported`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Denominators {
    /// Tenants set aside because an earlier entry has the same id or route key.
    pub duplicate_tenant: u64,
    /// Tenants that were evaluated, as many as `tenants` has.
    pub evaluated: u64,
    /// All tenants of the snapshot.
    pub exported: u64,
    /// Tenants set aside because they state another workspace.
    pub foreign_workspace: u64,
    /// Tenants set aside because their status is not active.
    pub not_active: u64,
    /// Tenants set aside because their entry is invalid.
    pub unreadable: u64,
}

impl Denominators {
    /// How many tenants were set aside for a reason.
    pub fn excluded(&self, reason: Exclusion) -> u64 {
        match reason {
            Exclusion::NotActive => self.not_active,
            Exclusion::Unreadable => self.unreadable,
            Exclusion::DuplicateTenant => self.duplicate_tenant,
            Exclusion::ForeignWorkspace => self.foreign_workspace,
        }
    }
}

/// Everything derived from one snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// The instant the evidence is judged at.
    pub as_of: Timestamp,
    /// How old the export is at that instant, in whole seconds.
    pub data_age_seconds: u64,
    /// Where every exported tenant went.
    pub denominators: Denominators,
    /// The earliest instant in the evaluated tenants' records; null if they have none.
    pub evidence_from: Option<Timestamp>,
    /// The instant the evidence was exported at.
    pub exported_at: Timestamp,
    /// Problems found in the evidence itself, each with its severity and place.
    pub findings: Vec<Finding>,
    /// Always `recovery-posture/report`.
    pub format: &'static str,
    /// Tenants that were not evaluated, in the document's order.
    pub not_evaluated: Vec<NotEvaluated>,
    /// The workspace as a whole: attention items, counts and calmness.
    pub overview: Overview,
    /// The policy that the evidence was judged under: the snapshot's, with the caller's overrides.
    pub policy: Policy,
    /// The earliest instant that a reduced (slim) snapshot can be judged at; null if it was not reduced.
    pub since: Option<Timestamp>,
    /// The evaluated tenants, by id.
    pub tenants: Vec<Box<TenantReport>>,
    /// The version of this format, currently 1.
    pub version: u64,
    /// The workspace that the tenants belong to.
    pub workspace: Workspace,
}

impl Report {
    /// What its tenants were judged under.
    pub fn frame(&self) -> Frame {
        Frame {
            as_of: self.as_of,
            exported_at: self.exported_at,
            since: self.since,
            policy: Arc::new(self.policy.clone()),
            workspace_id: self.workspace.id,
        }
    }

    /// The tenant with this id.
    pub fn tenant_of(&self, id: Id) -> Option<&TenantReport> {
        let place = self.tenants.binary_search_by_key(&id, |tenant| tenant.tenant_id).ok()?;
        self.tenants.get(place).map(|tenant| &**tenant)
    }

    /// The tenant with this route key.
    pub fn tenant(&self, route_key: &str) -> Option<&TenantReport> {
        self.tenants.iter().map(|tenant| &**tenant).find(|tenant| tenant.tenant_route_key == route_key)
    }
}
