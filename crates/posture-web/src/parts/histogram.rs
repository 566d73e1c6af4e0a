use leptos::prelude::*;

use crate::distribution::{AgeHistogram, BARS_PER_SIDE};
use crate::text;

const WIDTH: usize = 360;
const BAR: usize = WIDTH / (2 * BARS_PER_SIDE);
const TOP: u64 = 22;
const BASE: u64 = 96;
const LEAST_BAR: u64 = 3;

/// Backup ages as bars on either side of the freshness window, with the same figures as a table for those who do not see it.
pub fn age_histogram(histogram: &AgeHistogram, window_hours: u64) -> AnyView {
    let AgeHistogram { within, beyond, without_backup } = histogram;
    let greatest = within.iter().chain(beyond).copied().max().unwrap_or(0).max(1);
    let bars = within
        .iter()
        .map(|count| ("calm", *count))
        .chain(beyond.iter().map(|count| ("high", *count)))
        .enumerate()
        .filter(|(_, (_, count))| *count > 0)
        .map(|(index, (tone, count))| bar(index, tone, count, greatest))
        .collect_view();
    let middle = WIDTH / 2;
    let rows = rows(histogram, window_hours)
        .into_iter()
        .map(|(age, count)| view! { <tr><th scope="row">{age}</th><td>{count}</td></tr> }.into_any())
        .collect_view();
    let without = (*without_backup > 0).then(|| view! { <p class="note"><b>{text::grouped(*without_backup)}</b>" "{text::WITHOUT_BACKUP}</p> });
    view! {
        <div class="pad">
            <svg class="histogram" viewBox="0 0 360 116" aria-hidden="true" focusable="false">
                {bars}
                <path class="axis" d=format!("M0 {BASE}.5H{WIDTH}")/>
                <path class="limit" d=format!("M{middle} 4V{}", BASE + 5)/>
                <text class="limit-label" x=middle + 6 y="13">{format!("{} {window_hours} h", text::WINDOW)}</text>
                <text x="0" y="112">"0 h"</text>
                <text x=middle y="112" text-anchor="middle">{format!("{window_hours}")}</text>
                <text x=WIDTH y="112" text-anchor="end">{format!("{} h +", window_hours * 2)}</text>
            </svg>
            <table class="visually-hidden">
                <caption>{text::BACKUP_AGE}</caption>
                <thead><tr><th scope="col">{text::AGE}</th><th scope="col">{text::TENANTS}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {without}
        </div>
    }
    .into_any()
}

fn bar(index: usize, tone: &'static str, count: u64, greatest: u64) -> AnyView {
    let height = ((BASE - TOP) * count / greatest).max(LEAST_BAR);
    view! { <rect data-tone=tone x=index * BAR + 1 y=BASE - height width=BAR - 2 height=height rx="1.5"/> }.into_any()
}

/// Each side's bars as `0 to 3 h`, the last without an end.
fn rows(histogram: &AgeHistogram, window_hours: u64) -> Vec<(String, u64)> {
    let counts: Vec<_> = histogram.within.iter().chain(&histogram.beyond).copied().collect();
    let eighths = BARS_PER_SIDE as u64;
    let hours = |index: u64| format!("{:.1}", (index * window_hours) as f64 / eighths as f64);
    let last = counts.len().saturating_sub(1);
    let row = |(index, count): (usize, u64)| match index {
        index if index == last => (format!("{} h +", hours(index as u64)), count),
        index => (format!("{} to {} h", hours(index as u64), hours(index as u64 + 1)), count),
    };
    counts.into_iter().enumerate().map(row).collect()
}
