//! What needs attention at a tenant, or what is healthy about it.

use leptos::prelude::*;
use posture_core::report::currency::Currency;
use posture_core::report::model::{AttentionGroup, AttentionItem, DashboardItem, Domain, HealthyCheck};
use posture_core::tone::Tone;
use posture_core::views::attention::attention_items_of;
use posture_core::vocabulary::SignalDomain;
use posture_core::{TenantReport, paths, words};

use crate::parts::{AttentionList, Item, Panel, Steps, Way, known_mark};
use crate::store::known_items::{KnownItems, KnownStore, use_known_items};
use crate::store::staleness::use_staleness;
use crate::text;
use crate::tone::{Shape, current_tone};

pub(super) fn needs_attention(tenant: &TenantReport) -> AnyView {
    let (tenant, store, steps) = (tenant.clone(), use_known_items(), Steps::start());
    let longest = tenant.needs_attention.groups.iter().map(|group| group.items.len()).max();
    let foot = steps.foot(longest.unwrap_or_default());
    let body = move || {
        let known = store.get();
        let marking = known.as_deref().map(|known| Marking {
            store,
            known,
            tenant: &tenant,
            items: attention_items_of(&tenant),
        });
        let groups = &tenant.needs_attention.groups;
        if groups.is_empty() {
            return view! { <p class="pad note">{text::NOTHING_LISTED}</p> }.into_any();
        }
        let limit = steps.limit();
        groups.iter().map(|one| group(one, limit, &tenant, marking.as_ref())).collect_view().into_any()
    };
    view! { <Panel id="needs-attention" title=text::NEEDS_ATTENTION>{body}{foot}</Panel> }.into_any()
}

/// The marks on the items of a tenant.
struct Marking<'k> {
    store: KnownStore,
    known: &'k KnownItems,
    tenant: &'k TenantReport,
    items: Vec<AttentionItem>,
}

impl Marking<'_> {
    /// The mark and its button for the item of a family, or for a signal; and whether it is known.
    fn of(&self, domain: Domain, signal: Option<&str>) -> Option<(AnyView, bool)> {
        let item = self
            .items
            .iter()
            .find(|item| item.family == domain && signal.is_none_or(|signal| item.key == signal))?;
        let is_known = self.known.marks.of(item, self.tenant).is_some();
        Some((known_mark(self.store, self.known, item, self.tenant), is_known))
    }
}

/// The first items of a domain. Backup health and recovery evidence are marked as a whole, signals one by one.
fn group(
    group: &AttentionGroup,
    limit: usize,
    tenant: &TenantReport,
    marking: Option<&Marking<'_>>,
) -> AnyView {
    let (domain, here) = (group.domain, paths::tenant(&tenant.tenant_route_key));
    let is_of_signals = SignalDomain::ALL.iter().any(|signal| Domain::from(*signal) == domain);
    let of_whole = marking.filter(|_| !is_of_signals).and_then(|marking| marking.of(domain, None));
    let (mark, is_whole_known) = of_whole.map_or((None, false), |(mark, is_known)| (Some(mark), is_known));
    let mut items: Vec<_> = group
        .items
        .iter()
        .take(limit)
        .map(|one| {
            let signal =
                marking.filter(|_| is_of_signals).and_then(|marking| marking.of(domain, Some(&one.key)));
            item(one, &here, signal, is_whole_known)
        })
        .collect();
    items.sort_by_key(|item| item.is_known);
    view! {
        <h3 class="group-title">{words::domain_label(domain)}</h3>
        <AttentionList id=domain.as_str() items/>
        {mark.map(|mark| view! { <div class="known-group">{mark}</div> })}
    }
    .into_any()
}

fn item(item: &DashboardItem, here: &str, mark: Option<(AnyView, bool)>, is_whole_known: bool) -> Item {
    // A signal without a way of its own leads to its tenant, which is this page.
    let leads_on = item.action.url.as_deref() != Some(here);
    let (mark, is_known) = mark.map_or((None, is_whole_known), |(mark, is_known)| (Some(mark), is_known));
    Item {
        tone: item.tone,
        urgency: item.urgency,
        badge: item.badge,
        title: item.title.to_string(),
        body: item.body.clone(),
        way: leads_on.then(|| Way::of_action(&item.action, &item.title)),
        mark,
        is_known,
    }
}

pub(super) fn healthy_checks(checks: &[HealthyCheck]) -> AnyView {
    if checks.is_empty() {
        return ().into_any();
    }
    let (checks, staleness) = (checks.to_vec(), use_staleness());
    (move || current_checks(&checks, staleness.currency())).into_any()
}

fn current_checks(checks: &[HealthyCheck], currency: Currency) -> AnyView {
    let tone = current_tone(Tone::Calm, currency);
    let note = if currency.is_current() { "" } else { words::HEALTHY_AS_OF_THE_EXPORT };
    let row = |check: &HealthyCheck| {
        view! {
            <li class="check" data-tone=tone.as_str()>
                <Shape tone/>
                <div><p class="item-title">{check.title}</p><p class="item-body">{check.body.clone()}</p><p class="boundary">{check.claim_boundary}</p></div>
            </li>
        }
        .into_any()
    };
    let list = view! { <ul class="checks" role="list">{checks.iter().map(row).collect_view()}</ul> };
    view! { <Panel id="healthy-checks" title=text::HEALTHY_CHECKS note>{list}</Panel> }.into_any()
}
