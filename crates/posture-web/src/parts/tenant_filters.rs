use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use posture_core::report::model::ProfileSummary;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::verdicts::recovery_evidence::RecoveryState;
use posture_core::verdicts::unsettled::UnsettledCause;
use posture_core::views::concern::Concern;
use posture_core::views::distribution::Segment;
use posture_core::views::groups::GroupBy;
use posture_core::{Report, TenantReport, words};

use super::badge::Badge;
use super::group_choices::group_choices;
use crate::browser::address::use_navigate;
use crate::store::registry_view::{Asked, Order};
use crate::store::shown_report::ShownReport;
use crate::text;

/// The controls that filter and sort tenants: a search, who needs attention, both verdicts, and the filters used less often. `enter` is
/// what the Enter key does in the search.
pub fn tenant_filters(
    derived: &Arc<ShownReport>,
    asked: Memo<Asked>,
    enter: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    let navigate = use_navigate();
    let search = move |event| {
        let url = asked.get_untracked().searching(event_target_value(&event)).url();
        navigate.replace(&url);
    };
    let pressed = move |event: KeyboardEvent| {
        // While text is being composed, these keys are the input method's.
        if !event.is_composing() && matches!(event.key().as_str(), "Enter" | "ArrowDown") {
            event.prevent_default();
            enter();
        }
    };
    let posture = move |segment: &Segment| {
        let posture = BackupPosture::from_word(segment.key)?;
        let url = move || asked.read().toggling_posture(posture).url();
        Some(state(segment, url, move || asked.read().filter.backup_posture.contains(&posture)))
    };
    let recovery = move |segment: &Segment| {
        let wanted = RecoveryState::from_word(segment.key)?;
        let url = move || asked.read().toggling_state(wanted).url();
        Some(state(segment, url, move || asked.read().filter.recovery_evidence.contains(&wanted)))
    };
    let clear = move || {
        (!asked.read().is_all())
            .then(|| view! { <a class="choice" href=asked.read().page.path()>{text::CLEAR_FILTERS}</a> })
    };
    view! {
        <div class="filters">
            <input type="search" class="field" aria-label=text::FILTER_BY_NAME placeholder=text::FILTER_BY_NAME
                prop:value=move || asked.read().search.clone() on:input=search on:keydown=pressed/>
            {concerns(&derived.report, asked)}
            <div class="choices" role="group" aria-label=text::BACKUP_POSTURE>{derived.counts.spread.postures.iter().filter_map(posture).collect_view()}</div>
            <div class="choices" role="group" aria-label=text::RECOVERY_EVIDENCE>{derived.counts.spread.states.iter().filter_map(recovery).collect_view()}</div>
            {further(derived, asked)}
            {clear}
            <ByTriage asked/>
        </div>
    }
    .into_any()
}

/// Who needs attention, each choice with how many tenants it lists.
fn concerns(report: &Report, asked: Memo<Asked>) -> AnyView {
    let tenants = || report.tenants.iter().map(AsRef::as_ref);
    let is_checked = |concern: Concern| {
        concern.domain().is_some_and(|domain| report.overview.calmness.checked_domains.contains(&domain))
    };
    let link = move |concern: Option<Concern>, label: &'static str, count: u64| {
        let url = move || asked.read().choosing(concern).url();
        let current = move || (asked.read().concern == concern).then_some("true");
        let title = concern.map(words::concern_description);
        view! { <a class="choice" href=url aria-current=current title=title>{label}<span>{text::grouped(count)}</span></a> }
            .into_any()
    };
    let each = Concern::ALL.iter().filter_map(|concern| {
        let count = tenants().filter(|tenant| concern.is_of(tenant)).count() as u64;
        let is_offered =
            count > 0 || is_checked(*concern) || asked.read_untracked().concern == Some(*concern);
        is_offered.then(|| link(Some(*concern), words::concern_tab(*concern), count))
    });
    let all = link(None, text::ALL, report.tenants.len() as u64);
    let each = each.collect_view();
    view! { <nav class="choices" aria-label=text::NEEDS_ATTENTION>{all}{each}</nav> }.into_any()
}

/// The filters used less often: causes of being unsettled, profiles, environments and labels. Open if any of them is set.
fn further(derived: &Arc<ShownReport>, asked: Memo<Asked>) -> AnyView {
    let report = &derived.report;
    let profile = |one: &ProfileSummary| {
        let name = one.profile.clone()?;
        let (asking, chosen) = (name.clone(), name.clone());
        let url = move || asked.read().toggling_profile(&asking).url();
        let current = move || asked.read().filter.profile.contains(&chosen).then_some("true");
        Some(counted(name, one.tenants, url, current))
    };
    let cause = |cause: &UnsettledCause| {
        let cause = *cause;
        let is_so = |tenant: &&TenantReport| tenant.registry.unsettled.contains(&cause);
        let count = report.tenants.iter().map(AsRef::as_ref).filter(is_so).count() as u64;
        let url = move || asked.read().toggling_cause(cause).url();
        let current = move || asked.read().filter.unsettled.contains(&cause).then_some("true");
        let label = words::upper_first(words::unsettled_cause_label(cause));
        (count > 0).then(|| counted(label, count, url, current))
    };
    let causes: Vec<_> = UnsettledCause::ALL.iter().filter_map(cause).collect();
    let profiles: Vec<_> = report.overview.profiles.iter().filter_map(profile).collect();
    let kinds = [GroupBy::Environment, GroupBy::Label];
    let has_groups = kinds.iter().any(|by| !by.names(report).is_empty());
    if causes.is_empty() && profiles.is_empty() && !has_groups {
        return ().into_any();
    }
    let group = |label: &'static str, choices: Vec<AnyView>| {
        (!choices.is_empty()).then(|| {
            view! { <div class="choices" role="group" aria-label=label><span class="choices-label" aria-hidden="true">{label}</span>{choices}</div> }
        })
    };
    let is_asked = {
        let asked = asked.read_untracked();
        !asked.filter.unsettled.is_empty() || !asked.filter.profile.is_empty() || !asked.groups.is_empty()
    };
    let held = Arc::clone(derived);
    let groups = move || {
        let asked = asked.read();
        group_choices(&held.report, &asked.groups, &kinds, |groups| asked.grouping(groups.clone()).url())
    };
    view! {
        <details class="further" open=is_asked>
            <summary>{text::MORE_FILTERS}</summary>
            {group(words::UNSETTLED_METRIC, causes)}
            {group(text::PROFILES, profiles)}
            {groups}
        </details>
    }
    .into_any()
}

fn counted(
    label: String,
    count: u64,
    url: impl Fn() -> String + Send + Sync + 'static,
    current: impl Fn() -> Option<&'static str> + Send + Sync + 'static,
) -> AnyView {
    view! { <a class="choice" href=url aria-current=current>{label}<span>{text::grouped(count)}</span></a> }
        .into_any()
}

/// The order by both verdicts, which no column of the table has.
#[component]
fn ByTriage(asked: Memo<Asked>) -> impl IntoView {
    use crate::store::registry_view::Direction;
    let is_chosen = move || asked.read().order == Order::WorstFirst;
    let url = move || asked.read().ordered(Order::WorstFirst).url();
    let name = move || {
        let is_last = is_chosen() && asked.read().direction == Direction::Descending;
        if is_last { text::BY_WORST_LAST } else { text::BY_WORST_FIRST }
    };
    view! { <a class="choice" href=url aria-current=move || is_chosen().then_some("true")>{name}</a> }
}

/// A filter as a link that adds or removes it, with its number of tenants.
fn state(
    segment: &Segment,
    url: impl Fn() -> String + Send + Sync + 'static,
    is_chosen: impl Fn() -> bool + Send + Sync + 'static,
) -> AnyView {
    let current = move || is_chosen().then_some("true");
    view! { <a class="choice" href=url aria-current=current><Badge tone=segment.tone label=segment.label/><span>{text::grouped(segment.tenants)}</span></a> }
        .into_any()
}
