//! The registry: every evaluated tenant, worst first.

use leptos::prelude::*;
use posture_core::registry::worst_first;

use crate::evidence::Derived;
use crate::parts::{page_head, tenant_table, with_report};
use crate::text;

/// How many tenants are listed before the rest is counted.
const LISTED: usize = 200;

/// The page.
#[component]
pub fn Registry() -> impl IntoView {
    with_report(|| text::TENANTS.to_owned(), |derived| page(derived))
}

fn page(derived: &Derived) -> AnyView {
    let report = &derived.report;
    let mut tenants: Vec<_> = report.tenants.iter().collect();
    tenants.sort_by(|a, b| worst_first(a, b));
    let all = tenants.len();
    tenants.truncate(LISTED);
    view! {
        {page_head(Vec::new(), text::TENANTS, text::WORST_FIRST)}
        <section class="panel">
            {tenant_table(text::TENANTS, &tenants, report.as_of)}
            <p class="panel-foot"><span>{text::showing(tenants.len(), all as u64)}</span></p>
        </section>
    }
    .into_any()
}
