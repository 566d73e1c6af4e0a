//! What a well-run tenant looks like: nightly backups, weekly restore tests, and the policies both are about.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{
    BackupItem, BackupSchedule, BackupSet, ItemMetadata, Operation, Outcome, QualitySummary, RestoreRun,
    Results, Tenant, Text,
};
use sha2::{Digest, Sha256};

use super::clock::{Clock, DAY, HOUR, MINUTE};

/// The workspace's id.
pub(super) const WORKSPACE: u64 = 1;
/// The first tenant's id; the others follow in the order of the table of scenarios.
pub(super) const FIRST_TENANT: u64 = 11;

/// One policy of an Intune tenant.
#[derive(Clone, Copy)]
pub(super) struct Policy {
    pub(super) policy_type: &'static str,
    platform: &'static str,
    pub(super) name: &'static str,
}

const fn policy(policy_type: &'static str, platform: &'static str, name: &'static str) -> Policy {
    Policy { policy_type, platform, name }
}

const POLICIES: [Policy; 24] = [
    policy("deviceConfiguration", "windows10", "Windows – BitLocker"),
    policy("deviceCompliancePolicy", "windows10", "Windows – Compliance baseline"),
    policy("settingsCatalogPolicy", "windows10", "Windows – Defender hardening"),
    policy("conditionalAccessPolicy", "all", "Require MFA for administrators"),
    policy("mobileApp", "windows10", "Company Portal"),
    policy("assignmentFilter", "windows10", "Corporate Windows devices"),
    policy("deviceConfiguration", "iOS", "iOS – Passcode and restrictions"),
    policy("conditionalAccessPolicy", "all", "Block legacy authentication"),
    policy("settingsCatalogPolicy", "windows10", "Windows – Edge security"),
    policy("deviceCompliancePolicy", "iOS", "iOS – Compliance baseline"),
    policy("roleScopeTag", "all", "Field staff"),
    policy("endpointSecurityPolicy", "windows10", "Attack surface reduction"),
    policy("deviceManagementScript", "windows10", "Map network drives"),
    policy("mobileApp", "iOS", "Outlook for iOS"),
    policy("windowsAutopilotDeploymentProfile", "windows10", "Autopilot – Standard"),
    policy("deviceConfiguration", "macOS", "macOS – FileVault"),
    policy("deviceCompliancePolicy", "android", "Android – Compliance baseline"),
    policy("windowsUpdateForBusinessConfiguration", "windows10", "Update ring – Pilot"),
    policy("windowsUpdateForBusinessConfiguration", "windows10", "Update ring – Broad"),
    policy("notificationMessageTemplate", "all", "Device is not compliant"),
    policy("appProtectionPolicy", "iOS", "iOS – App protection"),
    policy("conditionalAccessPolicy", "all", "Require compliant device"),
    policy("settingsCatalogPolicy", "macOS", "macOS – Firewall"),
    policy("appProtectionPolicy", "android", "Android – App protection"),
];

/// How many nights of sets are kept, of these with all items, and with a summary of them.
const NIGHTS: i64 = 30;
const NIGHTS_IN_FULL: i64 = 3;
const NIGHTS_IN_SUMMARY: i64 = 10;
const WEEKS: i64 = 5;
/// How long a capture and a restore take.
const CAPTURE: i64 = 14 * MINUTE;
const RESTORE: i64 = 25 * MINUTE;

/// The policies a tenant has: between 11 and all of them.
pub(super) fn policies(tenant: &Tenant) -> &'static [Policy] {
    let count = 11 + usize::try_from(tenant.id * 5 % 14).unwrap_or(0);
    POLICIES.get(..count).unwrap_or(&POLICIES)
}

/// An id of the tenant's own.
pub(super) fn id(tenant: &Tenant, number: u64) -> u64 {
    tenant.id * 1000 + number
}

/// A GUID that is always the same for the same text.
pub(super) fn guid(of: &str) -> String {
    let hex = hex::encode(&Sha256::digest(of)[..16]);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range).unwrap_or_default());
    parts.join("-")
}

/// How long before the export the last night's capture was complete: two to seven hours.
pub(super) fn last_capture(tenant: &Tenant) -> i64 {
    let spread = i64::try_from(tenant.id).unwrap_or(0);
    2 * HOUR + (spread * 47 % 300) * MINUTE
}

/// A schedule that runs each night, and thirty sets it made.
pub(super) fn nightly_backups(tenant: &mut Tenant, clock: Clock) {
    let last = last_capture(tenant);
    tenant.backup_schedules.push(BackupSchedule {
        id: id(tenant, 1),
        tenant_id: Some(tenant.id),
        name: Some("Nightly".into()),
        is_enabled: true,
        frequency: "daily".into(),
        time_of_day: Some(clock.time_of_day_ago(last + CAPTURE).into()),
        timezone: Some("UTC".into()),
        last_run_at: Some(clock.ago(last + CAPTURE)),
        last_run_status: Some("success".into()),
        next_run_at: Some(clock.ahead(DAY - last - CAPTURE)),
        created_at: Some(clock.ago(400 * DAY)),
        ..BackupSchedule::default()
    });
    for (number, night) in (101..).zip((0..NIGHTS).rev()) {
        let set = captured_set(tenant, clock, number, last + night * DAY);
        tenant.backup_sets.push(as_exported(set, tenant, night));
    }
}

/// A set that holds all of a tenant's policies and completed this long before the export.
pub(super) fn captured_set(tenant: &Tenant, clock: Clock, number: u64, completed: i64) -> BackupSet {
    let set_id = id(tenant, number);
    let item = |(position, policy): (u64, &Policy)| BackupItem {
        id: set_id * 100 + position,
        backup_set_id: Some(set_id),
        policy_identifier: Some(guid(&format!("{} {}", tenant.id, policy.name)).into()),
        policy_type: Some(policy.policy_type.into()),
        platform: Some(policy.platform.into()),
        display_name: Some(policy.name.into()),
        captured_at: Some(clock.ago(completed + MINUTE)),
        metadata: Some(ItemMetadata { source: Some("graph".into()), ..ItemMetadata::default() }),
        ..BackupItem::default()
    };
    let items: Vec<_> = (1..).zip(policies(tenant)).map(item).collect();
    BackupSet {
        id: set_id,
        tenant_id: Some(tenant.id),
        name: Some(format!("Nightly - {}", clock.stamp_ago(completed + CAPTURE)).into()),
        status: "completed".into(),
        item_count: Some(items.len() as u64),
        created_at: Some(clock.ago(completed + CAPTURE)),
        completed_at: Some(clock.ago(completed)),
        items: Some(items),
        ..BackupSet::default()
    }
}

/// A set as an exporter writes it after this many nights: in full, as a summary, or only as a count.
fn as_exported(mut set: BackupSet, tenant: &Tenant, night: i64) -> BackupSet {
    if night >= NIGHTS_IN_FULL {
        set.items = None;
        set.quality = (night < NIGHTS_IN_SUMMARY).then(|| clean_summary(policies(tenant)));
    }
    set
}

pub(super) fn clean_summary(policies: &[Policy]) -> QualitySummary {
    let mut policy_types = BTreeMap::new();
    for policy in policies {
        *policy_types.entry(Text::from(policy.policy_type)).or_insert(0) += 1;
    }
    QualitySummary {
        total_items: policies.len() as u64,
        policy_types: Some(policy_types),
        ..QualitySummary::default()
    }
}

/// Restore tests week by week, each after a preview of its own, each of other policies.
pub(super) fn weekly_restore_tests(tenant: &mut Tenant, clock: Clock) {
    let newest = DAY + i64::try_from(tenant.id % 5).unwrap_or(0) * DAY + 3 * HOUR;
    for (number, week) in (0_u64..).zip((0..WEEKS).rev()) {
        let completed = newest + week * 7 * DAY;
        let mut preview = executed_restore(tenant, clock, 201 + 2 * number, completed + HOUR);
        preview.is_dry_run = true;
        preview.status = "previewed".into();
        preview.results = None;
        let mut test = executed_restore(tenant, clock, 202 + 2 * number, completed);
        let rows = policies(tenant).iter().cycle().skip(usize::try_from(number * 4).unwrap_or(0)).take(4);
        test.results = Some(Results {
            items: rows.clone().map(|policy| outcome("applied", policy)).collect(),
            assignments: rows.take(2).map(|policy| outcome("applied", policy)).collect(),
            ..Results::default()
        });
        tenant.restore_runs.extend([preview, test]);
    }
}

/// A restore that ran and said it completed, this long before the export; it has no outcome rows yet.
pub(super) fn executed_restore(tenant: &Tenant, clock: Clock, number: u64, completed: i64) -> RestoreRun {
    let created_at = clock.ago(completed + RESTORE + 5 * MINUTE);
    // Of sets that had completed by then, the newest.
    let had_completed = |set: &&BackupSet| {
        set.completed_at.as_ref().is_some_and(|at| at.timestamp() <= created_at.timestamp())
    };
    let set = tenant.backup_sets.iter().rev().find(had_completed).map_or(id(tenant, 100), |set| set.id);
    RestoreRun {
        id: id(tenant, number),
        tenant_id: Some(tenant.id),
        backup_set_id: Some(set),
        status: "completed".into(),
        created_at: Some(created_at),
        started_at: Some(clock.ago(completed + RESTORE)),
        completed_at: Some(clock.ago(completed)),
        operation_run: Some(Operation {
            id: Some(id(tenant, 400 + number)),
            status: "completed".into(),
            outcome: Some("succeeded".into()),
        }),
        ..RestoreRun::default()
    }
}

pub(super) fn outcome(word: &'static str, policy: &Policy) -> Outcome {
    Outcome {
        outcome: word.into(),
        policy_type: Some(policy.policy_type.into()),
        label: Some(policy.name.into()),
        reason: None,
    }
}
