//! Synthetic workspaces: the same bytes each time, and every state there is.

#![expect(clippy::unwrap_used, reason = "a test ends where a step of it fails")]

use std::collections::BTreeSet;

use posture_core::export::slim::slim;
use posture_core::{Form, Options, Report, Timestamp, derive};
use posture_synth::{Detail, Features, Plan, write};
use sha2::{Digest, Sha256};

fn plan(tenants: u64, detail: Detail) -> Plan {
    Plan {
        tenants,
        seed: 7,
        exported_at: Timestamp::parse("2026-04-08T06:00:00Z").unwrap(),
        detail,
        features: Features::Share,
        damage: true,
    }
}

fn written(plan: &Plan, form: Form) -> Vec<u8> {
    let mut out = Vec::new();
    write(plan, form, &mut out).unwrap();
    out
}

fn report(plan: &Plan, form: Form) -> Report {
    derive(&written(plan, form), form, &Options::default()).unwrap()
}

#[track_caller]
fn has_digest(plan: &Plan, expected: &str) {
    let digest: String = hex::encode(Sha256::digest(written(plan, Form::Json)));
    assert_eq!(digest, expected);
}

/// SY-1
#[test]
fn the_same_plan_gives_the_same_bytes_on_every_machine() {
    has_digest(&plan(100, Detail::Slim), "651b4dc92ea8aed5ca15f972dee365f50c3db05cdc6b41a9b4dac06864b095a5");
    has_digest(&plan(20, Detail::Full), "fd47ed75bcfbeebfe836516fd0186d32584731015241c61a4d7e38269e78ba20");
}

/// SY-1
#[test]
fn a_small_workspace_is_a_prefix_of_a_large_one() {
    let (small, large) =
        (written(&plan(10, Detail::Slim), Form::Ndjson), written(&plan(30, Detail::Slim), Form::Ndjson));
    assert!(large.starts_with(&small));
}

/// SY-2
#[test]
fn slim_and_full_form_and_either_writing_give_the_same_verdicts() {
    let slim = report(&plan(60, Detail::Slim), Form::Json);
    assert_eq!(slim, report(&plan(60, Detail::Slim), Form::Ndjson));
    assert_eq!(slim, report(&plan(60, Detail::Full), Form::Json));
}

/// SY-3
#[test]
fn a_large_workspace_holds_every_posture_reason_and_exclusion() {
    let report = report(&plan(2_500, Detail::Slim), Form::Json);
    let tenants = &report.tenants;
    let all = |words: Vec<String>| words.into_iter().collect::<BTreeSet<_>>();
    let postures = all(tenants.iter().map(|tenant| tenant.backup_health.posture.to_string()).collect());
    assert_eq!(postures.len(), 4, "{postures:?}");
    let reasons = all(tenants
        .iter()
        .flat_map(|tenant| &tenant.backup_health.reasons)
        .map(ToString::to_string)
        .collect());
    assert_eq!(reasons.len(), 4, "{reasons:?}");
    let recovery = all(tenants.iter().map(|tenant| tenant.recovery_evidence.reason.to_string()).collect());
    assert_eq!(recovery.len(), 5, "{recovery:?}");
    let restores = all(tenants
        .iter()
        .flat_map(|tenant| &tenant.restore_attention)
        .map(|run| run.state.to_string())
        .collect());
    assert_eq!(restores.len(), 5, "{restores:?}");
    let exclusions = all(report.not_evaluated.iter().map(|one| one.reason.to_string()).collect());
    assert_eq!(exclusions.len(), 4, "{exclusions:?}");
    let findings = all(report.findings.iter().map(|finding| finding.code.to_string()).collect());
    assert!(findings.len() >= 8, "{findings:?}");
}

/// SY-3
#[test]
fn without_damage_no_record_has_a_finding() {
    let report = report(&Plan { damage: false, ..plan(1_000, Detail::Slim) }, Form::Json);
    assert_eq!(report.denominators.evaluated + report.denominators.not_active, 1_000);
    assert!(
        report.findings.iter().all(|finding| finding.code.to_string() == "unrecognised_outcome"),
        "{:?}",
        report.findings
    );
}

/// SY-3: a share of the tenants uses each optional feature, and a slim tenant stays small.
#[test]
fn a_share_of_the_tenants_uses_optional_features() {
    let text = String::from_utf8(written(&plan(2_500, Detail::Slim), Form::Ndjson)).unwrap();
    for key in [
        "profiles",
        "scopes",
        "expected",
        "expected_policy_types",
        "restore_evidence_days",
        "schedule_grace_minutes",
        "profile",
        "labels",
        "scope",
        "opaque",
        "confirmations",
        "unknowns",
        "interval_minutes",
        "counts",
        "policy_types",
        "assignment_capture",
    ] {
        assert!(text.contains(&format!("\"{key}\":")), "{key}");
    }
    for word in ["monthly", "interval", "queued", "0001-01-01T00:00:00Z", "platinum", "scripts"] {
        assert!(text.contains(&format!("\"{word}\"")), "{word}");
    }
    for form in ["\"backup_sets\":{\"1\":{", "\"warnings\":[{", "\"warnings\":{\"first\":", "\"decision\":"] {
        assert!(text.contains(form), "{form}");
    }
    let report = report(&plan(2_500, Detail::Slim), Form::Ndjson);
    let causes: BTreeSet<_> = report.tenants.iter().flat_map(|tenant| &tenant.registry.unsettled).collect();
    assert!(causes.len() >= 7, "{causes:?}");
    let tenants = text.lines().count() - 1;
    assert!(text.len() / tenants <= 9_000, "{} bytes per tenant", text.len() / tenants);
}

/// SL-8: what verdicts need of thirty nights is small. Tenants that are set aside pass unchanged, so they do not count.
#[test]
fn a_slim_tenant_takes_no_more_than_2_500_bytes() {
    let whole = written(&plan(2_500, Detail::Slim), Form::Ndjson);
    let evaluated: BTreeSet<_> = derive(&whole, Form::Ndjson, &Options::default())
        .unwrap()
        .tenants
        .iter()
        .map(|tenant| tenant.tenant_id.get())
        .collect();
    let slim: serde_json::Value = serde_json::from_slice(&slim(&whole, Form::Ndjson, None).unwrap()).unwrap();
    let tenants = slim["tenants"].as_array().unwrap().iter();
    let is_evaluated =
        |tenant: &&serde_json::Value| tenant["id"].as_u64().is_some_and(|id| evaluated.contains(&id));
    let sizes: Vec<_> = tenants.filter(is_evaluated).map(|tenant| tenant.to_string().len()).collect();
    let per_tenant = sizes.iter().sum::<usize>() / sizes.len();
    assert!(sizes.len() > 2_000 && per_tenant <= 2_500, "{per_tenant} bytes for each of {}", sizes.len());
}
