use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_url;
use posture_core::views::distribution::backup_ages;
use posture_core::views::groups::{GroupBy, GroupCount, group_counts};
use posture_core::{paths, words};

use super::choice::Choice;
use super::deferred::deferred;
use super::histogram::{AgesOf, age_histogram};
use super::panel::Panel;
use crate::browser::query::use_query;
use crate::browser::time_slicing::{after_paint, next_task};
use crate::store::evidence::use_evidence;
use crate::text;

/// The most groups that are listed; the registry can filter by every one.
const LISTED: usize = 20;

/// The ages of the latest backups. All tenants are walked for them, so they are drawn after the rest.
pub fn overview_ages() -> AnyView {
    deferred(ages)
}

fn ages() -> AnyView {
    let Some(derived) = use_evidence().derived_untracked() else { return ().into_any() };
    let ages = view! {
        {age_histogram(&backup_ages(&derived.report), AgesOf::Registry)}
        <p class="panel-foot"><a href=paths::FORECAST>{text::FORECAST_LINK}</a><a href=paths::WHAT_IF>{text::WHAT_IF_LINK}</a></p>
    };
    view! { <Panel id="ages" title=text::BACKUP_AGE>{ages}</Panel> }.into_any()
}

/// The tenants in groups: by profile, by environment, or by label. Drawn after the rest, as the ages are, and counted by each in a task of
/// its own.
pub fn overview_groups() -> AnyView {
    let groups = RwSignal::new(Vec::new());
    let Some(derived) = use_evidence().derived_untracked() else { return ().into_any() };
    let counts = move |by: &GroupBy| (*by, Arc::new(group_counts(&derived.report, *by)));
    if cfg!(target_family = "wasm") {
        after_paint(move || {
            spawn_local(async move {
                let mut counted = Vec::new();
                for by in GroupBy::ALL {
                    next_task().await;
                    counted.push(counts(by));
                }
                // The page may be gone by then.
                let _gone = groups.try_set(counted);
            });
        });
    } else {
        groups.set(GroupBy::ALL.iter().map(counts).collect());
    }
    (move || grouped(groups.get())).into_any()
}

/// The tenants in groups of one kind, which the address names if there are several. Nothing if no tenant is in a group.
fn grouped(mut groups: Vec<(GroupBy, Arc<Vec<GroupCount>>)>) -> AnyView {
    groups.retain(|(_, counts)| !counts.is_empty());
    let Some((first, _)) = groups.first() else { return ().into_any() };
    let (first, url, query) = (*first, use_url(), use_query());
    let chosen =
        Memo::new(move |_| GroupBy::of_query(query.read().get(paths::GROUP_BY_KEY)).unwrap_or(first));
    let kinds: Vec<_> = groups.iter().map(|(by, _)| *by).collect();
    let choices = move || {
        let (url, chosen) = (url.read(), chosen.get());
        let kind = |by: &GroupBy| {
            let url =
                paths::with_query(paths::OVERVIEW, url.search(), paths::GROUP_BY_KEY, Some(by.as_str()));
            let (is_asked, name) = (*by == chosen, words::group_by_label(*by));
            view! { <Choice url is_asked>{name}</Choice> }.into_any()
        };
        let each = kinds.iter().map(kind).collect_view();
        (kinds.len() > 1).then(|| view! { <nav class="choices tabs" aria-label=text::GROUP_BY>{each}</nav> })
    };
    let table = move || {
        let shown = groups.iter().find(|(by, _)| *by == chosen.get());
        shown.map(|(by, counts)| group_table(*by, counts))
    };
    view! { <Panel id="groups" title=text::GROUPS note=text::NEED_ATTENTION>{choices} {table}</Panel> }
        .into_any()
}

fn group_table(by: GroupBy, counts: &[GroupCount]) -> AnyView {
    let row = |one: &GroupCount| {
        let name = match &one.name {
            Some(name) => {
                let url = paths::registry([(by.query_key(), name.as_str())]);
                view! { <a href=url>{name.clone()}</a> }.into_any()
            }
            None => words::group_name(by, None).into_any(),
        };
        let counts = [one.tenants, one.backup_attention, one.recovery_attention, one.unsettled];
        let counts = counts.map(|count| view! { <td class="number">{text::grouped(count)}</td> }.into_any());
        view! { <tr><th scope="row">{name}</th>{counts.into_iter().collect_view()}</tr> }.into_any()
    };
    let heads = [text::TENANTS, text::BACKUP, text::RECOVERY, words::UNSETTLED_METRIC]
        .map(|head| view! { <th scope="col" class="number">{head}</th> }.into_any());
    let rest = (counts.len() > LISTED)
        .then(|| {
            let all = paths::registry([(paths::GROUP_BY_KEY, by.as_str())]);
            view! { <p class="panel-foot"><span>{text::showing(LISTED, counts.len() as u64)}</span><a href=all>{text::ALL_GROUPS}</a></p> }
        });
    view! {
        <div class="table-frame" tabindex="0" role="group" aria-label=words::group_by_label(by)>
            <table>
                <thead><tr><th scope="col">{words::group_by_label(by)}</th>{heads.into_iter().collect_view()}</tr></thead>
                <tbody>{counts.iter().take(LISTED).map(row).collect_view()}</tbody>
            </table>
        </div>
        {rest}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::paths;
    use posture_core::views::groups::{GroupBy, group_counts};

    use crate::test_support::{page_over, report_of};

    const PROFILES: &str = include_str!("../../../../tests/cases/profile-counts.json");

    /// GR-3
    #[test]
    fn the_overview_counts_the_tenants_of_each_group_and_leads_to_them() {
        let (page, report) = (page_over(PROFILES, paths::OVERVIEW), report_of(PROFILES));
        for group in group_counts(&report, GroupBy::Profile) {
            let Some(name) = group.name else { continue };
            assert!(page.contains(&paths::registry([(paths::PROFILE_KEY, name.as_str())])), "{name}: {page}");
        }
    }
}
