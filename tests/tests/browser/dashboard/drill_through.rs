//! From a signal to the record behind it and back.

use fantoccini::key::Key;
use posture_core::verdicts::backup_health::BackupReason;
use posture_core::verdicts::recovery_evidence::RecoveryReason;
use posture_core::views::timeline;
use posture_core::{Id, Timestamp, paths, words};
use posture_tests::harness::{Locator, Role};
use posture_web::text;
use serde_json::Value;

use crate::evidence::{CALM_KEY, calm};
use crate::stage::{Stage, governing_set, key, string};

/// TR-7, TR-11: every backup reason.
#[tokio::test]
async fn every_backup_reason_leads_from_the_overview_to_its_record_and_back() {
    let stage = Stage::demo().await;
    for reason in BackupReason::ALL {
        let is_open = |tenant: &&Value| {
            tenant["backup_health"]["primary_reason"] == reason.as_str()
                && tenant["backup_health"]["primary_action_target"]["url"].is_string()
        };
        let tenant = stage.tenants().find(is_open).unwrap();
        let health = &tenant["backup_health"];
        let heading = match reason {
            BackupReason::NoBackupBasis => text::BACKUP_SETS.to_owned(),
            BackupReason::LatestBackupStale | BackupReason::LatestBackupDegraded => {
                format!("Backup set {}", health["latest_relevant_backup_set_id"])
            }
            BackupReason::ScheduleFollowUp => text::BACKUP_SCHEDULES.to_owned(),
        };
        let url = string(&health["primary_action_target"]["url"]);
        walk(&stage, tenant, &url, &heading, words::backup_reason_label(*reason)).await;
        confirms(&stage, *reason, health).await;
    }
    stage.is_silent().await;
}

/// TR-7, TR-11: every recovery reason.
#[tokio::test]
async fn every_recovery_reason_leads_from_the_overview_to_its_record_and_back() {
    let stage = Stage::demo().await;
    // No tenant of the demo has a limit on the age of its restores.
    for reason in RecoveryReason::ALL.iter().filter(|reason| **reason != RecoveryReason::HistoryTooOld) {
        let is_open = |tenant: &&Value| {
            tenant["recovery_evidence"]["reason"] == reason.as_str()
                && tenant["recovery_evidence"]["action"]["url"].is_string()
        };
        let tenant = stage.tenants().find(is_open).unwrap();
        let evidence = &tenant["recovery_evidence"];
        let heading = match reason {
            RecoveryReason::NoHistory
            | RecoveryReason::HistoryTooOld
            | RecoveryReason::NoRecentIssuesVisible => text::RESTORE_RUNS.to_owned(),
            RecoveryReason::Failed | RecoveryReason::Partial | RecoveryReason::CompletedWithFollowUp => {
                format!("Restore run {}", evidence["latest_relevant_restore_run_id"])
            }
        };
        let url = string(&evidence["action"]["url"]);
        walk(&stage, tenant, &url, &heading, words::recovery_reason_label(*reason)).await;
        stage.back().await;
        stage.shows(&string(&evidence["headline"])).await;
    }
    stage.is_silent().await;
}

/// From the overview to a tenant, to the record behind its signal; by the browser's history back and forth; and back by the page's own
/// ways.
async fn walk(stage: &Stage, tenant: &Value, record: &str, heading: &str, reason: &str) {
    let dashboard = paths::tenant(&key(tenant));
    stage.open(paths::OVERVIEW).await;
    let listed = Role::Region.named(text::NEEDS_ATTENTION);
    if stage.count(Role::Link.leading_to(dashboard.as_str()).within(listed.clone())).await > 0 {
        stage.follow_in(listed, &dashboard).await;
    } else {
        stage.follow(paths::TENANTS).await;
        stage.search(text::FILTER_BY_NAME, &key(tenant)).await;
        stage.counts(Role::RowHeader, 1).await;
        stage.follow(&dashboard).await;
    }
    stage.focus_is_on_heading(&string(&tenant["tenant_label"])).await;
    stage.follow(record).await;
    stage.focus_is_on_heading(heading).await;
    opened_for(stage, reason, "Still true.").await;

    stage.back().await;
    stage.arrives_at(&dashboard).await;
    stage.focus_is_on_heading(&string(&tenant["tenant_label"])).await;
    stage.forward().await;
    stage.arrives_at(record).await;
    opened_for(stage, reason, "Still true.").await;

    stage.follow_in(reason_line(), &dashboard).await;
    stage.back().await;
    stage.arrives_at(record).await;
    stage.follow_in(reason_line(), paths::OVERVIEW).await;
}

/// The line that says why a page was opened.
fn reason_line() -> Locator {
    Role::Region.named(text::OPENED_FOR)
}

/// Waits until that line has this reason, and says whether it still applies.
async fn opened_for(stage: &Stage, reason: &str, now: &str) {
    let because = format!("{}: {reason}.", text::OPENED_FOR);
    stage
        .texts_become(reason_line(), |lines| {
            lines.iter().any(|line| line.contains(&because) && line.contains(now))
        })
        .await;
}

/// The record says the same as the signal that led to it.
async fn confirms(stage: &Stage, reason: BackupReason, health: &Value) {
    stage.back().await;
    stage.sees(reason_line()).await;
    match reason {
        BackupReason::NoBackupBasis => stage.sees_no(governing_set()).await,
        BackupReason::LatestBackupStale => stage.shows("over the 24 h window").await,
        BackupReason::LatestBackupDegraded => {
            // The worst item is in the first row after the head.
            let worst = Role::Row.within(Role::Group.named(text::ITEMS)).at(1);
            let issues = stage.text(Role::Cell.within(worst).at(0)).await;
            assert_ne!(issues, text::NONE);
        }
        BackupReason::ScheduleFollowUp => {
            let follow_ups = health["schedule_follow_ups"].as_array().unwrap().len();
            let marks = Role::Cell.within(Role::Group.named(text::BACKUP_SCHEDULES));
            let is_marked = |cell: &&String| cell.lines().next() == Some(text::FOLLOW_UP);
            stage.texts_become(marks, |cells| cells.iter().filter(is_marked).count() == follow_ups).await;
            stage.shows(words::SCHEDULE_BOUNDARY).await;
        }
    }
}

/// TR-7: derived again, at the requested instant.
#[tokio::test]
async fn a_reason_that_no_longer_applies_is_marked_and_an_unknown_one_is_ignored() {
    let stage = Stage::demo().await;
    let stale = stage.tenant("/backup_health/primary_reason", "latest_backup_stale");
    let link = string(&stale["backup_health"]["primary_action_target"]["url"]);
    let stale_at = Timestamp::parse(&string(&stale["backup_health"]["stale_at"])).unwrap();
    let before = Timestamp::from_unix_seconds(stale_at.unix_seconds() - 3600).unwrap();
    stage.open(&format!("{link}&{}={before}", paths::AS_OF_KEY)).await;
    opened_for(&stage, "latest backup is stale", "No longer true.").await;
    stage.push(text::BACK_TO_EXPORT).await;
    opened_for(&stage, "latest backup is stale", "Still true.").await;

    let quiet = stage.quiet_tenant();
    let recovery = paths::restore_runs(&key(quiet), Some(RecoveryReason::Failed));
    stage.open(&recovery).await;
    opened_for(&stage, "latest restore failed", "No longer true.").await;
    stage.shows(&string(&quiet["recovery_evidence"]["headline"])).await;

    for reason in ["nonsense", "LATEST_BACKUP_STALE", "", "%6eo_history"] {
        let url = format!("{}?{}={reason}", paths::backup_sets(&key(quiet), None), paths::BACKUP_REASON_KEY);
        stage.open(&url).await;
        assert_eq!(stage.count(reason_line()).await, 0, "{reason}");
        assert_eq!(stage.heading().await, text::BACKUP_SETS);
    }
    stage.is_silent().await;
}

/// TR-6
#[tokio::test]
async fn a_link_to_a_missing_record_opens_its_list_with_the_same_reason() {
    let stage = Stage::demo().await;
    let failed = stage.tenant("/recovery_evidence/reason", "failed");
    let gone = Id::new(987_654).unwrap();
    stage.open(&paths::restore_run(&key(failed), gone, Some(RecoveryReason::Failed))).await;
    stage.shows("This tenant has no restore run “987654” in this evidence.").await;
    opened_for(&stage, "latest restore failed", "Still true.").await;
    assert_eq!(stage.heading().await, text::RESTORE_RUNS);
    let run =
        failed["recovery_evidence"]["latest_relevant_restore_run_id"].as_u64().and_then(Id::new).unwrap();
    stage.follow(&paths::restore_run(&key(failed), run, Some(RecoveryReason::Failed))).await;
    stage.focus_is_on_heading(&format!("Restore run {run}")).await;

    stage.open(&paths::backup_set(&key(failed), gone, Some(BackupReason::LatestBackupStale))).await;
    stage.shows("This tenant has no backup set “987654” in this evidence.").await;
    stage.open(&format!("{}/none", paths::backup_sets(&key(failed), None))).await;
    stage.shows("This tenant has no backup set “none” in this evidence.").await;
    assert_eq!(stage.heading().await, text::BACKUP_SETS);
    stage.is_silent().await;
}

/// TR-8, DB-16: the signal stays; its way is closed, and says why to everyone.
#[tokio::test]
async fn without_the_capability_an_action_is_disabled_and_its_reason_can_be_reached_by_keyboard() {
    let stage = Stage::demo().await;
    let backup = stage
        .tenants()
        .find(|tenant| tenant["backup_health"]["primary_action_target"]["disabled"] == true)
        .unwrap();
    let recovery =
        stage.tenants().find(|tenant| tenant["recovery_evidence"]["action"]["disabled"] == true).unwrap();
    let closed = [
        (backup, &backup["backup_health"]["primary_action_target"], paths::backup_sets(&key(backup), None)),
        (recovery, &recovery["recovery_evidence"]["action"], paths::restore_runs(&key(recovery), None)),
    ];
    for (tenant, action, list) in closed {
        let dashboard = paths::tenant(&key(tenant));
        stage.open(&dashboard).await;
        let way =
            Role::Link.named(string(&action["label"])).within(Role::Region.named(text::RECOVERY_READINESS));
        stage.tab_to(way.clone()).await;
        assert_eq!(stage.attribute(way.clone(), "aria-disabled").await, "true");
        let reason = "document.getElementById(found[0].getAttribute('aria-describedby')).innerText";
        let reason = stage.browser.ask(&way, reason).await.unwrap();
        assert_eq!(reason, action["helper_text"]);
        stage.press_key(Key::Enter).await;
        assert_eq!(stage.address().await, dashboard);
        for family in ["backup_health", "recovery_evidence"] {
            stage.shows(&string(&tenant[family]["headline"])).await;
        }
        stage.follow(&list).await;
        stage.shows(text::CLOSED_TO_YOU).await;
        stage.shows("requires").await;
    }
    stage.is_silent().await;
}

/// TR-10
#[tokio::test]
async fn the_marks_of_the_timeline_are_walked_by_the_arrow_keys_and_lead_to_their_records() {
    let stage = Stage::demo().await;
    let stale = stage.tenant("/backup_health/primary_reason", "latest_backup_stale");
    stage.open(&paths::tenant(&key(stale))).await;
    let marks = Role::Link.within(Role::Group.named(format!("{} days up to ", timeline::TIMELINE_DAYS)));
    stage.tab_to(marks.clone()).await;
    let last = stage.attribute(marks.clone().at(-1), "aria-label").await;
    let focused = "found.find(mark => mark === document.activeElement)?.getAttribute('aria-label')";
    assert_eq!(stage.browser.ask(&marks, focused).await.unwrap(), last, "the Tab key stops at the newest");
    stage.press_key(Key::Left).await;
    let another = format!("(name => name !== {} && name)({focused})", Value::from(last));
    stage.browser.wait_for_answer(&marks, &another).await.unwrap();
    // A reload forgets this.
    stage.eval("window.stays = true").await;
    stage.press_key(Key::Enter).await;
    stage
        .until("location.pathname.includes('/backup-') || location.pathname.includes('/restore-runs/')")
        .await;
    assert_eq!(stage.eval("window.stays").await, true, "the page was reloaded");
    stage.is_silent().await;
}

/// TR-12
#[tokio::test]
async fn more_of_a_long_list_is_drawn_on_request_and_its_filter_is_in_the_address() {
    let mut snapshot = calm();
    let items = snapshot["tenants"][0]["backup_sets"][0]["items"].as_array_mut().unwrap();
    let item = items[0].clone();
    items.clear();
    for id in 1..=450 {
        let mut item = item.clone();
        item["id"] = id.into();
        item["display_name"] = format!("Policy {id} at 50%25").into();
        items.push(item);
    }
    snapshot["tenants"][0]["backup_sets"][0]["item_count"] = 450.into();
    let stage = Stage::over(&snapshot).await;
    stage.open(&paths::backup_set(CALM_KEY, Id::new(1).unwrap(), None)).await;
    let drawn = Role::RowHeader.within(Role::Region.named(text::ITEMS));
    for (rows, said) in
        [(200, "Showing 200 of 450"), (400, "Showing 400 of 450"), (450, "Showing 450 of 450")]
    {
        stage.counts(drawn.clone(), rows).await;
        stage.shows(said).await;
        if rows < 450 {
            stage.push(text::SHOW_MORE).await;
        }
    }
    stage.no_longer_shows(text::SHOW_MORE).await;

    stage.search(text::FILTER_ITEMS, "45 at 50%25").await;
    stage.counts(drawn.clone(), 5).await;
    stage.address_has(paths::SEARCH_KEY, Some("45 at 50%25")).await;
    stage.reload().await;
    stage.counts(drawn, 5).await;
    stage.has_value(Role::Searchbox.named(text::FILTER_ITEMS), "45 at 50%25").await;
    stage.is_silent().await;
}

/// DB-26: findings about a tenant are at the end of its page, with a link at the top.
#[tokio::test]
async fn a_tenant_page_links_from_its_top_to_its_findings() {
    let stage = Stage::demo().await;
    let findings = stage.report["findings"].as_array().unwrap();
    let tenant = stage
        .tenants()
        .find(|tenant| {
            // A second entry with a tenant's id is not the tenant's own finding.
            let is_own = |finding: &Value| {
                finding["tenant_id"] == tenant["tenant_id"] && finding["code"] != "duplicate_tenant"
            };
            findings.iter().any(is_own)
        })
        .unwrap();
    stage.open(&paths::tenant(&key(tenant))).await;
    stage.click(Role::Link.leading_to("#findings").within(Role::Main)).await;
    stage.focus_is_in(Role::Region.named(text::FINDINGS)).await;
    stage.until("scrollY > 0").await;
    stage.is_silent().await;
}

/// DB-30: every policy type of the latest backups, those that no restore has touched first.
#[tokio::test]
async fn policy_types_that_were_never_restored_come_first() {
    let stage = Stage::demo().await;
    let count = |tenant: &Value, what: &str| tenant["coverage"][what].as_u64().unwrap_or(0);
    let never = |tenant: &Value| {
        count(tenant, "backed_up_policy_types").saturating_sub(count(tenant, "covered_policy_types"))
    };
    let is_partly_covered = |tenant: &&Value| never(tenant) > 0 && count(tenant, "covered_policy_types") > 0;
    let tenant = stage.tenants().find(is_partly_covered).unwrap();
    stage.open(&paths::tenant(&key(tenant))).await;
    let never = usize::try_from(never(tenant)).unwrap();
    let rows = Role::Row.within(Role::Region.named(text::COVERAGE_BY_POLICY_TYPE));
    let is_never = |row: &String| row.contains(text::NEVER);
    let all = stage.texts_become(rows, |rows| rows.iter().any(is_never)).await;
    assert_eq!(all.iter().skip(1).take_while(|row| is_never(row)).count(), never, "{all:?}");
    assert_eq!(all.iter().filter(|row| is_never(row)).count(), never, "{all:?}");
    stage.is_silent().await;
}
