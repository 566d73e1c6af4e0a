//! The news of one workspace as lines, the worst first.

use crate::compare::change::{Change, Family};
use crate::compare::diff::{Place, label_at, view};
use crate::compare::known::KnownChange;
use crate::compare::order::{badness, record_url};
use crate::notify::announced::AnnouncedWorkspace;
use crate::notify::message::{Line, News};
use crate::paths;
use crate::policy::seconds_ahead;
use crate::report::model::{CalmBlocker, Report};
use crate::report::registry::compare_names;
use crate::timestamp::Timestamp;
use crate::words;

/// Whether a report's evidence is older than the freshness window.
pub(super) fn is_old(report: &Report) -> bool {
    report.overview.calmness.blockers.contains(&CalmBlocker::DataTooOld)
}

/// Whether a report's export is ahead of the clock.
pub(super) fn is_ahead(report: &Report, now: Timestamp) -> bool {
    seconds_ahead(report.exported_at, now, report.policy.clock_skew_seconds).is_some()
}

/// What is news about a workspace since its last message, the worst first.
pub(super) fn news(
    former: &AnnouncedWorkspace,
    report: &Report,
    now: Timestamp,
    site: Option<&str>,
) -> Vec<Line> {
    let mut lines = of_evidence(former, report, now);
    let changes = former.known.changes(report);
    let mut of_tenants: Vec<_> = changes
        .iter()
        .flat_map(|change| of_tenant(change, report, site).into_iter().map(move |line| (line, change)))
        .collect();
    of_tenants.sort_by(|(a, change_a), (b, change_b)| {
        let order = |line: &Line, change: &KnownChange<'_>| {
            (line.news, badness(&change.change, line.family.unwrap_or(Family::BackupHealth), report))
        };
        let by_name = || compare_names(name(change_a, report), name(change_b, report));
        let by_id = || (a.tenant_id, a.family).cmp(&(b.tenant_id, b.family));
        order(a, change_a).cmp(&order(b, change_b)).then_with(by_name).then_with(by_id)
    });
    lines.extend(of_tenants.into_iter().map(|(line, _)| line));
    lines.sort_by_key(|line| line.news);
    lines
}

/// What is news about the evidence as a whole.
fn of_evidence(former: &AnnouncedWorkspace, report: &Report, now: Timestamp) -> Vec<Line> {
    let line = |news, (title, text): (String, String)| Line {
        family: None,
        news,
        tenant_id: None,
        text,
        title,
        url: None,
    };
    let mut lines = Vec::new();
    match (former.is_ahead, is_ahead(report, now)) {
        (false, true) => lines.push(line(News::EvidenceAhead, words::evidence_ahead(report))),
        (true, false) => lines.push(line(News::EvidenceCurrent, words::evidence_not_ahead(report))),
        (true, true) | (false, false) => {}
    }
    match (former.is_old, is_old(report)) {
        (false, true) => lines.push(line(News::EvidenceOld, words::evidence_old(report))),
        (true, false) => lines.push(line(News::EvidenceCurrent, words::evidence_current(report))),
        (true, true) | (false, false) => {}
    }
    let unmatched = former.known.unmatched_since(report);
    if unmatched > 0 {
        lines.push(line(News::EntriesUnmatched, words::entries_unmatched(unmatched)));
    }
    lines
}

fn of_tenant(change: &KnownChange<'_>, report: &Report, site: Option<&str>) -> Vec<Line> {
    let tenant = words::tenant_in_message(name(change, report), change.change.tenant_id);
    let is_evaluated = matches!(change.change.new, Place::Evaluated(_));
    let line = |news, family: Option<Family>, title: String, text: String| {
        let page = record_url(&change.change, family.unwrap_or(Family::BackupHealth), report);
        let page = page.filter(|_| is_evaluated);
        Line {
            family,
            news,
            tenant_id: Some(change.change.tenant_id),
            text: words::text_in_message(&text),
            title,
            url: page.and_then(|page| paths::absolute(site?, &page, report.workspace.id)),
        }
    };
    let of_family = |family: Family| {
        let how = change.change.of(family);
        let news = news_of(how)?;
        let after = view(report, change.change.new, family);
        let title = words::news_title(&tenant, family, how, change.before(family), after.as_ref());
        let mut text = after.map(|view| view.cause).unwrap_or_default();
        if family == Family::BackupHealth && !change.unsettled.is_empty() {
            text = format!("{} {text}", words::new_causes(&change.unsettled));
        }
        Some(line(news, Some(family), title, text))
    };
    // A change of the tenant as a whole is one line, with its state in both families.
    if let Some(news) = of_whole(change) {
        let views = Family::ALL.iter().map(|family| (*family, view(report, change.change.new, *family)));
        let views: Vec<_> = views.collect();
        let how = change.change.of(Family::BackupHealth);
        return vec![line(
            news,
            None,
            words::whole_news_title(&tenant, how),
            words::whole_news_text(&views, how),
        )];
    }
    let mut lines: Vec<_> = Family::ALL.iter().filter_map(|family| of_family(*family)).collect();
    if lines.is_empty() && !change.unsettled.is_empty() {
        let (title, text) = words::unsettled_news(&tenant, &change.unsettled);
        lines.push(line(News::Unsettled, None, title, text));
    }
    if lines.is_empty() && change.is_settled {
        let (title, text) = words::settled_news(&tenant);
        lines.push(line(News::Settled, None, title, text));
    }
    lines
}

/// The news of a tenant that appeared, disappeared or is no longer evaluated. `None` for any other tenant: its verdicts are compared.
fn of_whole(change: &KnownChange<'_>) -> Option<News> {
    let how = change.change.of(Family::BackupHealth);
    let is_whole = match how {
        Change::New | Change::Gone | Change::LeftEvaluation | Change::EnteredEvaluation => true,
        Change::Worse | Change::Better | Change::ChangedCause | Change::Unknown | Change::Unchanged => {
            !matches!(change.change.new, Place::Evaluated(_))
        }
    };
    news_of(how).filter(|_| is_whole)
}

fn news_of(change: Change) -> Option<News> {
    match change {
        Change::Worse => Some(News::Worse),
        Change::Better => Some(News::Better),
        Change::ChangedCause => Some(News::ChangedCause),
        Change::Unknown => Some(News::Unknown),
        Change::Unchanged => None,
        Change::New => Some(News::New),
        Change::Gone => Some(News::Gone),
        Change::LeftEvaluation => Some(News::LeftEvaluation),
        Change::EnteredEvaluation => Some(News::EnteredEvaluation),
    }
}

fn name<'n>(change: &'n KnownChange<'_>, report: &'n Report) -> &'n str {
    label_at(report, change.change.new).or(change.former_label()).unwrap_or_default()
}
