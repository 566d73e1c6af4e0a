//! The workspace at the same hour of each day.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::export::file_name::file_name;
use posture_core::views::groups::{GroupBy, GroupFilter};
use posture_core::views::trend::{TREND_DAYS, Trend as Days, TrendDay};
use posture_core::views::trend_document::trend_csv;
use posture_core::{paths, words};

use crate::browser::download::{CSV_MARK, download};
use crate::browser::query::{Query, use_query};
use crate::parts::{
    Column, Row, absolute, choice, day_url, group_choices, long_table, panel, past_state, stacked_days,
    with_report, workspace_head,
};
use crate::store::evidence::use_evidence;
use crate::store::past_evidence::{Past, use_past_evidence};
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

/// What an address asks for: days that are offered, and groups.
fn asked(query: &Query) -> (u64, GroupFilter) {
    let written = query.get(paths::DAYS_KEY).and_then(|days| days.parse().ok());
    let days = OFFERED.into_iter().find(|days| written == Some(*days)).unwrap_or(TREND_DAYS);
    (days, GroupFilter::of_query(query.pairs()))
}

fn url(days: u64, groups: &GroupFilter) -> String {
    let days = days.to_string();
    paths::trend([(paths::DAYS_KEY, days.as_str())].into_iter().chain(groups.pairs()))
}

fn page(derived: &Arc<ShownReport>, query: Memo<Query>) -> AnyView {
    let asked = Memo::new(move |_| asked(&query.read()));
    let found = use_past_evidence().trend(move || asked.get());
    let body = move || match found.get() {
        Past::Ready(trend) => drawn(&trend),
        other @ (Past::Loading | Past::Failed(_) | Past::StartsAt(_)) => past_state(&other),
    };
    let held = Arc::clone(derived);
    let choices = move || {
        let (days, groups) = asked.get();
        let each = OFFERED
            .map(|offered| choice(url(offered, &groups), offered == days, text::days(offered).into_any()));
        let group_url = move |groups: &GroupFilter| url(days, groups);
        view! {
            <div class="choices" role="group" aria-label=text::TREND>{each.into_iter().collect_view()}</div>
            {group_choices(&held.report, &groups, GroupBy::ALL, group_url)}
        }
    };
    view! {
        {workspace_head(text::TREND, paths::TREND, "")}
        <div class="filters">{choices}</div>
        {body}
    }
    .into_any()
}

/// A trend as two pictures, and the same figures as a table and as a file.
fn drawn(trend: &Arc<Days>) -> AnyView {
    let notes =
        words::trend_notes(trend).into_iter().map(|note| view! { <li>{note}</li> }.into_any()).collect_view();
    let saving = Arc::clone(trend);
    let evidence = use_evidence();
    let save = move |_| {
        let Some(derived) = evidence.derived_untracked() else { return };
        let name = file_name(&derived.report, text::TREND_FILE, "csv");
        download(&name, text::CSV_MEDIA_TYPE, &format!("{CSV_MARK}{}", trend_csv(&saving)));
    };
    let count = words::counted(trend.tenants(), "tenant", "tenants");
    view! {
        <p class="trend-title" role="status">{words::trend_title(trend)}</p>
        {panel("postures", text::BACKUP_POSTURE, count.clone(), stacked_days(text::BACKUP_POSTURE, &trend.days, TrendDay::by_posture))}
        {panel("recovery", text::RECOVERY_EVIDENCE, count, stacked_days(text::RECOVERY_EVIDENCE, &trend.days, TrendDay::by_state))}
        <section class="panel">
            <details class="disclosure timeline-table">
                <summary>{text::AS_TABLE}</summary>
                {table(trend)}
            </details>
            <ul class="panel-foot notes">{notes}</ul>
            <p class="panel-foot"><button type="button" class="button" on:click=save>{text::DOWNLOAD_CSV}</button></p>
        </section>
    }
    .into_any()
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

    /// TN-6
    #[test]
    fn days_that_are_not_offered_are_thirty() {
        for (written, days) in [("?days=7", 7), ("?days=90", 90), ("?days=8", 30), ("", 30)] {
            assert_eq!(asked(&Query::of(written)).0, days, "{written}");
        }
        assert!(page_over(ORDER, paths::TREND).contains("aria-busy"));
    }
}
