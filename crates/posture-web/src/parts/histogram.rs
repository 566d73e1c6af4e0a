use leptos::prelude::*;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::views::concern::Concern;
use posture_core::views::distribution::{AGE_PARTS, AgeBin, AgeHistogram};
use posture_core::{paths, words};

use crate::text;
use crate::tone::Shape;

const WIDTH: usize = 360;
const TOP: u64 = 30;
const BASE: u64 = 104;
const LEAST_BAR: u64 = 3;
const HOUR: u64 = 3600;

/// Whose ages are drawn. The figures lead to tenants of the registry only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgesOf {
    /// The tenants of the registry.
    Registry,
    /// Those under rules that are tried.
    Trial,
}

/// Backup ages as bars on either side of the freshness window, each with its count and in the tones of its tenants' backups, and the same
/// figures as a table for those who do not see them.
pub fn age_histogram(histogram: &AgeHistogram, of: AgesOf) -> AnyView {
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
            view! { <tr><th scope="row">{ages_of(bin)}</th>{bin.parts().map(|(_, tenants)| view! { <td>{tenants}</td> })}</tr> }.into_any()
        })
        .collect_view();
    let led = |place: usize, text: AnyView| match (of, part_url(place)) {
        (AgesOf::Registry, Some(url)) => view! { <a href=url>{text}</a> }.into_any(),
        (AgesOf::Registry, None) | (AgesOf::Trial, _) => text,
    };
    let parts = histogram.parts().into_iter().zip(words::AGE_PART_LABELS).enumerate();
    let legend = parts.filter(|(_, ((_, tenants), _))| *tenants > 0).map(|(place, ((tone, tenants), part))| {
        let counted = view! { <span>{part}" "<b>{text::grouped(tenants)}</b></span> }.into_any();
        view! { <span class="with-shape" data-tone=tone.as_str()><Shape tone/>{led(place, counted)}</span> }.into_any()
    });
    let legend = legend.collect_view();
    let without = (*without_backup > 0).then(|| {
        let counted = view! { <b>{text::grouped(*without_backup)}</b>" "{text::WITHOUT_BACKUP} }.into_any();
        view! { <p class="note">{led(WITHOUT, counted)}</p> }
    });
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

/// The place after the parts of a bin: no usable backup, and so no age.
const WITHOUT: usize = AGE_PARTS;

/// The tenants in the registry that a part counts. Those without a warning cannot be asked for by themselves.
fn part_url(place: usize) -> Option<String> {
    let posture = |posture: BackupPosture| paths::registry([(paths::BACKUP_POSTURE_KEY, posture.as_str())]);
    match place {
        1 => Some(paths::registry([(paths::ATTENTION_KEY, Concern::RecentWithWarning.as_str())])),
        2 => Some(posture(BackupPosture::Degraded)),
        3 => Some(posture(BackupPosture::Stale)),
        WITHOUT => Some(posture(BackupPosture::Absent)),
        _ => None,
    }
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
    let told = (all > 0).then(|| {
        let parts =
            bin.parts().into_iter().zip(words::AGE_PART_LABELS).filter(|((_, tenants), _)| *tenants > 0);
        let parts: Vec<_> = parts.map(|((_, tenants), part)| format!("{tenants} {part}")).collect();
        view! { <title>{format!("{}: {}", ages_of(bin), parts.join("; "))}</title> }
    });
    let count = (all > 0)
        .then(|| view! { <text class="bar-count" x=x + step / 2 y=top.saturating_sub(3) text-anchor="middle">{brief(all)}</text> });
    view! { <g>{told} {rects} {count}</g> }.into_any()
}

/// The ages of a bin.
fn ages_of(bin: &AgeBin) -> String {
    match bin.until_seconds {
        Some(until) => format!("{} to {} h", hours(bin.from_seconds), hours(until)),
        None => format!("{} h +", hours(bin.from_seconds)),
    }
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
