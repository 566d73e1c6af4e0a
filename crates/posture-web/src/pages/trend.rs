//! The workspace at the same hour of each day.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::export::file_name::file_name;
use posture_core::export::trend_csv::trend_csv;
use posture_core::views::groups::{GroupBy, GroupFilter};
use posture_core::views::trend::{GroupTrend, TREND_DAYS, Trend as Days, TrendDay, TrendGroups};
use posture_core::{paths, words};

use crate::browser::download::{CSV_MARK, download};
use crate::browser::query::{Query, use_query};
use crate::parts::{
    Choice, Column, Panel, Row, SeparatorChoice, WorkspaceHead, absolute, day_url, group_by_choices,
    group_choices, long_table, past_state, sparkline, stacked_days, with_report,
};
use crate::store::csv_choice::use_csv_choice;
use crate::store::evidence::use_evidence;
use crate::store::past_evidence::{Past, TrendAsked, use_past_evidence};
use crate::store::shown_report::ShownReport;
use crate::text;

/// How many days are offered.
const OFFERED: [u64; 3] = [7, TREND_DAYS, 90];

/// The page.
#[component]
pub fn Trend() -> impl IntoView {
    let query = use_query();
    with_report(|| text::TREND.to_owned(), move |derived| page(derived, query))
}

/// The days in an address, if they are offered.
fn offered_days(written: &str) -> Option<u64> {
    let days = written.parse().ok()?;
    OFFERED.contains(&days).then_some(days)
}

/// The parameters in an address: days that are offered, groups, and what they are grouped by.
fn asked(query: &Query) -> TrendAsked {
    TrendAsked {
        days: query.get(paths::DAYS_KEY).and_then(offered_days).unwrap_or(TREND_DAYS),
        filter: GroupFilter::of_query(query.pairs()),
        group_by: GroupBy::of_query(query.get(paths::GROUP_BY_KEY)),
    }
}

fn url(asked: &TrendAsked) -> String {
    let days = asked.days.to_string();
    let group_by = asked.group_by.map(|by| (paths::GROUP_BY_KEY, by.as_str()));
    paths::trend([(paths::DAYS_KEY, days.as_str())].into_iter().chain(asked.filter.pairs()).chain(group_by))
}

fn page(derived: &Arc<ShownReport>, query: Memo<Query>) -> AnyView {
    let asked = Memo::new(move |_| asked(&query.read()));
    let found = use_past_evidence().trend(move || asked.get());
    let body = move || match found.get() {
        Past::Ready(trend) => drawn(&trend, &asked.read_untracked()),
        other @ (Past::Loading | Past::Failed(_) | Past::StartsAt(_)) => past_state(&other),
    };
    let held = Arc::clone(derived);
    let choices = move || {
        let asked = asked.read();
        let each = OFFERED.map(|days| {
            let is_asked = days == asked.days;
            view! { <Choice url=url(&TrendAsked { days, ..asked.clone() }) is_asked>{text::days(days)}</Choice> }.into_any()
        });
        let group_url = |filter: &GroupFilter| url(&TrendAsked { filter: filter.clone(), ..asked.clone() });
        let group_by_url = |group_by| url(&TrendAsked { group_by, ..asked.clone() });
        view! {
            <div class="choices" role="group" aria-label=text::TREND>{each.into_iter().collect_view()}</div>
            {group_choices(&held.report, &asked.filter, GroupBy::ALL, group_url)}
            {group_by_choices(&held.report, asked.group_by, group_by_url)}
        }
    };
    let note = move || {
        let is_for_others =
            query.read().get(paths::DAYS_KEY).is_some_and(|days| offered_days(days).is_none());
        is_for_others
            .then(|| view! { <p class="note" role="status">{words::days_not_offered(asked.read().days)}</p> })
    };
    view! {
        <WorkspaceHead title=text::TREND here=paths::TREND/>
        <div class="filters">{choices}</div>
        {note}
        {body}
    }
    .into_any()
}

/// A trend as two pictures, and the same figures as a table and as a file.
fn drawn(trend: &Arc<Days>, asked: &TrendAsked) -> AnyView {
    let notes =
        words::trend_notes(trend).into_iter().map(|note| view! { <li>{note}</li> }.into_any()).collect_view();
    let saving = Arc::clone(trend);
    let (evidence, csv) = (use_evidence(), use_csv_choice());
    let save = move |_| {
        let Some(derived) = evidence.derived_untracked() else { return };
        let name = file_name(&derived.report, text::TREND_FILE, "csv");
        let written = format!("{CSV_MARK}{}", trend_csv(&saving, csv.separator_untracked()));
        download(&name, text::CSV_MEDIA_TYPE, &written);
    };
    let count = words::counted(trend.tenants(), "tenant", "tenants");
    let postures = stacked_days(text::BACKUP_POSTURE, &trend.days, TrendDay::by_posture);
    let states = stacked_days(text::RECOVERY_EVIDENCE, &trend.days, TrendDay::by_state);
    view! {
        <p class="trend-title" role="status">{words::trend_title(trend)}</p>
        {trend.groups.as_ref().map(|groups| by_group(groups, asked))}
        <Panel id="postures" title=text::BACKUP_POSTURE note=count.clone()>{postures}</Panel>
        <Panel id="recovery" title=text::RECOVERY_EVIDENCE note=count>{states}</Panel>
        <section class="panel">
            <details class="disclosure timeline-table">
                <summary>{text::AS_TABLE}</summary>
                {table(trend)}
            </details>
            <ul class="panel-foot notes">{notes}</ul>
            <p class="panel-foot"><span class="csv-ways"><SeparatorChoice/><button type="button" class="button" on:click=save>{text::DOWNLOAD_CSV}</button></span></p>
        </section>
    }
    .into_any()
}

/// The attention of each group on the last day, next to its days as small bars. A group leads to its own trend.
fn by_group(groups: &TrendGroups, asked: &TrendAsked) -> AnyView {
    let by = groups.by;
    let row = |group: &GroupTrend| {
        let name = words::group_name(by, group.name.as_deref()).to_owned();
        let name = match &group.name {
            Some(group) => {
                let filter = GroupFilter::default().with(by, group);
                let only = TrendAsked { days: asked.days, filter, group_by: None };
                view! { <a href=url(&only)>{name}</a> }.into_any()
            }
            None => name.into_any(),
        };
        let [tenants, backup, recovery, not_known] = words::group_trend(&group.days);
        let backups: Vec<_> = group.days.iter().map(TrendDay::known_backup_attention).collect();
        let recoveries: Vec<_> = group.days.iter().map(TrendDay::known_recovery_attention).collect();
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="number" data-label=words::GROUP_TREND_COLUMNS[0]>{tenants}</td>
                <td data-label=words::GROUP_TREND_COLUMNS[1]><span class="with-bars">{sparkline("high", &backups)}<span>{backup}</span></span></td>
                <td data-label=words::GROUP_TREND_COLUMNS[2]><span class="with-bars">{sparkline("medium", &recoveries)}<span>{recovery}</span></span></td>
                <td class="number" data-label=words::GROUP_TREND_COLUMNS[3]>{not_known}</td>
            </tr>
        }
        .into_any()
    };
    let head = |(place, name): (usize, &'static str)| {
        view! { <th scope="col" class:number=place == 0 || place == 3>{name}</th> }.into_any()
    };
    let heads = words::GROUP_TREND_COLUMNS.into_iter().enumerate().map(head).collect_view();
    let rows = groups.listed.iter().map(row).collect_view();
    let body = if groups.listed.is_empty() {
        view! { <p class="pad note">{text::NO_GROUPS}</p> }.into_any()
    } else {
        view! {
            <div class="table-frame" tabindex="0" role="group" aria-label=words::group_by_label(by)>
                <table class="grouped carded">
                    <thead><tr><th scope="col">{words::group_by_label(by)}</th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! { <Panel id="by-group" title=text::GROUPS note=words::group_by_label(by)>{body}</Panel> }.into_any()
}

const COLUMNS: &[Column] = &[
    (text::AS_OF, false),
    (text::ABSENT, true),
    (text::STALE, true),
    (text::DEGRADED, true),
    (text::HEALTHY, true),
    (words::BACKUP_NOT_KNOWN, true),
    (text::WEAKENED, true),
    (text::UNVALIDATED, true),
    (text::NO_ISSUES, true),
    (words::RECOVERY_NOT_KNOWN, true),
];

fn table(trend: &Arc<Days>) -> AnyView {
    let trend = Arc::clone(trend);
    let count = trend.days.len();
    let exported_at = trend.exported_at;
    let row = move |index: usize| {
        // The newest is first.
        let Some(day) = trend.days.get(count - 1 - index) else { return Row::plain(Vec::new()) };
        let counts = [day.by_posture(), day.by_state()].concat();
        let cells = counts.into_iter().map(|segment| text::grouped(segment.tenants).into_any());
        let at = view! { <a href=day_url(day.at, exported_at)>{absolute(day.at)}</a> }.into_any();
        Row::plain(std::iter::once(at).chain(cells).collect())
    };
    long_table(text::TREND, COLUMNS, count, row)
}

#[cfg(test)]
mod tests {
    use posture_core::paths;

    use super::*;
    use crate::test_support::page_over;

    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");

    /// TN-6
    #[test]
    fn the_columns_of_the_table_are_those_of_the_file() {
        let names: Vec<_> = COLUMNS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(names, words::trend_columns());
    }

    /// TN-6, TN-8
    #[test]
    fn filters_survive_a_round_trip_through_the_address() {
        let filter = GroupFilter::default().with(GroupBy::Environment, "a & b");
        let trend = TrendAsked { days: 90, filter, group_by: Some(GroupBy::Label) };
        let url = url(&trend);
        assert_eq!(asked(&Query::of(url.split_once('?').unwrap().1)), trend, "{url}");
    }

    /// TN-6
    #[test]
    fn days_that_are_not_offered_are_thirty() {
        for (written, days) in [("?days=7", 7), ("?days=90", 90), ("?days=8", 30), ("", 30)] {
            assert_eq!(asked(&Query::of(written)).days, days, "{written}");
        }
        assert!(page_over(ORDER, paths::TREND).contains("aria-busy"));
    }
}
