use leptos::prelude::*;
use posture_core::finding::Finding;
use posture_core::{Report, TenantReport, words};

use super::badge::Badge;
use super::steps::Steps;
use crate::text;
use crate::tone::{Shape, severity_tone};

/// A mark that there are findings about a tenant, with a link to them at the end of the page.
pub fn findings_mark(tenant: &TenantReport, report: &Report) -> AnyView {
    let findings = findings(tenant, report);
    let worst = findings.iter().map(|finding| finding.severity).min();
    let mark = worst.map(|worst| {
        let tone = severity_tone(worst);
        view! {
            <div class="banner findings-mark" data-tone=tone.as_str() role="note">
                <Shape tone/>
                <div class="banner-text">{text::NOTICED_ABOUT_EVIDENCE}": "<b>{counted(&findings)}</b>"."</div>
                <a class="button" href="#findings">{text::SEE_WHAT}</a>
            </div>
        }
    });
    mark.into_any()
}

/// The findings about a tenant. They are the end of a printed tenant, which also says if there are none.
pub fn findings_of(tenant: &TenantReport, report: &Report) -> AnyView {
    let findings = findings(tenant, report);
    if findings.is_empty() {
        return view! { <section class="printed"><h2>{text::FINDINGS}</h2><p>{text::NO_FINDING_OF_TENANT}</p></section> }.into_any();
    }
    let row = |finding: &Finding| {
        let severity =
            view! { <Badge tone=severity_tone(finding.severity) label=finding.severity.as_str()/> }
                .into_any();
        view! { <li>{severity}" "{finding.message.clone()}" "<code>{finding.path.clone()}</code></li> }
            .into_any()
    };
    let (counted, steps) = (counted(&findings), Steps::start());
    let foot = steps.foot(findings.len());
    let findings: Vec<_> = findings.into_iter().cloned().collect();
    let rows = move || findings.iter().take(steps.limit()).map(row).collect_view();
    view! {
        <section class="panel" id="findings" tabindex="-1" aria-labelledby="findings-title">
            <header class="panel-head"><h2 id="findings-title">{text::FINDINGS}</h2><span class="panel-note">{counted}</span></header>
            <ul class="findings" role="list">{rows}</ul>
            {foot}
        </section>
    }
    .into_any()
}

fn findings<'r>(tenant: &TenantReport, report: &'r Report) -> Vec<&'r Finding> {
    let is_of_tenant =
        |finding: &&Finding| finding.tenant_id == Some(tenant.tenant_id) && !finding.is_of_entry_set_aside();
    report.findings.iter().filter(is_of_tenant).collect()
}

fn counted(findings: &[&Finding]) -> String {
    words::counted(findings.len() as u64, "finding", "findings")
}
