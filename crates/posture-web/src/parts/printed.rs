use leptos::prelude::*;
use posture_core::{Report, TenantReport, words};

use super::facts::FactList;
use super::time::absolute;
use crate::store::evidence::use_evidence;
use crate::text;

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

/// The head of every printed page: whose evidence it shows, and as of when. Its foot says where the evidence comes from.
#[component]
pub fn PrintedWorkspace() -> impl IntoView {
    let evidence = use_evidence();
    let lines = move || {
        let derived = evidence.derived()?;
        let report = &derived.report;
        Some(
            view! { <FactList facts={vec![
                (text::WORKSPACE, report.workspace.name.clone().into_any()),
                (text::AS_OF, absolute(report.as_of)),
            ]}/> }
            .into_any(),
        )
    };
    view! { <section class="printed printed-workspace">{lines}</section> }
}

/// What a printed tenant begins with, and a screen shows elsewhere: what is judged, when, under what policy, and of how many tenants.
pub fn printed_head(tenant: &TenantReport, report: &Report) -> AnyView {
    let policy = words::policy_sentence(&report.policy);
    let lines = view! { <FactList facts={vec![
        (text::WORKSPACE, report.workspace.name.clone().into_any()),
        (text::TENANT, format!("{} ({})", tenant.tenant_label, tenant.tenant_route_key).into_any()),
        (text::AS_OF, absolute(report.as_of)),
        (text::EXPORTED, absolute(report.exported_at)),
        (text::POLICY, policy.into_any()),
        (text::SCOPE, report.overview.calmness.body.clone().into_any()),
    ]}/> }
    .into_any();
    view! { <section class="printed printed-tenant"><p class="printed-title">{text::PRINTED_TITLE}</p>{lines}</section> }.into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::{paths, words};

    use crate::test_support::{page_over, report_of};

    const SET_ASIDE: &str = include_str!("../../../../tests/cases/records-of-another-tenant.json");

    /// PR-1, PR-2
    #[test]
    fn a_tenants_page_holds_what_a_printed_one_needs() {
        let report = report_of(SET_ASIDE);
        let tenant = &report.tenants[0];
        let page = page_over(SET_ASIDE, &paths::tenant(&tenant.tenant_route_key));
        for said in [
            &report.workspace.name,
            &report.overview.calmness.body,
            &words::policy_sentence(&report.policy),
            &words::instant(report.as_of),
        ] {
            assert!(page.contains(said.as_str()), "{said}");
        }
        let findings: Vec<_> =
            report.findings.iter().filter(|finding| finding.tenant_id == Some(tenant.tenant_id)).collect();
        assert!(!findings.is_empty());
        for finding in findings {
            assert!(page.contains(&finding.path), "{}", finding.path);
        }
    }
}
