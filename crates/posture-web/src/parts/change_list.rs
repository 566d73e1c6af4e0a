use std::sync::Arc;

use leptos::prelude::*;
use posture_core::compare::change::{Change, Family};
use posture_core::compare::diff::{TenantChange, diff};
use posture_core::compare::groups::{GroupChanges, group_changes, groups_of};
use posture_core::export::diff_csv::diff_csv;
use posture_core::export::file_name::file_name;
use posture_core::tone::Tone;
use posture_core::views::groups::{GroupBy, GroupFilter};
use posture_core::{paths, words};

use super::badge::Badge;
use super::changes::{changes_table, plain_change};
use super::choice::Choice;
use super::exports::SeparatorChoice;
use super::group_choices::{group_by_choices, group_choices};
use super::panel::Panel;
use super::placeholders::Notice;
use crate::browser::address::use_navigate;
use crate::browser::download::{CSV_MARK, download};
use crate::browser::query::Query;
use crate::browser::text_folding::folded;
use crate::store::csv_choice::use_csv_choice;
use crate::store::report_pair::Pair;
use crate::store::shown_report::ShownReport;
use crate::text;
use crate::tone::Shape;

/// The most groups that are listed.
const MOST_LISTED: usize = 100;

/// The page's address with other filters.
type UrlOf = Callback<Asked, String>;

/// The filters of the list, which the page's address holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// One change; all but the unchanged if absent.
    change: Option<Change>,
    /// One family; both if absent.
    family: Option<Family>,
    /// What a tenant's name must contain.
    search: String,
    /// The groups whose tenants are shown.
    groups: GroupFilter,
    /// What the totals are grouped by.
    group_by: Option<GroupBy>,
}

impl Asked {
    /// The filters in an address.
    pub fn of_query(query: &Query) -> Self {
        Self {
            change: query.get(paths::CHANGE_KEY).and_then(Change::from_word),
            family: query.get(paths::FAMILY_KEY).and_then(Family::from_word),
            search: query.get(paths::SEARCH_KEY).unwrap_or_default().to_owned(),
            groups: GroupFilter::of_query(query.pairs()),
            group_by: GroupBy::of_query(query.get(paths::GROUP_BY_KEY)),
        }
    }

    /// The filters, as keys and values of an address.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let change = self.change.map(|change| (paths::CHANGE_KEY, change.as_str()));
        let family = self.family.map(|family| (paths::FAMILY_KEY, family.as_str()));
        let search = (!self.search.is_empty()).then_some((paths::SEARCH_KEY, self.search.as_str()));
        let group_by = self.group_by.map(|by| (paths::GROUP_BY_KEY, by.as_str()));
        change.into_iter().chain(family).chain(search).chain(self.groups.pairs()).chain(group_by)
    }

    fn admits(&self, pair: &Pair, tenant: &TenantChange, family: Family) -> bool {
        let change = tenant.of(family);
        let is_change = self.change.map_or(change != Change::Unchanged, |asked| asked == change);
        let is_family = self.family.is_none_or(|asked| asked == family);
        is_change
            && is_family
            && self.admits_tenant(pair, tenant)
            && folded(pair.name(tenant)).contains(&folded(self.search.trim()))
    }

    fn admits_tenant(&self, pair: &Pair, tenant: &TenantChange) -> bool {
        self.groups.admits_groups(|by| groups_of(tenant, &pair.old.report, &pair.new.report, by))
    }
}

/// How the tenants of two reports changed: the verdict in a line, the totals, and the filtered changes, worst first.
pub fn change_list(pair: &Arc<Pair>, query: Memo<Query>, url: UrlOf) -> AnyView {
    let asked = Memo::new(move |_| Asked::of_query(&query.read()));
    let (title, tone) =
        (words::diff_title(&pair.diff), if pair.diff.is_worse() { Tone::High } else { Tone::Low });
    let notes = words::diff_notes(&pair.diff, &pair.old.report, &pair.new.report);
    let notes = notes.into_iter().map(|note| view! { <p>{note}</p> }.into_any()).collect_view();
    let saving = Arc::clone(pair);
    let separator = use_csv_choice();
    let save = move |_| {
        let (old, new) = (saving.old.whole(), saving.new.whole());
        let csv = diff_csv(&saving.diff.tenants, old, new, separator.separator_untracked());
        let name = file_name(&saving.new.report, text::COMPARISON_FILE, "csv");
        download(&name, text::CSV_MEDIA_TYPE, &format!("{CSV_MARK}{csv}"));
    };
    let listing = Arc::clone(pair);
    let rows = move || {
        let asked = asked.get();
        let rows = listing.rows(|tenant, family| asked.admits(&listing, tenant, family));
        let (old, new) = (listing.old.whole(), listing.new.whole());
        let unknown = listing.diff.unknown_of(&asked.groups, old, new);
        if let Some(unknown) = unknown.first() {
            return view! { <p class="pad note" role="status">{words::unknown_group(unknown)}</p> }
                .into_any();
        }
        if rows.is_empty() {
            let is_filtered = asked.pairs().next().is_some();
            let said = if is_filtered { text::NO_SUCH_CHANGE } else { text::NOTHING_CHANGED };
            return view! { <p class="pad note">{said}</p> }.into_any();
        }
        changes_table(text::CHANGES, &listing, rows, plain_change)
    };
    let body = view! {
        <div class="panel-tools">{filters(pair, asked, url)}</div>
        {rows}
        <p class="panel-foot"><span>{text::EVERY_TENANT_IN_FILE}</span><span class="csv-ways"><SeparatorChoice/><button type="button" class="button" on:click=save>{text::DOWNLOAD_CSV}</button></span></p>
    };
    let grouping = Arc::clone(pair);
    let grouped = move || {
        let asked = asked.read();
        asked.group_by.map(|by| totals_by_group(&grouping, by, &asked, url))
    };
    view! {
        <section class="panel calmness" data-tone=tone.as_str() aria-labelledby="compared-title">
            <Shape tone/>
            <div class="calmness-text"><h2 id="compared-title">{title}</h2>{notes}</div>
        </section>
        {grouped}
        <Panel id="changes" title=text::CHANGES note=text::WORST_FIRST>{body}</Panel>
        {totals(pair, &asked.get_untracked(), url)}
    }
    .into_any()
}

/// Two reports compared, or why they cannot be.
pub fn compared(
    old: &Arc<ShownReport>,
    new: &Arc<ShownReport>,
    query: Memo<Query>,
    url: Callback<Asked, String>,
) -> AnyView {
    match diff(old.whole(), new.whole()) {
        Ok(diff) => {
            let pair = Pair { old: Arc::clone(old), new: Arc::clone(new), diff };
            change_list(&Arc::new(pair), query, url)
        }
        Err(other) => view! { <Notice title=text::NOT_COMPARABLE note=other.to_string()/> }.into_any(),
    }
}

/// Every change with its number of tenants, by family; each count leads to its tenants.
fn totals(pair: &Pair, asked: &Asked, url: UrlOf) -> AnyView {
    let cell = |change: Change, family: Family| {
        let count = pair.diff.total(family, change);
        let asked = Asked {
            change: Some(change),
            family: Some(family),
            search: String::new(),
            groups: asked.groups.clone(),
            group_by: asked.group_by,
        };
        let count_shown = text::grouped(count);
        let shown = if count == 0 {
            count_shown.into_any()
        } else {
            view! { <a href=url.run(asked)>{count_shown}</a> }.into_any()
        };
        view! { <td class="number">{shown}</td> }.into_any()
    };
    let occurs = |change: &&Change| Family::ALL.iter().any(|family| pair.diff.total(*family, **change) > 0);
    let row = |change: &Change| {
        let cells = Family::ALL.iter().map(|family| cell(*change, *family)).collect_view();
        view! {
            <tr>
                <th scope="row"><Badge tone=change.tone() label=words::change_label(*change)/><small>{words::change_description(*change)}</small></th>
                {cells}
            </tr>
        }
        .into_any()
    };
    let rows = Change::ALL.iter().filter(occurs).map(row).collect_view();
    let heads = Family::ALL
        .iter()
        .map(|family| view! { <th scope="col" class="number">{words::family_name(*family)}</th> }.into_any())
        .collect_view();
    let all = words::counted(pair.diff.tenants.len() as u64, "tenant", "tenants");
    let sum = text::grouped(pair.diff.tenants.len() as u64);
    let body = view! {
        <table class="counts">
            <thead><tr><th scope="col">{text::CHANGE}</th>{heads}</tr></thead>
            <tbody>{rows}<tr><th scope="row">{text::BOTH_SIDES}</th><td class="number"><b>{sum.clone()}</b></td><td class="number"><b>{sum}</b></td></tr></tbody>
        </table>
    };
    view! { <Panel id="totals" title=text::TOTALS note=all>{body}</Panel> }.into_any()
}

/// How many tenants of each group are worse and better; each group leads to its changes.
fn totals_by_group(pair: &Pair, by: GroupBy, asked: &Asked, url: UrlOf) -> AnyView {
    let groups = group_changes(&pair.diff, &pair.old.report, &pair.new.report, by);
    let row = |group: &GroupChanges| {
        let name = words::group_name(by, group.name.as_deref()).to_owned();
        let name = match &group.name {
            Some(group) => {
                let only = Asked { groups: GroupFilter::default().with(by, group), ..asked.clone() };
                view! { <a href=url.run(only)>{name}</a> }.into_any()
            }
            None => name.into_any(),
        };
        let counts = [group.worse, group.better, group.otherwise, group.unchanged, group.tenants()];
        let counts = counts.into_iter().zip(words::GROUP_CHANGE_COLUMNS).map(|(count, column)| {
            view! { <td class="number" class:zero=count == 0 data-label=column>{text::grouped(count)}</td> }.into_any()
        });
        view! { <tr><th scope="row">{name}</th>{counts.collect_view()}</tr> }.into_any()
    };
    let rows = groups.iter().take(MOST_LISTED).map(row).collect_view();
    let more = groups.len().saturating_sub(MOST_LISTED) as u64;
    let more = (more > 0).then(|| view! { <p class="panel-foot">{words::groups_not_listed(more)}</p> });
    let heads = words::GROUP_CHANGE_COLUMNS
        .map(|head| view! { <th scope="col" class="number">{head}</th> }.into_any());
    let body = view! {
        <div class="table-frame" tabindex="0" role="group" aria-label=words::group_by_label(by)>
            <table class="counts grouped carded">
                <thead><tr><th scope="col">{words::group_by_label(by)}</th>{heads.into_iter().collect_view()}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {more}
    };
    view! { <Panel id="by-group" title=text::GROUPS note=words::group_by_label(by)>{body}</Panel> }.into_any()
}

fn filters(pair: &Arc<Pair>, asked: Memo<Asked>, url: UrlOf) -> AnyView {
    let navigate = use_navigate();
    let search = move |event| {
        navigate.replace(&url.run(Asked { search: event_target_value(&event), ..asked.get_untracked() }))
    };
    let pair = Arc::clone(pair);
    let choices = move || choices(&pair, &asked.get(), url);
    view! {
        <div class="filters">
            <input type="search" class="field" aria-label=text::FILTER_BY_TENANT placeholder=text::FILTER_BY_TENANT
                prop:value=move || asked.read().search.clone() on:input=search/>
            {choices}
        </div>
    }
    .into_any()
}

/// Choices of families and of changes that any tenant has.
fn choices(pair: &Pair, asked: &Asked, url_of: UrlOf) -> AnyView {
    let family = |family: &Family| {
        let is_asked = asked.family == Some(*family);
        let url = url_of.run(Asked { family: (!is_asked).then_some(*family), ..asked.clone() });
        let name = words::family_name(*family);
        view! { <Choice url is_asked>{name}</Choice> }.into_any()
    };
    let change = |change: &Change| {
        let count: u64 = Family::ALL.iter().map(|family| pair.diff.total(*family, *change)).sum();
        let is_asked = asked.change == Some(*change);
        let url = url_of.run(Asked { change: (!is_asked).then_some(*change), ..asked.clone() });
        let (tone, label) = (change.tone(), words::change_label(*change));
        (count > 0).then(|| {
            view! { <Choice url is_asked><Badge tone label/><span>{text::grouped(count)}</span></Choice> }
                .into_any()
        })
    };
    let report = &pair.new.report;
    view! {
        <div class="choices" role="group" aria-label=text::FAMILY>{Family::ALL.iter().map(family).collect_view()}</div>
        <div class="choices" role="group" aria-label=text::CHANGE>{Change::ALL.iter().filter_map(change).collect_view()}</div>
        {group_choices(report, &asked.groups, GroupBy::ALL, |groups| url_of.run(Asked { groups: groups.clone(), ..asked.clone() }))}
        {group_by_choices(report, asked.group_by, |group_by| url_of.run(Asked { group_by, ..asked.clone() }))}
    }
    .into_any()
}
