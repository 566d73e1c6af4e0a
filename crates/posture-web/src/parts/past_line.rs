use std::sync::Arc;

use leptos::prelude::*;
use posture_core::views::trend::{TREND_DAYS, Trend, TrendDay};
use posture_core::{Timestamp, paths, words};

use super::stacked_days::sparkline;
use crate::store::evidence::use_evidence;
use crate::store::past_evidence::{Past, TrendAsked, use_past_evidence};
use crate::text;

const DAY: i64 = 24 * 3600;

/// A line about the past for the overview: how tenants changed since yesterday, and the last thirty days as small bars. Both load after
/// the overview is there, and say if that fails.
#[component]
pub fn PastLine() -> impl IntoView {
    let (past, evidence) = (use_past_evidence(), use_evidence());
    // The longer look back is fetched first and serves both.
    let trend = past.trend(|| TrendAsked { days: TREND_DAYS, ..TrendAsked::default() });
    let has_trend = Memo::new(move |_| !matches!(*trend.read(), Past::Loading));
    let yesterday = move || {
        let as_of = evidence.derived()?.report.as_of;
        has_trend.get().then(|| Timestamp::from_unix_seconds(as_of.unix_seconds() - DAY)).flatten()
    };
    let compared = past.compared(yesterday);
    let since = move || match &*compared.read() {
        Past::Ready(pair) => words::worse_and_better(&pair.diff),
        Past::Loading => text::LOADING_SHORT.to_owned(),
        Past::Failed(_) | Past::StartsAt(_) => text::UNKNOWN.to_owned(),
    };
    let days = move || match &*trend.read() {
        Past::Ready(trend) => drawn(trend),
        Past::Loading | Past::Failed(_) | Past::StartsAt(_) => ().into_any(),
    };
    view! {
        <p class="past-line">
            <a href=paths::CHANGES>{text::SINCE_YESTERDAY}": "<b>{since}</b></a>
            <a class="past-trend" href=paths::TREND>{days}{text::TREND_LINK}</a>
        </p>
    }
}

fn drawn(trend: &Arc<Trend>) -> AnyView {
    let backup: Vec<_> = trend.days.iter().map(TrendDay::known_backup_attention).collect();
    let recovery: Vec<_> = trend.days.iter().map(TrendDay::known_recovery_attention).collect();
    view! {
        <span class="with-bars">{text::BACKUP}{sparkline("high", &backup)}</span>
        <span class="with-bars">{text::RECOVERY}{sparkline("medium", &recovery)}</span>
    }
    .into_any()
}
