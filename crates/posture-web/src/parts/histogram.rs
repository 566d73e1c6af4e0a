use leptos::prelude::*;
use posture_core::views::distribution::{AgeBin, AgeHistogram};
use posture_core::words;

use crate::text;
use crate::tone::Shape;

const WIDTH: usize = 360;
const TOP: u64 = 30;
const BASE: u64 = 104;
const LEAST_BAR: u64 = 3;
const HOUR: u64 = 3600;

/// Backup ages as bars on either side of the freshness window, each with its count and in the tones of its tenants' backups, and the same
/// figures as a table for those who do not see them.
pub fn age_histogram(histogram: &AgeHistogram) -> AnyView {
    let AgeHistogram { window_seconds, other_windows, bins, without_backup } = histogram;
    let greatest = bins.iter().map(of_bin).max().unwrap_or(0).max(1);
    let step = WIDTH / bins.len().max(1);
    let bars =
        bins.iter().enumerate().map(|(index, bin)| bar(index * step, step, bin, greatest)).collect_view();
    let last = step * bins.len().saturating_sub(1);
    let scale = bins.last().map_or(1, |bin| bin.from_seconds.max(1));
    let place = |seconds: u64| usize::try_from(last as u64 * seconds / scale).map_or(WIDTH, |x| x.min(WIDTH));
    let limit = place(*window_seconds);
    let others = other_windows
        .iter()
        .map(
            |seconds| view! { <path class="limit other" d=format!("M{} 16V{}", place(*seconds), BASE + 5)/> },
        )
        .collect_view();
    let others_note = (!other_windows.is_empty()).then(|| {
        let windows: Vec<_> = other_windows.iter().map(|seconds| format!("{} h", hours(*seconds))).collect();
        view! { <p class="note">{text::other_windows(&words::listed(&windows))}</p> }
    });
    let is_right = limit > WIDTH / 2 + step * 2;
    let (beside, side) = if is_right { (limit.saturating_sub(6), "end") } else { (limit + 6, "start") };
    let window = hours(*window_seconds);
    let rows = bins
        .iter()
        .map(|bin| {
            let age = match bin.until_seconds {
                Some(until) => format!("{} to {} h", hours(bin.from_seconds), hours(until)),
                None => format!("{} h +", hours(bin.from_seconds)),
            };
            view! { <tr><th scope="row">{age}</th>{bin.parts().map(|(_, tenants)| view! { <td>{tenants}</td> })}</tr> }.into_any()
        })
        .collect_view();
    let legend = histogram.parts().into_iter().zip(words::AGE_PART_LABELS).filter(|((_, tenants), _)| *tenants > 0).map(|((tone, tenants), part)| {
        view! { <span class="with-shape" data-tone=tone.as_str()><Shape tone/><span>{part}" "<b>{text::grouped(tenants)}</b></span></span> }.into_any()
    }).collect_view();
    let without = (*without_backup > 0).then(
        || view! { <p class="note"><b>{text::grouped(*without_backup)}</b>" "{text::WITHOUT_BACKUP}</p> },
    );
    view! {
        <div class="pad">
            <svg class="histogram" viewBox="0 0 360 124" aria-hidden="true" focusable="false">
                {bars}
                <path class="axis" d=format!("M0 {BASE}.5H{WIDTH}")/>
                {others}
                <path class="limit" d=format!("M{limit} 4V{}", BASE + 5)/>
                <text class="limit-label" x=beside y="13" text-anchor=side>{format!("{} {window} h", text::WINDOW)}</text>
                <text x="0" y="120">"0 h"</text>
                <text x=last / 2 y="120" text-anchor="middle">{format!("{} h", hours(scale / 2))}</text>
                <text x=last y="120" text-anchor="middle">{format!("{} h +", hours(scale))}</text>
            </svg>
            <div class="visually-hidden"><table>
                <caption>{text::BACKUP_AGE}</caption>
                <thead><tr><th scope="col">{text::AGE}</th>{words::AGE_PART_LABELS.map(|part| view! { <th scope="col">{part}</th> })}</tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
            <p class="age-parts">{legend}</p>
            {without}
            {others_note}
        </div>
    }
    .into_any()
}

fn of_bin(bin: &AgeBin) -> u64 {
    bin.fresh + bin.stale
}

/// A bin's tenants as a bar of its parts, the calm one below, and their count above it.
fn bar(x: usize, step: usize, bin: &AgeBin, greatest: u64) -> AnyView {
    let mut top = BASE;
    let rects = bin.parts().map(|(tone, tenants)| {
        let height = if tenants == 0 { 0 } else { ((BASE - TOP) * tenants / greatest).max(LEAST_BAR) };
        top = top.saturating_sub(height);
        (height > 0).then(|| view! { <rect data-tone=tone.as_str() x=x + 1 y=top width=step.saturating_sub(2) height=height rx="1.5"/> })
    });
    let all = of_bin(bin);
    let count = (all > 0)
        .then(|| view! { <text class="bar-count" x=x + step / 2 y=top.saturating_sub(3) text-anchor="middle">{brief(all)}</text> });
    view! { {rects} {count} }.into_any()
}

/// A count in the width of a bar; the table holds it whole.
fn brief(count: u64) -> String {
    if count < 10_000 { count.to_string() } else { format!("{}k", count / 1000) }
}

/// Whole hours, or tenths if they are not whole.
fn hours(seconds: u64) -> String {
    match seconds % HOUR * 10 / HOUR {
        0 => (seconds / HOUR).to_string(),
        tenth => format!("{}.{tenth}", seconds / HOUR),
    }
}
