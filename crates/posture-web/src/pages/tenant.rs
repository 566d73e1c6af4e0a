//! One tenant's dashboard: the backup basis and what restores have shown side by side, what needs a person, and why.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use posture_core::report::model::{
    DashboardItem, HealthyCheck, RestoreResultAttention, TenantBackupHealthAssessment,
};
use posture_core::tone::Tone;
use posture_core::verdicts::coverage::{Coverage, PolicyTypeCoverage};
use posture_core::verdicts::scope_health::ScopeHealth;
use posture_core::views::records::SetRole;
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
use crate::tone::{posture_tone, shape, tone_by_now};

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
    let (covering, as_of) = (tenant.coverage.clone(), report.as_of);
    view! {
        {page_head(crumbs, tenant.tenant_label.clone(), tenant.tenant_route_key.clone())}
        {identity(tenant, records)}
        {tenant_sections(key, None, false)}
        {findings_mark(tenant, report)}
        {printed_head(tenant, report)}
        {continuity_line(arrival.get(), tenant)}
        {unsettled(tenant)}
        {readiness(tenant, report, records)}
        {figure_strip(text::METRICS, figures(tenant, report))}
        <div class="columns">
            <div class="stack">
                {needs_attention(tenant)}
                {healthy_checks(&tenant.needs_attention.healthy_checks)}
                {scopes(&tenant.backup_health, report.as_of)}
                {move || coverage(&covering, &never_restored(&covering, &records.read()), as_of)}
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

/// Where and what the tenant is: domain, environment, profile and labels, as far as they are stated.
fn identity(tenant: &TenantReport, records: Memo<TenantPhase>) -> AnyView {
    let mut stated: Vec<String> = Vec::new();
    stated.extend(tenant.environment.clone());
    stated.extend(tenant.registry.profile.clone());
    stated.extend(tenant.labels.iter().cloned());
    let shown = move || {
        let domain = match &*records.read() {
            TenantPhase::Ready(derived) => derived.records.domain.clone(),
            TenantPhase::Loading | TenantPhase::Failed(_) | TenantPhase::Absent | TenantPhase::Closed(_) => {
                None
            }
        };
        let parts: Vec<_> = domain.into_iter().chain(stated.iter().cloned()).collect();
        (!parts.is_empty()).then(|| view! { <p class="page-note">{parts.join(" · ")}</p> })
    };
    shown.into_any()
}

/// Why the tenant is unsettled; nothing if it is not.
fn unsettled(tenant: &TenantReport) -> AnyView {
    let causes = &tenant.registry.unsettled;
    if causes.is_empty() {
        return ().into_any();
    }
    let causes: Vec<_> = causes.iter().map(|cause| words::unsettled_cause_label(*cause)).collect();
    view! {
        <div class="banner" data-tone=Tone::Medium.as_str() role="note">
            {shape(Tone::Medium)}
            <div class="banner-text"><b>{text::UNSETTLED}</b>": "{words::listed(&causes)}"."</div>
        </div>
    }
    .into_any()
}

/// Each scope with its verdict, its latest backup, its window and the rule that sets it. One unnamed scope needs no table.
fn scopes(health: &TenantBackupHealthAssessment, as_of: Timestamp) -> AnyView {
    if health.scopes.iter().all(|scope| scope.scope.is_none()) {
        return ().into_any();
    }
    let row = |scope: &ScopeHealth| {
        let name = scope.scope.clone().unwrap_or_else(|| text::UNNAMED_SCOPE.to_owned());
        let latest = scope
            .latest_relevant_completed_at
            .map_or_else(|| text::NEVER.into_any(), |at| relative(at, as_of));
        let confirmed = scope
            .confirmed_at
            .map(|at| view! { <small>{text::LAST_CONFIRMED}" "{relative(at, as_of)}</small> });
        let types = |label: &'static str, types: &[String]| {
            (!types.is_empty()).then(|| view! { <small>{label}": "{types.join(", ")}</small> })
        };
        let window = text::window_from(scope.freshness_hours, words::rule_source_label(scope.freshness_from));
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{badge(posture_tone(scope.posture), words::posture_label(scope.posture))}
                    {types(text::MISSING_TYPES, &scope.missing_policy_types)}
                    {types(text::VANISHED_TYPES, &scope.vanished_policy_types)}
                </td>
                <td>{latest}{confirmed}</td>
                <td>{window}</td>
            </tr>
        }
        .into_any()
    };
    let body = view! {
        <div class="table-frame" tabindex="0" role="group" aria-label=text::SCOPES>
            <table>
                <thead><tr>
                    <th scope="col">{text::SCOPE}</th>
                    <th scope="col">{text::BACKUP_POSTURE}</th>
                    <th scope="col">{text::LATEST_BACKUP_SET}</th>
                    <th scope="col">{text::FRESHNESS_WINDOW}</th>
                </tr></thead>
                <tbody>{health.scopes.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    };
    panel("scopes", text::SCOPES, "", body.into_any())
}

/// Policy types of the latest backups that no restore has touched, sorted. Empty until the tenant's records are there.
fn never_restored(coverage: &Coverage, records: &TenantPhase) -> Vec<String> {
    let TenantPhase::Ready(derived) = records else { return Vec::new() };
    let latest = derived.records.backup_sets.iter().filter(|set| set.role == SetRole::Latest);
    let types = latest.flat_map(|set| set.items.iter().flatten()).filter_map(|item| item.policy_type.clone());
    let is_new = |name: &String| coverage.by_policy_type.iter().all(|one| one.policy_type != *name);
    types.filter(is_new).collect::<BTreeSet<_>>().into_iter().collect()
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
    let group = |group: &posture_core::report::model::AttentionGroup| {
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
        urgency: item.urgency,
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

fn coverage(coverage: &Coverage, never: &[String], as_of: Timestamp) -> AnyView {
    if coverage.by_policy_type.is_empty() && never.is_empty() {
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
    let untouched = |name: &String| {
        view! {
            <tr>
                <th scope="row">{name.clone()}</th>
                <td class="number">"0"</td><td class="number">"0"</td><td class="number">"0"</td><td class="number">"0"</td>
                <td>{badge(Tone::Medium, text::NEVER)}</td>
            </tr>
        }
        .into_any()
    };
    // What was never restored comes first: it is the work list of the next restore test.
    let (tried, restored): (Vec<_>, Vec<_>) =
        coverage.by_policy_type.iter().partition(|one| one.last_applied_at.is_none());
    let rows = never.iter().map(untouched).chain(tried.into_iter().chain(restored).map(row)).collect_view();
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
    use posture_core::{views::why, words};

    use crate::test_support::{page_over, report_of};
    use crate::text;

    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");
    const CALM: &str = include_str!("../../../../tests/cases/calm.json");
    const SCOPES: &str = include_str!("../../../../tests/cases/profile-most-specific-wins.json");
    const UNSETTLED: &str = include_str!("../../../../tests/cases/profile-unknown.json");
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

    #[test]
    fn every_scope_is_shown_with_its_window_and_the_rule_that_sets_it() {
        let report = report_of(SCOPES);
        let mut shown = 0;
        for tenant in &report.tenants {
            let page = page_over(SCOPES, &address(&tenant.tenant_route_key));
            for scope in &tenant.backup_health.scopes {
                let Some(name) = &scope.scope else { continue };
                let window =
                    text::window_from(scope.freshness_hours, words::rule_source_label(scope.freshness_from));
                assert!(page.contains(name.as_str()) && page.contains(&window), "{name}: {window}");
                shown += 1;
            }
        }
        assert!(shown > 0);
    }

    #[test]
    fn why_a_tenant_is_unsettled_is_said_on_its_page() {
        let report = report_of(UNSETTLED);
        let tenant = report.tenants.iter().find(|tenant| !tenant.registry.unsettled.is_empty()).unwrap();
        let page = page_over(UNSETTLED, &address(&tenant.tenant_route_key));
        for cause in &tenant.registry.unsettled {
            assert!(page.contains(words::unsettled_cause_label(*cause)), "{cause}");
        }
    }
}
