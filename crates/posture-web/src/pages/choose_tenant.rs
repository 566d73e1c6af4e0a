//! Tenants to choose from: all, those that need attention in one domain, or the unsettled ones.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::report::dashboard::Domain;
use posture_core::report::overview::{is_unsettled, needs_attention_in};
use posture_core::{TenantReport, paths, words};

use crate::browser::address::use_navigate;
use crate::browser::query::use_query;
use crate::parts::{page_head, tenant_table, with_report};
use crate::store::registry_view::{Asked, Index};
use crate::store::shown_report::ShownReport;
use crate::text;

/// How many tenants are listed before the rest is counted.
const LISTED: usize = 200;

/// The word by which an address asks for unsettled tenants.
const UNSETTLED: &str = "unsettled";

/// What tenants are chosen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attention {
    Domain(Domain),
    Unsettled,
}

impl Attention {
    fn from_word(word: &str) -> Option<Self> {
        if word == UNSETTLED { Some(Self::Unsettled) } else { Domain::from_word(word).map(Self::Domain) }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Domain(domain) => domain.as_str(),
            Self::Unsettled => UNSETTLED,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Domain(domain) => words::metric_label(Some(domain)),
            Self::Unsettled => words::UNSETTLED_METRIC,
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Domain(domain) => words::metric_description(Some(domain)),
            Self::Unsettled => words::UNSETTLED_METRIC_DESCRIPTION,
        }
    }

    fn is_of(self, tenant: &TenantReport) -> bool {
        match self {
            Self::Domain(domain) => needs_attention_in(tenant, domain),
            Self::Unsettled => is_unsettled(tenant),
        }
    }
}

/// The page.
#[component]
pub fn ChooseTenant() -> impl IntoView {
    let query = use_query();
    let attention = Memo::new(move |_| query.read().get(paths::ATTENTION_KEY).and_then(Attention::from_word));
    let wanted = Memo::new(move |_| query.read().get(paths::SEARCH_KEY).unwrap_or_default().to_owned());
    with_report(|| text::CHOOSE_TENANT.to_owned(), move |derived| page(derived, attention.get(), wanted))
}

fn page(derived: &Arc<ShownReport>, attention: Option<Attention>, wanted: Memo<String>) -> AnyView {
    let note = attention.map_or("", Attention::description);
    let navigate = use_navigate();
    let search = move |event| {
        let url =
            paths::choose_tenant_searching(attention.map(Attention::as_str), &event_target_value(&event));
        navigate.replace(&url);
    };
    let derived = Arc::clone(derived);
    let index = Index::of(&derived.report);
    let domains = derived.report.overview.calmness.checked_domains.iter().copied().map(Attention::Domain);
    let choices: Vec<_> = domains.chain([Attention::Unsettled]).collect();
    let list = move || {
        let report = &derived.report;
        let named = index.select(report, &Asked::default().searching(wanted.get()));
        let is_asked = |tenant: &&TenantReport| attention.is_none_or(|attention| attention.is_of(tenant));
        let mut tenants: Vec<_> = named
            .into_iter()
            .filter_map(|place| report.tenants.get(place))
            .map(AsRef::as_ref)
            .filter(is_asked)
            .collect();
        let all = tenants.len();
        tenants.truncate(LISTED);
        view! {
            {tenant_table(text::CHOOSE_TENANT, &tenants, report.as_of)}
            <p class="panel-foot"><span role="status">{text::showing(tenants.len(), all as u64)}</span></p>
        }
        .into_any()
    };
    view! {
        {page_head(Vec::new(), text::CHOOSE_TENANT, note)}
        <div class="filters">
            <input type="search" class="field" aria-label=text::FILTER_BY_NAME placeholder=text::FILTER_BY_NAME
                value=wanted.get_untracked() prop:value=move || wanted.get() on:input=search/>
            {families(&choices, attention, wanted)}
        </div>
        <section class="panel">{list}</section>
    }
    .into_any()
}

/// Links to the tenants of each domain, and to the unsettled ones.
fn families(choices: &[Attention], chosen: Option<Attention>, wanted: Memo<String>) -> AnyView {
    let link = |choice: Option<Attention>, label: &'static str, is_chosen: bool| {
        let url = move || paths::choose_tenant_searching(choice.map(Attention::as_str), &wanted.read());
        view! { <a class="choice" href=url aria-current=is_chosen.then_some("true")>{label}</a> }.into_any()
    };
    let all = link(None, text::ALL, chosen.is_none());
    let each = choices
        .iter()
        .map(|choice| link(Some(*choice), choice.label(), chosen == Some(*choice)))
        .collect_view();
    view! { <nav class="choices" aria-label=text::NEEDS_ATTENTION>{all}{each}</nav> }.into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::report::overview::needs_attention_in;

    use super::*;
    use crate::test_support::{page_over, report_of};

    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");

    #[test]
    fn only_tenants_that_need_attention_in_the_domain_are_listed() {
        let report = report_of(ORDER);
        for domain in Domain::ALL {
            let page = page_over(ORDER, &paths::choose_tenant(domain.as_str()));
            for tenant in &report.tenants {
                let link = format!("href=\"{}\"", paths::tenant(&tenant.tenant_route_key));
                assert_eq!(
                    page.contains(&link),
                    needs_attention_in(tenant, *domain),
                    "{domain} {}",
                    tenant.tenant_label
                );
            }
        }
    }

    /// DB-14: the text stands in the address.
    #[test]
    fn the_address_filters_by_name_and_the_families_keep_the_text() {
        let report = report_of(ORDER);
        let wanted = &report.tenants[0].tenant_label;
        let page = page_over(ORDER, &paths::choose_tenant_searching(None, wanted));
        for tenant in &report.tenants {
            let link = format!("href=\"{}\"", paths::tenant(&tenant.tenant_route_key));
            assert_eq!(page.contains(&link), tenant.tenant_label.contains(wanted), "{}", tenant.tenant_label);
        }
        assert!(page.contains("attention=backup_health&amp;search="), "{page}");
    }

    #[test]
    fn an_unknown_domain_is_ignored() {
        let report = report_of(ORDER);
        let page = page_over(ORDER, "/admin/choose-tenant?attention=nonsense");
        assert!(page.contains(&format!("Showing {0} of {0}", report.tenants.len())));
    }
}
