//! The records of a synthetic workspace, as a snapshot writes them (contract, section 1).

use std::collections::BTreeMap;

use posture_core::Timestamp;
use serde::{Serialize, Serializer};

/// One tenant and all its records.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Tenant {
    pub id: u64,
    pub workspace_id: u64,
    pub external_id: String,
    pub name: String,
    pub environment: &'static str,
    pub domain: String,
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Vec<&'static str>>,
    pub backup_sets: Vec<BackupSet>,
    pub backup_schedules: Vec<BackupSchedule>,
    pub restore_runs: Vec<RestoreRun>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
}

/// One capture of a tenant's configuration.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct BackupSet {
    pub id: u64,
    pub tenant_id: u64,
    pub name: String,
    pub status: &'static str,
    pub item_count: u64,
    pub created_at: Timestamp,
    pub completed_at: Option<Written>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<BackupItem>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<QualitySummary>,
}

/// An instant, or what a broken exporter wrote in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// An instant.
    At(Timestamp),
    /// No instant.
    Not(&'static str),
}

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::At(at) => at.serialize(serializer),
            Self::Not(text) => serializer.serialize_str(text),
        }
    }
}

/// One captured policy or foundation.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct BackupItem {
    pub id: u64,
    pub backup_set_id: u64,
    pub policy_identifier: String,
    pub policy_type: &'static str,
    pub platform: &'static str,
    pub display_name: String,
    pub captured_at: Written,
    pub metadata: ItemMetadata,
}

/// What is known about an item's capture.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct ItemMetadata {
    pub source: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<&'static str>,
    pub assignments_fetch_failed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment_capture_reason: Option<&'static str>,
    pub has_orphaned_assignments: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integrity_warning: Option<&'static str>,
}

/// A set's quality in sums.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct QualitySummary {
    pub total_items: u64,
    pub degraded_items: u64,
    pub families: BTreeMap<&'static str, u64>,
    pub policy_types: BTreeMap<&'static str, u64>,
}

/// A plan by which backup sets are made.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct BackupSchedule {
    pub id: u64,
    pub tenant_id: u64,
    pub name: &'static str,
    pub is_enabled: bool,
    pub frequency: &'static str,
    pub time_of_day: String,
    pub timezone: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days_of_week: Vec<u64>,
    pub last_run_at: Option<Timestamp>,
    pub last_run_status: Option<&'static str>,
    pub next_run_at: Option<Timestamp>,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
}

/// One attempt to restore, or a preview of one.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct RestoreRun {
    pub id: u64,
    pub tenant_id: u64,
    pub backup_set_id: u64,
    pub status: &'static str,
    pub is_dry_run: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub results: Option<Results>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<RunMetadata>,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_run: Option<OperationRun>,
}

/// The outcomes of a restore run, by kind.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Results {
    pub items: Vec<Outcome>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assignments: Vec<Outcome>,
}

/// The outcome of one item or assignment.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Outcome {
    pub outcome: &'static str,
    pub policy_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// What else is known about a restore run.
#[derive(Clone, Copy, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct RunMetadata {
    pub non_applied: u64,
}

/// The operation that carried a restore run out.
#[derive(Clone, Copy, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct OperationRun {
    pub id: u64,
    pub status: &'static str,
    pub outcome: Option<&'static str>,
}

/// A fact of a domain that is passed through.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Signal {
    pub domain: &'static str,
    pub key: &'static str,
    pub urgency: &'static str,
    pub title: String,
    pub body: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<&'static str>,
}
