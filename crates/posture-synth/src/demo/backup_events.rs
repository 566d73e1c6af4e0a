//! What happened to tenants' backups and schedules.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{
    BackupItem, BackupSchedule, BackupSet, ItemMetadata, QualitySummary, ScopeRules, Tenant,
};

use super::clock::{Clock, DAY, HOUR, MINUTE};
use super::shapes::{captured_set, clean_summary, id, last_capture, policies};

pub(super) fn onboarding_ended_before_the_first_capture(tenant: &mut Tenant, clock: Clock) {
    let nightly = schedule(tenant, clock, 1, "Nightly");
    let created_at = Some(clock.ago(3 * DAY));
    tenant.backup_schedules.push(BackupSchedule {
        last_run_at: None,
        last_run_status: None,
        created_at,
        ..nightly
    });
}

pub(super) fn every_capture_failed_for_want_of_a_licence(tenant: &mut Tenant, _: Clock) {
    tenant.backup_sets.drain(..tenant.backup_sets.len().saturating_sub(3));
    for set in &mut tenant.backup_sets {
        set.status = "failed".into();
        set.completed_at = None;
        (set.items, set.quality) = (None, None);
    }
    mark_last_run(tenant, "failed");
}

pub(super) fn consent_was_withdrawn_so_captures_fail_since_four_days(tenant: &mut Tenant, _: Clock) {
    drop_newest_nights(tenant, 4);
    mark_last_run(tenant, "failed");
}

pub(super) fn schedule_was_switched_off_so_the_basis_aged(tenant: &mut Tenant, clock: Clock) {
    drop_newest_nights(tenant, 6);
    let last_run_at = Some(clock.ago(last_capture(tenant) + 6 * DAY));
    for schedule in &mut tenant.backup_schedules {
        schedule.is_enabled = false;
        schedule.last_run_at.clone_from(&last_run_at);
        schedule.next_run_at = None;
    }
}

pub(super) fn summary_counts_metadata_only_items(tenant: &mut Tenant, _: Clock) {
    let summary = clean_summary(policies(tenant));
    if let Some(set) = tenant.backup_sets.last_mut() {
        set.items = None;
        set.quality = Some(QualitySummary {
            degraded_items: 2,
            families: BTreeMap::from([("metadata_only".into(), 2)]),
            ..summary
        });
    }
}

pub(super) fn throttling_left_assignments_unfetched(tenant: &mut Tenant, _: Clock) {
    for item in newest_items(tenant).iter_mut().step_by(4) {
        metadata(item).assignments_fetch_failed = Some(true);
        metadata(item).warnings = vec!["Assignments could not be fetched: 429 Too Many Requests".into()];
    }
}

pub(super) fn groups_were_deleted_so_assignments_are_orphaned(tenant: &mut Tenant, _: Clock) {
    for item in newest_items(tenant).iter_mut().skip(2).take(2) {
        metadata(item).has_orphaned_assignments = Some(true);
    }
}

pub(super) fn large_policies_came_as_metadata_only(tenant: &mut Tenant, _: Clock) {
    if let Some(item) = newest_items(tenant).first_mut() {
        metadata(item).source = Some("metadata_only".into());
    }
    if let Some(item) = newest_items(tenant).get_mut(2) {
        metadata(item).warnings = vec!["Payload too large; captured metadata only".into()];
    }
}

pub(super) fn checksum_differed_on_reading_back(tenant: &mut Tenant, _: Clock) {
    if let Some(item) = newest_items(tenant).get_mut(1) {
        metadata(item).integrity_warning =
            Some("Checksum of the stored policy differs from the captured one".into());
    }
}

pub(super) fn capture_was_cut_short_so_it_is_partial(tenant: &mut Tenant, _: Clock) {
    if let Some(set) = tenant.backup_sets.last_mut() {
        set.status = "partial".into();
    }
    mark_last_run(tenant, "partial");
}

pub(super) fn export_lost_two_items(tenant: &mut Tenant, _: Clock) {
    if let Some(set) = tenant.backup_sets.last_mut() {
        set.item_count = set.item_count.map(|count| count + 2);
    }
}

pub(super) fn export_left_items_and_summary_out(tenant: &mut Tenant, _: Clock) {
    if let Some(set) = tenant.backup_sets.last_mut() {
        (set.items, set.quality) = (None, None);
    }
}

pub(super) fn retention_removed_items_of_the_newest_set(tenant: &mut Tenant, clock: Clock) {
    let deleted_at = clock.ago(HOUR);
    if let Some(item) = newest_items(tenant).last_mut() {
        item.deleted_at = Some(deleted_at);
    }
}

pub(super) fn manual_capture_failed_after_the_nightly_one(tenant: &mut Tenant, clock: Clock) {
    add_newer_set(tenant, clock, 131, "failed");
    if let Some(set) = tenant.backup_sets.last_mut() {
        set.completed_at = None;
    }
}

pub(super) fn a_capture_is_running(tenant: &mut Tenant, clock: Clock) {
    add_newer_set(tenant, clock, 132, "running");
    if let Some(set) = tenant.backup_sets.last_mut() {
        set.completed_at = None;
    }
}

pub(super) fn manual_capture_selected_nothing(tenant: &mut Tenant, clock: Clock) {
    add_newer_set(tenant, clock, 133, "completed");
}

pub(super) fn newest_capture_was_archived_by_hand(tenant: &mut Tenant, clock: Clock) {
    add_newer_set(tenant, clock, 134, "archived");
}

pub(super) fn capture_host_runs_forty_minutes_ahead(tenant: &mut Tenant, clock: Clock) {
    let mut set = captured_set(tenant, clock, 135, HOUR);
    set.completed_at = Some(clock.ahead(40 * MINUTE));
    tenant.backup_sets.push(set);
}

pub(super) fn newer_release_wrote_a_status_not_known_here(tenant: &mut Tenant, clock: Clock) {
    add_newer_set(tenant, clock, 136, "verifying");
}

pub(super) fn last_run_ended_in_a_word_not_known_here(tenant: &mut Tenant, _: Clock) {
    mark_last_run(tenant, "throttled");
}

pub(super) fn weekly_schedule_missed_its_sunday(tenant: &mut Tenant, clock: Clock) {
    let weekly = schedule(tenant, clock, 2, "Weekly with foundations");
    tenant.backup_schedules.push(BackupSchedule {
        frequency: "weekly".into(),
        days_of_week: vec![7],
        last_run_at: Some(clock.ago(10 * DAY)),
        next_run_at: Some(clock.ago(3 * DAY)),
        ..weekly
    });
}

pub(super) fn midday_run_began_and_never_ended(tenant: &mut Tenant, clock: Clock) {
    let midday = schedule(tenant, clock, 3, "Midday");
    tenant.backup_schedules.push(BackupSchedule {
        last_run_at: Some(clock.ago(31 * HOUR)),
        last_run_status: Some("running".into()),
        next_run_at: Some(clock.ago(7 * HOUR)),
        ..midday
    });
}

pub(super) fn second_schedule_was_made_and_never_ran(tenant: &mut Tenant, clock: Clock) {
    let evening = schedule(tenant, clock, 4, "Evening");
    let created_at = Some(clock.ago(9 * DAY));
    tenant.backup_schedules.push(BackupSchedule {
        last_run_at: None,
        last_run_status: None,
        next_run_at: None,
        created_at,
        ..evening
    });
}

pub(super) fn weekday_nine_was_written_into_a_schedule(tenant: &mut Tenant, clock: Clock) {
    let weekly = schedule(tenant, clock, 5, "Weekly applications");
    tenant.backup_schedules.push(BackupSchedule {
        frequency: "weekly".into(),
        days_of_week: vec![1, 9],
        ..weekly
    });
}

pub(super) fn exporter_never_captured_assignments(tenant: &mut Tenant, _: Clock) {
    for item in newest_items(tenant).iter_mut().take(3) {
        metadata(item).assignment_capture = Some("not_captured".into());
    }
}

pub(super) fn exporter_does_not_say_whether_assignments_were_captured(tenant: &mut Tenant, _: Clock) {
    for item in newest_items(tenant) {
        metadata(item).assignment_capture = Some("unknown".into());
    }
}

pub(super) fn conditional_access_is_expected_and_was_never_captured(tenant: &mut Tenant, _: Clock) {
    let expected_policy_types = Some(vec!["deviceConfiguration".into(), "termsOfUse".into()]);
    tenant.scopes.insert(String::new(), ScopeRules { expected_policy_types, ..ScopeRules::default() });
}

pub(super) fn capture_permission_was_narrowed_so_types_vanished(tenant: &mut Tenant, _: Clock) {
    if let Some(set) = tenant.backup_sets.last_mut()
        && let Some(items) = &mut set.items
    {
        items.retain(|item| item.policy_type.as_deref() != Some("conditionalAccessPolicy"));
        set.item_count = Some(items.len() as u64);
    }
}

pub(super) fn nothing_changed_so_later_runs_only_confirmed_the_set(tenant: &mut Tenant, clock: Clock) {
    let kept = tenant.backup_sets.len().saturating_sub(3);
    tenant.backup_sets.truncate(kept);
    if let Some(set) = tenant.backup_sets.last_mut() {
        set.confirmations = [50, 26, 2].map(|hours| clock.ago(hours * HOUR)).to_vec();
    }
}

/// A second product backs this tenant up weekly, into archives that nobody can look inside.
pub(super) fn archives_of_a_second_product_are_opaque(tenant: &mut Tenant, clock: Clock) {
    let rules = ScopeRules { freshness_hours: Some(200), expected: Some(true), ..ScopeRules::default() };
    tenant.scopes.insert("entra".to_owned(), rules);
    for set in &mut tenant.backup_sets {
        set.scope = Some("intune".into());
    }
    for (number, days) in [(151, 9), (152, 2)] {
        tenant.backup_sets.push(BackupSet {
            id: id(tenant, number),
            tenant_id: Some(tenant.id),
            name: Some(format!("Entra archive - {}", clock.stamp_ago(days * DAY)).into()),
            scope: Some("entra".into()),
            status: "completed".into(),
            opaque: Some(true),
            item_count: Some(1),
            created_at: Some(clock.ago(days * DAY + HOUR)),
            completed_at: Some(clock.ago(days * DAY)),
            ..BackupSet::default()
        });
    }
}

/// Nobody can look inside the archives, so nobody can say whether they have the policy types that are expected of them.
pub(super) fn archives_are_expected_to_have_conditional_access(tenant: &mut Tenant, _: Clock) {
    let rules = tenant.scopes.entry("entra".to_owned()).or_default();
    rules.expected_policy_types = Some(vec!["conditionalAccessPolicy".into()]);
}

pub(super) fn exporter_could_not_read_the_warnings_of_an_item(tenant: &mut Tenant, _: Clock) {
    let summary = clean_summary(policies(tenant));
    if let Some(set) = tenant.backup_sets.last_mut() {
        set.items = None;
        set.quality =
            Some(QualitySummary { unknowns: BTreeMap::from([("warnings_unread".into(), 1)]), ..summary });
    }
}

pub(super) fn runs_every_six_hours_and_monthly_too(tenant: &mut Tenant, clock: Clock) {
    let (often, monthly) =
        (schedule(tenant, clock, 6, "Every six hours"), schedule(tenant, clock, 7, "Monthly archive"));
    tenant.backup_schedules.push(BackupSchedule {
        frequency: "interval".into(),
        interval_minutes: Some(360),
        last_run_at: Some(clock.ago(2 * HOUR)),
        next_run_at: Some(clock.ahead(4 * HOUR)),
        ..often
    });
    tenant.backup_schedules.push(BackupSchedule {
        frequency: "monthly".into(),
        last_run_at: Some(clock.ago(11 * DAY)),
        next_run_at: Some(clock.ahead(19 * DAY)),
        ..monthly
    });
}

pub(super) fn exporter_wrote_a_zero_time(tenant: &mut Tenant, _: Clock) {
    if let Some(set) = tenant.backup_sets.first_mut() {
        set.deleted_at = Some("0001-01-01T00:00:00Z".into());
    }
}

/// A schedule that ran on time.
fn schedule(tenant: &Tenant, clock: Clock, number: u64, name: &'static str) -> BackupSchedule {
    BackupSchedule {
        id: id(tenant, number),
        tenant_id: Some(tenant.id),
        name: Some(name.into()),
        is_enabled: true,
        frequency: "daily".into(),
        time_of_day: Some(clock.time_of_day_ago(12 * HOUR).into()),
        timezone: Some("UTC".into()),
        last_run_at: Some(clock.ago(12 * HOUR)),
        last_run_status: Some("success".into()),
        next_run_at: Some(clock.ahead(12 * HOUR)),
        created_at: Some(clock.ago(120 * DAY)),
        ..BackupSchedule::default()
    }
}

fn mark_last_run(tenant: &mut Tenant, status: &'static str) {
    if let Some(schedule) = tenant.backup_schedules.first_mut() {
        schedule.last_run_status = Some(status.into());
    }
}

fn drop_newest_nights(tenant: &mut Tenant, nights: usize) {
    tenant.backup_sets.truncate(tenant.backup_sets.len().saturating_sub(nights));
}

fn newest_items(tenant: &mut Tenant) -> &mut [BackupItem] {
    tenant.backup_sets.last_mut().and_then(|set| set.items.as_deref_mut()).unwrap_or_default()
}

fn metadata(item: &mut BackupItem) -> &mut ItemMetadata {
    item.metadata.get_or_insert_default()
}

/// Adds a set without items that is newer than the nightly ones.
fn add_newer_set(tenant: &mut Tenant, clock: Clock, number: u64, status: &'static str) {
    let completed = 40 * MINUTE;
    tenant.backup_sets.push(BackupSet {
        id: id(tenant, number),
        tenant_id: Some(tenant.id),
        name: Some(format!("Manual - {}", clock.stamp_ago(completed + MINUTE)).into()),
        status: status.into(),
        item_count: Some(0),
        created_at: Some(clock.ago(completed + MINUTE)),
        completed_at: Some(clock.ago(completed)),
        ..BackupSet::default()
    });
}
