//! The workspace overview: what needs a person first, and how all tenants stand.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::finding::Severity;
use posture_core::report::calmness::{self, CalmnessByNow};
use posture_core::report::dashboard::Domain;
use posture_core::report::model::Exclusion;
use posture_core::report::overview::{AttentionItem, ProfileSummary, SummaryMetric};
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::verdicts::recovery_evidence::RecoveryState;
use posture_core::verdicts::restore_attention::Tone;
use posture_core::views::distribution::{AgeHistogram, Segment, Spread};
use posture_core::{Report, paths, words};

use crate::parts::{
    Emphasis, Figure, Item, Way, age_histogram, attention_list, distribution, figure_strip, notice,
    page_head, panel, second_view, way, with_report,
};
use crate::store::second_bundle::SecondView;
use crate::store::shown_report::ShownReport;
use crate::store::staleness::use_staleness;
use crate::text;
use crate::tone::shape;

/// The category of the metric that counts all tenants.
const SCOPE_CATEGORY: &str = "scope";

/// The page.
#[component]
pub fn Overview() -> impl IntoView {
    with_report(|| text::WORKSPACE_OVERVIEW.to_owned(), page)
}

fn page(derived: &Arc<ShownReport>) -> AnyView {
    let report = &derived.report;
    let body = if report.tenants.is_empty() {
        let ways = view! { <a class="button" href=paths::WORKSPACES>{text::WORKSPACES}</a> }.into_any();
        notice(text::NO_TENANTS, text::NO_TENANTS_NOTE, ways)
    } else {
        let Spread { postures, states, ages } = &derived.spread;
        let exported = words::counted(report.denominators.exported, "tenant", "tenants");
        let excluded = words::exclusions(&report.denominators);
        let metrics = report
            .overview
            .summary_metrics
            .iter()
            .map(|metric| figure(metric, report, postures, states))
            .collect();
        view! {
            {figure_strip(text::METRICS, metrics)}
            <div class="columns">
                {attention(report)}
                <div class="stack">
                    {panel("postures", text::BACKUP_POSTURE, exported.clone(), distribution(postures, paths::BACKUP_POSTURE_KEY, &excluded))}
                    {panel("recovery", text::RECOVERY_EVIDENCE, exported, distribution(states, paths::RECOVERY_EVIDENCE_KEY, &excluded))}
                    {panel("ages", text::BACKUP_AGE, "", self::ages(ages))}
                    {profiles(&report.overview.profiles)}
                </div>
            </div>
        }
        .into_any()
    };
    view! {
        {page_head(Vec::new(), text::WORKSPACE_OVERVIEW, "")}
        {calmness(derived)}
        {set_aside(report)}
        {body}
        {evidence(report)}
    }
    .into_any()
}

/// The tenants of each profile, with a link to them; nothing if the policy has no profiles.
fn profiles(profiles: &[ProfileSummary]) -> AnyView {
    if profiles.is_empty() {
        return ().into_any();
    }
    let row = |one: &ProfileSummary| {
        let name = match &one.profile {
            Some(name) => {
                let url = paths::registry([(paths::PROFILE_KEY, name.as_str())]);
                view! { <a href=url>{name.clone()}</a> }.into_any()
            }
            None => text::NO_PROFILE.into_any(),
        };
        let counts = [
            one.tenants,
            one.backup_attention_tenants,
            one.recovery_attention_tenants,
            one.unsettled_tenants,
        ];
        let counts = counts.map(|count| view! { <td class="number">{text::grouped(count)}</td> }.into_any());
        view! { <tr><th scope="row">{name}</th>{counts.into_iter().collect_view()}</tr> }.into_any()
    };
    let heads = [text::TENANTS, text::BACKUP, text::RECOVERY, words::UNSETTLED_METRIC];
    let heads = heads
        .map(|head| view! { <th scope="col" class="number">{head}</th> }.into_any())
        .into_iter()
        .collect_view();
    let body = view! {
        <div class="table-frame" tabindex="0" role="group" aria-label=text::PROFILES>
            <table>
                <thead><tr><th scope="col">{text::PROFILE}</th>{heads}</tr></thead>
                <tbody>{profiles.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    };
    panel("profiles", text::PROFILES, text::NEED_ATTENTION, body.into_any())
}

fn ages(ages: &AgeHistogram) -> AnyView {
    view! {
        {age_histogram(ages)}
        <p class="panel-foot"><a href=paths::FORECAST>{text::FORECAST_LINK}</a><a href=paths::WHAT_IF>{text::WHAT_IF_LINK}</a></p>
    }
    .into_any()
}

fn calmness(derived: &Arc<ShownReport>) -> AnyView {
    let (derived, aged) = (Arc::clone(derived), use_staleness());
    (move || statement(&derived.report, aged.holds())).into_any()
}

fn statement(report: &Report, has_aged: bool) -> AnyView {
    let CalmnessByNow { blockers, body, is_calm, title, tone } = calmness::by_now(report, has_aged);
    let blockers = blockers
        .iter()
        .map(|blocker| view! { <li>{words::blocker_label(*blocker)}</li> }.into_any())
        .collect_view();
    let emphasis = if is_calm { Emphasis::Plain } else { Emphasis::Primary };
    view! {
        <section class="panel calmness" data-tone=tone.as_str() aria-labelledby="calmness-title">
            {shape(tone)}
            <div class="calmness-text">
                <h2 id="calmness-title">{title}</h2>
                <p>{body}</p>
                <ul class="blockers" role="list">{blockers}</ul>
            </div>
            {way(Way::of_destination(&report.overview.calmness.next_action, ""), emphasis, "calmness-reason".to_owned())}
        </section>
    }
    .into_any()
}

/// Names what was set aside, with its count and reasons; empty if nothing was.
fn set_aside(report: &Report) -> AnyView {
    let excluded = Exclusion::ALL.iter().filter(|reason| match reason {
        Exclusion::Unreadable | Exclusion::DuplicateTenant | Exclusion::ForeignWorkspace => {
            report.denominators.excluded(**reason) > 0
        }
        Exclusion::NotActive => false,
    });
    let parts: Vec<_> = excluded
        .map(|reason| (report.denominators.excluded(*reason), words::exclusion_label(*reason)))
        .collect();
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error).count() as u64;
    if errors == 0 {
        return ().into_any();
    }
    view! {
        <div class="banner" data-tone="unknown" role="note">
            {shape(Tone::Unknown)}
            <div class="banner-text"><b>{text::EVIDENCE_SET_ASIDE}</b>": "{text::left_out(&parts, errors)}</div>
            <a class="button" href="#evidence">{text::SEE_WHAT}</a>
        </div>
    }
    .into_any()
}

fn figure(metric: &SummaryMetric, report: &Report, postures: &[Segment], states: &[Segment]) -> Figure {
    let breakdown = |segments: &[Segment], calm: &str| {
        let parts: Vec<_> = segments
            .iter()
            .filter(|segment| segment.tenants > 0 && !segment.key.is_empty() && segment.key != calm)
            .map(|segment| format!("{} {}", text::grouped(segment.tenants), segment.label.to_lowercase()))
            .collect();
        parts.join(" · ")
    };
    let is_all = metric.category == SCOPE_CATEGORY;
    let note = match Domain::from_word(&metric.category) {
        Some(Domain::BackupHealth) if metric.value > 0 => {
            breakdown(postures, BackupPosture::Healthy.as_str())
        }
        Some(Domain::RecoveryEvidence) if metric.value > 0 => {
            breakdown(states, RecoveryState::NoRecentIssuesVisible.as_str())
        }
        None if is_all => text::of_exported(report.denominators.exported),
        Some(_) | None => metric.description.clone(),
    };
    let link = metric.destination.as_ref().and_then(|to| Some((to.url.clone()?, text::destination(to.kind))));
    let is_zero = metric.value == 0;
    Figure {
        label: metric.label.clone(),
        value: view! { <span class:zero=is_zero title=metric.description.clone()>{text::grouped(metric.value)}</span> }.into_any(),
        note: note.into_any(),
        link,
    }
}

fn attention(report: &Report) -> AnyView {
    let overview = &report.overview;
    let items: Vec<_> = overview.attention_items.iter().map(item).collect();
    let shown = items.len();
    let list = if items.is_empty() {
        view! { <p class="pad note">{text::NOTHING_LISTED}</p> }.into_any()
    } else {
        attention_list("attention", items)
    };
    let body = view! {
        {list}
        <p class="panel-foot">
            {(shown > 0).then(|| view! { <span>{text::showing(shown, overview.attention_total)}</span> })}
            <a href=paths::TENANTS>{text::ALL_TENANTS}</a>
        </p>
    };
    panel("needs-attention", text::NEEDS_ATTENTION, text::WORST_FIRST, body.into_any())
}

fn item(item: &AttentionItem) -> Item {
    Item {
        tone: item.tone,
        urgency: item.urgency,
        badge: item.badge,
        title: item.title.clone(),
        body: item.body.clone(),
        way: Some(Way::of_destination(&item.destination, &item.tenant_label)),
    }
}

/// Everything noticed about the evidence itself, closed at first.
fn evidence(report: &Report) -> AnyView {
    if report.findings.is_empty() && report.not_evaluated.is_empty() {
        return ().into_any();
    }
    let summary = text::evidence_summary(report.not_evaluated.len() as u64, report.findings.len() as u64);
    view! {
        <details class="panel disclosure" id="evidence">
            <summary><h2>{text::EVIDENCE}</h2><span class="panel-note">{summary}</span></summary>
            {second_view(SecondView::Findings)}
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use crate::browser::fetch::FetchFailure;
    use crate::browser::time_slicing::Progress;
    use crate::store::phase::Activity;
    use crate::test_support::{page_over, page_while, report_of};
    use crate::text;

    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");
    const SET_ASIDE: &str = include_str!("../../../../tests/cases/tenants-not-evaluated.json");
    const CALM: &str = include_str!("../../../../tests/cases/calm.json");

    /// DB-5, DB-8
    #[test]
    fn the_overview_shows_the_calmness_statement_and_every_listed_item() {
        let page = page_over(ORDER, "/admin");
        let report = report_of(ORDER);
        assert!(page.contains(&report.overview.calmness.title), "{page}");
        for item in &report.overview.attention_items {
            assert!(page.contains(&item.title), "{}", item.title);
        }
        assert!(page.contains(&format!(
            "Showing {} of {}",
            report.overview.attention_items.len(),
            report.overview.attention_total
        )));
    }

    #[test]
    fn a_calm_workspace_lists_nothing_and_still_says_what_it_speaks_of() {
        let page = page_over(CALM, "/admin");
        assert!(page.contains("Nothing needs attention"));
        assert!(page.contains("This covers only these domains and tenants."));
        assert!(page.contains(text::NOTHING_LISTED) && !page.contains("Showing 0 of 0"));
    }

    #[test]
    fn what_was_set_aside_is_named_with_counts_and_reasons() {
        let page = page_over(SET_ASIDE, "/admin");
        let report = report_of(SET_ASIDE);
        assert!(page.contains(text::EVIDENCE_SET_ASIDE));
        for finding in &report.findings {
            assert!(page.contains(&finding.path), "{}", finding.path);
        }
    }

    /// DB-7
    #[test]
    fn loading_failed_empty_and_no_workspace_are_told_apart() {
        let loading = page_while(Activity::Loading(Progress { bytes: 20_400, tenants: 3 }), "/admin");
        assert!(loading.contains("aria-busy") && loading.contains("20 kB · 3 tenants"));
        let failure =
            FetchFailure { title: text::ENDPOINT_UNREACHABLE.to_owned(), detail: "gone".to_owned() };
        let failed = page_while(Activity::Failed(failure), "/admin");
        assert!(
            failed.contains("role=\"alert\"") && failed.contains(text::TRY_AGAIN) && failed.contains("gone")
        );
        let none = page_while(Activity::NoWorkspace, "/admin");
        assert!(none.contains(text::NO_WORKSPACE_NOTE));
        let empty = page_over(include_str!("../../../../tests/cases/no-tenants.json"), "/admin");
        assert!(empty.contains(text::NO_TENANTS) && empty.contains("Not calm"));
    }
}
