//! What holds for every snapshot.
#![expect(
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test whose stage cannot be set fails"
)]

mod closed;
mod rewritten;
mod support;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use posture_core::finding::Severity;
use posture_core::report::model::Exclusion;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::verdicts::recovery_evidence::RecoveryState;
use posture_core::views::attention::attention_by_tenant;
use posture_core::views::distribution::Spread;
use posture_core::views::forecast::{HORIZONS, forecast};
use posture_core::views::overview_counts::OverviewCounting;
use posture_core::{
    Assessing, Form, Options, RefusalKind, Report, ReportBuilder, SnapshotReader, TenantReport, Timestamp,
    assess_tenant, derive, export::slim,
};
use posture_testing::pinned::pinned;
use rewritten::{add_unknown_keys, reorder};
use support::{EXPORTED_AT, derive_at, marred_snapshot, snapshot, timestamp, try_derive};

/// Feeds a document in pieces that end at these places.
fn derive_in_chunks(document: &[u8], form: Form, cuts: &[usize]) -> Result<Report, posture_core::Refusal> {
    let mut reader = SnapshotReader::new(form, &Options::default())?;
    let mut builder = ReportBuilder::default();
    let mut ends: Vec<_> =
        cuts.iter().map(|cut| cut % (document.len() + 1)).chain([document.len()]).collect();
    ends.sort_unstable();
    let mut start = 0;
    for end in ends {
        reader.push(&document[start..end]);
        start = end;
        take(&mut reader, &mut builder)?;
    }
    reader.end();
    take(&mut reader, &mut builder)?;
    Ok(builder.finish(reader.finish()?))
}

fn take(reader: &mut SnapshotReader, builder: &mut ReportBuilder) -> Result<(), posture_core::Refusal> {
    reader.drain(|tenant, frame| {
        builder.add(assess_tenant(&tenant, frame)?)?;
        Ok(())
    })
}

/// Assesses each tenant in steps of so many records, and then what is left of it.
fn derive_in_steps(document: &[u8], records: &[usize]) -> Result<Report, posture_core::Refusal> {
    let mut reader = SnapshotReader::new(Form::Json, &Options::default())?;
    let mut builder = ReportBuilder::default();
    reader.push(document);
    reader.end();
    reader.drain(|tenant, frame| {
        let mut assessing = Assessing::start(&tenant, frame);
        for records in records {
            assessing.step(*records)?;
        }
        builder.add(assessing.finish()?)
    })?;
    Ok(builder.finish(reader.finish()?))
}

fn ndjson(snapshot: &Value) -> Vec<u8> {
    let mut head = snapshot.clone();
    let tenants =
        head.as_object_mut().and_then(|head| head.remove("tenants")).expect("snapshots have tenants");
    let lines = tenants.as_array().into_iter().flatten().map(|tenant| format!("\n{tenant}\n"));
    format!("{head}{}", lines.collect::<String>()).into_bytes()
}

/// How bad a tenant is, in the parts that must never improve when its evidence gets worse.
fn badness(tenant: &TenantReport) -> (BackupRank, RecoveryRank, bool) {
    let backup = match tenant.backup_health.posture {
        BackupPosture::Healthy => 0,
        BackupPosture::Degraded => 1,
        BackupPosture::Stale => 2,
        BackupPosture::Absent => 3,
    };
    let recovery = match tenant.recovery_evidence.overview_state {
        RecoveryState::NoRecentIssuesVisible => 0,
        RecoveryState::Unvalidated => 1,
        RecoveryState::Weakened => 2,
    };
    (backup, recovery, !tenant.backup_health.healthy_claim_allowed)
}
type BackupRank = u8;
type RecoveryRank = u8;

fn no_better(before: &Report, after: &Report) -> Result<(), TestCaseError> {
    prop_assert!(
        before.overview.calmness.is_calm || !after.overview.calmness.is_calm,
        "worse evidence calmed the workspace"
    );
    for (before, after) in before.tenants.iter().zip(&after.tenants) {
        let (was, is) = (badness(before), badness(after));
        prop_assert!(is.0 >= was.0 && is.1 >= was.1 && is.2 >= was.2, "{:?} became {:?}", was, is);
        prop_assert!(after.registry.triage_rank <= before.registry.triage_rank);
    }
    Ok(())
}

fn each_record(snapshot: &mut Value, collection: &str, mut change: impl FnMut(&mut Value)) {
    for tenant in snapshot["tenants"].as_array_mut().into_iter().flatten() {
        tenant[collection].as_array_mut().into_iter().flatten().for_each(&mut change);
    }
}

/// How many seconds before the export a slim snapshot begins to serve.
fn reach() -> impl Strategy<Value = i64> {
    prop_oneof![2 => Just(0), 1 => 0_i64..1000, 2 => 0_i64..90_000, 2 => 0_i64..3_500_000]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_records_never_matters(snapshot in snapshot(), turn in 0_usize..4, from_export in -90_000_i64..90_000) {
        let mut reordered = snapshot.clone();
        reorder(&mut reordered, turn);
        let (mut before, mut after) = (pinned(&derive_at(&snapshot, from_export)), pinned(&derive_at(&reordered, from_export)));
        for report in [&mut before, &mut after] {
            if let Some(listed) = report["not_evaluated"].as_array_mut() {
                listed.sort_by_key(Value::to_string);
            }
        }
        prop_assert_eq!(before, after);
    }

    #[test]
    fn shifting_all_times_together_changes_only_times(snapshot in marred_snapshot(), weeks in -330_i64..330, from_export in -90_000_i64..90_000) {
        // Weekdays matter to schedules.
        let shift_by = weeks * 7 * 86_400;
        let before = pinned(&derive_at(&snapshot, from_export));
        let after = pinned(&derive_at(&shift(&snapshot, shift_by), from_export + shift_by));
        prop_assert_eq!(shift(&before, shift_by), after);
    }

    #[test]
    fn chunk_boundaries_never_matter(snapshot in marred_snapshot(), cuts in prop::collection::vec(any::<usize>(), 0..12)) {
        let document = snapshot.to_string().into_bytes();
        let whole = derive(&document, Form::Json, &Options::default()).unwrap();
        let pieces = derive_in_chunks(&document, Form::Json, &cuts).unwrap();
        prop_assert_eq!(whole.digest().unwrap(), pieces.digest().unwrap());
        let lines = ndjson(&snapshot);
        let by_line = derive_in_chunks(&lines, Form::Ndjson, &cuts).unwrap();
        prop_assert_eq!(whole.digest().unwrap(), by_line.digest().unwrap(), "the NDJSON form says the same");
    }

    #[test]
    fn a_tenant_assessed_in_steps_is_assessed_alike(
        snapshot in marred_snapshot(), records in prop::collection::vec(0_usize..3, 0..24), at in any::<usize>(), byte in prop::option::weighted(0.3, any::<u8>()),
    ) {
        let mut document = snapshot.to_string().into_bytes();
        if let Some(byte) = byte {
            let at = at % document.len();
            document[at] = byte;
        }
        match (derive(&document, Form::Json, &Options::default()), derive_in_steps(&document, &records)) {
            (Ok(whole), Ok(steps)) => prop_assert_eq!(whole, steps),
            (whole, steps) => prop_assert_eq!(whole.err(), steps.err()),
        }
    }

    #[test]
    fn a_broken_document_is_refused_alike_wherever_its_chunks_end(
        snapshot in marred_snapshot(), at in any::<usize>(), byte in any::<u8>(), cut_off in any::<bool>(), cuts in prop::collection::vec(any::<usize>(), 0..6),
    ) {
        let mut document = snapshot.to_string().into_bytes();
        let at = at % document.len();
        if cut_off { document.truncate(at) } else { document[at] = byte }
        let whole = derive(&document, Form::Json, &Options::default());
        let pieces = derive_in_chunks(&document, Form::Json, &cuts);
        prop_assert!(!cut_off || whole.is_err(), "a document that is cut off is refused");
        match (whole, pieces) {
            (Ok(whole), Ok(pieces)) => prop_assert_eq!(whole.digest().unwrap(), pieces.digest().unwrap()),
            (whole, pieces) => prop_assert_eq!(whole.err(), pieces.err()),
        }
    }

    /// SL-1, SL-2: for random instants, from the export on and before it.
    #[test]
    fn a_slim_snapshot_gives_the_same_pinned_fields(
        snapshot in marred_snapshot(), reach in reach(), later in prop_oneof![0_i64..1000, 0_i64..90_000, 0_i64..4_000_000],
    ) {
        let document = snapshot.to_string().into_bytes();
        let since = Timestamp::from_unix_seconds(EXPORTED_AT - reach);
        let slimmed = slim::slim(&document, Form::Json, since).unwrap();
        let from_export = later - reach;
        let whole = try_derive(&document, Form::Json, from_export).unwrap();
        let slim_report = try_derive(&slimmed, Form::Json, from_export).unwrap();
        let (whole, mut slim_report) = (pinned(&whole), pinned(&slim_report));
        for key in ["since", "evidence_from"] {
            slim_report[key] = whole[key].clone();
        }
        prop_assert_eq!(whole, slim_report, "{}", String::from_utf8_lossy(&slimmed));
        prop_assert_eq!(slim::slim(&slimmed, Form::Json, since).unwrap(), slimmed, "slimming again changes nothing");
    }

    /// SL-3: an instant that the slim snapshot does not cover is refused.
    #[test]
    fn a_slim_snapshot_refuses_what_it_does_not_cover(snapshot in snapshot(), reach in reach(), earlier in 1_i64..90_000) {
        let since = Timestamp::from_unix_seconds(EXPORTED_AT - reach);
        let slimmed = slim::slim(snapshot.to_string().as_bytes(), Form::Json, since).unwrap();
        let refusal = try_derive(&slimmed, Form::Json, -reach - earlier).unwrap_err();
        prop_assert!(matches!(refusal.kind, RefusalKind::AsOfBeforeSince { .. }), "{}", refusal);
    }

    #[test]
    fn posture_never_improves_when_an_item_is_degraded(snapshot in snapshot()) {
        let mut worse = snapshot.clone();
        each_record(&mut worse, "backup_sets", |set| {
            for item in set["items"].as_array_mut().into_iter().flatten() {
                item["metadata"] = json!({ "assignments_fetch_failed": true });
            }
        });
        no_better(&derive_at(&snapshot, 0), &derive_at(&worse, 0))?;
    }

    #[test]
    fn posture_never_improves_when_an_outcome_fails(snapshot in snapshot()) {
        let mut worse = snapshot.clone();
        each_record(&mut worse, "restore_runs", |run| match &mut run["results"] {
            Value::Array(rows) => rows.push(json!({ "outcome": "failed" })),
            Value::Object(groups) => { groups.insert("foundations".to_owned(), json!([{ "outcome": "failed" }])); }
            results => *results = json!({ "items": [{ "outcome": "failed" }] }),
        });
        no_better(&derive_at(&snapshot, 0), &derive_at(&worse, 0))?;
    }

    #[test]
    fn posture_never_improves_when_a_schedule_gains_a_cause(snapshot in snapshot()) {
        let mut worse = snapshot.clone();
        each_record(&mut worse, "backup_schedules", |schedule| schedule["last_run_status"] = json!("failed"));
        no_better(&derive_at(&snapshot, 0), &derive_at(&worse, 0))?;
    }

    #[test]
    fn a_key_that_is_not_known_changes_nothing(snapshot in marred_snapshot(), from_export in -90_000_i64..90_000) {
        let mut more = snapshot.clone();
        add_unknown_keys(&mut more);
        prop_assert_eq!(pinned(&derive_at(&snapshot, from_export)), pinned(&derive_at(&more, from_export)));
    }

    #[test]
    fn a_record_that_is_deleted_changes_no_verdict(snapshot in snapshot()) {
        let mut more = snapshot.clone();
        let deleted = json!({ "id": 900, "status": "completed", "is_dry_run": false, "completed_at": "2026-01-01T00:00:00Z", "deleted_at": "2026-01-02T00:00:00Z" });
        for tenant in more["tenants"].as_array_mut().into_iter().flatten() {
            if let Some(runs) = tenant["restore_runs"].as_array_mut() {
                runs.push(deleted.clone());
            }
        }
        let (mut before, mut after) = (pinned(&derive_at(&snapshot, 0)), pinned(&derive_at(&more, 0)));
        // How far back the evidence reaches is not a verdict.
        for report in [&mut before, &mut after] {
            report["evidence_from"] = Value::Null;
        }
        prop_assert_eq!(before, after);
    }

    #[test]
    fn another_tenant_changes_no_tenants_verdict(snapshot in snapshot(), other in snapshot()) {
        let mut more = snapshot.clone();
        let others: Vec<_> = other["tenants"].as_array().into_iter().flatten().cloned().collect();
        for (place, mut tenant) in others.into_iter().enumerate() {
            tenant["id"] = json!(1000 + place);
            tenant["external_id"] = json!(format!("other-{place}"));
            more["tenants"].as_array_mut().into_iter().for_each(|tenants| tenants.push(tenant.clone()));
        }
        let (before, after) = (derive_at(&snapshot, 0), derive_at(&more, 0));
        for tenant in &before.tenants {
            prop_assert_eq!(Some(&**tenant), after.tenant(&tenant.tenant_route_key));
        }
        prop_assert!(before.overview.calmness.is_calm || !after.overview.calmness.is_calm || before.tenants.is_empty());
    }

    #[test]
    fn every_tenant_is_in_exactly_one_bucket(snapshot in marred_snapshot(), from_export in -90_000_i64..90_000) {
        let report = derive_at(&snapshot, from_export);
        let exported = snapshot["tenants"].as_array().map_or(0, Vec::len) as u64;
        let excluded: u64 = Exclusion::ALL.iter().map(|reason| report.denominators.excluded(*reason)).sum();
        prop_assert_eq!(report.denominators.exported, exported);
        prop_assert_eq!(report.denominators.evaluated + excluded, exported);
        prop_assert_eq!(report.denominators.evaluated, report.tenants.len() as u64);
        prop_assert_eq!(excluded, report.not_evaluated.len() as u64);
    }

    /// WO-27
    #[test]
    fn the_overview_counts_what_each_view_counts_however_often_it_pauses(
        snapshot in marred_snapshot(), from_export in -90_000_i64..90_000, steps in prop::collection::vec(0_usize..3, 0..4),
    ) {
        let report = derive_at(&snapshot, from_export);
        let mut counting = OverviewCounting::of(&report);
        for tenants in steps {
            counting.step(tenants);
        }
        let counts = counting.finish();
        prop_assert_eq!(&counts.spread, &Spread::of(&report));
        let ahead = forecast(&report, HORIZONS[0]);
        prop_assert_eq!(counts.stale_soon, ahead.is_possible.then(|| ahead.uncovered_tenants()));
        let limit = usize::try_from(report.policy.attention_limit).unwrap();
        prop_assert_eq!(counts.listed(&report), attention_by_tenant(&report, None, limit));
        for one in &counts.attention.families {
            prop_assert_eq!(attention_by_tenant(&report, Some(one.family), 0).tenants, one.tenants);
        }
    }

    #[test]
    fn an_error_finding_never_leaves_the_workspace_calm(snapshot in marred_snapshot()) {
        let report = derive_at(&snapshot, 0);
        let has_error = report.findings.iter().any(|finding| finding.severity == Severity::Error);
        prop_assert!(!(has_error && report.overview.calmness.is_calm));
    }

    #[test]
    fn a_report_is_canonical_json(snapshot in marred_snapshot()) {
        let written = derive_at(&snapshot, 0).to_json().unwrap();
        let value: Value = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(serde_json_canonicalizer::to_string(&value).unwrap(), written);
    }
}

/// 2000-01-01T00:00:00Z.
const YEAR_2000: i64 = 946_684_800;

/// Moves every timestamp of a document.
fn shift(value: &Value, seconds: i64) -> Value {
    match value {
        Value::String(text) => match Timestamp::parse(text) {
            // The zero value of some program stays one.
            Some(at) if at.unix_seconds() < YEAR_2000 => value.clone(),
            Some(at) => json!(timestamp(at.unix_seconds() + seconds)),
            None => value.clone(),
        },
        Value::Array(elements) => elements.iter().map(|element| shift(element, seconds)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), shift(value, seconds)))
            .collect::<Map<_, _>>()
            .into(),
        _ => value.clone(),
    }
}
