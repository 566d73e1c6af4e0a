use leptos::prelude::*;
use posture_core::views::distribution::Segment;
use posture_core::views::trend::TrendDay;
use posture_core::{Timestamp, paths, words};

use super::badge::Badge;
use crate::browser::focus;
use crate::text;

/// Pixels from the top to the highest bar.
const TOP: u64 = 8;
/// Pixels from the highest bar to the axis.
const BARS: u64 = 132;
/// Pixels from top to bottom.
const HEIGHT: u64 = TOP + BARS + 22;
/// The least height of a share that is not zero.
const LEAST: u64 = 2;

/// The workspace as of a day.
pub fn day_url(at: Timestamp, exported_at: Timestamp) -> String {
    let as_of = (at != exported_at).then(|| at.exact());
    paths::with_query(paths::OVERVIEW, "", paths::AS_OF_KEY, as_of.as_deref())
}

/// Days side by side, each a bar of its tenants' states that leads to the workspace as of that day. The arrow keys move between them.
pub fn stacked_days(label: &'static str, days: &[TrendDay], by: fn(&TrendDay) -> Vec<Segment>) -> AnyView {
    let most = days.iter().map(TrendDay::tenants).max().unwrap_or(0).max(1);
    let last = days.len().saturating_sub(1);
    let exported_at = days.last().map(|day| day.at);
    let bars = days.iter().enumerate().map(|(index, day)| {
        let place = Place { index, of: days.len(), is_stop: index == last };
        bar(&place, day, &by(day), most, exported_at, label)
    });
    let ticks = [0, last / 2, last].map(|index| {
        let anchor = match index {
            0 => "start",
            _ if index == last => "end",
            _ => "middle",
        };
        let x = if index == last { "100%".to_owned() } else { percent(index as u64, days.len() as u64) };
        days.get(index)
            .map(|day| view! { <text x=x y=HEIGHT - 4 text-anchor=anchor>{words::day(day.at)}</text> })
    });
    let hatching = hatching_id(label);
    let latest = days.last().map(by).unwrap_or_default();
    let legend = latest.into_iter().map(|segment| {
        view! { <span class="day-key" data-tone=segment.tone.as_str()><Badge tone=segment.tone label=segment.label/><b>{text::grouped(segment.tenants)}</b></span> }.into_any()
    });
    view! {
        <div class="pad">
            <svg class="days" height=HEIGHT role="group" aria-label=label on:keydown=move_between_days>
                <pattern id=hatching class="hatching" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M-1 1L1 -1M0 6L6 0M5 7L7 5"/></pattern>
                {bars.collect_view()}
                <line class="axis" x1="0" x2="100%" y1=TOP + BARS y2=TOP + BARS/>
                {ticks.into_iter().collect_view()}
            </svg>
            <p class="age-parts">{legend.collect_view()}</p>
        </div>
    }
    .into_any()
}

/// The pattern of what is not known. Each picture has its own: an identifier is the page's only one of its name.
fn hatching_id(label: &str) -> String {
    format!("{}-unknown", label.to_lowercase().replace(' ', "-"))
}

struct Place {
    index: usize,
    of: usize,
    /// One day of all takes part in the tab order.
    is_stop: bool,
}

fn bar(
    place: &Place,
    day: &TrendDay,
    segments: &[Segment],
    most: u64,
    exported_at: Option<Timestamp>,
    label: &str,
) -> AnyView {
    let (index, of) = (place.index as u64, place.of as u64);
    let (x, width) = (percent(index, of), percent(1, of));
    // The worst is at the bottom, where bars can be compared.
    let mut below = TOP + BARS;
    let parts = segments.iter().filter(|segment| segment.tenants > 0).map(|segment| {
        let height = (BARS * segment.tenants / most).max(LEAST);
        below = below.saturating_sub(height);
        let hatched = (segment.key == "unknown").then(|| format!("url(#{})", hatching_id(label)));
        view! { <rect data-tone=segment.tone.as_str() fill=hatched x=x.clone() width=width.clone() y=below height=height/> }
            .into_any()
    });
    let parts = parts.collect_view();
    let told = words::trend_day(day, segments);
    let title = told.clone();
    let url = day_url(day.at, exported_at.unwrap_or(day.at));
    let tabindex = if place.is_stop { "0" } else { "-1" };
    view! {
        // Inside a group, a link belongs to the picture; on its own it would be one of the page, which draws no bars.
        <g>
            <a href=url tabindex=tabindex aria-label=told>
                <title>{title}</title>
                <rect class="day-area" x=x width=width y="0" height=TOP + BARS/>
                {parts}
            </a>
        </g>
    }
    .into_any()
}

/// A share in the picture's pixels.
fn percent(part: u64, of: u64) -> String {
    let share = part * 100_000 / of.max(1);
    format!("{}.{:03}%", share / 1000, share % 1000)
}

fn move_between_days(event: web_sys::KeyboardEvent) {
    let picture = document().active_element().and_then(|focused| focused.closest(".days").ok().flatten());
    if let Some(days) = picture.and_then(|picture| picture.query_selector_all("a").ok()) {
        focus::step(&event, &focus::elements(&days));
    }
}

/// The figures of days as small bars, `None` if nothing is known. The figures themselves are next to it.
pub fn sparkline(tone: &'static str, figures: &[Option<u64>]) -> AnyView {
    const STEP: usize = 4;
    const TALL: u64 = 24;
    let most = figures.iter().flatten().copied().max().unwrap_or(0).max(1);
    let bars = figures.iter().enumerate().map(|(index, figure)| {
        let (height, class) = match figure {
            Some(figure) => ((TALL * figure / most).max(1), ""),
            None => (TALL, "unknown"),
        };
        view! { <rect class=class x=index * STEP width=STEP - 1 y=TALL - height height=height/> }.into_any()
    });
    view! {
        <svg class="sparkline" data-tone=tone viewBox=format!("0 0 {} {TALL}", figures.len() * STEP) aria-hidden="true" focusable="false">
            {bars.collect_view()}
        </svg>
    }
    .into_any()
}
