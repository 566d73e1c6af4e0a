//! The evidence at two instants: how each tenant changed in between, worst first.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::{Timestamp, paths, words};

use crate::browser::address::use_navigate;
use crate::browser::query::{Query, use_query};
use crate::parts::{Asked, change_list, choice, past_state, with_report, workspace_head};
use crate::store::past_evidence::{Past, use_past_evidence};
use crate::store::shown_report::ShownReport;
use crate::text;

const HOUR: i64 = 3600;

/// The earlier instants that are offered: as an address writes them, in words, and in hours before the later one.
const OFFERED: [(&str, &str, i64); 3] = [
    ("24h", text::SINCE_YESTERDAY, 24),
    ("7d", text::SINCE_A_WEEK, 7 * 24),
    ("30d", text::SINCE_A_MONTH, 30 * 24),
];

/// The page.
#[component]
pub fn Changes() -> impl IntoView {
    let query = use_query();
    with_report(|| text::WHAT_CHANGED.to_owned(), move |derived| page(derived, query))
}

/// The earlier instant an address asks for: one of those offered, or an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct From {
    /// As the address writes it.
    written: String,
    /// The instant; `None` if what is written is none before the later one.
    at: Option<Timestamp>,
}

impl From {
    fn of(query: &Query, as_of: Timestamp) -> Self {
        let written = query.get(paths::FROM_KEY).unwrap_or(OFFERED[0].0).to_owned();
        let offered = OFFERED.iter().find(|(word, ..)| *word == written);
        let at = match offered {
            Some((_, _, hours)) => Timestamp::from_unix_seconds(as_of.unix_seconds() - hours * HOUR),
            None => Timestamp::parse(&written).filter(|at| *at < as_of),
        };
        Self { written, at }
    }
}

fn page(derived: &Arc<ShownReport>, query: Memo<Query>) -> AnyView {
    let as_of = derived.report.as_of;
    let from = Memo::new(move |_| From::of(&query.read(), as_of));
    let found = use_past_evidence().compared(move || from.read().at);
    let url = Callback::new(move |asked: Asked| {
        let from = from.get_untracked().written;
        paths::changes([(paths::FROM_KEY, from.as_str())].into_iter().chain(asked.pairs()))
    });
    let body = move || {
        if from.read().at.is_none() {
            return view! { <p class="panel pad note" role="status">{text::no_instant(&from.read().written)}</p> }.into_any();
        }
        match found.get() {
            Past::Ready(pair) => change_list(&pair, query, url),
            other @ (Past::Loading | Past::Failed(_) | Past::StartsAt(_)) => past_state(&other),
        }
    };
    let between = move || from.read().at.map(|from| words::between_instants(from, as_of));
    view! {
        {workspace_head(text::WHAT_CHANGED, paths::CHANGES, "")}
        {choices(from, query)}
        <p class="note">{between}</p>
        {body}
    }
    .into_any()
}

fn choices(from: Memo<From>, query: Memo<Query>) -> AnyView {
    let navigate = use_navigate();
    let url = move |from: &str| {
        let asked = Asked::of_query(&query.read());
        paths::changes([(paths::FROM_KEY, from)].into_iter().chain(asked.pairs()))
    };
    let offered = move || {
        let each = OFFERED
            .iter()
            .map(|(word, name, _)| choice(url(word), from.read().written == *word, (*name).into_any()));
        each.collect_view()
    };
    let typed = move |event| {
        if let Some(at) = Timestamp::parse(&format!("{}:00Z", event_target_value(&event))) {
            navigate.to(&untrack(|| url(&at.to_string())));
        }
    };
    let written = move || from.read().at.and_then(|at| at.to_string().get(..16).map(str::to_owned));
    view! {
        <div class="filters">
            <div class="choices" role="group" aria-label=text::WHAT_CHANGED>{offered}</div>
            <label class="inline-field">{text::SINCE_INSTANT}<input type="datetime-local" class="field" prop:value=written on:change=typed/></label>
            <a class="choice" rel="external" href=paths::COMPARE>{text::AGAINST_A_FILE}</a>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::paths;

    use crate::test_support::page_over;
    use crate::text;

    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");

    /// CP-16
    #[test]
    fn the_address_names_the_earlier_instant() {
        let page = page_over(ORDER, paths::CHANGES);
        assert!(page.contains("From 2026-11-19 08:00 UTC to 2026-11-20 08:00 UTC"), "{page}");
        assert!(page.contains("aria-busy") && page.contains(text::AGAINST_A_FILE));
        let asked = |from: &str| page_over(ORDER, &paths::changes([(paths::FROM_KEY, from)]));
        assert!(asked("7d").contains("From 2026-11-13 08:00 UTC"));
        assert!(asked("2026-11-18T06:00:00Z").contains("From 2026-11-18 06:00 UTC"));
        for wrong in ["soon", "2026-11-21T00:00:00Z"] {
            assert!(asked(wrong).contains(&text::no_instant(wrong)), "{wrong}");
        }
    }
}
