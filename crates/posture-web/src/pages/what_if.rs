//! The same evidence under another freshness window or schedule grace, of the whole workspace or of a profile, judged as the sliders move.

use std::ops::RangeInclusive;
use std::sync::Arc;

use leptos::prelude::*;
use posture_core::compare::change::Change;
use posture_core::compare::diff::diff;
use posture_core::compare::policy_effect::policy_effect;
use posture_core::policy::{GREATEST_FRESHNESS_HOURS, GREATEST_GRACE_MINUTES, LEAST_FRESHNESS_HOURS, Policy};
use posture_core::sorting::sort_by_key;
use posture_core::tone::Tone;
use posture_core::views::distribution::backup_ages_on_scale;
use posture_core::views::truncation;
use posture_core::views::what_if::{Count, counts};
use posture_core::{paths, words};

use crate::browser::address::{Navigate, use_navigate};
use crate::browser::query::{Query, use_query};
use crate::browser::time_slicing::Slices;
use crate::parts::{AgesOf, Badge, Choice, Panel, WorkspaceHead, age_histogram, changes_table, with_report};
use crate::store::derivation::{Rederivation, Steps as _};
use crate::store::report_pair::Pair;
use crate::store::shown_report::ShownReport;
use crate::text;
use crate::tone::Shape;

/// The greatest value of a slider; the field next to it takes any.
const WEEK_HOURS: u64 = 168;
const DAY_MINUTES: u64 = 1440;
/// Hours of freshness that may be tried.
const HOURS: RangeInclusive<u64> = LEAST_FRESHNESS_HOURS..=GREATEST_FRESHNESS_HOURS;
/// Minutes of grace that may be tried.
const MINUTES: RangeInclusive<u64> = 0..=GREATEST_GRACE_MINUTES;

/// What is tried: rules of the whole workspace or of one profile.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tried {
    profile: Option<String>,
    freshness_hours: u64,
    grace_minutes: u64,
}

impl Tried {
    /// The rules that the evidence itself states.
    fn own(policy: &Policy, profile: Option<String>) -> Self {
        let rules = profile.as_deref().and_then(|name| policy.profile(name));
        let freshness_hours = rules.and_then(|rules| rules.freshness_hours).unwrap_or(policy.freshness_hours);
        let grace_minutes =
            rules.and_then(|rules| rules.schedule_grace_minutes).unwrap_or(policy.schedule_grace_minutes);
        Self { profile, freshness_hours, grace_minutes }
    }

    /// The rules that an address tries. A value that is not stated, or out of its range, is the evidence's own.
    fn asked(query: &Query, policy: &Policy) -> Self {
        let profile = query.get(paths::TRIED_PROFILE_KEY).filter(|name| policy.profile(name).is_some());
        let own = Self::own(policy, profile.map(str::to_owned));
        let value = |key| query.get(key).and_then(|value| value.parse::<u64>().ok());
        let hours = value(paths::FRESHNESS_KEY).filter(|hours| HOURS.contains(hours));
        let minutes = value(paths::GRACE_KEY).filter(|minutes| MINUTES.contains(minutes));
        Self {
            freshness_hours: hours.unwrap_or(own.freshness_hours),
            grace_minutes: minutes.unwrap_or(own.grace_minutes),
            ..own
        }
    }

    /// The policy with these rules.
    fn policy(&self, own: &Policy) -> Policy {
        let Self { profile, freshness_hours, grace_minutes } = self;
        match profile {
            Some(profile) => own.clone().with_profile(profile, *freshness_hours, *grace_minutes),
            None => Policy {
                freshness_hours: *freshness_hours,
                schedule_grace_minutes: *grace_minutes,
                ..own.clone()
            },
        }
    }

    fn address(&self) -> String {
        paths::what_if(self.profile.as_deref(), self.freshness_hours, self.grace_minutes)
    }
}

/// The page.
#[component]
pub fn WhatIf() -> impl IntoView {
    let query = use_query();
    let navigate = use_navigate();
    with_report(
        || text::WHAT_IF.to_owned(),
        move |derived| view! { <Trial derived=Arc::clone(derived) query navigate/> }.into_any(),
    )
}

/// The evidence judged under the rules being tried; `None` if they are its own.
async fn judged(held: Arc<ShownReport>, policy: Option<Policy>) -> Option<Arc<ShownReport>> {
    let mut slices = Slices::start();
    // Evidence that was judged at this instant once can be judged again.
    let mut again = Rederivation::under(Arc::clone(&held.snapshot), held.report.as_of, policy?).ok()?;
    while again.step_in_slices(&mut slices).await.unwrap_or(false) {
        if slices.is_due_before(again.next_bytes()) {
            slices.pause().await;
        }
    }
    let has_long_tenants = again.has_long_tenants();
    let (snapshot, etag) = (Arc::clone(&held.snapshot), held.etag.clone());
    let report = again.finish();
    let shown =
        ShownReport::new(report, has_long_tenants, snapshot, etag, held.fetched_at, &mut slices).await;
    Some(Arc::new(shown))
}

/// The rules to try, and what they change.
#[component]
fn Trial(derived: Arc<ShownReport>, query: Memo<Query>, navigate: Navigate) -> impl IntoView {
    let policy = StoredValue::new(derived.report.policy.clone());
    let stated = Memo::new(move |_| policy.with_value(|policy| Tried::asked(&query.read(), policy)));
    // Rules being dragged, with what the address stated when that began: another address replaces them.
    let dragged = RwSignal::new(None::<(Tried, Tried)>);
    let tried = Memo::new(move |_| {
        let stated = stated.get();
        match dragged.get() {
            Some((before, tried)) if before == stated => tried,
            _ => stated,
        }
    });
    let own = Memo::new(move |_| policy.with_value(|policy| Tried::own(policy, tried.get().profile)));
    let judging = Arc::clone(&derived);
    let result_of_trial = LocalResource::new(move || {
        let (tried, held) = (tried.get(), Arc::clone(&judging));
        let tried_policy = (tried != own.get()).then(|| policy.with_value(|own| tried.policy(own)));
        judged(held, tried_policy)
    });
    let held = Arc::clone(&derived);
    let shown = Signal::derive(move || result_of_trial.get().flatten().unwrap_or_else(|| Arc::clone(&held)));

    let change = move |change: &dyn Fn(&mut Tried)| {
        let mut next = tried.get_untracked();
        change(&mut next);
        dragged.set(Some((stated.get_untracked(), next)));
    };
    let keep = Callback::new(move |()| navigate.replace(&tried.get_untracked().address()));
    let back = Callback::new(move |()| {
        dragged.set(None);
        navigate.replace(&own.get_untracked().address());
    });
    let freshness = Slider {
        name: text::FRESHNESS_WINDOW,
        unit: "h",
        least: *HOURS.start(),
        reach: Signal::derive(move || WEEK_HOURS.max(own.get().freshness_hours * 2)),
        greatest: *HOURS.end(),
        own: Signal::derive(move || own.get().freshness_hours),
        value: Signal::derive(move || tried.get().freshness_hours),
    };
    let grace = Slider {
        name: text::SCHEDULE_GRACE,
        unit: "min",
        least: *MINUTES.start(),
        reach: Signal::derive(move || DAY_MINUTES.max(own.get().grace_minutes * 2)),
        greatest: *MINUTES.end(),
        own: Signal::derive(move || own.get().grace_minutes),
        value: Signal::derive(move || tried.get().grace_minutes),
    };
    let set_hours = Callback::new(move |hours| change(&|tried: &mut Tried| tried.freshness_hours = hours));
    let set_minutes =
        Callback::new(move |minutes| change(&|tried: &mut Tried| tried.grace_minutes = minutes));
    let scale = derived.report.policy.freshness_hours;
    let ages = move || age_histogram(&backup_ages_on_scale(&shown.get().report, scale), AgesOf::Trial);
    let (comparing, counting) = (Arc::clone(&derived), Arc::clone(&derived));
    let told = move || told(&derived, &shown.get(), back);
    let counted = move || counted(&counting, &shown.get());
    let changed = move || changed(&comparing, &shown.get());
    view! {
        <WorkspaceHead title=text::WHAT_IF here=paths::WHAT_IF note=words::WHAT_IF_NOTE/>
        {move || profiles(policy, tried.read().profile.as_deref())}
        <section class="panel pad tries" aria-label=text::POLICY>
            <TrySlider slider=freshness set=set_hours keep/>
            <TrySlider slider=grace set=set_minutes keep/>
        </section>
        {told}
        <div class="columns">
            {counted}
            <Panel id="ages" title=text::BACKUP_AGE>{ages}</Panel>
        </div>
        {changed}
    }
}

/// Whose rules are tried: the whole workspace's or a profile's. Nothing to choose if the policy has no profiles.
fn profiles(policy: StoredValue<Policy>, tried: Option<&str>) -> AnyView {
    let link = |profile: Option<&str>| {
        let own = policy.with_value(|policy| Tried::own(policy, profile.map(str::to_owned)));
        let name = profile
            .map_or_else(|| text::WHOLE_WORKSPACE.to_owned(), |name| truncation::line(name).into_owned());
        view! { <Choice url=own.address() is_asked={tried == profile}>{name}</Choice> }.into_any()
    };
    let names: Vec<_> = policy.with_value(|policy| {
        policy.profiles.iter().flat_map(|profiles| profiles.keys()).map(|key| key.0.clone()).collect()
    });
    if names.is_empty() {
        return ().into_any();
    }
    let links =
        std::iter::once(None).chain(names.iter().map(|name| Some(name.as_str()))).map(link).collect_view();
    view! { <nav class="choices" aria-label=text::PROFILES>{links}</nav> }.into_any()
}

/// A value to try, by slider or as a number.
struct Slider {
    name: &'static str,
    unit: &'static str,
    least: u64,
    /// The greatest value of the slider; the number may be greater.
    reach: Signal<u64>,
    greatest: u64,
    own: Signal<u64>,
    value: Signal<u64>,
}

#[component]
fn TrySlider(slider: Slider, set: Callback<u64>, keep: Callback<()>) -> impl IntoView {
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
                <input type="range" min=least max=move || reach.get() step="1" prop:value=written on:input=move |event| read(&event) on:change=move |_| keep.run(())/>
            </label>
            <label class="try-number">
                <span class="visually-hidden">{name}</span>
                <input type="number" class="field" min=least max=greatest step="1" prop:value=written on:change=number/>
                " "{unit}
            </label>
            <span class="note">{move || format!("{} {} {unit}", text::OWN_POLICY, own.get())}</span>
        </div>
    }
}

/// What the rules tried do, in a sentence; nothing if they are the evidence's own.
fn told(own: &Arc<ShownReport>, tried: &Arc<ShownReport>, back: Callback<()>) -> AnyView {
    if own.report.policy == tried.report.policy {
        return ().into_any();
    }
    let sentence = words::what_if(&own.report, &tried.report);
    let recovery = words::what_if_recovery(&own.report, &tried.report).map(|why| format!(" {why}"));
    view! {
        <div class="banner" data-tone="low">
            <Shape tone=Tone::Low/>
            <div class="banner-text" role="status"><b>{text::NOT_ITS_POLICY}": "</b><span class="what-if">{sentence}</span>{recovery}</div>
            <button type="button" class="button" on:click=move |_| back.run(())>{text::BACK_TO_ITS_POLICY}</button>
        </div>
    }
    .into_any()
}

/// How many tenants are in each state, under both rules.
fn counted(own: &ShownReport, tried: &ShownReport) -> AnyView {
    let is_own = own.report.policy == tried.report.policy;
    let note = if is_own { words::what_if(&own.report, &tried.report) } else { String::new() };
    let mut counts = counts(&own.report, &tried.report);
    // What changes comes first.
    sort_by_key(&mut counts, |count| count.own == count.tried);
    let rows = counts.iter().map(row).collect_view();
    let table = view! {
        <table class="counts">
            <thead><tr><th scope="col">{text::STATE}</th><th scope="col" class="number">{text::OWN_POLICY}</th><th scope="col" class="number">{text::TRIAL}</th><th scope="col" class="number">{text::DIFFERENCE}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    };
    view! { <Panel id="counts" title=text::TENANTS note>{table}</Panel> }.into_any()
}

/// The tenants whose verdicts differ under the rules tried.
fn changed(own: &Arc<ShownReport>, tried: &Arc<ShownReport>) -> AnyView {
    if own.report.policy == tried.report.policy {
        return ().into_any();
    }
    let Ok(diff) = diff(own.whole(), tried.whole()) else { return ().into_any() };
    let pair = Arc::new(Pair { old: Arc::clone(own), new: Arc::clone(tried), diff });
    let rows = pair.rows(|tenant, family| tenant.of(family) != Change::Unchanged);
    let note = words::counted(rows.len() as u64, "change", "changes");
    let body = if rows.is_empty() {
        view! { <p class="pad note">{text::NOTHING_CHANGES}</p> }.into_any()
    } else {
        changes_table(text::CHANGED_TENANTS, &pair, rows, policy_effect)
    };
    view! { <Panel id="changed" title=text::CHANGED_TENANTS note>{body}</Panel> }.into_any()
}

fn row(count: &Count) -> AnyView {
    let is_changed = count.own != count.tried;
    view! {
        <tr class:marked=is_changed>
            <th scope="row"><Badge tone=count.tone label=count.label/></th>
            <td class="number">{text::grouped(count.own)}</td>
            <td class="number"><b>{text::grouped(count.tried)}</b></td>
            <td class="number" class:zero=!is_changed>{text::difference(count.own, count.tried)}</td>
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
    const PROFILES: &str = include_str!("../../../../tests/cases/profile-most-specific-wins.json");

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

    /// WI-2
    #[test]
    fn differences_have_a_sign() {
        let written = [(2, 5), (5, 2), (3, 3)].map(|(was, is)| text::difference(was, is));
        assert_eq!(written, ["+3", "−3", "0"]);
    }

    /// WI-6: the rules of a profile start from its own window, and an unknown profile is ignored.
    #[test]
    fn a_profile_is_tried_from_its_own_rules() {
        let policy = &report_of(PROFILES).policy;
        let profiles = policy.profiles.as_ref().unwrap();
        let (name, rules) = profiles.iter().find(|(_, rules)| rules.freshness_hours.is_some()).unwrap();
        let hours = rules.freshness_hours.unwrap();
        let page = page_over(PROFILES, &paths::what_if(Some(&name.0), hours, policy.schedule_grace_minutes));
        assert!(page.contains(&format!("{} {hours} h", text::OWN_POLICY)), "{page}");
        assert!(page.contains(text::WHOLE_WORKSPACE) && !page.contains(text::NOT_ITS_POLICY));
        let unknown = page_over(PROFILES, &paths::what_if(Some("unknown"), hours, 30));
        assert!(unknown.contains(&format!("{} {} h", text::OWN_POLICY, policy.freshness_hours)));
    }
}
