//! One tenant's dashboard: the backup basis and what restores have shown side by side, what needs a person, and why.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use posture_core::report::dashboard::{DashboardItem, HealthyCheck};
use posture_core::verdicts::coverage::{Coverage, PolicyTypeCoverage};
use posture_core::verdicts::restore_attention::{RestoreResultAttention, Tone};
use posture_core::{Report, TenantReport, Timestamp, paths, views::why, words};

use crate::pages::unknown_tenant::unknown_tenant;
use crate::parts::{
    Arrival, Figure, Item, Way, attention_list, badge, continuity_line, covered, figure_strip, findings_mark,
    findings_of, page_head, panel, printed_head, readiness, relative, tenant_crumbs, tenant_sections,
    timeline_panel, use_arrival, with_report,
};
use crate::store::shown_report::ShownReport;
use crate::store::staleness::use_staleness;
use crate::store::tenant_evidence::{TenantPhase, use_tenant};
use crate::text;
use crate::tone::{shape, tone_by_now};

/// How many restore runs are listed before the rest is counted.
const RUNS_LISTED: usize = 5;

/// The page.
#[component]
pub fn Tenant() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.read().get("external_id").unwrap_or_default());
    let (records, arrival) = (use_tenant(key), use_arrival());
    with_report(move || key.get(), move |derived| page(derived, &key.get(), records, arrival))
}

fn page(
    derived: &Arc<ShownReport>,
    key: &str,
    records: Memo<TenantPhase>,
    arrival: Memo<Arrival>,
) -> AnyView {
    let report = &derived.report;
    let Some(tenant) = derived.tenant(key) else { return unknown_tenant(report, key) };
    let crumbs = tenant_crumbs(&report.workspace.name, None);
    view! {
        {page_head(crumbs, tenant.tenant_label.clone(), tenant.tenant_route_key.clone())}
        {tenant_sections(key, None, false)}
        {findings_mark(tenant, report)}
        {printed_head(tenant, report)}
        {continuity_line(arrival.get(), tenant)}
        {readiness(tenant, report, records)}
        {figure_strip(text::METRICS, figures(tenant, report))}
        <div class="columns">
            <div class="stack">
                {needs_attention(tenant)}
                {healthy_checks(&tenant.needs_attention.healthy_checks)}
                {coverage(&tenant.coverage, report.as_of)}
                {restore_runs(tenant)}
            </div>
            <div class="stack stays">
                {why_panel(tenant, report)}
            </div>
        </div>
        {timeline_panel(records)}
        {findings_of(tenant, report)}
    }
    .into_any()
}

fn figures(tenant: &TenantReport, report: &Report) -> Vec<Figure> {
    let health = &tenant.backup_health;
    let unknown = || view! { <span class="zero">"–"</span> }.into_any();
    let plain = |label: &str, value: Option<String>, note: String| Figure {
        label: label.to_owned(),
        value: value.map_or_else(unknown, IntoAny::into_any),
        note: note.into_any(),
        link: None,
    };
    let quality = health.quality.as_ref();
    let degraded = quality.and_then(|quality| Some((quality.degraded_items?, quality.total_items?)));
    let restored_at = tenant.recovery_evidence.latest_relevant_at;
    let coverage = &tenant.coverage;
    let types = coverage.covered_policy_types.zip(coverage.backed_up_policy_types);
    let follow_ups = health.schedules_evaluated.then(|| health.schedule_follow_ups.len().to_string());
    vec![
        plain(
            text::BACKUP_AGE_SHORT,
            health.age_seconds.map(words::span),
            format!(
                "{} · {} {} h",
                if health.age_seconds.is_some() { "old" } else { text::NONE_ON_RECORD },
                text::WINDOW,
                report.policy.freshness_hours
            ),
        ),
        plain(
            text::DEGRADED_ITEMS,
            degraded.map(|(degraded, _)| text::grouped(degraded)),
            degraded.map_or_else(|| text::UNKNOWN.to_owned(), |(_, total)| text::of_items(total)),
        ),
        plain(
            text::SCHEDULE_FOLLOW_UPS,
            follow_ups,
            if health.schedules_evaluated { String::new() } else { text::SCHEDULES_NOT_JUDGED.to_owned() },
        ),
        plain(
            text::LATEST_RESTORE_SHORT,
            restored_at.map(|at| words::span(report.as_of.seconds_since(at))),
            match tenant.recovery_evidence.latest_relevant_restore_run_id {
                Some(_) if restored_at.is_some() => "old".to_owned(),
                Some(_) => text::NO_TIME_STATED.to_owned(),
                None => text::NONE_ON_RECORD.to_owned(),
            },
        ),
        plain(
            text::RESTORED_POLICY_TYPES,
            types.map(|(covered, _)| text::grouped(covered)),
            types.map_or_else(|| text::UNKNOWN.to_owned(), |(_, all)| text::of_backed_up(all)),
        ),
    ]
}

fn needs_attention(tenant: &TenantReport) -> AnyView {
    let (groups, here) = (&tenant.needs_attention.groups, paths::tenant(&tenant.tenant_route_key));
    let group = |group: &posture_core::report::dashboard::AttentionGroup| {
        let items = group.items.iter().map(|one| item(one, &here)).collect();
        view! {
            <h3 class="group-title">{words::domain_label(group.domain)}</h3>
            {attention_list(group.domain.as_str(), items)}
        }
        .into_any()
    };
    let body = if groups.is_empty() {
        view! { <p class="pad note">{text::NOTHING_LISTED}</p> }.into_any()
    } else {
        groups.iter().map(group).collect_view().into_any()
    };
    panel("needs-attention", text::NEEDS_ATTENTION, "", body)
}

fn item(item: &DashboardItem, here: &str) -> Item {
    // A signal without a way of its own leads to its tenant, which is this page.
    let leads_on = item.action.url.as_deref() != Some(here);
    Item {
        tone: item.tone,
        badge: item.badge,
        title: item.title.to_string(),
        body: item.body.clone(),
        way: leads_on.then(|| Way::of_action(&item.action, &item.title)),
    }
}

fn healthy_checks(checks: &[HealthyCheck]) -> AnyView {
    if checks.is_empty() {
        return ().into_any();
    }
    let (checks, aged) = (checks.to_vec(), use_staleness());
    (move || healthy_by_now(&checks, aged.holds())).into_any()
}

fn healthy_by_now(checks: &[HealthyCheck], has_aged: bool) -> AnyView {
    let tone = tone_by_now(Tone::Calm, has_aged);
    let note = if has_aged { words::HEALTHY_AS_OF_THE_EXPORT } else { "" };
    let row = |check: &HealthyCheck| {
        view! {
            <li class="check" data-tone=tone.as_str()>
                {shape(tone)}
                <div><p class="item-title">{check.title}</p><p class="item-body">{check.body.clone()}</p><p class="boundary">{check.claim_boundary}</p></div>
            </li>
        }
        .into_any()
    };
    let list = view! { <ul class="checks" role="list">{checks.iter().map(row).collect_view()}</ul> };
    panel("healthy-checks", text::HEALTHY_CHECKS, note, list.into_any())
}

fn why_panel(tenant: &TenantReport, report: &Report) -> AnyView {
    let row = |line: why::WhyLine| {
        view! { <div data-tone=line.tone.as_str()><dt>{shape(line.tone)}{line.label}</dt><dd>{line.text}</dd></div> }.into_any()
    };
    let rows = why::trace(tenant, report.as_of).into_iter().map(row).collect_view();
    panel("why", text::WHY, "", view! { <dl class="why">{rows}</dl> }.into_any())
}

fn coverage(coverage: &Coverage, as_of: Timestamp) -> AnyView {
    if coverage.by_policy_type.is_empty() {
        return panel(
            "coverage",
            text::COVERAGE_BY_POLICY_TYPE,
            covered(coverage),
            view! { <p class="pad note">{text::NO_COVERAGE}</p> }.into_any(),
        );
    }
    let row = |one: &PolicyTypeCoverage| {
        let last = one.last_applied_at.map_or_else(|| text::NEVER.into_any(), |at| relative(at, as_of));
        view! {
            <tr>
                <th scope="row">{one.policy_type.clone()}</th>
                <td class="number">{one.applied}</td>
                <td class="number">{one.failed}</td>
                <td class="number">{one.partial}</td>
                <td class="number">{one.skipped}</td>
                <td>{last}</td>
            </tr>
        }
        .into_any()
    };
    let rows = coverage.by_policy_type.iter().map(row).collect_view();
    let body = view! {
        <div class="table-frame" tabindex="0" role="group" aria-label=text::COVERAGE_BY_POLICY_TYPE>
            <table>
                <thead><tr>
                    <th scope="col">{text::POLICY_TYPE}</th>
                    <th scope="col" class="number">{text::APPLIED}</th>
                    <th scope="col" class="number">{text::FAILED}</th>
                    <th scope="col" class="number">{text::PARTIAL}</th>
                    <th scope="col" class="number">{text::SKIPPED}</th>
                    <th scope="col">{text::LAST_APPLIED}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    };
    panel("coverage", text::COVERAGE_BY_POLICY_TYPE, covered(coverage), body.into_any())
}

fn restore_runs(tenant: &TenantReport) -> AnyView {
    let runs = &tenant.restore_attention;
    if runs.is_empty() {
        return panel(
            "restore-runs",
            text::RESTORE_RUNS,
            "",
            view! { <p class="pad note">{text::NO_RESTORE_RUNS}</p> }.into_any(),
        );
    }
    let is_open = !tenant.recovery_evidence.action.disabled;
    let row = |run: &RestoreResultAttention| {
        let id = format!("#{}", run.restore_run_id);
        let name = if is_open {
            view! { <a href=paths::restore_run(&tenant.tenant_route_key, run.restore_run_id, None)>{id}</a> }
                .into_any()
        } else {
            id.into_any()
        };
        view! {
            <li class="run" data-tone=run.tone.as_str()>
                <span class="run-id">{name}</span>
                {badge(run.tone, words::attention_state_label(run.state))}
                <p class="item-body">{run.summary.clone()}</p>
                <span class="run-next">{words::next_action_label(run.primary_next_action)}</span>
            </li>
        }
        .into_any()
    };
    // The one the evidence rests on comes first.
    let latest = tenant.recovery_evidence.latest_relevant_restore_run_id;
    let (governing, others): (Vec<_>, Vec<_>) =
        runs.iter().rev().partition(|run| Some(run.restore_run_id) == latest);
    let rows = governing.into_iter().chain(others).take(RUNS_LISTED).map(row).collect_view();
    let shown = runs.len().min(RUNS_LISTED);
    let all = is_open.then(
        || view! { <a href=paths::restore_runs(&tenant.tenant_route_key, None)>{text::ALL_RESTORE_RUNS}</a> },
    );
    let body = view! {
        <ul class="runs" role="list">{rows}</ul>
        <p class="panel-foot"><span>{text::showing(shown, runs.len() as u64)}</span>{all}</p>
    };
    panel("restore-runs", text::RESTORE_RUNS, "", body.into_any())
}

#[cfg(test)]
mod tests {
    use posture_core::views::why;

    use crate::test_support::{page_over, report_of};
    use crate::text;

    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");
    const CALM: &str = include_str!("../../../../tests/cases/calm.json");
    const CAPABILITIES: &str = include_str!("../../../../tests/cases/capabilities-missing.json");

    fn address(route_key: &str) -> String {
        posture_core::paths::tenant(route_key)
    }

    /// DB-6, DB-8
    #[test]
    fn a_tenant_page_holds_both_facts_with_their_boundaries_and_the_trace() {
        let report = report_of(ORDER);
        for tenant in &report.tenants {
            let page = page_over(ORDER, &address(&tenant.tenant_route_key));
            for said in [
                &*tenant.backup_health.headline,
                tenant.backup_health.positive_claim_boundary,
                &*tenant.recovery_evidence.headline,
                tenant.recovery_evidence.claim_boundary,
            ] {
                assert!(page.contains(said), "{said}");
            }
            for line in why::trace(tenant, report.as_of) {
                assert!(page.contains(line.label), "{}", line.label);
            }
        }
    }

    /// DB-6
    #[test]
    fn healthy_checks_stand_only_where_the_report_has_them() {
        let calm = report_of(CALM);
        assert!(page_over(CALM, &address(&calm.tenants[0].tenant_route_key)).contains("Healthy checks"));
        let order = report_of(ORDER);
        let troubled = order.tenants.iter().find(|tenant| !tenant.needs_attention.groups.is_empty()).unwrap();
        assert!(!page_over(ORDER, &address(&troubled.tenant_route_key)).contains("Healthy checks"));
    }

    #[test]
    fn a_closed_way_stays_visible_and_says_why() {
        let report = report_of(CAPABILITIES);
        let tenant = report.tenants.iter().find(|tenant| tenant.recovery_evidence.action.disabled).unwrap();
        let page = page_over(CAPABILITIES, &address(&tenant.tenant_route_key));
        assert!(
            page.contains("aria-disabled=\"true\"") && page.contains("aria-describedby=\"recovery-reason\"")
        );
        assert!(page.contains("requires restore_runs.view"));
    }

    /// DB-26
    #[test]
    fn no_item_leads_to_the_page_it_stands_on() {
        for tenant in &report_of(ORDER).tenants {
            let here = address(&tenant.tenant_route_key);
            let page = page_over(ORDER, &here);
            let (_, listed) = page.split_once("id=\"needs-attention\"").unwrap();
            let (listed, _) = listed.split_once("</section>").unwrap();
            assert!(!listed.contains(&format!("href=\"{here}\"")), "{listed}");
        }
    }

    #[test]
    fn an_unknown_tenant_gets_a_page_that_says_so_and_leads_on() {
        let page = page_over(ORDER, "/admin/t/nobody");
        assert!(
            page.contains(text::UNKNOWN_TENANT)
                && page.contains("nobody")
                && page.contains("href=\"/admin/tenants\"")
        );
    }
}
