use leptos::prelude::*;
use posture_core::distribution::{AgeBin, AgeHistogram};

use crate::text;

const WIDTH: usize = 360;
const TOP: u64 = 22;
const BASE: u64 = 96;
const LEAST_BAR: u64 = 3;
const HOUR: u64 = 3600;

/// Backup ages as bars on either side of the freshness window, with the same figures as a table for those who do not see it.
pub fn age_histogram(histogram: &AgeHistogram) -> AnyView {
    let AgeHistogram { window_seconds, bins, without_backup } = histogram;
    let greatest = bins.iter().map(|bin| bin.fresh + bin.stale).max().unwrap_or(0).max(1);
    let step = WIDTH / bins.len().max(1);
    let bars = bins.iter().enumerate().map(|(index, bin)| bar(index * step, step, bin, greatest)).collect_view();
    let last = step * bins.len().saturating_sub(1);
    let scale = bins.last().map_or(1, |bin| bin.from_seconds.max(1));
    let limit = usize::try_from(last as u64 * window_seconds / scale).map_or(WIDTH, |limit| limit.min(WIDTH));
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
            view! { <tr><th scope="row">{age}</th><td>{bin.fresh + bin.stale}</td></tr> }.into_any()
        })
        .collect_view();
    let without =
        (*without_backup > 0).then(|| view! { <p class="note"><b>{text::grouped(*without_backup)}</b>" "{text::WITHOUT_BACKUP}</p> });
    view! {
        <div class="pad">
            <svg class="histogram" viewBox="0 0 360 116" aria-hidden="true" focusable="false">
                {bars}
                <path class="axis" d=format!("M0 {BASE}.5H{WIDTH}")/>
                <path class="limit" d=format!("M{limit} 4V{}", BASE + 5)/>
                <text class="limit-label" x=beside y="13" text-anchor=side>{format!("{} {window} h", text::WINDOW)}</text>
                <text x="0" y="112">"0 h"</text>
                <text x=last / 2 y="112" text-anchor="middle">{format!("{} h", hours(scale / 2))}</text>
                <text x=last y="112" text-anchor="middle">{format!("{} h +", hours(scale))}</text>
            </svg>
            <div class="visually-hidden"><table>
                <caption>{text::BACKUP_AGE}</caption>
                <thead><tr><th scope="col">{text::AGE}</th><th scope="col">{text::TENANTS}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
            {without}
        </div>
    }
    .into_any()
}

/// A bin's fresh and stale backups, the stale ones on top.
fn bar(x: usize, step: usize, bin: &AgeBin, greatest: u64) -> AnyView {
    let height = |count: u64| if count == 0 { 0 } else { ((BASE - TOP) * count / greatest).max(LEAST_BAR) };
    let (fresh, stale) = (height(bin.fresh), height(bin.stale));
    let rect = |tone: &'static str, height: u64, above: u64| {
        (height > 0)
            .then(|| view! { <rect data-tone=tone x=x + 1 y=BASE - above - height width=step.saturating_sub(2) height=height rx="1.5"/> })
    };
    view! { {rect("calm", fresh, 0)} {rect("high", stale, fresh)} }.into_any()
}

/// Whole hours, or with a tenth where there is one.
fn hours(seconds: u64) -> String {
    match seconds % HOUR * 10 / HOUR {
        0 => (seconds / HOUR).to_string(),
        tenth => format!("{}.{tenth}", seconds / HOUR),
    }
}
