use std::sync::Arc;

use leptos::prelude::*;
use posture_core::finding::{Finding, Severity};
use posture_core::report::model::NotEvaluated;
use posture_core::{Id, Report, paths, words};

use super::badge::Badge;
use super::deferred::deferred;
use crate::store::evidence::use_evidence;
use crate::text;
use crate::tone::severity_tone;

/// How many findings or set-aside tenants are listed before the rest is counted.
const LISTED: usize = 100;

/// The tenants that were not evaluated, and every finding with the tenant it is about, errors first.
#[component]
pub fn Noticed() -> impl IntoView {
    let Some(derived) = use_evidence().derived_untracked() else { return ().into_any() };
    // Each list is drawn in a task of its own.
    let first = Arc::clone(&derived);
    view! {
        {deferred(move || not_evaluated(&first.report.not_evaluated))}
        {deferred(move || findings(&derived.report))}
    }
    .into_any()
}

fn not_evaluated(tenants: &[NotEvaluated]) -> AnyView {
    let row = |tenant: &NotEvaluated| {
        let id = tenant.tenant_id.map(|id| id.to_string()).unwrap_or_default();
        view! { <tr><td>{name_of(tenant)}</td><td class="number">{id}</td><td>{words::exclusion_label(tenant.reason)}</td></tr> }.into_any()
    };
    let rows = tenants.iter().take(LISTED).map(row).collect_view();
    let head = view! { <th scope="col">{text::TENANT}</th><th scope="col" class="number">{text::ID}</th><th scope="col">{text::REASON}</th> };
    table(words::NOT_EVALUATED, tenants.len(), head.into_any(), rows.into_any())
}

fn findings(report: &Report) -> AnyView {
    let row = |finding: &Finding| {
        view! {
            <tr>
                <td><Badge tone=severity_tone(finding.severity) label=finding.severity.as_str()/></td>
                <td>{finding.tenant_id.map(|id| tenant(report, finding, id))}</td>
                <td>{finding.message.clone()}</td>
                <td><code>{finding.path.clone()}</code></td>
            </tr>
        }
        .into_any()
    };
    let (errors, others): (Vec<_>, Vec<_>) =
        report.findings.iter().partition(|finding| finding.severity == Severity::Error);
    let rows = errors.into_iter().chain(others).take(LISTED).map(row).collect_view();
    let head = view! {
        <th scope="col">{text::SEVERITY}</th>
        <th scope="col">{text::TENANT}</th>
        <th scope="col">{text::WHAT}</th>
        <th scope="col">{text::WHERE}</th>
    };
    table(text::FINDINGS, report.findings.len(), head.into_any(), rows.into_any())
}

/// The tenant a finding is about, by name; as a link if it was evaluated.
fn tenant(report: &Report, finding: &Finding, id: Id) -> AnyView {
    if !finding.is_of_entry_set_aside()
        && let Ok(place) = report.tenants.binary_search_by_key(&id, |tenant| tenant.tenant_id)
        && let Some(tenant) = report.tenants.get(place)
    {
        return view! { <a href=paths::tenant(&tenant.tenant_route_key)>{tenant.tenant_label.clone()}</a> }
            .into_any();
    }
    let set_aside = report.not_evaluated.iter().find(|tenant| tenant.tenant_id == Some(id));
    set_aside.map_or_else(|| format!("#{id}"), name_of).into_any()
}

fn name_of(tenant: &NotEvaluated) -> String {
    tenant.tenant_label.clone().unwrap_or_else(|| text::UNNAMED.to_owned())
}

fn table(caption: &'static str, all: usize, head: AnyView, rows: AnyView) -> AnyView {
    if all == 0 {
        return ().into_any();
    }
    let rest =
        (all > LISTED).then(|| view! { <p class="panel-foot">{text::showing(LISTED, all as u64)}</p> });
    view! {
        <div class="table-frame" tabindex="0" role="group" aria-label=caption>
            <table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>
        </div>
        {rest}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::finding::{Finding, FindingCode};
    use posture_core::{TenantReport, paths};

    use crate::test_support::{page_over, report_of};

    const SET_ASIDE: &str = include_str!("../../../../tests/cases/tenants-not-evaluated.json");
    const RECORDS: &str = include_str!("../../../../tests/cases/records-of-another-tenant.json");

    /// DB-9
    #[test]
    fn a_finding_names_its_tenant_and_links_to_it_if_it_was_evaluated() {
        for case in [SET_ASIDE, RECORDS] {
            let (page, report) = (page_over(case, paths::OVERVIEW), report_of(case));
            let (_, noticed) = page.split_once("id=\"evidence\"").unwrap();
            for finding in &report.findings {
                let Some(id) = finding.tenant_id else { continue };
                let is_evaluated =
                    |tenant: &&TenantReport| tenant.tenant_id == id && !finding.is_of_entry_set_aside();
                let evaluated = report.tenants.iter().map(AsRef::as_ref).find(is_evaluated);
                let set_aside = report.not_evaluated.iter().find(|tenant| tenant.tenant_id == Some(id));
                match (evaluated, set_aside.and_then(|tenant| tenant.tenant_label.as_ref())) {
                    (Some(tenant), _) => {
                        let link = format!(
                            "href=\"{}\">{}</a>",
                            paths::tenant(&tenant.tenant_route_key),
                            tenant.tenant_label
                        );
                        assert!(noticed.contains(&link), "{link}");
                    }
                    (None, Some(name)) => assert!(noticed.contains(name.as_str()), "{name}"),
                    (None, None) => {}
                }
            }
        }
    }

    #[test]
    fn a_duplicate_entry_is_not_a_finding_about_the_tenant_whose_id_it_repeats() {
        let report = report_of(SET_ASIDE);
        let is_duplicate = |finding: &&Finding| finding.code == FindingCode::DuplicateTenant;
        let duplicate = report.findings.iter().find(is_duplicate).unwrap();
        let tenant =
            report.tenants.iter().find(|tenant| Some(tenant.tenant_id) == duplicate.tenant_id).unwrap();
        assert!(page_over(SET_ASIDE, paths::OVERVIEW).contains(&duplicate.message));
        let page = page_over(SET_ASIDE, &paths::tenant(&tenant.tenant_route_key));
        assert!(!page.contains(&duplicate.message), "{page}");
    }
}
