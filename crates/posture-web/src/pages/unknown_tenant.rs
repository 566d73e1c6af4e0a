//! The page of a tenant key that no evaluated tenant has.

use leptos::prelude::*;
use posture_core::report::model::NotEvaluated;
use posture_core::{Report, paths, words};

use crate::parts::{BackToOverview, Notice, PageHead};
use crate::text;

/// How many tenants that were not evaluated are named.
const NAMED: usize = 50;

/// Says that no evaluated tenant has this key, names those that were not evaluated, and links to the others.
pub fn unknown_tenant(report: &Report, key: &str) -> AnyView {
    let row = |tenant: &NotEvaluated| {
        let name = tenant.tenant_label.clone().unwrap_or_else(|| text::UNNAMED.to_owned());
        view! { <li>{name}": "{words::exclusion_label(tenant.reason)}</li> }.into_any()
    };
    let left_out = (!report.not_evaluated.is_empty()).then(|| {
        let rows = report.not_evaluated.iter().take(NAMED).map(row).collect_view();
        view! { <p>{text::LEFT_OUT_TENANTS}</p><ul class="plain-list">{rows}</ul> }
    });
    let ways = view! {
        {left_out}
        <p class="ways"><a class="button primary" href=paths::TENANTS>{text::ALL_TENANTS}</a><BackToOverview/></p>
    };
    view! {
        <PageHead crumbs={vec![(report.workspace.name.clone(), paths::OVERVIEW.to_owned())]} title=text::UNKNOWN_TENANT note=key/>
        <Notice note=text::UNKNOWN_TENANT_NOTE>{ways}</Notice>
    }
    .into_any()
}
