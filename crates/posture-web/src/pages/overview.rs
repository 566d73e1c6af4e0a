//! The workspace overview: what needs attention first, and the state of all tenants.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::report::calmness::{self, CurrentCalmness, SetAside};
use posture_core::report::currency::Currency;
use posture_core::report::model::{DestinationKind, Domain, SummaryMetric};
use posture_core::report::tally::{SCOPE, UNSETTLED};
use posture_core::tone::Tone;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::verdicts::recovery_evidence::RecoveryState;
use posture_core::views::attention::attention_by_tenant;
use posture_core::views::distribution::{Segment, Spread};
use posture_core::views::forecast::HORIZONS;
use posture_core::{Report, paths, words};

use crate::browser::query::{Query, use_query};
use crate::parts::{
    ActionLink, Emphasis, Figure, FigureStrip, Notice, Panel, SecondPart, Way, WorkspaceHead,
    attention_lines, distribution, with_report,
};
use crate::store::known_items::use_known_items;
use crate::store::second_bundle::{SecondView, use_second_bundle};
use crate::store::shown_report::ShownReport;
use crate::store::staleness::use_staleness;
use crate::text;
use crate::tone::{self, Shape};

/// How many tenants "show more" adds to the attention list.
const MORE: usize = 20;

/// The page.
#[component]
pub fn Overview() -> impl IntoView {
    let query = use_query();
    with_report(|| text::WORKSPACE_OVERVIEW.to_owned(), move |derived| page(derived, query))
}

fn page(derived: &Arc<ShownReport>, query: Memo<Query>) -> AnyView {
    let report = &derived.report;
    let body = if report.tenants.is_empty() {
        let ways = view! { <a class="button" href=paths::WORKSPACES>{text::WORKSPACES}</a> }.into_any();
        view! { <Notice title=text::NO_TENANTS note=text::NO_TENANTS_NOTE>{ways}</Notice> }.into_any()
    } else {
        let Spread { postures, states } = &derived.counts.spread;
        let exported = words::counted(report.denominators.exported, "tenant", "tenants");
        let excluded = words::exclusions(&report.denominators);
        let postures = distribution(postures, paths::BACKUP_POSTURE_KEY, &excluded);
        let states = distribution(states, paths::RECOVERY_EVIDENCE_KEY, &excluded);
        view! {
            {figures(derived)}
            <div class="columns">
                <div class="stack">
                    {attention(derived, query)}
                    <SecondPart what=SecondView::Groups/>
                </div>
                <div class="stack">
                    <Panel id="postures" title=text::BACKUP_POSTURE note=exported.clone()>{postures}</Panel>
                    <Panel id="recovery" title=text::RECOVERY_EVIDENCE note=exported>{states}</Panel>
                    <SecondPart what=SecondView::Ages/>
                </div>
            </div>
        }
        .into_any()
    };
    view! {
        <WorkspaceHead title=text::WORKSPACE_OVERVIEW here=paths::OVERVIEW/>
        {calmness(derived)}
        <SecondPart what=SecondView::PastLine/>
        {body}
        {evidence(report)}
    }
    .into_any()
}

fn calmness(derived: &Arc<ShownReport>) -> AnyView {
    let (derived, staleness) = (Arc::clone(derived), use_staleness());
    let worst = derived.report.overview.attention_items.first();
    let worst = worst.and_then(|worst| derived.report.tenant_of(worst.tenant_id));
    let worst = worst.map(|tenant| (tenant.tenant_label.clone(), paths::tenant(&tenant.tenant_route_key)));
    (move || statement(&derived.report, staleness.currency(), worst.clone())).into_any()
}

/// Whether the workspace is calm, in a line; what that covers is folded away. The worst tenant is a click away.
fn statement(report: &Report, currency: Currency, worst: Option<(String, String)>) -> AnyView {
    let CurrentCalmness { blockers, body, is_calm: _, title, tone } = calmness::current(report, currency);
    let blockers = blockers.into_iter().map(|blocker| view! { <li>{blocker}</li> }.into_any()).collect_view();
    let next = &report.overview.calmness.next_action;
    let is_elsewhere = worst.is_none() || next.kind != DestinationKind::TenantDashboard;
    let next = is_elsewhere
        .then(|| view! { <ActionLink way=Way::of_destination(next, "") emphasis=Emphasis::Plain id="calmness-reason"/> });
    let worst = worst.map(|(name, url)| {
        view! { <a class="button primary worst" href=url data-row="worst">{text::OPEN_WORST}": "<span>{name}</span></a> }
    });
    view! {
        <section class="panel calmness" data-tone=tone.as_str() aria-labelledby="calmness-title">
            <Shape tone/>
            <div class="calmness-text">
                <h2 id="calmness-title">{title}</h2>
                <div class="scope-line">
                    <details class="scope">
                        <summary>{text::checked(report.denominators.evaluated, report.denominators.exported)}</summary>
                        <p>{body}</p>
                    </details>
                    <ul class="blockers" role="list">{blockers}</ul>
                </div>
            </div>
            <div class="calmness-ways">{worst}{next}</div>
            {set_aside(report)}
        </section>
    }
    .into_any()
}

/// Names what was set aside, with its count and reasons; empty if nothing was.
fn set_aside(report: &Report) -> AnyView {
    let Some(SetAside { tenants, errors }) = calmness::set_aside(report) else { return ().into_any() };
    view! { <p class="set-aside"><b>{text::EVIDENCE_SET_ASIDE}</b>": "{text::left_out(&tenants, errors)}" "<a href="#evidence">{text::SEE_WHAT}</a></p> }
        .into_any()
}

/// The key figures: counts of tenants, each leading to what it counts.
fn figures(derived: &ShownReport) -> AnyView {
    let report = &derived.report;
    let metrics = report.overview.summary_metrics.iter().map(|metric| figure(metric, derived));
    let soon = derived.counts.stale_soon.map(|tenants| Figure {
        label: text::STALE_SOON.to_owned(),
        value: number(tenants, tone::Tone::High, text::STALE_SOON_NOTE),
        note: text::STALE_SOON_NOTE.into_any(),
        link: Some((paths::forecast(HORIZONS[0]), text::FORECAST)),
    });
    view! { <FigureStrip label=text::METRICS figures=metrics.chain(soon).collect()/> }.into_any()
}

/// A count, in its tone unless it is zero.
fn number(count: u64, tone: Tone, title: &str) -> AnyView {
    let tone = (count > 0).then(|| tone.as_str());
    view! { <span class:zero=count == 0 data-tone=tone title=title.to_owned()>{text::grouped(count)}</span> }
        .into_any()
}

fn figure(metric: &SummaryMetric, derived: &ShownReport) -> Figure {
    let (report, Spread { postures, states }) = (&derived.report, &derived.counts.spread);
    let breakdown = |segments: &[Segment], calm: &str| {
        let parts: Vec<_> = segments
            .iter()
            .filter(|segment| segment.tenants > 0 && !segment.key.is_empty() && segment.key != calm)
            .map(|segment| format!("{} {}", text::grouped(segment.tenants), segment.label.to_lowercase()))
            .collect();
        parts.join(" · ")
    };
    let domain = Domain::from_word(&metric.category);
    let note = match domain {
        Some(Domain::BackupHealth) if metric.value > 0 => {
            breakdown(postures, BackupPosture::Healthy.as_str())
        }
        Some(Domain::RecoveryEvidence) if metric.value > 0 => {
            breakdown(states, RecoveryState::NoRecentIssuesVisible.as_str())
        }
        Some(_) => text::WITH_FINDINGS.to_owned(),
        None if metric.category == SCOPE => text::of_exported(report.denominators.exported),
        None => text::UNSETTLED_NOTE.to_owned(),
    };
    let families = &derived.counts.attention.families;
    let urgency = families.iter().find(|one| Some(one.family) == domain).map(|one| one.urgency);
    let value = match (metric.category.as_str(), urgency) {
        (SCOPE, _) => text::grouped(metric.value).into_any(),
        (UNSETTLED, _) => number(metric.value, tone::UNSETTLED, &metric.description),
        (_, urgency) => number(metric.value, urgency.map_or(Tone::Low, Tone::from), &metric.description),
    };
    let counted =
        metric.destination.as_ref().and_then(|to| Some((to.url.clone()?, text::destination(to.kind))));
    // What counts none leads to the list all the same, which says that none matches.
    let empty =
        || (paths::choose_tenant_of(&metric.category), text::destination(DestinationKind::ChooseTenant));
    Figure {
        label: metric.label.clone(),
        value,
        note: note.into_any(),
        link: Some(counted.unwrap_or_else(empty)),
    }
}

/// The tenants that need attention, those of one family if the address asks for it. Every one can be reached.
fn attention(derived: &Arc<ShownReport>, query: Memo<Query>) -> AnyView {
    let family = Memo::new(move |_| query.read().get(paths::ATTENTION_KEY).and_then(Domain::from_word));
    let steps = RwSignal::new(0_usize);
    let (known, second) = (use_known_items(), use_second_bundle());
    let tabs = families(derived, family);
    let derived = Arc::clone(derived);
    let least = usize::try_from(derived.report.policy.attention_limit).unwrap_or(usize::MAX);
    let list = move || {
        let (family, limit) = (family.get(), least.saturating_add(steps.get() * MORE));
        let (report, counts) = (&derived.report, &derived.counts);
        if counts.attention.all == 0 {
            return view! { <p class="pad note">{text::NOTHING_LISTED}</p> <ListFoot/> }.into_any();
        }
        // The first tenants of all families are known, so the page is drawn without a walk through all.
        let shown = match family {
            None if limit == least => counts.listed(report),
            _ => attention_by_tenant(report, family, limit),
        };
        let rest = shown.tenants - shown.listed.len() as u64;
        let more = (rest > 0).then(|| {
            let count = rest.min(MORE as u64);
            view! { <button type="button" class="button" on:click=move |_| steps.update(|steps| *steps += 1)>{text::show_more(count)}</button> }
        });
        // The issues are those of all families.
        let issues = family.is_none().then_some(report.overview.attention_total);
        let told = view! { <span role="status">{text::showing_tenants(shown.listed.len(), shown.tenants, issues)}</span>{more} };
        // Marks are of the second part. Until it is there, and without marks, the list is drawn without them.
        let marked = known.get().and_then(|_| second.draw(SecondView::KnownLines(family, limit)));
        let lines = marked.unwrap_or_else(|| attention_lines(&shown.listed));
        view! { {lines} <ListFoot>{told}</ListFoot> }.into_any()
    };
    view! {
        <section class="panel" id="needs-attention" aria-labelledby="needs-attention-title">
            <header class="panel-head with-tabs"><h2 id="needs-attention-title">{text::NEEDS_ATTENTION}</h2>{tabs}</header>
            {list}
        </section>
    }
    .into_any()
}

#[component]
fn ListFoot(#[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! { <p class="panel-foot">{children.map(|told| told())}<a href=paths::TENANTS>{text::ALL_TENANTS}</a></p> }
}

/// The families of the attention list, each with how many tenants need attention in it.
fn families(derived: &ShownReport, chosen: Memo<Option<Domain>>) -> AnyView {
    let counts = &derived.counts.attention;
    if counts.families.len() < 2 {
        return ().into_any();
    }
    let link = |family: Option<Domain>, label: &'static str, count: u64| {
        let url =
            family.map_or_else(|| paths::OVERVIEW.to_owned(), |family| paths::overview_of(family.as_str()));
        let current = move || (chosen.get() == family).then_some("true");
        view! { <a class="choice" href=url aria-current=current>{label}<span>{text::grouped(count)}</span></a> }.into_any()
    };
    let each =
        counts.families.iter().map(|one| link(Some(one.family), words::family_tab(one.family), one.tenants));
    let each = each.collect_view();
    let all = link(None, text::ALL, counts.all);
    view! { <nav class="choices tabs" aria-label=text::NEEDS_ATTENTION>{all}{each}</nav> }.into_any()
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
            <SecondPart what=SecondView::Findings/>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::report::model::CalmBlocker;
    use posture_core::views::attention::attention_by_tenant;
    use posture_core::views::overview_counts::OverviewCounting;
    use posture_core::{paths, words};

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
        let lines = attention_by_tenant(&report, None, 10);
        let said =
            text::showing_tenants(lines.listed.len(), lines.tenants, Some(report.overview.attention_total));
        assert!(page.contains(&said), "{said}: {page}");
    }

    /// WO-27: a family's list and its count.
    #[test]
    fn the_address_asks_for_the_tenants_of_one_family() {
        let report = report_of(ORDER);
        for one in OverviewCounting::of(&report).finish().attention.families {
            let page = page_over(ORDER, &paths::overview_of(one.family.as_str()));
            assert!(!page.contains(" in all)"), "the issues of all families: {page}");
            let lines = attention_by_tenant(&report, Some(one.family), 10).listed;
            assert_eq!(page.matches("data-row=\"item-").count(), lines.len(), "{}", one.family);
            assert!(lines.iter().all(|line| page.contains(&line.worst.title)), "{}", one.family);
        }
    }

    /// TN-7
    #[test]
    fn the_overview_leads_to_what_changed_and_to_the_trend() {
        let page = page_over(ORDER, "/admin");
        assert!(page.contains(text::SINCE_YESTERDAY) && page.contains(text::TREND_LINK), "{page}");
        assert!(page.contains("href=\"/admin/changes\"") && page.contains("href=\"/admin/trend\""));
    }

    #[test]
    fn a_calm_workspace_lists_nothing_and_still_says_what_it_covers() {
        let page = page_over(CALM, "/admin");
        assert!(page.contains("Nothing needs attention"));
        assert!(page.contains("This covers only these domains and tenants."));
        assert!(page.contains(text::NOTHING_LISTED) && !page.contains("Showing 0 of 0"));
    }

    #[test]
    fn tenants_set_aside_are_named_with_counts_and_reasons() {
        let page = page_over(SET_ASIDE, "/admin");
        let report = report_of(SET_ASIDE);
        assert!(page.contains(text::EVIDENCE_SET_ASIDE));
        // It has a line of its own, so it is not in the list of what else is not calm.
        let listed = format!("<li>{}", words::blocker_label(CalmBlocker::UnreadableEvidence));
        assert!(!page.contains(&listed), "{page}");
        for finding in &report.findings {
            assert!(page.contains(&finding.path), "{}", finding.path);
        }
    }

    /// DB-7
    #[test]
    fn loading_failed_empty_and_no_workspace_are_distinct() {
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
