//! The same evidence under another freshness window or schedule grace, for the whole workspace, answered as the sliders move.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::compare::change::Change;
use posture_core::compare::diff::diff;
use posture_core::policy::Policy;
use posture_core::tone::Tone;
use posture_core::views::distribution::backup_ages_on_scale;
use posture_core::views::what_if::{Count, counts};
use posture_core::{paths, words};

use crate::browser::address::{Navigate, use_navigate};
use crate::browser::query::{Query, use_query};
use crate::browser::time_slicing::Slices;
use crate::parts::{age_histogram, badge, changes_table, page_head, panel, with_report};
use crate::store::derivation::{Rederivation, Steps as _};
use crate::store::latest_request::LatestRequest;
use crate::store::report_pair::Pair;
use crate::store::shown_report::ShownReport;
use crate::text;
use crate::tone::shape;

/// The greatest value of a slider; the field next to it takes any.
const WEEK_HOURS: u64 = 168;
const DAY_MINUTES: u64 = 1440;

/// What is tried: hours of freshness and minutes of grace.
type Tried = (u64, u64);

/// The page.
#[component]
pub fn WhatIf() -> impl IntoView {
    let query = use_query();
    let navigate = use_navigate();
    with_report(|| text::WHAT_IF.to_owned(), move |derived| page(derived, query, navigate))
}

/// What an address asks to try; a value that is not stated, or out of its range, is the evidence's own.
fn asked(query: &Query, own: Tried) -> Tried {
    let value = |key| query.get(key).and_then(|value| value.parse::<u64>().ok());
    let hours = value(paths::FRESHNESS_KEY).filter(|hours| (1..=8760).contains(hours));
    let minutes = value(paths::GRACE_KEY).filter(|minutes| *minutes <= 10_080);
    (hours.unwrap_or(own.0), minutes.unwrap_or(own.1))
}

fn page(derived: &Arc<ShownReport>, query: Memo<Query>, navigate: Navigate) -> AnyView {
    let policy = derived.report.policy.clone();
    let own = (policy.freshness_hours, policy.schedule_grace_minutes);
    let stated = Memo::new(move |_| asked(&query.read(), own));
    let tried = RwSignal::new(stated.get_untracked());
    let judged = RwSignal::new(Arc::clone(derived));
    let requests = LatestRequest::default();
    let judging = Arc::clone(derived);
    Effect::new(move |_| {
        let (hours, minutes) = tried.get();
        let request = requests.start();
        let held = Arc::clone(&judging);
        if (hours, minutes) == own {
            judged.set(held);
            return;
        }
        let policy = Policy { freshness_hours: hours, schedule_grace_minutes: minutes, ..policy.clone() };
        spawn_local(async move {
            let (mut again, mut slices) =
                (Rederivation::under(Arc::clone(&held.snapshot), held.report.as_of, policy), Slices::start());
            // Evidence that was read once reads again.
            while again.step().unwrap_or(false) {
                if slices.is_due_before(again.next_bytes()) {
                    slices.pause().await;
                }
                if !requests.is_latest(request) {
                    return;
                }
            }
            let (snapshot, etag, fetched_at) =
                (Arc::clone(&held.snapshot), held.etag.clone(), held.fetched_at);
            let has_long_tenants = again.has_long_tenants();
            judged.try_set(Arc::new(ShownReport::new(
                again.finish(),
                has_long_tenants,
                snapshot,
                etag,
                fetched_at,
            )));
        });
    });
    Effect::new(move |_| {
        let stated = stated.get();
        if stated != tried.get_untracked() {
            tried.set(stated);
        }
    });
    let keep = Callback::new(move |()| {
        let (hours, minutes) = tried.get_untracked();
        navigate.replace(&paths::what_if(hours, minutes));
    });
    let hours = Callback::new(move |hours: u64| tried.update(|tried| tried.0 = hours));
    let minutes = Callback::new(move |minutes: u64| tried.update(|tried| tried.1 = minutes));
    let back = Callback::new(move |()| {
        tried.set(own);
        keep.run(());
    });
    let freshness = Slider {
        name: text::FRESHNESS_WINDOW,
        unit: "h",
        least: 1,
        reach: WEEK_HOURS.max(own.0 * 2),
        greatest: 8760,
        own: own.0,
        value: Signal::derive(move || tried.get().0),
    };
    let grace = Slider {
        name: text::SCHEDULE_GRACE,
        unit: "min",
        least: 0,
        reach: DAY_MINUTES.max(own.1 * 2),
        greatest: 10_080,
        own: own.1,
        value: Signal::derive(move || tried.get().1),
    };
    let (comparing, ages) =
        (Arc::clone(derived), move || age_histogram(&backup_ages_on_scale(&judged.read().report, own.0)));
    let result = move || result(&comparing, &judged.get(), back);
    view! {
        {page_head(Vec::new(), text::WHAT_IF, words::WHAT_IF_NOTE)}
        <section class="panel pad tries" aria-label=text::POLICY>
            {slider(freshness, hours, keep)}
            {slider(grace, minutes, keep)}
        </section>
        <div class="columns">
            <div class="stack">{result}</div>
            <div class="stack stays">{panel("ages", text::BACKUP_AGE, "", ages.into_any())}</div>
        </div>
    }
    .into_any()
}

/// A value to try, by slider or as a number.
struct Slider {
    name: &'static str,
    unit: &'static str,
    least: u64,
    /// What the slider reaches; a number may go on.
    reach: u64,
    greatest: u64,
    own: u64,
    value: Signal<u64>,
}

fn slider(slider: Slider, set: Callback<u64>, keep: Callback<()>) -> AnyView {
    let Slider { name, unit, least, reach, greatest, own, value } = slider;
    let written = Signal::derive(move || value.get().to_string());
    let read = move |event: &web_sys::Event| {
        if let Ok(value) = event_target_value(event).parse::<u64>() {
            set.run(value.clamp(least, greatest));
        }
    };
    let number = move |event: web_sys::Event| {
        read(&event);
        keep.run(());
    };
    view! {
        <div class="try">
            <label>{name}
                <input type="range" min=least max=reach step="1" prop:value=written on:input=move |event| read(&event) on:change=move |_| keep.run(())/>
            </label>
            <label class="try-number">
                <span class="visually-hidden">{name}</span>
                <input type="number" class="field" min=least max=greatest step="1" prop:value=written on:change=number/>
                " "{unit}
            </label>
            <span class="note">{format!("{} {own} {unit}", text::OWN_POLICY)}</span>
        </div>
    }
    .into_any()
}

fn result(own: &Arc<ShownReport>, tried: &Arc<ShownReport>, back: Callback<()>) -> AnyView {
    let sentence = words::what_if(&own.report, &tried.report);
    let is_own = own.report.policy == tried.report.policy;
    let banner = (!is_own).then(|| {
        view! {
            <div class="banner" data-tone="low">
                {shape(Tone::Low)}
                <div class="banner-text" role="status"><b>{text::NOT_ITS_POLICY}": "</b><span class="what-if">{sentence.clone()}</span></div>
                <button type="button" class="button" on:click=move |_| back.run(())>{text::BACK_TO_ITS_POLICY}</button>
            </div>
        }
    });
    let rows = counts(&own.report, &tried.report).iter().map(row).collect_view();
    let table = view! {
        <table class="counts">
            <thead><tr><th scope="col">{text::STATE}</th><th scope="col" class="number">{text::OWN_POLICY}</th><th scope="col" class="number">{text::TRIED}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let changed = match diff(own.whole(), tried.whole()) {
        Ok(diff) if !is_own => {
            let pair = Arc::new(Pair { old: Arc::clone(own), new: Arc::clone(tried), diff });
            let rows = pair.rows(|tenant, family| tenant.of(family) != Change::Unchanged);
            let note = words::counted(rows.len() as u64, "change", "changes");
            let body = if rows.is_empty() {
                view! { <p class="pad note">{text::NOTHING_CHANGES}</p> }.into_any()
            } else {
                changes_table(text::CHANGED_TENANTS, &pair, rows)
            };
            panel("changed", text::CHANGED_TENANTS, note, body)
        }
        Ok(_) | Err(_) => ().into_any(),
    };
    view! { {banner} {panel("counts", text::TENANTS, if is_own { sentence } else { String::new() }, table.into_any())} {changed} }
        .into_any()
}

fn row(count: &Count) -> AnyView {
    let is_changed = count.own != count.tried;
    view! {
        <tr class:marked=is_changed>
            <th scope="row">{badge(count.tone, count.label)}</th>
            <td class="number">{text::grouped(count.own)}</td>
            <td class="number"><b>{is_changed.then_some("→ ")}{text::grouped(count.tried)}</b></td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::views::what_if::counts;
    use posture_core::{paths, words};

    use crate::test_support::{page_over, report_of};
    use crate::text;

    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");

    /// WI-1, WI-5: under its own policy the page says so, and warns of nothing.
    #[test]
    fn the_evidences_own_policy_is_shown_first() {
        let report = report_of(ORDER);
        let page = page_over(ORDER, paths::WHAT_IF);
        assert!(page.contains(&words::what_if(&report, &report)), "{page}");
        assert!(!page.contains(text::NOT_ITS_POLICY));
        for count in counts(&report, &report) {
            assert!(page.contains(count.label), "{}", count.label);
        }
        assert!(page.contains("max=\"8760\"") && page.contains("max=\"10080\""), "{page}");
    }
}
