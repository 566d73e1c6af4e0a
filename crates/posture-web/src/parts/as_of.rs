use leptos::prelude::*;
use posture_core::report::currency::Currency;
use posture_core::tone::Tone;
use posture_core::{Timestamp, paths, words};

use super::carried_query::present_address;
use super::instant_field::InstantField;
use super::states::progress;
use crate::browser::address::{Document, Navigate, use_document, use_navigate};
use crate::browser::clock::{self, Clock};
use crate::browser::query::use_query;
use crate::store::evidence::{Evidence, use_evidence};
use crate::store::staleness::use_staleness;
use crate::text;
use crate::tone::Shape;

/// The id of the menu that chooses the instant everything is judged at.
pub const AS_OF_MENU: &str = "as-of-menu";

const HOUR: i64 = 3600;
const HOURS_BACK: i64 = 30 * 24;
const HOURS_AHEAD: i64 = 7 * 24;
/// Hours from the export that are offered as buttons.
const STEPS: [(i64, &str); 4] = [(-7 * 24, "−7 days"), (-24, "−24 h"), (24, "+24 h"), (7 * 24, "+7 days")];

/// Chooses an instant: `None` is the export's own.
fn choose(evidence: Evidence, kind: Document, navigate: Navigate, as_of: Option<Timestamp>) {
    evidence.judge_at(as_of);
    let as_of = as_of.map(|at| at.to_string());
    navigate.replace(&present_address(kind, &[(paths::AS_OF_KEY, as_of)]));
}

/// The menu that chooses the instant everything is judged at.
#[component]
pub fn AsOfMenu() -> impl IntoView {
    let evidence = use_evidence();
    let (kind, navigate) = (use_document(), use_navigate());
    let choose = move |as_of: Option<Timestamp>| choose(evidence, kind, navigate, as_of);
    let from_export = move |hours: i64| {
        let exported_at = evidence.derived_untracked().map(|derived| derived.report.exported_at);
        exported_at.and_then(|at| Timestamp::from_unix_seconds(at.unix_seconds() + hours * HOUR))
    };
    let step = move |(hours, name): (i64, &'static str)| {
        let is_chosen = move || {
            evidence.derived().is_some_and(|derived| from_export(hours) == Some(derived.report.as_of))
        };
        view! { <button type="button" class="button" aria-pressed=move || is_chosen().to_string() on:click=move |_| choose(from_export(hours))>{name}</button> }.into_any()
    };
    let is_export =
        move || evidence.derived().is_some_and(|derived| derived.report.as_of == derived.report.exported_at);
    let hours = move || {
        evidence.derived().map_or(0, |derived| {
            (derived.report.as_of.unix_seconds() - derived.report.exported_at.unix_seconds()) / HOUR
        })
    };
    let spoken = move || evidence.derived().map(|derived| words::instant(derived.report.as_of));
    let typed = Callback::new(move |at| choose(Some(at)));
    let written = Signal::derive(move || evidence.derived().map(|derived| derived.report.as_of));
    view! {
        <div id=AS_OF_MENU class="menu" popover="auto" role="dialog" aria-label=text::AS_OF_TITLE>
            <h2>{text::AS_OF_TITLE}</h2>
            <div class="choices">
                <button type="button" class="button" aria-pressed=move || is_export().to_string() on:click=move |_| choose(None)>{text::AS_EXPORTED}</button>
                <button type="button" class="button" on:click=move |_| choose(clock::read())>{text::NOW}</button>
                {STEPS.map(step).into_iter().collect_view()}
            </div>
            <label>{text::HOURS_FROM_EXPORT}
                <input type="range" min=-HOURS_BACK max=HOURS_AHEAD step="1" prop:value=hours aria-valuetext=spoken
                    on:change=move |event| choose(event_target_value(&event).parse().ok().and_then(from_export))/>
            </label>
            <label>{text::INSTANT_UTC}
                <InstantField written typed/>
            </label>
        </div>
    }
}

/// Says that the status is not as of the export, that the date in the address is invalid, or that the export is
/// too old to describe the present or dated ahead of it. Otherwise empty.
#[component]
pub(crate) fn AsOfBanner(clock: Clock) -> impl IntoView {
    let evidence = use_evidence();
    let (kind, navigate, query) = (use_document(), use_navigate(), use_query());
    let judge_at = move |as_of: Option<Timestamp>| choose(evidence, kind, navigate, as_of);
    let staleness = use_staleness();
    let not_of_now = Memo::new(move |_| {
        let exported_at = evidence.derived()?.report.exported_at;
        match staleness.currency() {
            Currency::Current => None,
            Currency::Aged => Some(words::aged(exported_at, clock.now()?)),
            Currency::Ahead(seconds) => Some(words::dated_ahead(exported_at, seconds)),
        }
    });
    let unread = Memo::new(move |_| {
        let query = query.read();
        query.get(paths::AS_OF_KEY).filter(|stated| Timestamp::parse(stated).is_none()).map(str::to_owned)
    });
    let is_reaching_back = Memo::new(move |_| evidence.reaching_back().is_some());
    move || {
        let derived = evidence.derived()?;
        let report = &derived.report;
        if is_reaching_back.get() {
            return Some(view! { <ReachingBack evidence/> }.into_any());
        }
        Some(if let Some(stated) = unread.get() {
            let back = move || judge_at(None);
            view! { <Told tone=Tone::Medium lead=text::NO_INSTANT more=text::no_instant(&stated) action=text::BACK_TO_EXPORT act=back/> }
                .into_any()
        } else if report.as_of != report.exported_at {
            let lead = format!("{}: {}.", text::NOT_THE_EXPORT, words::instant(report.as_of));
            let back = move || judge_at(None);
            view! { <Told tone=Tone::Low lead more=words::away_from_export(report) action=text::BACK_TO_EXPORT act=back/> }
                .into_any()
        } else {
            let (lead, more) = not_of_now.get()?;
            let to_now = move || judge_at(clock::read());
            view! { <Told tone=Tone::High lead more action=text::JUDGE_NOW act=to_now/> }.into_any()
        })
    }
}

/// Says what is being loaded while the screen still shows another instant.
#[component]
fn ReachingBack(evidence: Evidence) -> impl IntoView {
    view! {
        <div class="banner" data-tone=Tone::Low.as_str() role="status">
            <Shape tone=Tone::Low/>
            <div class="banner-text">{move || progress(evidence)}</div>
        </div>
    }
}

/// A sentence about the instant, and the button that goes to another one.
#[component]
fn Told(
    tone: Tone,
    #[prop(into)] lead: String,
    #[prop(into)] more: String,
    action: &'static str,
    act: impl Fn() + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <div class="banner" data-tone=tone.as_str() role="status">
            <Shape tone/>
            <div class="banner-text"><b>{lead}</b>" "{more}</div>
            <button type="button" class="button" on:click=move |_| act()>{action}</button>
        </div>
    }
}
