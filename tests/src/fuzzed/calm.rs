//! Deriving: it never fails, is never calm with evidence set aside, and never reads unknown as good.

use posture_core::compare::groups::{GroupChanges, group_changes};
use posture_core::export::diff_csv::diff_csv;
use posture_core::export::redaction::{Capabilities, Redactor};
use posture_core::finding::{FindingCode, Severity};
use posture_core::report::model::Exclusion;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::views::groups::GroupBy;
use posture_core::views::records::records;
use posture_core::views::reviews::Marks;
use posture_core::views::timeline::timeline;
use posture_core::{
    Form, Options, Report, SnapshotReader, compare::diff, compare::diff_document, export::csv,
    report::canonical, views::distribution, views::forecast, views::what_if, views::why,
};

/// Instants to judge at, in addition to the export's.
const INSTANTS: [&str; 3] = ["0001-01-01T00:00:00Z", "2026-11-21T08:00:00.5Z", "9999-12-31T23:59:59.999Z"];

/// Derives at several instants, checks each report's invariants, and draws every view.
pub(super) fn run(input: &[u8]) {
    for form in [Form::Json, Form::Ndjson] {
        let Ok(own) = posture_core::derive(input, form, &Options::default()) else { continue };
        holds(&own);
        for as_of in INSTANTS {
            let options = Options {
                as_of: Some(as_of.to_owned()),
                freshness_hours: Some(1),
                schedule_grace_minutes: Some(0),
                ..Options::default()
            };
            match posture_core::derive(input, form, &options) {
                Ok(other) => {
                    holds(&other);
                    views(&other, &own);
                }
                // Evidence that was reduced does not cover instants before its `since`.
                Err(_) if own.since.is_some() => {}
                Err(refusal) => panic!("derived as of its export, refused as of {as_of}: {refusal}"),
            }
        }
        views(&own, &own);
        tenants(input, form);
    }
}

/// The invariants of every report.
fn holds(report: &Report) {
    let calmness = &report.overview.calmness;
    let errors = || report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    assert!(!calmness.is_calm || errors().next().is_none(), "calm with an error finding");
    assert_eq!(calmness.is_calm, calmness.blockers.is_empty());
    assert!(!calmness.is_calm || (report.denominators.evaluated > 0 && report.overview.attention_total == 0));
    assert!(
        !calmness.is_calm
            || i128::from(report.data_age_seconds) <= i128::from(report.policy.freshness_hours) * 3600
    );
    let excluded: u64 = Exclusion::ALL.iter().map(|reason| report.denominators.excluded(*reason)).sum();
    assert_eq!(report.denominators.evaluated + excluded, report.denominators.exported);
    assert_eq!(report.denominators.evaluated, report.tenants.len() as u64);
    assert_eq!(excluded, report.not_evaluated.len() as u64);
    for tenant in &report.tenants {
        let health = &tenant.backup_health;
        let is_set_aside = errors().any(|finding| {
            let is_record =
                matches!(finding.code, FindingCode::CrossTenantRecord | FindingCode::DuplicateRecord);
            is_record && finding.tenant_id == Some(tenant.tenant_id)
        });
        let is_claimed = health.healthy_claim_allowed || !tenant.needs_attention.healthy_checks.is_empty();
        assert!(
            !(is_set_aside && is_claimed),
            "tenant {} is called healthy with a record set aside",
            tenant.tenant_id
        );
        assert!(tenant.needs_attention.groups.is_empty() || tenant.needs_attention.healthy_checks.is_empty());
        if health.posture == BackupPosture::Healthy {
            let quality = health.quality.as_ref().unwrap_or_else(|| panic!("healthy without a quality"));
            assert!(
                quality.families.is_empty()
                    && match quality.degraded_items {
                        Some(degraded) => degraded == 0,
                        None => !quality.unknowns.is_empty() && !health.healthy_claim_allowed,
                    },
                "{quality:?}"
            );
        }
    }
    let written = report.to_json().unwrap_or_else(|error| panic!("a report cannot be written: {error}"));
    let mut parts = Vec::new();
    let are_written = canonical::parts(report).try_for_each(|part| part.write(&mut parts));
    assert!(are_written.is_ok() && parts == written.as_bytes(), "a report in parts is the report");
    assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok(), "a report is JSON");
}

/// Draws every view of a report.
fn views(report: &Report, earlier: &Report) {
    let written = csv::Separator::ALL.iter().map(|separator| {
        csv::registry_csv(report, &report.tenants, &Marks::default(), *separator).len()
            + csv::findings_csv(report, *separator).len()
    });
    let lines: usize = written.sum();
    assert!(lines > 0);
    for hours in [0, 24, u64::MAX] {
        let ahead = forecast::forecast(report, hours);
        assert!(ahead.turning_stale() + ahead.schedules_due() <= ahead.steps.len() as u64);
    }
    let counts = what_if::counts(earlier, report);
    assert!(!counts.is_empty());
    let spread = distribution::Spread::of(report);
    for segments in [&spread.postures, &spread.states] {
        assert_eq!(
            segments.iter().map(|segment| segment.tenants).sum::<u64>(),
            report.denominators.exported,
            "every tenant in one segment"
        );
    }
    let ages = distribution::backup_ages(report);
    let aged = ages.bins.iter().map(|bin| bin.fresh + bin.stale).sum::<u64>() + ages.without_backup;
    assert_eq!(aged, report.denominators.evaluated, "every evaluated tenant in one bin");
    for tenant in &report.tenants {
        assert!(!why::trace(tenant, None).is_empty());
    }
    let unchanged = diff::diff(report, report)
        .unwrap_or_else(|error| panic!("a report has another workspace than itself: {error}"));
    assert!(!unchanged.is_worse(), "a report is worse than itself");
    let changed = diff::diff(earlier, report)
        .unwrap_or_else(|error| panic!("a snapshot's workspace depends on the instant: {error}"));
    assert!(diff_document::diff_json(&changed, earlier, report, Some(GroupBy::Label)).is_ok());
    for separator in csv::Separator::ALL {
        assert!(!diff_csv(&changed.tenants, earlier, report, *separator).is_empty());
    }
    for by in GroupBy::ALL {
        let counted: u64 =
            group_changes(&changed, earlier, report, *by).iter().map(GroupChanges::tenants).sum();
        assert!(
            counted == 0 || counted >= changed.tenants.len() as u64,
            "every tenant in a group of changes"
        );
    }
}

/// Each tenant's records, complete and redacted for a viewer without capabilities.
fn tenants(input: &[u8], form: Form) {
    let Ok(mut reader) = SnapshotReader::new(form, &Options::default()) else { return };
    reader.push(input);
    reader.end();
    let mut texts = Vec::new();
    while let Ok(Some(tenant)) = reader.next_tenant() {
        texts.push((tenant, reader.frame()));
    }
    let Ok(preamble) = reader.finish() else { return };
    let redactor = Redactor::new(&preamble.head)
        .unwrap_or_else(|refusal| panic!("a head that was read is refused: {refusal}"));
    for (tenant, frame) in texts {
        let Some(frame) = frame else { continue };
        let shown = records(&tenant, &frame)
            .unwrap_or_else(|refusal| panic!("a tenant that was assessed is refused: {refusal}"));
        if let Some(shown) = &shown {
            drop(timeline(shown, &[], &frame));
        }
        let closed = redactor.redact(tenant.bytes, |_| Capabilities::new());
        let closed =
            closed.unwrap_or_else(|refusal| panic!("redaction refuses what was assessed: {refusal}"));
        assert!(
            serde_json::from_slice::<serde::de::IgnoredAny>(&closed).is_ok(),
            "{}",
            String::from_utf8_lossy(&closed)
        );
    }
}
