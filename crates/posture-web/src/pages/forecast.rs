//! What will change if nothing runs: who goes stale and whose schedule falls due, in order.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::views::forecast::{Forecast as Ahead, HORIZONS, Step, StepGroup, forecast};
use posture_core::{Report, Timestamp, paths, words};

use crate::browser::query::use_query;
use crate::parts::{Badge, Choice, Column, Panel, Row, WorkspaceHead, instant, long_table, with_report};
use crate::store::shown_report::ShownReport;
use crate::text;
use crate::tone::{Shape, Tone};

const COLUMNS: &[Column] =
    &[(text::AFTER, false), (text::TENANT, false), (text::WHAT, false), (text::REASON, false)];

/// The page.
#[component]
pub fn Forecast() -> impl IntoView {
    let query = use_query();
    let asked = Memo::new(move |_| Asked::by(query.read().get(paths::HOURS_KEY)));
    with_report(|| text::FORECAST.to_owned(), move |derived| page(derived, asked))
}

/// How far ahead an address looks.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Asked {
    /// The hours shown.
    hours: u64,
    /// Whether it names others, which are not offered.
    is_for_others: bool,
}

impl Asked {
    fn by(written: Option<&str>) -> Self {
        let offered =
            HORIZONS.into_iter().find(|hours| written.is_some_and(|written| written.parse() == Ok(*hours)));
        Self { hours: offered.unwrap_or(HORIZONS[0]), is_for_others: written.is_some() && offered.is_none() }
    }
}

fn page(derived: &Arc<ShownReport>, asked: Memo<Asked>) -> AnyView {
    let derived = Arc::clone(derived);
    let shown = move || {
        let Asked { hours, is_for_others } = asked.get();
        let note = is_for_others
            .then(|| view! { <p class="note" role="status">{words::horizon_not_offered(hours)}</p> });
        view! { {choices(&derived.report, hours)} {note} {list(&derived.report, hours)} }
    };
    view! { <WorkspaceHead title=text::FORECAST here=paths::FORECAST/> {shown} }.into_any()
}

/// The periods offered, each with how many tenants go stale in it with no backup scheduled in time.
fn choices(report: &Report, hours: u64) -> AnyView {
    let each = HORIZONS.map(|ahead| {
        let uncovered = forecast(report, ahead).uncovered_tenants();
        let content = format!("{} · {}", words::horizon(ahead), text::grouped(uncovered));
        view! { <Choice url=paths::forecast(ahead) is_asked={ahead == hours}>{content}</Choice> }.into_any()
    });
    view! { <div class="filters"><div class="choices" role="group" aria-label=text::HORIZON>{each.into_iter().collect_view()}</div></div> }.into_any()
}

/// The tenants that go stale with no backup scheduled in time; then everything that happens as usual, folded away.
fn list(report: &Report, hours: u64) -> AnyView {
    let ahead = forecast(report, hours);
    let none = ahead.steps.is_empty().then(|| view! { <p class="pad note">{nothing(&ahead)}</p> });
    let limits = words::forecast_limits(&ahead, report)
        .into_iter()
        .map(|limit| view! { <li>{limit}</li> }.into_any())
        .collect_view();
    let body = view! { {none} <ul class="panel-foot notes">{limits}</ul> };
    view! {
        <div class="stack forecast">
            {uncovered(&ahead, hours, report.as_of)}
            {folded(&ahead, StepGroup::Covered, report.as_of)}
            {folded(&ahead, StepGroup::Due, report.as_of)}
            <Panel id="forecast" title=text::SUMMARY note=words::forecast_title(&ahead)>{body}</Panel>
        </div>
    }
    .into_any()
}

fn uncovered(ahead: &Ahead<'_>, hours: u64, as_of: Timestamp) -> AnyView {
    if !ahead.is_possible {
        return ().into_any();
    }
    let steps = ahead.of_group(StepGroup::Uncovered);
    let tone = if steps.is_empty() { Tone::Unknown } else { Tone::High };
    let table = (!steps.is_empty()).then(|| table(StepGroup::Uncovered, &steps, as_of));
    view! {
        <section class="panel headlined" id=StepGroup::Uncovered.as_str() data-tone=tone.as_str() aria-labelledby="uncovered-title">
            <header class="panel-head"><Shape tone/><h2 id="uncovered-title" class="headline">{words::uncovered_headline(ahead, hours)}</h2></header>
            {table}
        </section>
    }
    .into_any()
}

fn folded(ahead: &Ahead<'_>, group: StepGroup, as_of: Timestamp) -> AnyView {
    let steps = ahead.of_group(group);
    if steps.is_empty() {
        return ().into_any();
    }
    view! {
        <details class="panel disclosure" id=group.as_str()>
            <summary><h2>{text::as_usual(steps.len() as u64)}</h2><span>{words::step_group_title(group)}</span><span class="panel-note">{words::step_group_note(ahead, &steps)}</span></summary>
            {table(group, &steps, as_of)}
        </details>
    }
    .into_any()
}

fn table(group: StepGroup, steps: &[Step<'_>], as_of: Timestamp) -> AnyView {
    let rows: Vec<_> = steps
        .iter()
        .map(|step| {
            (
                step.lapse,
                step.tone(),
                step.cover,
                step.tenant.tenant_label.clone(),
                step.tenant.tenant_route_key.clone(),
            )
        })
        .collect();
    let count = rows.len();
    let row = move |index: usize| {
        let Some((lapse, tone, cover, name, key)) = rows.get(index) else { return Row::plain(Vec::new()) };
        let cover = cover.map(|cover| view! { <small>{words::cover_sentence(cover)}</small> });
        Row::plain(vec![
            instant(lapse.after, as_of),
            view! { <a href=paths::tenant(key)>{name.clone()}</a> }.into_any(),
            view! { <Badge tone={*tone} label=words::lapse_label(lapse.kind)/> }.into_any(),
            view! { {words::lapse_sentence(lapse)}{cover} }.into_any(),
        ])
    };
    long_table(words::step_group_title(group), COLUMNS, count, row)
}

fn nothing(ahead: &Ahead<'_>) -> &'static str {
    if ahead.is_possible { words::NOTHING_CHANGES } else { text::NO_FORECAST }
}

#[cfg(test)]
mod tests {
    use posture_core::views::forecast::{HORIZONS, StepGroup, forecast};
    use posture_core::{paths, words};

    use crate::test_support::{page_over, report_of};

    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");

    /// FC-1, FC-3, FC-7
    #[test]
    fn the_page_lists_every_lapse_by_group_in_order_with_its_limits() {
        let report = report_of(ORDER);
        for hours in HORIZONS {
            let page = page_over(ORDER, &paths::forecast(hours));
            let ahead = forecast(&report, hours);
            let mut rest = page.as_str();
            for step in StepGroup::ALL.iter().flat_map(|group| ahead.of_group(*group)) {
                let sentence = words::lapse_sentence(&step.lapse);
                let at = rest.find(&sentence).unwrap_or_else(|| panic!("{sentence}"));
                rest = &rest[at..];
            }
            assert!(page.contains(&words::forecast_title(&ahead)));
            assert!(page.contains(&words::uncovered_headline(&ahead, hours)));
            for limit in words::forecast_limits(&ahead, &report) {
                assert!(page.contains(&limit), "{limit}");
            }
            assert!(!page.contains(&words::horizon_not_offered(HORIZONS[0])), "{page}");
        }
    }

    /// FC-6
    #[test]
    fn hours_that_are_not_offered_give_a_note() {
        let forecast_page = |query: &str| page_over(ORDER, &format!("{}{query}", paths::FORECAST));
        for query in ["?hours=25", "?hours=soon", "?hours=", "?hours=-24"] {
            assert!(forecast_page(query).contains(&words::horizon_not_offered(HORIZONS[0])), "{query}");
        }
        assert!(!forecast_page("").contains(&words::horizon_not_offered(HORIZONS[0])));
    }
}
