use leptos::prelude::*;
use posture_core::finding::Finding;
use posture_core::{Report, TenantReport, words};

use super::{absolute, badge, facts};
use crate::evidence::use_evidence;
use crate::text;
use crate::tone::{severity_tone, shape};

/// How many rows of a table are printed at most; what holds more is a file's work.
pub const MOST_PRINTED: usize = 1000;

/// Whether the page is being printed, while the part that asks is there.
pub fn printing() -> RwSignal<bool> {
    let is_printing = RwSignal::new(false);
    Effect::new(move |_| {
        let hear = |name, printing| window_event_listener_untyped(name, move |_| is_printing.set(printing));
        let heard = [hear("beforeprint", true), hear("afterprint", false)];
        on_cleanup(move || heard.into_iter().for_each(|heard| heard.remove()));
    });
    is_printing
}

/// What every printed page begins with: whose evidence it shows, and as of when. Where it comes from stands at its end.
pub fn printed_workspace() -> AnyView {
    let evidence = use_evidence();
    let lines = move || {
        let derived = evidence.derived()?;
        let report = &derived.report;
        Some(facts(vec![(text::WORKSPACE, report.workspace.name.clone().into_any()), (text::AS_OF, absolute(report.as_of))]))
    };
    view! { <section class="printed">{lines}</section> }.into_any()
}

/// What a printed tenant begins with, and a screen shows elsewhere: what is judged, when, under what policy, and of how many tenants.
pub fn printed_head(tenant: &TenantReport, report: &Report) -> AnyView {
    let policy = words::policy_sentence(&report.policy);
    let lines = facts(vec![
        (text::WORKSPACE, report.workspace.name.clone().into_any()),
        (text::TENANT, format!("{} ({})", tenant.tenant_label, tenant.tenant_route_key).into_any()),
        (text::AS_OF, absolute(report.as_of)),
        (text::EXPORTED, absolute(report.exported_at)),
        (text::POLICY, policy.into_any()),
        (text::SCOPE, report.overview.calmness.body.clone().into_any()),
    ]);
    view! { <section class="printed printed-tenant"><p class="printed-title">{text::PRINTED_TITLE}</p>{lines}</section> }.into_any()
}

fn findings(tenant: &TenantReport, report: &Report) -> Vec<Finding> {
    report.findings.iter().filter(|finding| finding.tenant_id == Some(tenant.tenant_id)).cloned().collect()
}

fn counted(findings: &[Finding]) -> String {
    words::counted(findings.len() as u64, "finding", "findings")
}

/// That something was noticed about a tenant's evidence, and the way to it, which stands at the page's end.
pub fn findings_mark(tenant: &TenantReport, report: &Report) -> AnyView {
    let findings = findings(tenant, report);
    let worst = findings.iter().map(|finding| finding.severity).min();
    let mark = worst.map(|worst| {
        let tone = severity_tone(worst);
        view! {
            <div class="banner findings-mark" data-tone=tone.as_str() role="note">
                {shape(tone)}
                <div class="banner-text">{text::NOTICED_ABOUT_EVIDENCE}": "<b>{counted(&findings)}</b>"."</div>
                <a class="button" href="#findings">{text::SEE_WHAT}</a>
            </div>
        }
    });
    mark.into_any()
}

/// Everything noticed about a tenant's evidence; a printed tenant ends with it, and says so where there is nothing.
pub fn findings_of(tenant: &TenantReport, report: &Report) -> AnyView {
    let findings = findings(tenant, report);
    let rows = findings.iter().map(|finding| {
        let weight = badge(severity_tone(finding.severity), finding.severity.as_str());
        view! { <li>{weight}" "{finding.message.clone()}" "<code>{finding.path.clone()}</code></li> }.into_any()
    });
    if findings.is_empty() {
        return view! { <section class="printed"><h2>{text::FINDINGS}</h2><p>{text::NO_FINDING_OF_TENANT}</p></section> }.into_any();
    }
    view! {
        <section class="panel" id="findings" tabindex="-1" aria-labelledby="findings-title">
            <header class="panel-head"><h2 id="findings-title">{text::FINDINGS}</h2><span class="panel-note">{counted(&findings)}</span></header>
            <ul class="findings" role="list">{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::{paths, words};

    use crate::parts::test_support::{page_over, report_of};

    const SET_ASIDE: &str = include_str!("../../../../tests/cases/records-of-another-tenant.json");

    /// PR-1, PR-2
    #[test]
    fn a_tenants_page_holds_what_a_printed_one_needs() {
        let report = report_of(SET_ASIDE);
        let tenant = &report.tenants[0];
        let page = page_over(SET_ASIDE, &paths::tenant(&tenant.tenant_route_key));
        for said in
            [&report.workspace.name, &report.overview.calmness.body, &words::policy_sentence(&report.policy), &words::instant(report.as_of)]
        {
            assert!(page.contains(said.as_str()), "{said}");
        }
        let findings: Vec<_> = report.findings.iter().filter(|finding| finding.tenant_id == Some(tenant.tenant_id)).collect();
        assert!(!findings.is_empty());
        for finding in findings {
            assert!(page.contains(&finding.path), "{}", finding.path);
        }
    }
}
