//! One tenant's dashboard: the backup basis and what restores have shown side by side, what needs attention, and why.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use posture_core::tone::Tone;
use posture_core::views::{truncation, why};
use posture_core::{TenantReport, words};

use self::attention::{healthy_checks, needs_attention};
use self::coverage::coverage;
use self::figures::figures;
use self::runs::restore_runs;
use self::scopes::scopes;
use crate::pages::unknown_tenant::unknown_tenant;
use crate::parts::{
    Arrival, CopyButton, FigureStrip, PageHead, Panel, TimelinePanel, continuity_line, findings_mark,
    findings_of, printed_head, readiness, tenant_crumbs, tenant_sections, use_arrival, with_report,
};
use crate::store::shown_report::ShownReport;
use crate::store::tenant_evidence::{TenantPhase, use_tenant};
use crate::text;
use crate::tone::Shape;

mod attention;
mod coverage;
mod figures;
mod runs;
mod scopes;

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
        <PageHead crumbs title=tenant.tenant_label.clone()/>
        {identity(tenant, records)}
        {tenant_sections(key, None, false)}
        {findings_mark(tenant, report)}
        {printed_head(tenant, report)}
        {
            let tenant = tenant.clone();
            move || continuity_line(arrival.get(), &tenant, &records.read())
        }
        {unsettled(tenant)}
        {readiness(tenant, report, records)}
        <TimelinePanel phase=records/>
        <FigureStrip label=text::METRICS figures=figures(tenant, report, records)/>
        <div class="columns">
            <div class="stack">
                {needs_attention(tenant)}
                {healthy_checks(&tenant.needs_attention.healthy_checks)}
                {scopes(&tenant.backup_health, report.as_of)}
                {move || coverage(&covering, &records.read(), as_of)}
            </div>
            <div class="stack">
                {why_panel(tenant, records)}
                {restore_runs(tenant)}
            </div>
        </div>
        {findings_of(tenant, report)}
    }
    .into_any()
}

/// Where and what the tenant is: domain, environment, profile and labels, as far as they are stated; and its key, to be copied.
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
        (!parts.is_empty())
            .then(|| view! { <span>{truncation::line(&parts.join(" · ")).into_owned()}</span> })
    };
    let key = tenant.tenant_route_key.clone();
    let written = truncation::line(&key).into_owned();
    view! {
        <p class="page-note identity">
            {shown}
            <span class="identity-key">{written}<CopyButton key about=tenant.tenant_label.clone() is_tab_stop=true/></span>
        </p>
    }
    .into_any()
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
            <Shape tone=Tone::Medium/>
            <div class="banner-text"><b>{text::UNSETTLED}</b>": "{words::listed(&causes)}"."</div>
        </div>
    }
    .into_any()
}

fn why_panel(tenant: &TenantReport, records: Memo<TenantPhase>) -> AnyView {
    let row = |line: why::WhyLine| {
        view! { <div data-tone=line.tone.as_str()><dt><Shape tone=line.tone/>{line.label}</dt><dd>{line.text}</dd></div> }.into_any()
    };
    let tenant = tenant.clone();
    let rows = move || why::trace(&tenant, records.read().records()).into_iter().map(row).collect_view();
    view! { <Panel id="why" title=text::WHY><dl class="why">{rows}</dl></Panel> }.into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::{views::why, words};

    use crate::test_support::{page_over, record_page_over, report_of};
    use crate::text;

    const ORDER: &str = include_str!("../../../../../tests/cases/workspace-order.json");
    const ABSENT: &str = include_str!("../../../../../tests/cases/absent-with-enabled-schedule.json");
    const ABSENT_KEY: &str = "00000007-1111-4222-8333-444455556666";
    const CALM: &str = include_str!("../../../../../tests/cases/calm.json");
    const SCOPES: &str = include_str!("../../../../../tests/cases/profile-most-specific-wins.json");
    const UNSETTLED: &str = include_str!("../../../../../tests/cases/profile-unknown.json");
    const CAPABILITIES: &str = include_str!("../../../../../tests/cases/capabilities-missing.json");

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
            for line in why::trace(tenant, None) {
                assert!(page.contains(line.label), "{}", line.label);
            }
        }
    }

    /// DB-6
    #[test]
    fn healthy_checks_are_shown_only_if_the_report_has_them() {
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

    /// DB-6: after both verdicts come the pictures of what happened, then what to do, then why.
    #[test]
    fn the_timeline_is_next_to_the_verdicts_and_what_to_do_comes_before_why() {
        let page = page_over(ABSENT, &address(ABSENT_KEY));
        let parts = ["readiness", "timeline", "needs-attention", "why", "restore-runs"];
        let places =
            parts.map(|id| page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("{id}: {page}")));
        assert!(places.is_sorted(), "{places:?}");
    }

    /// DB-6, TR-10: only a check that passed has a check mark, and the picture of the last days is not an empty line.
    #[test]
    fn a_tenant_without_a_usable_backup_has_no_good_news_about_backups() {
        let page = record_page_over(ABSENT, ABSENT_KEY, &address(ABSENT_KEY));
        let (_, why) = page.split_once("id=\"why\"").unwrap();
        let (backup, _) = why.split_once("No usable backup.</dd>").unwrap();
        assert!(
            backup.contains("Newer backups skipped") && !backup.contains("data-tone=\"calm\""),
            "{backup}"
        );
        let (_, picture) = page.split_once("class=\"timeline\"").unwrap();
        let (picture, _) = picture.split_once("</svg>").unwrap();
        assert!(picture.contains("class=\"gap\"") && picture.contains(words::NO_USABLE_BACKUP), "{picture}");
        assert!(page.contains(". No usable backup.\""), "what screen readers say: {page}");
    }

    /// DB-26
    #[test]
    fn no_item_leads_to_its_own_page() {
        for tenant in &report_of(ORDER).tenants {
            let here = address(&tenant.tenant_route_key);
            let page = page_over(ORDER, &here);
            let (_, listed) = page.split_once("id=\"needs-attention\"").unwrap();
            let (listed, _) = listed.split_once("</section>").unwrap();
            assert!(!listed.contains(&format!("href=\"{here}\"")), "{listed}");
        }
    }

    #[test]
    fn an_unknown_tenant_gets_a_page_that_says_so_and_links_onward() {
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
