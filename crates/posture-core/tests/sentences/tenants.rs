//! A tenant's pages: its records, its timeline, and why a link led there.

use serde_json::{Value, json};

use posture_core::report::model::{BackupTargetKind, TenantReport};
use posture_core::verdicts::backup_health::BackupReason;
use posture_core::verdicts::recovery_evidence::RecoveryReason;
use posture_core::verdicts::rules::Rules;
use posture_core::views::continuity::{Continuity, of_backup, of_recovery};
use posture_core::views::disabled_schedules::disabled_schedules;
use posture_core::views::records::{BackupSetRecord, RestoreRunRecord, ScheduleRecord, TenantRecords};
use posture_core::views::timeline::timeline;
use posture_core::vocabulary::Capability;
use posture_core::{Id, words};
use posture_testing::sentences::Collected;

use crate::evidence::{DAY, HOUR, ago, at, run, schedule, set, snapshot, tenant, with};
use crate::stage::{Derived, cases, document_at, tenants_at};

/// What a tenant's records are, and what was decided about them.
#[test]
fn records() {
    let mut said = Collected::default();
    for Derived { records, names, .. } in cases().into_iter().chain(beyond_cases()) {
        for (_, records) in &records {
            of_rules(&records.rules, &mut said);
            records.backup_sets.iter().for_each(|set| of_set(set, &names, &mut said));
            records.schedules.iter().for_each(|schedule| of_schedule(schedule, &names, &mut said));
            records.restore_runs.iter().for_each(|run| of_run(run, &names, &mut said));
        }
    }
    for capability in Capability::ALL {
        said.add("a record that is not there", &words::missing_record(*capability, "812"));
    }
    said.add("a record that is not there", &words::not_in_evidence(Id::new(812).unwrap()));
    insta::assert_snapshot!(said);
}

fn of_rules(rules: &Rules, said: &mut Collected) {
    said.add("rules: grace", &words::grace_sentence(rules));
}

fn of_set(set: &BackupSetRecord, names: &[String], said: &mut Collected) {
    let mut add = |group: &str, text: &str| said.add_without(&format!("backup set: {group}"), text, names);
    add("role", words::set_role_badge(set.role));
    add("role detail", words::set_role_detail(set.role).unwrap_or_default());
    add("status", &words::status_word(&set.status));
    add("recency", words::recency_badge(set));
    add("recency sentence", &words::recency_sentence(set));
    add("content", words::quality_badge(&set.quality));
    add("content sentence", &words::quality_sentence(&set.quality));
    add("degraded", &words::degraded_of(&set.quality));
    add("issues", &words::families_sentence(&set.quality));
    add("issues and unknowns", &words::content_sentence(&set.quality));
    for (unknown, count) in &set.quality.unknowns {
        add("unknown", &words::unknown_label(&unknown.0, *count));
    }
    if set.items.is_none() {
        add("items", words::items_not_exported(&set.quality));
    }
    for item in set.items.iter().flatten() {
        item.families.iter().for_each(|family| add("item issue", &words::family_label(family.as_str())));
        item.unknowns.iter().for_each(|unknown| add("item unknown", words::item_unknown_badge(*unknown)));
        let policy_type = item.policy_type.as_deref().unwrap_or_default();
        add("policy type", &words::policy_type_name(policy_type));
    }
}

fn of_schedule(schedule: &ScheduleRecord, names: &[String], said: &mut Collected) {
    let mut add = |group: &str, text: &str| said.add_without(&format!("schedule: {group}"), text, names);
    add("cadence", &words::cadence(schedule));
    add("mark", words::schedule_mark(schedule));
    add("mark reason", &words::schedule_mark_reason(schedule));
    add("last run", &words::status_word(schedule.last_run_status.as_deref().unwrap_or_default()));
}

fn of_run(run: &RestoreRunRecord, names: &[String], said: &mut Collected) {
    let mut add = |group: &str, text: &str| said.add_without(&format!("restore run: {group}"), text, names);
    add("role", words::run_role_badge(run.role));
    add("role detail", words::run_role_detail(run.role).unwrap_or_default());
    add("status", &words::status_word(&run.status));
    add("summary", &run.attention.summary);
    add("causes", &words::causes_sentence(&run.attention.causes));
    add("outcomes", &words::counts_sentence(run.attention.counts.as_ref()));
    add("boundary", words::run_boundary(run.attention.recovery_claim_boundary));
    add("next action", words::next_action_label(run.attention.primary_next_action));
    for outcome in &run.outcomes {
        add("outcome", words::outcome_class_label(outcome.class));
        add("outcome group", words::outcome_group_label(outcome.group));
    }
}

/// What happened in thirty days.
#[test]
fn timelines() {
    let mut said = Collected::default();
    for Derived { report, frame, records, names } in cases().into_iter().chain(beyond_cases()) {
        for tenant in &report.tenants {
            let Some((_, records)) = records.iter().find(|(id, _)| *id == tenant.tenant_id) else { continue };
            let timeline = timeline(records, &tenant.backup_health.scopes, &frame);
            said.add_without("summary", &words::timeline_summary(&timeline), &names);
            if let Some(gap) = &timeline.gap {
                said.add_without("gap", &gap.label, &names);
            }
            for event in &timeline.events {
                said.add_without(words::lane_label(event.lane), &event.label, &names);
            }
        }
    }
    insta::assert_snapshot!(said);
}

/// TR-7: whether the reason of a link holds, and what to do next.
#[test]
fn why_a_link_led_here() {
    let mut said = Collected::default();
    for Derived { report, records, names, .. } in cases().into_iter().chain(beyond_cases()) {
        for tenant in &report.tenants {
            let records = records.iter().find(|(id, _)| *id == tenant.tenant_id);
            let schedules = records.map(|(_, records)| &*records.schedules).unwrap_or_default();
            for (reason, found) in arrivals(tenant, records.map(|(_, records)| records)) {
                let group =
                    format!("{reason}: {}", if found.still_holds { "holds" } else { "no longer holds" });
                said.add_without(&group, &format!("{} {}", found.now, found.next), &names);
                said.add(&group, found.opened_for);
            }
            if let Some(disabled) = disabled_schedules(&tenant.backup_health, schedules) {
                said.add_without("disabled schedules", &words::disabled_sentence(&disabled), &names);
                said.add_without("disabled schedules", &words::disabled_note(&disabled), &names);
            }
        }
    }
    insta::assert_snapshot!(said);
}

fn arrivals<'r>(
    tenant: &'r TenantReport,
    records: Option<&'r TenantRecords>,
) -> impl Iterator<Item = (&'static str, Continuity)> {
    let backup = BackupReason::ALL.iter().map(|reason| reason.as_str());
    let backup = backup.filter_map(move |reason| Some((reason, of_backup(reason, tenant, records)?)));
    let recovery = RecoveryReason::ALL.iter().map(|reason| reason.as_str());
    backup.chain(recovery.filter_map(|reason| Some((reason, of_recovery(reason, tenant)?))))
}

/// Every action that a report's links name has its label.
#[test]
fn actions() {
    let mut said = Collected::default();
    for kind in BackupTargetKind::ALL {
        said.add("backups", words::backup_action(*kind));
    }
    for leads_out in [true, false] {
        said.add("signals", words::signal_action(leads_out));
    }
    insta::assert_snapshot!(said);
}

/// Records that no case has.
fn beyond_cases() -> Vec<Derived> {
    let old =
        |more: Value| with(json!({ "backup_sets": [set(1, json!({ "completed_at": ago(2 * DAY) }))] }), more);
    let off = |id: u64, more: Value| schedule(id, with(json!({ "is_enabled": false }), more));
    let named = json!({ "name": "Nightly" });
    let late = schedule(1, json!({ "name": "Nightly", "last_run_status": "failed" }));
    let every = |minutes: Value| json!({ "frequency": "interval", "interval_minutes": minutes, "time_of_day": "02:00", "timezone": "Europe/Berlin" });
    let contents = [
        old(json!({ "backup_schedules": [off(1, named.clone())] })),
        old(json!({ "backup_schedules": [off(1, named.clone()), off(2, json!({}))] })),
        old(
            json!({ "backup_schedules": [off(1, json!({})), off(2, json!({})), off(3, json!({})), off(4, json!({})), off(5, json!({}))] }),
        ),
        old(json!({ "backup_schedules": [late, off(2, json!({}))] })),
        old(json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" }))] })),
        old(json!({ "backup_sets": [set(1, json!({ "status": "failed" }))] })),
        json!({ "backup_sets": [] }),
        old(json!({})),
        json!({ "backup_schedules": [
            schedule(1, every(json!(90))), schedule(2, every(Value::Null)), schedule(3, every(json!(0))),
            schedule(4, json!({ "frequency": "weekly", "days_of_week": [1, 2, 3, 4, 5, 6, 7, 0] })),
            schedule(5, json!({ "frequency": "weekly" })), schedule(6, json!({ "frequency": "monthly" })),
            schedule(7, json!({ "frequency": "hourly" })), schedule(8, json!({ "deleted_at": ago(1) })),
        ] }),
        json!({ "backup_sets": [
            set(1, json!({ "items": null, "quality": { "total_items": 3, "degraded_items": 0, "families": {} } })),
            set(2, json!({ "items": null, "name": "Nightly" })), set(3, json!({ "status": "Odd_One" })),
            set(4, json!({ "completed_at": at(HOUR) })), set(5, json!({ "completed_at": null, "status": "queued" })),
        ] }),
        json!({ "scopes": { "": { "expected": false } }, "backup_sets": [set(1, json!({})), set(2, json!({ "scope": "a" }))] }),
        json!({ "restore_runs": [
            run(1, json!({ "results": { "items": [{ "outcome": "applied" }], "foundations": [{ "outcome": "odd" }],
                "assignments": [{ "outcome": "skipped" }, { "outcome": "failed" }, { "outcome": "partial" }] } })),
            run(2, json!({ "completed_at": at(HOUR) })), run(3, json!({ "is_dry_run": true })),
        ] }),
        json!({ "restore_runs": [] }),
        json!({ "backup_sets": [set(1, json!({})), set(2, json!({}))],
            "backup_schedules": [schedule(1, json!({})), schedule(2, named)], "restore_runs": [run(1, json!({})), run(2, json!({}))] }),
    ];
    let mut all = tenants_at(contents, 0);
    all.extend(tenants_at([json!({ "backup_schedules": [schedule(1, json!({}))] })], -2 * HOUR));
    let restores = json!({ "restore_evidence_days": 30 });
    let too_old = tenant(1, json!({ "restore_runs": [run(1, json!({ "completed_at": ago(40 * DAY) }))] }));
    all.push(document_at(&with(snapshot(json!([too_old])), json!({ "policy": restores })), 0));
    all
}
