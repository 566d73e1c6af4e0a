//! What the write model writes is what the reader reads.

#![expect(clippy::unwrap_used, reason = "a test ends where a step of it fails")]

use posture_core::export::snapshot::{
    BackupItem, BackupSchedule, BackupSet, Counts, Head, Instant, ItemMetadata, Operation, Outcome, Policy,
    QualitySummary, RestoreRun, Results, Rules, RunMetadata, ScopeRules, Signal, Snapshot, Tenant, Workspace,
    pieces,
};
use posture_core::{Form, Options, derive};
use serde_json::{Value, json};

fn snapshot() -> Snapshot {
    let item = BackupItem {
        id: 1,
        policy_type: Some("Compliance Policies".into()),
        display_name: Some("Windows".into()),
        metadata: Some(ItemMetadata {
            assignment_capture: Some("captured".into()),
            ..ItemMetadata::default()
        }),
        ..BackupItem::default()
    };
    let latest = BackupSet {
        id: 2,
        scope: Some("intune".into()),
        status: "completed".into(),
        completed_at: Some("2026-04-08T01:00:00Z".into()),
        confirmations: vec!["2026-04-08T05:00:00Z".into()],
        items: Some(vec![item]),
        ..BackupSet::default()
    };
    let quality = QualitySummary {
        total_items: 1,
        policy_types: Some([("Compliance Policies".into(), 1)].into()),
        ..QualitySummary::default()
    };
    let older = BackupSet {
        id: 1,
        completed_at: Some("2026-04-07T01:00:00Z".into()),
        items: None,
        quality: Some(quality),
        ..latest.clone()
    };
    let schedule = BackupSchedule {
        id: 1,
        is_enabled: true,
        frequency: "daily".into(),
        last_run_at: Some("2026-04-08T05:00:00Z".into()),
        last_run_status: Some("success".into()),
        ..BackupSchedule::default()
    };
    let run = RestoreRun {
        id: 1,
        status: "completed".into(),
        results: Some(Results {
            items: vec![Outcome {
                outcome: "applied".into(),
                policy_type: Some("Compliance Policies".into()),
                ..Outcome::default()
            }],
            counts: Some(Counts { applied: Some(3), ..Counts::default() }),
            policy_types: [("Compliance Policies".into(), Counts { applied: Some(3), ..Counts::default() })]
                .into(),
            ..Results::default()
        }),
        metadata: Some(RunMetadata { non_applied: Some(0) }),
        completed_at: Some("2026-04-01T00:00:00Z".into()),
        operation_run: Some(Operation {
            status: "completed".into(),
            outcome: Some("succeeded".into()),
            ..Operation::default()
        }),
        ..RestoreRun::default()
    };
    let signal = Signal {
        domain: "operations".into(),
        key: "source_unreadable".into(),
        urgency: "high".into(),
        title: "Unreadable".into(),
        ..Signal::default()
    };
    let tenant = Tenant {
        id: 7,
        external_id: "contoso".into(),
        name: "Contoso".into(),
        status: "active".into(),
        profile: Some("gold".into()),
        scopes: [("intune".to_owned(), ScopeRules { expected: Some(true), ..ScopeRules::default() })].into(),
        backup_sets: vec![older, latest],
        backup_schedules: vec![schedule],
        restore_runs: vec![run],
        signals: vec![signal],
        ..Tenant::default()
    };
    let rules = Rules { freshness_hours: Some(24), ..Rules::default() };
    let policy =
        Policy { rules: rules.clone(), profiles: [("gold".to_owned(), rules)].into(), ..Policy::default() };
    let head = Head {
        exported_at: "2026-04-08T06:00:00Z".into(),
        exporter: Some("test".into()),
        since: None,
        policy: Some(policy),
        workspace: Workspace { id: 1, name: "Workspace".into(), slug: None },
        checked_domains: Some(vec!["operations".into()]),
    };
    Snapshot { head, tenants: vec![tenant] }
}

fn written(form: Form) -> Vec<u8> {
    let mut bytes = Vec::new();
    snapshot().write(form, &mut bytes).unwrap();
    bytes
}

#[test]
fn both_forms_give_one_report_without_findings() {
    let report = |form| {
        let report = derive(&written(form), form, &Options::default()).unwrap();
        serde_json::to_value(report).unwrap()
    };
    let json = report(Form::Json);
    assert_eq!(json, report(Form::Ndjson));
    assert_eq!(json["findings"], json!([]));
    assert_eq!(json["denominators"]["evaluated"], json!(1));
    assert_eq!(json["tenants"][0]["restore_attention"][0]["state"], json!("completed"));
}

#[test]
fn absent_options_are_not_written() {
    let document: Value = serde_json::from_slice(&written(Form::Json)).unwrap();
    assert!(document.get("since").is_none());
    let tenant = &document["tenants"][0];
    assert!(tenant.get("labels").is_none());
    assert!(tenant["backup_sets"][0].get("items").is_none());
    assert_eq!(tenant["backup_sets"][1]["items"][0]["metadata"], json!({ "assignment_capture": "captured" }));
    assert!(document["policy"].get("scopes").is_none());
    assert_eq!(document["policy"]["profiles"]["gold"]["freshness_hours"], json!(24));
}

#[test]
fn a_text_that_is_not_an_instant_is_written_as_it_is() {
    assert_eq!(serde_json::to_value(Instant::from("yesterday")).unwrap(), json!("yesterday"));
    assert_eq!(
        serde_json::to_value(Instant::from("2026-04-08 05:00:00+01:00")).unwrap(),
        json!("2026-04-08T04:00:00Z")
    );
    let instants = ["yesterday", "2026-04-08 05:00:00+01:00"].map(|text| Instant::from(text).timestamp());
    assert_eq!(
        instants.map(|at| at.map(|at| at.to_string())),
        [None, Some("2026-04-08T04:00:00Z".to_owned())]
    );
}

/// GA-3: a page writes a snapshot piece by piece, and its bytes are those of the command line.
#[test]
fn the_pieces_of_a_snapshot_are_its_bytes() {
    let mut whole = snapshot();
    let bare = &mut whole.tenants[0];
    bare.workspace_id = Some(7);
    (bare.environment, bare.domain) = (Some("production".into()), Some("contoso.example".into()));
    (bare.labels, bare.capabilities) = (Some(vec!["north".into()]), Some(vec!["backup_sets.view".into()]));
    let traps = r#""backup_sets":[],"backup_schedules":[],"restore_runs":[] "items":[] \"#;
    let item = |id| BackupItem { id, display_name: Some(traps.into()), ..BackupItem::default() };
    for items in [0, 1, 499, 500, 501, 1700] {
        let mut set = whole.tenants[0].backup_sets[0].clone();
        set.name = Some(traps.into());
        set.items = Some((0..items).map(item).collect());
        whole.tenants[0].backup_sets.push(set);
    }
    whole.tenants[0].name = traps.into();
    whole.tenants.push(Tenant { name: traps.into(), ..Tenant::default() });
    for tenants in 0..=whole.tenants.len() {
        let part = Snapshot { head: whole.head.clone(), tenants: whole.tenants[..tenants].to_vec() };
        let mut bytes = Vec::new();
        part.write(Form::Json, &mut bytes).unwrap();
        let written: Vec<String> = pieces(&part).map(Result::unwrap).collect();
        assert_eq!(written.concat(), String::from_utf8(bytes).unwrap());
        let longest = written.iter().map(String::len).max().unwrap();
        assert!(longest < 100_000, "{longest}");
    }
}
