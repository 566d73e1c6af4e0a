//! The pages of `derive` and `check`: a report to read.

use posture_core::finding::Severity;
use posture_core::report::model::{DashboardItem, Domain, Exclusion, TenantReport};
use posture_core::report::registry::worst_first;
use posture_core::report::tone;
use posture_core::tone::Tone;
use posture_core::verdicts::backup_health::BackupReason;
use posture_core::verdicts::recovery_evidence::RecoveryReason;
use posture_core::verdicts::unsettled::UnsettledCause;
use posture_core::{Report, Timestamp, words};

use crate::layout::{Cell, Page};
use crate::text;

/// The most findings, and the most unsettled tenants, that a page lists.
const MAX_FINDINGS: usize = 50;

/// A whole report as a page.
pub(crate) fn page(report: &Report) -> String {
    let mut page = Page::default();
    calmness(&mut page, report);
    metrics(&mut page, report);
    attention(&mut page, report);
    tenants(&mut page, report);
    not_evaluated(&mut page, report);
    findings(&mut page, report);
    page.into_text()
}

/// Whether the workspace is calm, the blockers, the counts and the findings. `against` are blockers that the report itself cannot know.
pub(crate) fn calmness_page(report: &Report, against: &[String]) -> String {
    let mut page = Page::default();
    if !against.is_empty() {
        page.marked(Tone::Critical, text::NOT_CALM_BY_CLOCK);
        against.iter().for_each(|line| page.paragraph(line));
        page.gap();
    }
    calmness(&mut page, report);
    blockers(&mut page, report);
    unsettled(&mut page, report);
    counts(&mut page, report);
    findings(&mut page, report);
    page.into_text()
}

fn calmness(page: &mut Page, report: &Report) {
    let calmness = &report.overview.calmness;
    page.heading(&report.workspace.name, &format!("workspace {}", report.workspace.id));
    page.paragraph(&text::judged_at(report));
    page.gap();
    page.marked(tone::calmness(&report.overview), &calmness.title);
    page.paragraph(&calmness.body);
}

fn blockers(page: &mut Page, report: &Report) {
    let blockers = &report.overview.calmness.blockers;
    if blockers.is_empty() {
        return;
    }
    page.gap();
    page.heading(text::BLOCKERS, "");
    let rows: Vec<_> = blockers
        .iter()
        .map(|blocker| vec![Cell::text(blocker.as_str()), Cell::text(words::blocker_label(*blocker))])
        .collect();
    page.table(&rows);
}

/// Tenants that keep the workspace from being calm without needing attention, with their loose ends.
fn unsettled(page: &mut Page, report: &Report) {
    let tenants = || report.tenants.iter().map(|tenant| &**tenant);
    let is_open = |tenant: &&TenantReport| !tenant.registry.unsettled.is_empty();
    let total = tenants().filter(is_open).count();
    if total == 0 {
        return;
    }
    page.gap();
    page.heading(text::UNSETTLED, &text::showing(total.min(MAX_FINDINGS), total as u64));
    let rows: Vec<_> = tenants()
        .filter(is_open)
        .take(MAX_FINDINGS)
        .map(|tenant| {
            let causes = tenant.registry.unsettled.iter();
            let causes: Vec<_> = causes.map(|cause| words::unsettled_cause_label(*cause)).collect();
            vec![Cell::text(&tenant.tenant_label), Cell::text(causes.join("; "))]
        })
        .collect();
    page.table(&rows);
}

fn counts(page: &mut Page, report: &Report) {
    let mut rows: Vec<(String, u64)> =
        report.overview.summary_metrics.iter().map(|metric| (metric.label.clone(), metric.value)).collect();
    rows.push((text::ATTENTION_ITEMS.to_owned(), report.overview.attention_total));
    for reason in Exclusion::ALL {
        rows.push((
            format!("{}: {}", text::NOT_EVALUATED, words::exclusion_label(*reason)),
            report.denominators.excluded(*reason),
        ));
    }
    for severity in [Severity::Error, Severity::Warning] {
        rows.push((
            format!("{}: {}", text::FINDINGS, text::severity(severity).1),
            count_findings(report, severity),
        ));
    }
    page.gap();
    page.heading(text::COUNTS, "");
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(label, value)| vec![Cell::text(value.to_string()), Cell::text(label)])
        .collect();
    page.table(&rows);
}

fn metrics(page: &mut Page, report: &Report) {
    page.gap();
    page.heading(text::METRICS, "");
    let metrics = report.overview.summary_metrics.iter();
    let rows: Vec<_> = metrics
        .map(|metric| {
            vec![
                Cell::text(&metric.label),
                Cell::text(metric.value.to_string()),
                Cell::text(&metric.description),
            ]
        })
        .collect();
    page.table(&rows);
}

fn attention(page: &mut Page, report: &Report) {
    let overview = &report.overview;
    if overview.attention_total == 0 {
        return;
    }
    page.gap();
    page.heading(
        text::NEEDS_ATTENTION,
        &text::showing(overview.attention_items.len(), overview.attention_total),
    );
    let rows: Vec<_> = overview
        .attention_items
        .iter()
        .map(|item| {
            let urgency = words::urgency_label(item.urgency);
            vec![
                Cell::marked(item.tone, urgency),
                Cell::text(item.badge),
                Cell::text(format!("{}. {}", item.title, item.body)),
            ]
        })
        .collect();
    page.table(&rows);
}

fn tenants(page: &mut Page, report: &Report) {
    if report.tenants.is_empty() {
        return;
    }
    let mut tenants: Vec<_> = report.tenants.iter().collect();
    tenants.sort_by(|a, b| worst_first(a, b));
    page.gap();
    page.heading(text::TENANTS, &tenants.len().to_string());
    let head = [text::NAME, text::BACKUP, text::RECOVERY, text::REASON].map(Cell::text);
    let rows: Vec<_> = std::iter::once(Vec::from(head))
        .chain(tenants.into_iter().map(|tenant| tenant_row(tenant, report.as_of)))
        .collect();
    page.table(&rows);
}

fn tenant_row(tenant: &TenantReport, as_of: Timestamp) -> Vec<Cell> {
    let (health, evidence) = (&tenant.backup_health, &tenant.recovery_evidence);
    vec![
        Cell::text(&tenant.tenant_label),
        Cell::marked(tone::backup(health), words::posture_label(health.posture)),
        Cell::marked(tone::recovery(tenant), words::recovery_state_label(evidence.overview_state)),
        Cell::text(reasons(tenant, as_of)),
    ]
}

/// Every reason for which a tenant needs attention. Without one, and without a healthy claim, the headline.
pub(crate) fn reasons(tenant: &TenantReport, as_of: Timestamp) -> String {
    let items = tenant.needs_attention.groups.iter().flat_map(|group| &group.items);
    let mut reasons: Vec<_> = items.map(|item| reason(item, tenant.recovery_evidence.reason)).collect();
    // A schedule to follow up is an item as well.
    let open = tenant.registry.unsettled.iter().filter(|cause| **cause != UnsettledCause::ScheduleFollowUp);
    reasons.extend(open.map(|cause| words::unsettled_cause_label(*cause).to_owned()));
    let of_old_evidence =
        tenant.recovery_evidence.latest_relevant_at.and_then(|at| words::old_evidence(at, as_of));
    if reasons.is_empty() && !tenant.backup_health.healthy_claim_allowed {
        return tenant.backup_health.headline.to_string();
    }
    reasons.extend(of_old_evidence);
    reasons.join("; ")
}

fn reason(item: &DashboardItem, recovery: RecoveryReason) -> String {
    match item.domain {
        Domain::BackupHealth => match BackupReason::from_word(&item.key) {
            Some(reason) => words::backup_reason_label(reason).to_owned(),
            None => item.title.to_string(),
        },
        Domain::RecoveryEvidence => words::recovery_reason_label(recovery).to_owned(),
        Domain::Governance | Domain::Operations | Domain::Alerts => item.title.to_string(),
    }
}

fn not_evaluated(page: &mut Page, report: &Report) {
    if report.not_evaluated.is_empty() {
        return;
    }
    page.gap();
    page.heading(text::NOT_EVALUATED, &report.not_evaluated.len().to_string());
    let rows: Vec<_> = report
        .not_evaluated
        .iter()
        .map(|tenant| {
            let id = tenant.tenant_id.map_or_else(|| "–".to_owned(), |id| id.to_string());
            let name = tenant.tenant_label.as_deref().unwrap_or(text::UNNAMED);
            vec![Cell::text(name), Cell::text(id), Cell::text(words::exclusion_label(tenant.reason))]
        })
        .collect();
    page.table(&rows);
}

/// Findings by count, and the errors and warnings one by one up to a limit, errors first.
fn findings(page: &mut Page, report: &Report) {
    if report.findings.is_empty() {
        return;
    }
    let counted = |severity| {
        let (one, many) = text::severity(severity);
        words::counted(count_findings(report, severity), one, many)
    };
    page.gap();
    page.heading(text::FINDINGS, &words::listed(&[counted(Severity::Error), counted(Severity::Warning)]));
    let of = |severity| report.findings.iter().filter(move |finding| finding.severity == severity);
    let listed = of(Severity::Error).chain(of(Severity::Warning));
    let total = count_findings(report, Severity::Error) + count_findings(report, Severity::Warning);
    let rows: Vec<_> = listed
        .take(MAX_FINDINGS)
        .map(|finding| {
            let mark = Cell::marked(tone::severity(finding.severity), text::severity(finding.severity).0);
            vec![
                mark,
                Cell::text(finding.code.as_str()),
                Cell::text(format!("{}: {}", finding.path, finding.message)),
            ]
        })
        .collect();
    page.table(&rows);
    if total > rows.len() as u64 {
        page.paragraph(&text::showing(rows.len(), total));
    }
}

pub(crate) fn count_findings(report: &Report, severity: Severity) -> u64 {
    report.findings.iter().filter(|finding| finding.severity == severity).count() as u64
}
