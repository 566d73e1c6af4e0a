//! The tenants as one table, worst first, with filters, a search and an order that are in the address. The tenants to choose from are the
//! same page at another address.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::export::csv::registry_csv;
use posture_core::export::file_name::file_name;
use posture_core::views::groups::{GroupSection, group_sections};
use posture_core::views::truncation;
use posture_core::{paths, words};

use crate::browser::address::use_navigate;
use crate::browser::download::{CSV_MARK, download};
use crate::browser::query::{Query, use_query};
use crate::browser::time_zone::zone;
use crate::parts::{
    FactList, PageHead, SeparatorChoice, focus_first_row, group_by_choices, group_row, tenant_filters,
    tenant_row, virtual_table, with_report,
};
use crate::store::csv_choice::use_csv_choice;
use crate::store::known_items::use_known_items;
use crate::store::registry_view::{Asked, Direction, Index, ListPage, Order};
use crate::store::shown_report::ShownReport;
use crate::text;

/// The registry.
#[component]
pub fn Registry() -> impl IntoView {
    view! { <TenantList place=ListPage::Tenants/> }
}

/// The tenants to choose from.
#[component]
pub fn ChooseTenant() -> impl IntoView {
    view! { <TenantList place=ListPage::ChooseTenant/> }
}

fn title(place: ListPage) -> &'static str {
    match place {
        ListPage::Tenants => text::TENANTS,
        ListPage::ChooseTenant => text::CHOOSE_TENANT,
    }
}

#[component]
fn TenantList(place: ListPage) -> impl IntoView {
    let query = use_query();
    with_report(move || title(place).to_owned(), move |derived| page(place, derived, query))
}

/// A line of the table: the heading of a group, by the group's place, or a tenant, by its place in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Group(usize),
    Tenant(usize),
}

fn lines_of((place, section): (usize, &GroupSection)) -> impl Iterator<Item = Line> {
    std::iter::once(Line::Group(place)).chain(section.places.iter().copied().map(Line::Tenant))
}

fn page(place: ListPage, derived: &Arc<ShownReport>, query: Memo<Query>) -> AnyView {
    let stated = Memo::new(move |_| Asked::of_query(place, &query.read()));
    let policy = derived.report.policy.clone();
    let asked = Memo::new(move |_| stated.get().within(&policy));
    let index = Index::of(&derived.report);
    let (selecting, drawing, saving) = (Arc::clone(derived), Arc::clone(derived), Arc::clone(derived));
    let places = Memo::new(move |_| index.select(&selecting.report, &asked.read()));
    let grouped = Arc::clone(derived);
    let sections = Memo::new(move |_| {
        let by = asked.read().group_by?;
        Some((by, group_sections(&grouped.report, &places.read(), by)))
            .filter(|(_, sections)| !sections.is_empty())
    });
    let lines = Memo::new(move |_| match &*sections.read() {
        Some((_, sections)) => sections.iter().enumerate().flat_map(lines_of).collect(),
        None => places.read().iter().copied().map(Line::Tenant).collect::<Vec<_>>(),
    });
    let row = move |place: usize, line: Line| match line {
        Line::Tenant(tenant) => {
            let tenant = drawing.report.tenants.get(tenant);
            tenant.map(|tenant| tenant_row(place, tenant, drawing.report.as_of)).into_any()
        }
        Line::Group(section) => match &*sections.read_untracked() {
            Some((by, sections)) => sections.get(section).map(|section| {
                let only = |name: &String| asked.read_untracked().only_group(*by, name).url();
                group_row(place, *by, &section.count, section.count.name.as_ref().map(only))
            }),
            None => None,
        }
        .into_any(),
    };
    let (csv, marks) = (use_csv_choice(), use_known_items());
    let save = move |_| {
        let shown = places.read_untracked();
        // A file has the names that a page shortens.
        let report = saving.whole();
        let tenants = shown.iter().filter_map(|place| report.tenants.get(*place));
        let written = registry_csv(report, tenants, &marks.marks_untracked(), csv.separator_untracked());
        let name = file_name(&saving.report, text::TENANTS_FILE, "csv");
        download(&name, text::CSV_MEDIA_TYPE, &format!("{CSV_MARK}{written}"));
    };
    let (navigate, opening) = (use_navigate(), Arc::clone(derived));
    // What is found is opened if it is one, and walked through if it is more.
    let enter = move || match places.read_untracked().as_slice() {
        [only] => {
            if let Some(tenant) = opening.report.tenants.get(*only) {
                navigate.to(&paths::tenant(&tenant.tenant_route_key));
            }
        }
        _ => focus_first_row(),
    };
    let all = derived.report.tenants.len() as u64;
    let goes_by = move || {
        (asked.read().order == Order::WorstFirst)
            .then(|| view! { <span class="goes-by">{words::TRIAGE_ORDER}</span> })
    };
    let zone = zone(derived.report.as_of);
    let zone = zone.map(|zone| view! { <span class="note">{text::local_times(&zone)}</span> });
    let (known, dropping) = (Arc::clone(derived), Arc::clone(derived));
    // A dropped filter must not look like one that every tenant passes.
    let dropped = move || {
        let report = &dropping.report;
        let unknown = stated.read().profiles_outside(&report.policy).unknown_in(report);
        let said = unknown.first().map(words::unknown_group);
        said.map(|said| view! { <p class="pad note" role="status">{said}" "{text::FILTER_IGNORED}</p> })
    };
    let empty = move || {
        // A misspelled group must not look like a group without tenants.
        let unknown = asked.read().all_groups().unknown_in(&known.report);
        let unknown = unknown.iter().map(words::unknown_group).next();
        let said = unknown.or_else(|| places.read().is_empty().then(|| text::NOTHING_MATCHES.to_owned()));
        said.map(|said| view! { <p class="pad note">{said}</p> })
    };
    let note = move || {
        asked
            .read()
            .concern
            .map(|concern| view! { <p class="page-note list-note">{words::concern_description(concern)}</p> })
    };
    view! {
        <div class="head-line"><PageHead title=title(place)/>{grouping(derived, asked)}</div>
        {tenant_filters(derived, asked, enter)}
        {note}
        <div class="printed">{move || printed_question(&asked.read())}</div>
        <section class="panel">
            {dropped}
            {virtual_table(text::TENANTS, view! { <Heads asked/> }.into_any(), lines, row)}
            {empty}
            <p class="panel-foot"><span role="status">{move || text::showing(places.read().len(), all)}</span>{goes_by}{zone}<span class="csv-ways"><SeparatorChoice/><button type="button" class="button" on:click=save>{text::DOWNLOAD_CSV}</button></span></p>
        </section>
    }
    .into_any()
}

/// What the list can be grouped by.
fn grouping(derived: &Arc<ShownReport>, asked: Memo<Asked>) -> AnyView {
    let derived = Arc::clone(derived);
    let choices = move || {
        let asked = asked.read();
        group_by_choices(&derived.report, asked.group_by, |by| asked.grouped_by(by).url())
    };
    choices.into_any()
}

/// On paper, the filters and the sort order of the rows.
fn printed_question(asked: &Asked) -> AnyView {
    let postures =
        asked.filter.backup_posture.iter().map(|posture| words::posture_label(*posture).to_owned());
    let states =
        asked.filter.recovery_evidence.iter().map(|state| words::recovery_state_label(*state).to_owned());
    let search = (!asked.search.is_empty()).then(|| format!("“{}”", truncation::line(&asked.search)));
    let causes = asked.filter.unsettled.iter().map(|cause| words::unsettled_cause_label(*cause).to_owned());
    let groups = asked.groups.pairs().map(|(_, name)| name.to_owned());
    let profiles = asked.filter.profile.iter().cloned().chain(groups);
    let concern = asked.concern.map(|concern| words::concern_label(concern).to_owned()).into_iter();
    let filters: Vec<_> =
        concern.chain(postures).chain(states).chain(causes).chain(profiles).chain(search).collect();
    let filters = if filters.is_empty() { text::NONE.to_owned() } else { filters.join(" · ") };
    let order = match asked.direction {
        Direction::Ascending => asked.order.name().to_owned(),
        Direction::Descending => format!("{}, {}", asked.order.name(), text::REVERSED),
    };
    let group_by = asked.group_by.map(|by| (text::GROUP_BY, words::group_by_label(by).into_any()));
    let rows = [(text::FILTERS, filters.into_any()), (text::ORDER, order.into_any())];
    view! { <FactList facts=rows.into_iter().chain(group_by).collect()/> }.into_any()
}

#[component]
fn Heads(asked: Memo<Asked>) -> impl IntoView {
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
        {sortable(text::BACKUP_POSTURE, Order::BackupPosture, "")}
        {sortable(text::LATEST_BACKUP, Order::LatestBackup, "number")}
        {sortable(text::RECOVERY_EVIDENCE, Order::RecoveryEvidence, "")}
        {sortable(text::LATEST_RESTORE, Order::LatestRestore, "number")}
        {sortable(text::SIGNALS, Order::Signals, "")}
    }
}

#[cfg(test)]
mod tests {
    use posture_core::verdicts::backup_health::BackupPosture;
    use posture_core::views::concern::Concern;
    use posture_core::views::groups::{GroupBy, GroupFilter, group_counts};
    use posture_core::{paths, report::registry, words};

    use crate::test_support::{page_over, report_of};
    use crate::text;

    const PROFILES: &str = include_str!("../../../../tests/cases/profile-counts.json");
    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");

    /// WO-28: at both addresses, which show the same table.
    #[test]
    fn only_the_tenants_looked_for_are_listed() {
        let report = report_of(ORDER);
        for concern in Concern::ALL {
            for address in [
                paths::choose_tenant_of(concern.as_str()),
                paths::registry([(paths::ATTENTION_KEY, concern.as_str())]),
            ] {
                let page = page_over(ORDER, &address);
                for tenant in &report.tenants {
                    let link = format!("href=\"{}\"", paths::tenant(&tenant.tenant_route_key));
                    assert_eq!(
                        page.contains(&link),
                        concern.is_of(tenant),
                        "{concern} {}",
                        tenant.tenant_label
                    );
                }
            }
        }
    }

    /// DB-14: the text is in the address, and choosing other filters keeps it.
    #[test]
    fn the_address_filters_by_name_and_the_choices_keep_the_text() {
        let report = report_of(ORDER);
        let wanted = &report.tenants[0].tenant_label;
        let page = page_over(ORDER, &paths::choose_tenant([(paths::SEARCH_KEY, wanted.as_str())]));
        for tenant in &report.tenants {
            let link = format!("href=\"{}\"", paths::tenant(&tenant.tenant_route_key));
            assert_eq!(page.contains(&link), tenant.tenant_label.contains(wanted), "{}", tenant.tenant_label);
        }
        assert!(page.contains("attention=backup_health&amp;search="), "{page}");
    }

    #[test]
    fn an_unknown_concern_is_ignored() {
        let report = report_of(ORDER);
        let page = page_over(ORDER, "/admin/choose-tenant?attention=nonsense");
        assert!(page.contains(&format!("Showing {0} of {0}", report.tenants.len())));
    }

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

    /// DB-14, WO-21: an order without a column is named next to the table, and the table's head claims no order.
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

    /// DB-14: the table's head shows the order.
    #[test]
    fn the_sorted_column_says_which_way_it_is_sorted() {
        for (word, says) in [("name", "ascending"), ("-name", "descending")] {
            let page = page_over(ORDER, &paths::registry([(paths::SORT_KEY, word)]));
            assert_eq!(page.matches("aria-sort=").count(), 1, "{page}");
            assert!(page.contains(&format!("aria-sort=\"{says}\"")), "{page}");
        }
    }

    /// GR-4: a heading for each group, with its counts; it leads to the group only.
    #[test]
    fn the_address_groups_the_list() {
        let report = report_of(PROFILES);
        let page = page_over(PROFILES, &paths::registry([(paths::GROUP_BY_KEY, "profile")]));
        let groups = group_counts(&report, GroupBy::Profile);
        assert_eq!(page.matches("scope=\"colgroup\"").count(), groups.len(), "{page}");
        for group in &groups {
            assert!(page.contains(&words::group_summary(group)), "{group:?}");
            assert!(page.contains(words::group_name(GroupBy::Profile, group.name.as_deref())), "{group:?}");
        }
        let rows: usize = groups.iter().map(|group| group.tenants as usize).sum();
        assert_eq!(page.matches("class=\"tenant\"").count(), rows);
        assert!(!page_over(PROFILES, paths::TENANTS).contains("colgroup"));
        assert!(!page_over(ORDER, &paths::registry([(paths::GROUP_BY_KEY, "label")])).contains("colgroup"));
    }

    #[test]
    fn a_search_without_a_match_says_so() {
        let page = page_over(ORDER, &paths::registry([(paths::SEARCH_KEY, "no such tenant")]));
        assert!(page.contains("No tenant matches"));
    }

    /// GR-2: a misspelled group is named with the known ones, and does not look like a group without tenants.
    #[test]
    fn a_group_that_no_tenant_is_in_is_named_with_the_known_ones() {
        let report = report_of(PROFILES);
        let page = page_over(PROFILES, &paths::registry([(paths::ENVIRONMENT_KEY, "no such group")]));
        let filter = GroupFilter::default().with(GroupBy::Environment, "no such group");
        let said = words::unknown_group(&filter.unknown_in(&report)[0]);
        assert!(page.contains(&said) && !page.contains(text::NOTHING_MATCHES), "{said}: {page}");
        assert!(page.contains(&text::showing(0, report.tenants.len() as u64)), "{page}");
    }

    /// WO-19: a profile that the policy does not have is dropped, which the page says, with the likely name.
    #[test]
    fn a_profile_outside_the_policy_filters_nothing() {
        let all = report_of(PROFILES).tenants.len();
        let page = page_over(PROFILES, &paths::registry([(paths::PROFILE_KEY, "glod")]));
        assert!(
            page.contains("“glod”. Did you mean “gold”?") && page.contains(text::FILTER_IGNORED),
            "{page}"
        );
        assert!(page.contains(&text::showing(all, all as u64)), "{page}");
        let both = paths::registry([(paths::PROFILE_KEY, "glod"), (paths::PROFILE_KEY, "gold")]);
        let (both, gold) = (
            page_over(PROFILES, &both),
            page_over(PROFILES, &paths::registry([(paths::PROFILE_KEY, "gold")])),
        );
        assert_eq!(both.matches("class=\"tenant\"").count(), gold.matches("class=\"tenant\"").count());
        assert!(both.contains(text::FILTER_IGNORED) && !gold.contains(text::FILTER_IGNORED));
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
