//! A tenant's backup schedules: one follow-up mark each, with its causes.

use leptos::prelude::*;
use posture_core::views::records::ScheduleRecord;
use posture_core::{Timestamp, words};

use super::record_page::{RecordPage, RecordsOfTenant, Visit};
use crate::parts::{Badge, Notice, Row, Section, instant, long_table};
use crate::text;

/// The page.
#[component]
pub fn BackupSchedules() -> impl IntoView {
    let page =
        RecordPage { section: Section::BackupSchedules, record: None, holds: |_, _| false, body: list };
    view! { <RecordsOfTenant page/> }
}

fn list(visit: &Visit) -> AnyView {
    let derived = visit.derived.clone();
    let count = derived.records.schedules.len();
    if count == 0 {
        return view! { <Notice title=text::NO_SCHEDULES note=words::SCHEDULE_BOUNDARY/> }.into_any();
    }
    let (as_of, rules) = (derived.frame.as_of, derived.records.rules);
    let columns = &[
        (text::SCHEDULE, false),
        (text::FOLLOW_UP, false),
        (text::SCHEDULE, false),
        (text::LAST_RUN, false),
        (text::NEXT_RUN, false),
        (text::EXPECTED_BY, false),
    ];
    let table = long_table(text::BACKUP_SCHEDULES, columns, count, move |index| {
        row(&derived.records.schedules[index], as_of)
    });
    view! {
        <section class="panel" aria-label=text::BACKUP_SCHEDULES>
            {table}
            <p class="boundary panel-boundary">{words::SCHEDULE_BOUNDARY}" "{words::grace_sentence(&rules)}</p>
        </section>
    }
    .into_any()
}

fn row(schedule: &ScheduleRecord, as_of: Timestamp) -> Row {
    let stated =
        |at: Option<Timestamp>| at.map_or_else(|| text::NOT_STATED.into_any(), |at| instant(at, as_of));
    let status = schedule
        .last_run_status
        .as_deref()
        .map_or_else(|| text::STATUS_NOT_STATED.to_owned(), words::status_word);
    let ahead = schedule.last_run_is_ahead.then(|| view! { <small>{text::IN_THE_FUTURE}</small> });
    let overdue = schedule.overdue_at.filter(|_| schedule.is_watched);
    let overdue = overdue.map(|at| view! { <small>{text::OVERDUE_FROM}" "{words::instant(at)}</small> });
    Row {
        cells: vec![
            view! { {schedule.name.clone()}<small>{format!("#{}", schedule.id)}</small> }.into_any(),
            view! { <Badge tone=schedule.tone() label=words::schedule_mark(schedule)/><small>{words::schedule_mark_reason(schedule)}</small> }.into_any(),
            words::cadence(schedule).into_any(),
            view! { {stated(schedule.last_run_at)}<small>{status}</small>{ahead} }.into_any(),
            stated(schedule.next_run_at),
            view! { {stated(schedule.expected_at)}{overdue} }.into_any(),
        ],
        is_marked: false,
        is_aside: !schedule.is_watched,
    }
}

#[cfg(test)]
mod tests {
    use posture_core::{Options, paths};

    use crate::test_support::{record_page_over, record_page_while, tenant_of};

    const KEY: &str = "00000007-1111-4222-8333-444455556666";

    /// TR-3
    #[test]
    fn each_schedule_has_one_mark_with_its_causes() {
        let case = include_str!("../../../../tests/cases/schedule-failed-last-run.json");
        let page = record_page_over(case, KEY, &paths::backup_schedules(KEY, None));
        assert_eq!(
            page.matches("last run did not succeed").count(),
            page.matches("<span>Follow-up</span>").count(),
            "{page}"
        );
        assert!(page.contains("<span>Follow-up</span>") && page.contains("only a completed backup counts"));
    }

    /// TR-3
    #[test]
    fn in_the_past_no_schedule_is_judged() {
        let case = include_str!("../../../../tests/cases/as-of-past.json");
        let options = Options { as_of: Some("2026-11-15T10:00:00Z".to_owned()), ..Options::default() };
        let page =
            record_page_while(case, KEY, tenant_of(case, KEY, &options), &paths::backup_schedules(KEY, None));
        assert!(page.contains("Not judged"), "{page}");
        assert!(!page.contains("No follow-up") && !page.contains("overdue from"), "{page}");
    }
}
