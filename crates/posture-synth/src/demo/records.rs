//! The demo's records, as a snapshot writes them. Times are texts, so that a scenario can hold one that is none.

use std::collections::BTreeMap;

use serde::Serialize;

/// The whole document, its tenants last.
#[derive(Serialize)]
pub(super) struct Snapshot {
    pub(super) format: &'static str,
    pub(super) version: u64,
    pub(super) exported_at: String,
    pub(super) exporter: &'static str,
    pub(super) workspace: Workspace,
    pub(super) checked_domains: [&'static str; 3],
    pub(super) policy: Policy,
    pub(super) tenants: Vec<Tenant>,
}

/// The workspace's rules, with two profiles.
#[derive(Serialize)]
pub(super) struct Policy {
    pub(super) restore_evidence_days: u64,
    pub(super) profiles: BTreeMap<&'static str, Rules>,
}

#[derive(Clone, Default, Serialize)]
pub(super) struct Rules {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) freshness_hours: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) scopes: BTreeMap<&'static str, ScopeRules>,
}

#[derive(Clone, Default, Serialize)]
pub(super) struct ScopeRules {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) freshness_hours: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expected: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expected_policy_types: Option<Vec<&'static str>>,
}

#[derive(Serialize)]
pub(super) struct Workspace {
    pub(super) id: u64,
    pub(super) name: &'static str,
    pub(super) slug: &'static str,
}

#[derive(Clone, Serialize)]
pub(super) struct Tenant {
    pub(super) id: u64,
    pub(super) workspace_id: u64,
    pub(super) external_id: String,
    pub(super) name: &'static str,
    pub(super) environment: &'static str,
    pub(super) domain: &'static str,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) labels: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) profile: Option<&'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) scopes: BTreeMap<&'static str, ScopeRules>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) capabilities: Option<Vec<&'static str>>,
    pub(super) backup_sets: Vec<BackupSet>,
    pub(super) backup_schedules: Vec<BackupSchedule>,
    pub(super) restore_runs: Vec<RestoreRun>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) signals: Vec<Signal>,
}

#[derive(Clone, Default, Serialize)]
pub(super) struct BackupSet {
    pub(super) id: u64,
    pub(super) tenant_id: u64,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<&'static str>,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) confirmations: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) opaque: Option<bool>,
    pub(super) item_count: u64,
    pub(super) created_at: String,
    pub(super) completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) deleted_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) items: Option<Vec<BackupItem>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quality: Option<QualitySummary>,
}

#[derive(Clone, Serialize)]
pub(super) struct BackupItem {
    pub(super) id: u64,
    pub(super) backup_set_id: u64,
    pub(super) policy_identifier: String,
    pub(super) policy_type: &'static str,
    pub(super) platform: &'static str,
    pub(super) display_name: &'static str,
    pub(super) captured_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) deleted_at: Option<String>,
    pub(super) metadata: ItemMetadata,
}

#[derive(Clone, Default, Serialize)]
pub(super) struct ItemMetadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) warnings: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) assignments_fetch_failed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) assignment_capture: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) has_orphaned_assignments: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) integrity_warning: Option<&'static str>,
}

#[derive(Clone, Serialize)]
pub(super) struct QualitySummary {
    pub(super) total_items: u64,
    pub(super) degraded_items: u64,
    pub(super) families: BTreeMap<&'static str, u64>,
    pub(super) policy_types: BTreeMap<&'static str, u64>,
}

#[derive(Clone, Default, Serialize)]
pub(super) struct BackupSchedule {
    pub(super) id: u64,
    pub(super) tenant_id: u64,
    pub(super) name: &'static str,
    pub(super) is_enabled: bool,
    pub(super) frequency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) interval_minutes: Option<u64>,
    pub(super) time_of_day: String,
    pub(super) timezone: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) days_of_week: Option<Vec<u8>>,
    pub(super) last_run_at: Option<String>,
    pub(super) last_run_status: Option<&'static str>,
    pub(super) next_run_at: Option<String>,
    pub(super) created_at: String,
}

#[derive(Clone, Default, Serialize)]
pub(super) struct RestoreRun {
    pub(super) id: u64,
    pub(super) tenant_id: u64,
    pub(super) backup_set_id: u64,
    pub(super) status: &'static str,
    pub(super) is_dry_run: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) results: Option<Results>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<RunMetadata>,
    pub(super) created_at: String,
    pub(super) started_at: Option<String>,
    pub(super) completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) operation_run: Option<OperationRun>,
}

#[derive(Clone, Default, Serialize)]
pub(super) struct Results {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) items: Vec<Outcome>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) foundations: Vec<Outcome>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) assignments: Vec<Outcome>,
    /// A key of the source's own with outcomes that the product does not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scripts: Option<Vec<Outcome>>,
}

#[derive(Clone, Serialize)]
pub(super) struct Outcome {
    pub(super) outcome: &'static str,
    pub(super) policy_type: &'static str,
    pub(super) label: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'static str>,
}

#[derive(Clone, Serialize)]
pub(super) struct RunMetadata {
    pub(super) non_applied: u64,
}

#[derive(Clone, Serialize)]
pub(super) struct OperationRun {
    pub(super) id: u64,
    pub(super) status: &'static str,
    pub(super) outcome: Option<&'static str>,
}

#[derive(Clone, Serialize)]
pub(super) struct Signal {
    pub(super) domain: &'static str,
    pub(super) key: &'static str,
    pub(super) urgency: &'static str,
    pub(super) title: &'static str,
    pub(super) body: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<&'static str>,
}
