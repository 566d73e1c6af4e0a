//! A comparison as a file: JSON for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::compare::change::{Change, Family};
use crate::compare::diff::{Diff, TenantChange, View, former_route_key, label, route_keys, view};
use crate::id::Id;
use crate::policy::Policy;
use crate::reading::reader::Workspace;
use crate::report::model::{Denominators, Report};
use crate::timestamp::Timestamp;
use crate::words;

/// The `format` of a comparison.
pub const DIFF_FORMAT: &str = "recovery-posture/diff";
/// The version written here.
pub const DIFF_VERSION: u64 = 1;

/// The comparison as canonical JSON: both sides' instants, policies, denominators and report digests, the totals, and every tenant with
/// its causes on both sides.
pub fn diff_json(diff: &Diff, old: &Report, new: &Report) -> Result<String, serde_json::Error> {
    let totals =
        |family| Change::ALL.iter().map(|change| (change.as_str(), diff.total(family, *change))).collect();
    serde_json::to_string(&Document {
        format: DIFF_FORMAT,
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
    format: &'static str,
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
