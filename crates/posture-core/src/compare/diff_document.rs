//! A comparison as a file: JSON for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::compare::change::{Change, Family};
use crate::compare::diff::{Diff, TenantChange, View, former_route_key, label, route_keys, view};
use crate::compare::groups::{GroupChanges, group_changes};
use crate::id::Id;
use crate::policy::Policy;
use crate::reading::reader::Workspace;
use crate::report::model::{Denominators, Report};
use crate::timestamp::Timestamp;
use crate::views::groups::GroupBy;
use crate::words;

/// The `format` of a comparison.
pub const DIFF_FORMAT: &str = "recovery-posture/diff";
/// The version written here.
pub const DIFF_VERSION: u64 = 1;

/// The comparison as canonical JSON: both sides' instants, policies, denominators and report digests, the totals, and every tenant with
/// its causes on both sides. If the tenants are grouped, it has each group's totals too.
pub fn diff_json(
    diff: &Diff,
    old: &Report,
    new: &Report,
    by: Option<GroupBy>,
) -> Result<String, serde_json::Error> {
    let totals =
        |family| Change::ALL.iter().map(|change| (change.as_str(), diff.total(family, *change))).collect();
    let groups = by.map(|by| Groups {
        by,
        listed: group_changes(diff, old, new, by).into_iter().map(Group::from).collect(),
    });
    serde_json::to_string(&Document {
        filtered_out: diff.filtered_out,
        format: DIFF_FORMAT,
        groups,
        is_worse: diff.is_worse(),
        new: Side::of(new, diff.new_unmatched)?,
        notes: words::diff_notes(diff, old, new),
        old: Side::of(old, diff.old_unmatched)?,
        tenants: diff.tenants.iter().map(|tenant| Tenant::of(tenant, old, new)).collect(),
        totals: Family::ALL.iter().map(|family| (family.as_str(), totals(*family))).collect(),
        version: DIFF_VERSION,
        workspace: &new.workspace,
    })
}

#[derive(Serialize)]
struct Document<'r> {
    filtered_out: u64,
    format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Groups>,
    is_worse: bool,
    new: Side<'r>,
    notes: Vec<String>,
    old: Side<'r>,
    tenants: Vec<Tenant<'r>>,
    totals: BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
    version: u64,
    workspace: &'r Workspace,
}

#[derive(Serialize)]
struct Groups {
    by: GroupBy,
    listed: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    better: u64,
    name: Option<String>,
    otherwise: u64,
    tenants: u64,
    unchanged: u64,
    worse: u64,
}

impl From<GroupChanges> for Group {
    fn from(group: GroupChanges) -> Self {
        let tenants = group.tenants();
        let GroupChanges { name, worse, better, otherwise, unchanged } = group;
        Self { better, name, otherwise, tenants, unchanged, worse }
    }
}

#[derive(Serialize)]
struct Side<'r> {
    as_of: Timestamp,
    denominators: &'r Denominators,
    exported_at: Timestamp,
    policy: &'r Policy,
    report_digest: String,
    unmatched: u64,
}

impl<'r> Side<'r> {
    fn of(report: &'r Report, unmatched: u64) -> Result<Self, serde_json::Error> {
        let Report { as_of, denominators, exported_at, policy, .. } = report;
        Ok(Self {
            as_of: *as_of,
            denominators,
            exported_at: *exported_at,
            policy,
            report_digest: report.digest()?,
            unmatched,
        })
    }
}

#[derive(Serialize)]
struct Tenant<'r> {
    backup_health: FamilyChange,
    former_route_key: Option<&'r str>,
    recovery_evidence: FamilyChange,
    tenant_id: Id,
    tenant_label: Option<&'r str>,
    tenant_route_key: Option<&'r str>,
}

impl<'r> Tenant<'r> {
    fn of(tenant: &TenantChange, old: &'r Report, new: &'r Report) -> Self {
        let (was, is) = route_keys(tenant, old, new);
        let family = |family| FamilyChange {
            after: view(new, tenant.new, family).map(Verdict::from),
            before: view(old, tenant.old, family).map(Verdict::from),
            change: tenant.of(family),
        };
        Self {
            backup_health: family(Family::BackupHealth),
            former_route_key: former_route_key(tenant, old, new),
            recovery_evidence: family(Family::RecoveryEvidence),
            tenant_id: tenant.tenant_id,
            tenant_label: label(tenant, old, new),
            tenant_route_key: is.or(was),
        }
    }
}

#[derive(Serialize)]
struct FamilyChange {
    after: Option<Verdict>,
    before: Option<Verdict>,
    change: Change,
}

#[derive(Serialize)]
struct Verdict {
    at: Option<Timestamp>,
    cause: String,
    reasons: Vec<&'static str>,
    record_id: Option<Id>,
    state: &'static str,
}

impl From<View> for Verdict {
    fn from(View { state, reasons, cause, record_id, at, .. }: View) -> Self {
        Self { at, cause, reasons, record_id, state }
    }
}
