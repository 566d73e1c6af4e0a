//! Thirty days of backup sets, and the schedules that made them.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{
    BackupItem, BackupSchedule, BackupSet, ItemMetadata, QualitySummary, Tenant, Text,
};

use crate::names::policy_kind;
use crate::plan::{Detail, Plan};
use crate::rng::Rng;
use crate::tenant_history::id;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How many nights of sets are kept.
const NIGHTS: i64 = 30;
/// How many policies the largest tenant has.
const MOST_POLICIES: u64 = 1_500;

/// How a tenant's backups have been going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    /// A set each night.
    Steady,
    /// Something is wrong with part of what is captured.
    Degraded,
    /// The nights stopped some days ago.
    Stopped,
    /// The newest nights failed.
    Failing,
    /// The newest night is under way.
    UnderWay,
    /// Nothing was ever captured.
    Never,
}

/// What restores of a tenant draw on.
pub(crate) struct Captured {
    /// How many policies the tenant has.
    pub(crate) policies: u64,
}

/// Adds a tenant's schedules and sets.
pub(crate) fn add(tenant: &mut Tenant, plan: &Plan, rng: &mut Rng) -> Captured {
    let policies = rng.skewed(8..40, MOST_POLICIES);
    let course = rng.weighted(
        &[
            (780, Course::Steady),
            (90, Course::Degraded),
            (60, Course::Stopped),
            (30, Course::Failing),
            (20, Course::UnderWay),
            (20, Course::Never),
        ],
        Course::Steady,
    );
    let newest = match course {
        Course::Stopped => rng.seconds(2 * DAY..25 * DAY),
        Course::Steady | Course::Degraded | Course::Failing | Course::UnderWay | Course::Never => {
            rng.seconds(HOUR..20 * HOUR)
        }
    };
    add_schedules(tenant, plan, course, newest, rng);
    if course == Course::Never {
        return Captured { policies };
    }
    // A year ago the tenant had a tenth fewer policies than today.
    let sets: Vec<_> =
        (0..NIGHTS).rev().map(|night| nightly(tenant, plan, course, newest, night, policies, rng)).collect();
    let governing = sets
        .iter()
        .rposition(|(set, _)| matches!(&*set.status, "completed" | "partial") && set.deleted_at.is_none());
    for (place, (mut set, contents)) in sets.into_iter().enumerate() {
        match plan.detail {
            Detail::Full => set.items = Some(contents.items(&set, plan)),
            Detail::Latest if Some(place) == governing => set.items = Some(contents.items(&set, plan)),
            Detail::Slim if Some(place) == governing => set.quality = Some(contents.summary()),
            Detail::Latest | Detail::Slim => {}
        }
        tenant.backup_sets.push(set);
    }
    Captured { policies }
}

fn nightly(
    tenant: &Tenant,
    plan: &Plan,
    course: Course,
    newest: i64,
    night: i64,
    policies: u64,
    rng: &mut Rng,
) -> (BackupSet, Contents) {
    let completed = newest + night * DAY + rng.seconds(0..20 * MINUTE);
    let started = completed + rng.seconds(2 * MINUTE..30 * MINUTE);
    let number = u64::try_from(NIGHTS - night).unwrap_or(0);
    let status = match course {
        Course::Failing if night < 2 => "failed",
        Course::UnderWay if night == 0 => "running",
        Course::Steady
        | Course::Degraded
        | Course::Stopped
        | Course::Failing
        | Course::UnderWay
        | Course::Never => rng.weighted(
            &[(9_600, "completed"), (170, "partial"), (200, "failed"), (30, "archived")],
            "completed",
        ),
    };
    let is_done = status != "running";
    let is_kept = night < 28 || course != Course::Steady;
    let first_policy = tenant.id * 10_000;
    let degraded = if course == Course::Degraded { 3 } else { u64::from(status == "partial") };
    let set_id = id(tenant, number);
    let set = BackupSet {
        id: set_id,
        tenant_id: Some(tenant.id),
        name: Some(
            format!(
                "Nightly - {}",
                plan.ago(started).to_string().get(..16).unwrap_or_default().replace('T', " ")
            )
            .into(),
        ),
        status: status.into(),
        item_count: Some(if status == "failed" { 0 } else { policies }),
        created_at: Some(plan.ago(started).into()),
        completed_at: is_done.then(|| plan.ago(completed).into()),
        deleted_at: (!is_kept).then(|| plan.ago(newest).into()),
        ..BackupSet::default()
    };
    let live = if status == "failed" { 0 } else { policies };
    (
        set,
        Contents {
            first_item: id(tenant, number * 2_000),
            first_policy,
            live,
            degraded,
            captured: completed + MINUTE,
        },
    )
}

/// What a set holds. Of its items one in seven, beginning with the first, shows a fault until enough do.
struct Contents {
    first_item: u64,
    first_policy: u64,
    live: u64,
    degraded: u64,
    captured: i64,
}

/// The families of quality an item of a set may show.
const FAULTS: [&str; 4] =
    ["assignments_fetch_failed", "orphaned_assignments", "metadata_only", "integrity_warning"];

impl Contents {
    fn fault(&self, place: u64) -> Option<&'static str> {
        let nth = place / 7;
        let kind = usize::try_from((self.first_policy / 10_000 + nth) % 4).unwrap_or(0);
        (place.is_multiple_of(7) && nth < self.degraded).then(|| FAULTS[kind])
    }

    fn summary(&self) -> QualitySummary {
        let (mut families, mut policy_types) = (BTreeMap::new(), BTreeMap::new());
        for place in 0..self.live {
            *policy_types.entry(Text::from(policy_kind(place).0)).or_insert(0) += 1;
            if let Some(fault) = self.fault(place) {
                *families.entry(Text::from(fault)).or_insert(0) += 1;
            }
        }
        QualitySummary {
            total_items: self.live,
            degraded_items: families.values().sum(),
            families,
            policy_types: Some(policy_types),
            ..QualitySummary::default()
        }
    }

    fn items(&self, set: &BackupSet, plan: &Plan) -> Vec<BackupItem> {
        (0..self.live).map(|place| self.item(place, set, plan)).collect()
    }

    fn item(&self, place: u64, set: &BackupSet, plan: &Plan) -> BackupItem {
        let (policy_type, platform, name) = policy_kind(place);
        let fault = self.fault(place);
        let raised = |family| fault == Some(family);
        BackupItem {
            id: self.first_item + place + 1,
            backup_set_id: Some(set.id),
            // The policy keeps its identifier from night to night.
            policy_identifier: Some(Rng::of(self.first_policy, place).guid().into()),
            policy_type: Some(policy_type.into()),
            platform: Some(platform.into()),
            display_name: Some(match place {
                0..28 => name.into(),
                _ => format!("{name} ({})", place / 28 + 1).into(),
            }),
            captured_at: Some(plan.ago(self.captured).into()),
            metadata: Some(ItemMetadata {
                source: Some(if raised("metadata_only") { "metadata_only" } else { "graph" }.into()),
                warnings: if raised("metadata_only") {
                    vec!["Graph answered 403; captured as metadata only.".into()]
                } else {
                    Vec::new()
                },
                assignments_fetch_failed: Some(raised("assignments_fetch_failed")),
                assignment_capture_reason: raised("assignments_fetch_failed").then(|| "graph_error".into()),
                has_orphaned_assignments: Some(raised("orphaned_assignments")),
                integrity_warning: raised("integrity_warning")
                    .then(|| "The payload's hash changed while it was read.".into()),
                ..ItemMetadata::default()
            }),
            ..BackupItem::default()
        }
    }
}

fn add_schedules(tenant: &mut Tenant, plan: &Plan, course: Course, newest: i64, rng: &mut Rng) {
    let last_run_status = match course {
        Course::Never => None,
        Course::Failing => Some("failed"),
        Course::UnderWay => Some("running"),
        Course::Steady | Course::Degraded | Course::Stopped => Some(rng.weighted(
            &[(970, "success"), (10, "partial"), (8, "skipped"), (6, "canceled"), (6, "failed")],
            "success",
        )),
    };
    let last_run = newest + 20 * MINUTE;
    let nightly = BackupSchedule {
        id: id(tenant, 1),
        tenant_id: Some(tenant.id),
        name: Some("Nightly".into()),
        is_enabled: course != Course::Stopped || rng.in_ten_thousand(7_000),
        frequency: "daily".into(),
        time_of_day: Some(plan.ago(last_run).to_string().get(11..16).unwrap_or_default().to_owned().into()),
        timezone: Some(
            rng.weighted(
                &[(5, "UTC"), (3, "Europe/Berlin"), (1, "America/New_York"), (1, "Asia/Tokyo")],
                "UTC",
            )
            .into(),
        ),
        last_run_at: last_run_status.map(|_| plan.ago(last_run).into()),
        last_run_status: last_run_status.map(Text::from),
        next_run_at: Some(plan.ago(last_run - DAY).into()),
        created_at: Some(plan.ago(400 * DAY).into()),
        ..BackupSchedule::default()
    };
    if rng.in_ten_thousand(1_200) {
        let mut weekly = nightly.clone();
        weekly.id = id(tenant, 2);
        weekly.name = Some("Weekly".into());
        weekly.frequency = "weekly".into();
        weekly.days_of_week = if rng.in_ten_thousand(5_000) { vec![7] } else { vec![2, 5] };
        weekly.is_enabled = rng.in_ten_thousand(8_000);
        weekly.deleted_at = rng.in_ten_thousand(1_000).then(|| plan.ago(3 * DAY).into());
        if weekly.last_run_at.is_some() {
            let days_ago = rng.seconds(0..6);
            weekly.last_run_at = Some(plan.ago(last_run + days_ago * DAY).into());
            weekly.next_run_at = Some(plan.ago(last_run - (7 - days_ago) * DAY).into());
        }
        tenant.backup_schedules.push(weekly);
    }
    tenant.backup_schedules.push(nightly);
}
