//! A tenant and its records.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Instant, ScopeRules, Text};

/// One tenant and all its records.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Tenant {
    pub id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_id: Option<u64>,
    pub external_id: Text,
    pub name: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<Text>>,
    pub status: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Text>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub scopes: BTreeMap<String, ScopeRules>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Vec<Text>>,
    pub backup_sets: Vec<BackupSet>,
    pub backup_schedules: Vec<BackupSchedule>,
    pub restore_runs: Vec<RestoreRun>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
}

/// One capture of a tenant's configuration.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct BackupSet {
    pub id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Text>,
    pub status: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Instant>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub confirmations: Vec<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opaque: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<BackupItem>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<QualitySummary>,
}

/// One captured policy or foundation.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct BackupItem {
    pub id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_set_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_identifier: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_type: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<ItemMetadata>,
}

/// What is known about an item's capture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct ItemMetadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_source: Option<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignments_fetch_failed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment_capture: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment_capture_reason: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_orphaned_assignments: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integrity_warning: Option<Text>,
}

/// A set's quality in sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct QualitySummary {
    pub total_items: u64,
    pub degraded_items: u64,
    pub families: BTreeMap<Text, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unknowns: BTreeMap<Text, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_types: Option<BTreeMap<Text, u64>>,
}

/// A plan by which backup sets are made.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct BackupSchedule {
    pub id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    pub is_enabled: bool,
    pub frequency: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval_minutes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_of_day: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days_of_week: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run_status: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_run_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Instant>,
}

/// One attempt to restore, or a preview of one.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct RestoreRun {
    pub id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_set_id: Option<u64>,
    pub status: Text,
    pub is_dry_run: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub results: Option<Results>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<RunMetadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_run: Option<Operation>,
}

/// What else is known about a restore run.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct RunMetadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub non_applied: Option<u64>,
}

/// The operation that carried a restore run out.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Operation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    pub status: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Text>,
}

/// The outcomes of a restore run: rows, and counts for what is not listed.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Results {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Outcome>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub foundations: Vec<Outcome>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assignments: Vec<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub policy_types: BTreeMap<Text, Counts>,
    /// Keys of the source that hold outcomes which cannot be read here. They make the reader report unread outcomes.
    #[serde(flatten)]
    pub unread: BTreeMap<Text, Value>,
}

/// The outcome of one item or assignment.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Outcome {
    pub outcome: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_type: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// How many outcomes there were of each kind. Within a policy type, `unrecognised` is not a key of the contract; leave it `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Counts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unrecognised: Option<u64>,
}

/// A fact of a domain that is passed through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Signal {
    pub domain: Text,
    pub key: Text,
    pub urgency: Text,
    pub title: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Text>,
}
