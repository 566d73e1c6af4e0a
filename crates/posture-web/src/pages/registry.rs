//! The registry: every evaluated tenant, worst first, with filters, a search and an order that stand in the address.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::export::csv::registry_csv;
use posture_core::report::overview::ProfileSummary;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::verdicts::recovery_evidence::RecoveryState;
use posture_core::verdicts::unsettled::UnsettledCause;
use posture_core::views::distribution::Segment;
use posture_core::{TenantReport, paths, truncation, words};

use crate::browser::address::use_navigate;
use crate::browser::download::download;
use crate::browser::query::{Query, use_query};
use crate::parts::{badge, facts, page_head, tenant_row, virtual_table, with_report};
use crate::store::registry_view::{Asked, Direction, Index, Order};
use crate::store::shown_report::ShownReport;
use crate::text;

/// The page.
#[component]
pub fn Registry() -> impl IntoView {
    let query = use_query();
    with_report(|| text::TENANTS.to_owned(), move |derived| page(derived, query))
}

fn page(derived: &Arc<ShownReport>, query: Memo<Query>) -> AnyView {
    let asked = Memo::new(move |_| Asked::of_query(&query.read()));
    let index = Index::of(&derived.report);
    let (selecting, drawing, saving) = (Arc::clone(derived), Arc::clone(derived), Arc::clone(derived));
    let places = Memo::new(move |_| index.select(&selecting.report, &asked.read()));
    let row = move |place: usize, tenant: usize| {
        let tenant = drawing.report.tenants.get(tenant);
        tenant.map(|tenant| tenant_row(place, tenant, drawing.report.as_of)).into_any()
    };
    let save = move |_| {
        let shown = places.read_untracked();
        let csv = registry_csv(shown.iter().filter_map(|place| saving.report.tenants.get(*place)));
        download(text::CSV_FILE, text::CSV_MEDIA_TYPE, &csv);
    };
    let all = derived.report.tenants.len() as u64;
    let goes_by = move || {
        (asked.read().order == Order::WorstFirst)
            .then(|| view! { <span class="goes-by">{words::TRIAGE_ORDER}</span> })
    };
    let empty =
        move || places.read().is_empty().then(|| view! { <p class="pad note">{text::NOTHING_MATCHES}</p> });
    view! {
        {page_head(Vec::new(), text::TENANTS, "")}
        {filters(derived, asked)}
        <div class="printed">{move || printed_question(&asked.read())}</div>
        <section class="panel">
            {virtual_table(text::TENANTS, heads(asked), places, row)}
            {empty}
            <p class="panel-foot"><span role="status">{move || text::showing(places.read().len(), all)}</span>{goes_by}<button type="button" class="button" on:click=save>{text::DOWNLOAD_CSV}</button></p>
        </section>
    }
    .into_any()
}

/// On paper, what the rows were chosen and ordered by.
fn printed_question(asked: &Asked) -> AnyView {
    let postures =
        asked.filter.backup_posture.iter().map(|posture| words::posture_label(*posture).to_owned());
    let states =
        asked.filter.recovery_evidence.iter().map(|state| words::recovery_state_label(*state).to_owned());
    let search = (!asked.search.is_empty()).then(|| format!("“{}”", truncation::line(&asked.search)));
    let causes = asked.filter.unsettled.iter().map(|cause| words::unsettled_cause_label(*cause).to_owned());
    let profiles = asked.filter.profile.iter().cloned();
    let filters: Vec<_> = postures.chain(states).chain(causes).chain(profiles).chain(search).collect();
    let filters = if filters.is_empty() { text::NO_FILTER.to_owned() } else { filters.join(" · ") };
    let order = match asked.direction {
        Direction::Ascending => asked.order.name().to_owned(),
        Direction::Descending => format!("{}, {}", asked.order.name(), text::REVERSED),
    };
    facts(vec![(text::FILTERS, filters.into_any()), (text::ORDER, order.into_any())])
}

fn filters(derived: &ShownReport, asked: Memo<Asked>) -> AnyView {
    let navigate = use_navigate();
    let search = move |event| {
        let url = asked.get_untracked().searching(event_target_value(&event)).url();
        navigate.replace(&url);
    };
    let posture = move |segment: &Segment| {
        let posture = BackupPosture::from_word(segment.key)?;
        let url = move || asked.read().toggling_posture(posture).url();
        Some(choice(segment, url, move || asked.read().filter.backup_posture.contains(&posture)))
    };
    let state = move |segment: &Segment| {
        let state = RecoveryState::from_word(segment.key)?;
        let url = move || asked.read().toggling_state(state).url();
        Some(choice(segment, url, move || asked.read().filter.recovery_evidence.contains(&state)))
    };
    let profile = |one: &ProfileSummary| {
        let name = one.profile.clone()?;
        let (asking, chosen) = (name.clone(), name.clone());
        let url = move || asked.read().toggling_profile(&asking).url();
        let current = move || asked.read().filter.profile.contains(&chosen).then_some("true");
        let count = text::grouped(one.tenants);
        Some(
            view! { <a class="choice" href=url aria-current=current>{name}<span>{count}</span></a> }
                .into_any(),
        )
    };
    let cause = |cause: &UnsettledCause| {
        let cause = *cause;
        let is_so = |tenant: &&TenantReport| tenant.registry.unsettled.contains(&cause);
        let count = derived.report.tenants.iter().map(AsRef::as_ref).filter(is_so).count() as u64;
        let url = move || asked.read().toggling_cause(cause).url();
        let current = move || asked.read().filter.unsettled.contains(&cause).then_some("true");
        let label = words::upper_first(words::unsettled_cause_label(cause));
        (count > 0).then(|| view! { <a class="choice" href=url aria-current=current>{label}<span>{text::grouped(count)}</span></a> }.into_any())
    };
    let profiles: Vec<_> = derived.report.overview.profiles.iter().filter_map(profile).collect();
    let causes: Vec<_> = UnsettledCause::ALL.iter().filter_map(cause).collect();
    let group = |label: &'static str, choices: Vec<AnyView>| {
        (!choices.is_empty())
            .then(|| view! { <div class="choices" role="group" aria-label=label>{choices}</div> })
    };
    let clear = move || {
        (!asked.read().is_all())
            .then(|| view! { <a class="choice" href=paths::TENANTS>{text::CLEAR_FILTERS}</a> })
    };
    view! {
        <div class="filters">
            <input type="search" class="field" aria-label=text::FILTER_BY_NAME placeholder=text::FILTER_BY_NAME
                prop:value=move || asked.read().search.clone() on:input=search/>
            <div class="choices" role="group" aria-label=text::BACKUP_POSTURE>{derived.spread.postures.iter().filter_map(posture).collect_view()}</div>
            <div class="choices" role="group" aria-label=text::RECOVERY_EVIDENCE>{derived.spread.states.iter().filter_map(state).collect_view()}</div>
            {group(words::UNSETTLED_METRIC, causes)}
            {group(text::PROFILES, profiles)}
            {clear}
            {by_triage(asked)}
        </div>
    }
    .into_any()
}

/// The order that goes by both verdicts, and so by no column of the table: asked for here.
fn by_triage(asked: Memo<Asked>) -> AnyView {
    let is_chosen = move || asked.read().order == Order::WorstFirst;
    let url = move || asked.read().ordered(Order::WorstFirst).url();
    let name = move || {
        let is_last = is_chosen() && asked.read().direction == Direction::Descending;
        if is_last { text::BY_WORST_LAST } else { text::BY_WORST_FIRST }
    };
    view! { <a class="choice" href=url aria-current=move || is_chosen().then_some("true")>{name}</a> }
        .into_any()
}

/// A filter as a link that asks for it, or no longer does, with how many tenants are in it.
fn choice(
    segment: &Segment,
    url: impl Fn() -> String + Send + Sync + 'static,
    is_chosen: impl Fn() -> bool + Send + Sync + 'static,
) -> AnyView {
    let current = move || is_chosen().then_some("true");
    view! { <a class="choice" href=url aria-current=current>{badge(segment.tone, segment.label)}<span>{text::grouped(segment.tenants)}</span></a> }
        .into_any()
}

fn heads(asked: Memo<Asked>) -> AnyView {
    let sortable = move |name: &'static str, order: Order, class: &'static str| {
        let sort = move || {
            let asked = asked.read();
            (asked.order == order).then_some(match asked.direction {
                Direction::Ascending => "ascending",
                Direction::Descending => "descending",
            })
        };
        view! { <th scope="col" class=class aria-sort=sort><a href=move || asked.read().ordered(order).url()>{name}</a></th> }.into_any()
    };
    view! {
        {sortable(text::TENANT, Order::Name, "")}
        <th scope="col">{text::BACKUP_POSTURE}</th>
        {sortable(text::BACKUP_AGE_SHORT, Order::LatestBackup, "number")}
        <th scope="col">{text::RECOVERY_EVIDENCE}</th>
        {sortable(text::LATEST_RESTORE_SHORT, Order::LatestRestore, "number")}
        <th scope="col">{text::SIGNALS}</th>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::verdicts::backup_health::BackupPosture;
    use posture_core::{paths, report::registry, words};

    use crate::test_support::{page_over, report_of};

    const PROFILES: &str = include_str!("../../../../tests/cases/profile-counts.json");
    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");

    #[test]
    fn the_address_filters_the_registry() {
        let report = report_of(ORDER);
        for posture in BackupPosture::ALL {
            let page = page_over(ORDER, &paths::registry([(paths::BACKUP_POSTURE_KEY, posture.as_str())]));
            for tenant in &report.tenants {
                let link = format!("href=\"{}\"", paths::tenant(&tenant.tenant_route_key));
                assert_eq!(
                    page.contains(&link),
                    tenant.backup_health.posture == *posture,
                    "{posture} {}",
                    tenant.tenant_label
                );
            }
        }
    }

    /// DB-14, WO-21: what no column stands for is told beside the table, and the table's head claims no order.
    #[test]
    fn the_order_by_both_verdicts_says_what_it_goes_by() {
        let page = page_over(ORDER, paths::TENANTS);
        assert!(page.contains(words::TRIAGE_ORDER) && !page.contains("aria-sort="), "{page}");
        for tenant in &report_of(ORDER).tenants {
            let note =
                registry::signals(tenant).map(|signals| words::signals_note(&signals)).unwrap_or_default();
            assert!(page.contains(&note), "{note}");
        }
    }

    /// DB-14: the order is told in the table's head.
    #[test]
    fn the_sorted_column_says_which_way_it_is_sorted() {
        for (word, says) in [("name", "ascending"), ("-name", "descending")] {
            let page = page_over(ORDER, &paths::registry([(paths::SORT_KEY, word)]));
            assert_eq!(page.matches("aria-sort=").count(), 1, "{page}");
            assert!(page.contains(&format!("aria-sort=\"{says}\"")), "{page}");
        }
    }

    #[test]
    fn a_search_without_a_match_says_so() {
        let page = page_over(ORDER, &paths::registry([(paths::SEARCH_KEY, "no such tenant")]));
        assert!(page.contains("No tenant matches"));
    }

    #[test]
    fn the_address_filters_by_profile() {
        let report = report_of(PROFILES);
        for summary in &report.overview.profiles {
            let Some(profile) = &summary.profile else { continue };
            let page = page_over(PROFILES, &paths::registry([(paths::PROFILE_KEY, profile.as_str())]));
            for tenant in &report.tenants {
                let link = format!("href=\"{}\"", paths::tenant(&tenant.tenant_route_key));
                assert_eq!(
                    page.contains(&link),
                    tenant.registry.profile.as_ref() == Some(profile),
                    "{profile}"
                );
            }
        }
    }
}
