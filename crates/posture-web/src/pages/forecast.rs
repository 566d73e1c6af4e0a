//! What time alone will change: who turns stale and whose schedule falls due, in order.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use posture_core::forecast::{Forecast as Ahead, HORIZONS, Lapse, forecast};
use posture_core::{Report, paths, words};

use crate::derived::Derived;
use crate::parts::{Column, Row, badge, choice, instant, long_table, page_head, panel, with_report};
use crate::text;

const COLUMNS: &[Column] = &[(text::AFTER_INSTANT, false), (text::TENANT, false), (text::WHAT, false), (text::REASON, false)];

/// The page.
#[component]
pub fn Forecast() -> impl IntoView {
    let query = use_query_map();
    let hours = Memo::new(move |_| {
        let asked: Option<u64> = query.read().get(paths::HOURS_KEY).and_then(|hours| hours.parse().ok());
        HORIZONS.into_iter().find(|hours| Some(*hours) == asked).unwrap_or(HORIZONS[0])
    });
    with_report(|| text::FORECAST.to_owned(), move |derived| page(derived, hours))
}

fn page(derived: &Arc<Derived>, hours: Memo<u64>) -> AnyView {
    let derived = Arc::clone(derived);
    let shown = move || view! { {choices(&derived.report, hours.get())} {list(&derived.report, hours.get())} };
    view! { {page_head(Vec::new(), text::FORECAST, words::FORECAST_PREMISE)} {shown} }.into_any()
}

fn choices(report: &Report, hours: u64) -> AnyView {
    let each = HORIZONS.map(|ahead| {
        let content = format!("{} · {}", words::horizon(ahead), text::grouped(forecast(report, ahead).steps.len() as u64));
        choice(paths::forecast(ahead), ahead == hours, content.into_any())
    });
    let what_if = choice(paths::WHAT_IF.to_owned(), false, text::WHAT_IF.into_any());
    view! { <div class="filters"><div class="choices" role="group" aria-label=text::HORIZON>{each.into_iter().collect_view()}</div>{what_if}</div> }.into_any()
}

fn list(report: &Report, hours: u64) -> AnyView {
    let ahead = forecast(report, hours);
    let rows: Vec<_> =
        ahead.steps.iter().map(|step| (step.lapse, step.tenant.tenant_label.clone(), step.tenant.tenant_route_key.clone())).collect();
    let as_of = report.as_of;
    let row = move |index: usize| {
        let Some((lapse, name, key)) = rows.get(index) else { return Row::plain(Vec::new()) };
        Row::plain(vec![
            instant(lapse.after, as_of),
            view! { <a href=paths::tenant(key)>{name.clone()}</a> }.into_any(),
            what(lapse),
            words::lapse_sentence(lapse).into_any(),
        ])
    };
    let table = if ahead.steps.is_empty() {
        view! { <p class="pad note">{nothing(&ahead)}</p> }.into_any()
    } else {
        long_table(text::FORECAST, COLUMNS, ahead.steps.len(), row)
    };
    let limits = words::forecast_limits(&ahead, report).into_iter().map(|limit| view! { <li>{limit}</li> }.into_any()).collect_view();
    let body = view! { {table} <ul class="panel-foot notes">{limits}</ul> };
    panel("forecast", text::FORECAST, words::forecast_title(&ahead), body.into_any())
}

fn nothing(ahead: &Ahead<'_>) -> &'static str {
    if ahead.is_possible { words::NOTHING_TURNS } else { text::NO_FORECAST }
}

fn what(lapse: &Lapse) -> AnyView {
    badge(lapse.kind.tone(), words::lapse_label(lapse.kind))
}

#[cfg(test)]
mod tests {
    use posture_core::forecast::{HORIZONS, forecast};
    use posture_core::{paths, words};

    use crate::parts::test_support::{page_over, report_of};

    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");

    /// FC-1, FC-3
    #[test]
    fn the_page_lists_every_lapse_in_order_with_its_limits() {
        let report = report_of(ORDER);
        for hours in HORIZONS {
            let page = page_over(ORDER, &paths::forecast(hours));
            let ahead = forecast(&report, hours);
            let mut rest = page.as_str();
            for step in &ahead.steps {
                let sentence = words::lapse_sentence(&step.lapse);
                let at = rest.find(&sentence).unwrap_or_else(|| panic!("{sentence}"));
                rest = &rest[at..];
            }
            assert!(page.contains(&words::forecast_title(&ahead)));
            for limit in words::forecast_limits(&ahead, &report) {
                assert!(page.contains(&limit), "{limit}");
            }
        }
    }
}
