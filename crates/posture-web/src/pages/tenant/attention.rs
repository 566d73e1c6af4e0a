//! What needs attention at a tenant, or what is healthy about it.

use leptos::prelude::*;
use posture_core::report::model::{AttentionGroup, DashboardItem, HealthyCheck};
use posture_core::tone::Tone;
use posture_core::{TenantReport, paths, words};

use crate::parts::{Item, Way, attention_list, panel};
use crate::store::staleness::use_staleness;
use crate::text;
use crate::tone::{shape, tone_by_now};

pub(super) fn needs_attention(tenant: &TenantReport) -> AnyView {
    let (groups, here) = (&tenant.needs_attention.groups, paths::tenant(&tenant.tenant_route_key));
    let group = |group: &AttentionGroup| {
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

pub(super) fn healthy_checks(checks: &[HealthyCheck]) -> AnyView {
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
