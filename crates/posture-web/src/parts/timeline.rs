use std::collections::BTreeMap;

use leptos::prelude::*;
use posture_core::views::timeline::{Event, Lane, TIMELINE_DAYS, Timeline, Window};
use posture_core::views::truncation;
use posture_core::vocabulary::Capability;
use posture_core::{Timestamp, paths, words};

use super::long_table::{Row, long_table};
use super::panel::Panel;
use super::time::instant;
use crate::browser::focus;
use crate::store::tenant_evidence::{TenantDerived, TenantPhase};
use crate::text;
use crate::tone::{Shape, drawing};

/// Pixels between two lanes.
const LANE: usize = 46;
/// Pixels from the top to the first lane's line.
const FIRST_LINE: usize = 32;
/// Pixels from the top to the axis.
const AXIS: usize = FIRST_LINE + 2 * LANE + 20;
/// Pixels from top to bottom.
const HEIGHT: usize = AXIS + 22;
/// How many marks of a lane are drawn: nobody could distinguish more, and they would block the page.
const MARKS: usize = 200;
/// How many spans the axis is divided into.
const SPANS: i64 = 3;

/// The last thirty days of a tenant whose records may still be loading.
#[component]
pub(crate) fn TimelinePanel(phase: Memo<TenantPhase>) -> impl IntoView {
    let body = move || {
        match phase.get() {
        TenantPhase::Ready(derived) => timeline(&derived),
        TenantPhase::Loading => {
            view! { <div class="timeline-wait skeleton" aria-busy="true" aria-label=text::READING_RECORDS></div> }.into_any()
        }
        TenantPhase::Failed(failure) => {
            view! { <p class="pad note">{failure.title}". "<span class="detail">{failure.detail}</span></p> }.into_any()
        }
        TenantPhase::Closed(reason) => view! { <p class="pad note">{reason}</p> }.into_any(),
        TenantPhase::Absent => view! { <p class="pad note">{text::RECORDS_ABSENT_NOTE}</p> }.into_any(),
    }
    };
    view! { <Panel id="timeline" title=text::TIMELINE>{body}</Panel> }.into_any()
}

/// A tenant's last thirty days as a picture, and the same facts as a table. The arrow keys move between the marks.
fn timeline(derived: &TenantDerived) -> AnyView {
    let scopes = &derived.tenant.backup_health.scopes;
    let timeline = posture_core::views::timeline::timeline(&derived.records, scopes, &derived.frame);
    let picture = picture(&timeline, derived);
    let windows = windows_note(&timeline).map(|note| view! { <p class="timeline-note">{note}</p> });
    let is_cut = newest(&timeline.events).len() < timeline.events.len();
    let cut = is_cut.then(|| view! { <p class="timeline-note">{text::newest_marks(MARKS as u64)}</p> });
    view! {
        <div class="pad">
            {picture}
            {windows}
            {cut}
            <p class="timeline-note">{words::SCHEDULE_RUNS_BOUNDARY}</p>
        </div>
        <details class="disclosure timeline-table">
            <summary>{text::AS_TABLE}</summary>
            {table(timeline, derived)}
        </details>
    }
    .into_any()
}

fn picture(timeline: &Timeline, derived: &TenantDerived) -> AnyView {
    let percent = |at: Timestamp| percent(timeline.place(at));
    let windows = timeline.windows.iter().map(|window| self::window(timeline, window)).collect_view();
    let gap = timeline.gap.as_ref().map(|gap| {
        let from = percent(gap.from.max(timeline.from));
        let width = self::percent(100_000 - timeline.place(gap.from.max(timeline.from)));
        view! {
            <rect class="gap" x=from width=width y=FIRST_LINE - 16 height="32"/>
            // Below the marks, which it would cover on a narrow screen.
            <text class="gap-label" x="100%" y=FIRST_LINE + 28 text-anchor="end">{gap.label.clone()}</text>
        }
    });
    let lanes = Lane::ALL.map(|lane| {
        let y = line(lane);
        view! {
            <g>
                <line class="lane" x1="0" x2="100%" y1=y y2=y/>
                <text class="lane-label" x="0" y=y - 18>{words::lane_label(lane)}</text>
            </g>
        }
        .into_any()
    });
    let ticks = (0..=SPANS).map(|span| tick(timeline, span)).collect_view();
    let drawn = newest(&timeline.events);
    let last = drawn.len().saturating_sub(1);
    let marks = drawn
        .into_iter()
        .enumerate()
        .map(|(index, event)| mark(event, percent(event.at), index == last, derived))
        .collect_view();
    view! {
        <svg class="timeline" height=HEIGHT role="group" aria-label=words::timeline_summary(timeline) on:keydown=move_between_marks>
            {windows}
            {gap}
            {lanes.into_iter().collect_view()}
            <line class="axis" x1="0" x2="100%" y1=AXIS y2=AXIS/>
            {ticks}
            {marks}
        </svg>
    }
    .into_any()
}

/// The newest events of each lane, in order.
fn newest(events: &[Event]) -> Vec<&Event> {
    let mut counts = BTreeMap::new();
    let is_drawn = |event: &&Event| {
        let count = counts.entry(event.lane).or_insert(0);
        *count += 1;
        *count <= MARKS
    };
    let mut newest: Vec<_> = events.iter().rev().filter(is_drawn).collect();
    newest.reverse();
    newest
}

/// A freshness window: its background, and its first instant. A label would cover others if there are several.
fn window(timeline: &Timeline, window: &Window) -> AnyView {
    let from = window.from.max(timeline.from);
    let (x, width) = (percent(timeline.place(from)), percent(100_000 - timeline.place(from)));
    let label = (timeline.windows.len() == 1).then(|| {
        view! {
            <text class="window-label" x=x.clone() y=FIRST_LINE - 20 dx="-6" text-anchor="end">
                {format!("{} {} h", text::FRESHNESS, window.hours)}
            </text>
        }
    });
    view! {
        <rect class="window" x=x.clone() y=FIRST_LINE - 16 width=width height="32"/>
        <line class="window-edge" x1=x.clone() x2=x y1=FIRST_LINE - 20 y2=AXIS/>
        {label}
    }
    .into_any()
}

/// The windows of several scopes in words: `Freshness windows: entra 168 h; intune, teams 24 h`.
fn windows_note(timeline: &Timeline) -> Option<String> {
    let named = |window: &Window| {
        let names: Vec<_> =
            window.scopes.iter().map(|scope| scope.as_deref().unwrap_or(text::UNNAMED_SCOPE)).collect();
        format!("{} {} h", names.join(", "), window.hours)
    };
    let windows: Vec<_> = timeline.windows.iter().map(named).collect();
    (windows.len() > 1).then(|| text::freshness_windows(&truncation::prose(&windows.join("; "))))
}

/// A place on the timeline, in the picture's pixels.
fn percent(place: u64) -> String {
    format!("{}.{:03}%", place / 1000, place % 1000)
}

fn line(lane: Lane) -> usize {
    match lane {
        Lane::BackupSets => FIRST_LINE,
        Lane::ScheduleRuns => FIRST_LINE + LANE,
        Lane::Restores => FIRST_LINE + 2 * LANE,
    }
}

fn tick(timeline: &Timeline, span: i64) -> AnyView {
    let seconds = timeline.from.unix_seconds() + TIMELINE_DAYS * 24 * 3600 / SPANS * span;
    let Some(at) = Timestamp::from_unix_seconds(seconds) else { return ().into_any() };
    let x = percent(timeline.place(at));
    let anchor = match span {
        0 => "start",
        SPANS => "end",
        _ => "middle",
    };
    view! {
        <g>
            <line class="axis" x1=x.clone() x2=x.clone() y1=AXIS y2=AXIS + 4/>
            <text x=x y=AXIS + 17 text-anchor=anchor>{words::day(at)}</text>
        </g>
    }
    .into_any()
}

/// A mark leads to its record if the viewer may open it. One mark of all takes part in the tab order.
fn mark(event: &Event, x: String, is_stop: bool, derived: &TenantDerived) -> AnyView {
    let name = format!("{}, {}", event.label, words::instant(event.at));
    let tabindex = if is_stop { "0" } else { "-1" };
    let drawn = view! {
        <svg x=x y=line(event.lane) overflow="visible">
            <circle class="mark-area" r="10"/>
            <g class="mark-shape">{drawing(event.tone)}</g>
        </svg>
    };
    let title = name.clone();
    match url(event, derived) {
        Some(url) => view! {
            <g class="mark" data-tone=event.tone.as_str()>
                <a href=url tabindex=tabindex aria-label=name><title>{title}</title>{drawn}</a>
            </g>
        }
        .into_any(),
        None => view! {
            <g class="mark" data-tone=event.tone.as_str() role="img" tabindex=tabindex aria-label=name><title>{title}</title>{drawn}</g>
        }
        .into_any(),
    }
}

fn url(event: &Event, derived: &TenantDerived) -> Option<String> {
    let key = &derived.tenant.tenant_route_key;
    let (capability, url) = match event.lane {
        Lane::BackupSets => (Capability::BackupSetsView, paths::backup_set(key, event.id, None)),
        Lane::ScheduleRuns => (Capability::BackupSchedulesView, paths::backup_schedules(key, None)),
        Lane::Restores => (Capability::RestoreRunsView, paths::restore_run(key, event.id, None)),
    };
    derived.records.allows(capability).then_some(url)
}

fn move_between_marks(event: web_sys::KeyboardEvent) {
    if let Ok(marks) = document().query_selector_all(".timeline .mark[tabindex], .timeline .mark a") {
        focus::step(&event, &focus::elements(&marks));
    }
}

fn table(timeline: Timeline, derived: &TenantDerived) -> AnyView {
    if timeline.events.is_empty() {
        return view! { <p class="pad note">{text::NOTHING_HAPPENED}</p> }.into_any();
    }
    let as_of = derived.frame.as_of;
    let urls: Vec<_> = timeline.events.iter().map(|event| url(event, derived)).collect();
    let count = timeline.events.len();
    long_table(
        text::TIMELINE,
        &[(text::WHEN, false), (text::LANE, false), (text::WHAT, false)],
        count,
        move |index| {
            // The newest is first.
            let index = count - 1 - index;
            let event = &timeline.events[index];
            let what = match &urls[index] {
                Some(url) => view! { <a href=url.clone()>{event.label.clone()}</a> }.into_any(),
                None => event.label.clone().into_any(),
            };
            let tone = event.tone;
            Row::plain(vec![
            instant(event.at, as_of),
            words::lane_label(event.lane).into_any(),
            view! { <span class="with-shape" data-tone=tone.as_str()><Shape tone/><span>{what}</span></span> }.into_any(),
        ])
        },
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use posture_core::paths;

    use crate::test_support::{record_page_over, report_of};
    use crate::text;

    /// TR-10
    #[test]
    fn each_scope_has_its_own_window() {
        let case = include_str!("../../../../tests/cases/profile-most-specific-wins.json");
        let tenant = &report_of(case).tenants[0];
        let page = record_page_over(case, &tenant.tenant_route_key, &paths::tenant(&tenant.tenant_route_key));
        let windows: BTreeSet<_> =
            tenant.backup_health.scopes.iter().map(|scope| scope.freshness_hours).collect();
        assert!(windows.len() > 1, "{windows:?}");
        assert_eq!(page.matches("class=\"window\"").count(), windows.len());
        let (_, note) = page.split_once("Freshness windows: ").unwrap();
        for hours in windows {
            assert!(note.contains(&format!(" {hours} h")), "{hours} h: {note}");
        }
    }

    const KEY: &str = "00000007-1111-4222-8333-444455556666";

    /// TR-10
    #[test]
    fn the_table_has_all_that_the_picture_shows() {
        let case = include_str!("../../../../tests/cases/restore-newer-preview-does-not-hide-failure.json");
        let page = record_page_over(case, KEY, &paths::tenant(KEY));
        let (picture, table) =
            page.split_once("class=\"timeline\"").unwrap().1.split_once(text::AS_TABLE).unwrap();
        for event in ["Backup set 1", "Restore run 4: failed", "Restore run 5: not executed"] {
            assert!(picture.contains(event) && table.contains(event), "{event}");
        }
        assert_eq!(
            page.matches("tabindex=\"0\" aria-label").count(),
            1,
            "one mark takes part in the tab order"
        );
    }
}
