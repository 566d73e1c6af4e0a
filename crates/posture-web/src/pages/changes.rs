//! How each tenant changed since an earlier instant, or against a kept file, worst first.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::{Report, Timestamp, paths, words};

use crate::browser::address::{use_document, use_navigate};
use crate::browser::query::{Query, use_query};
use crate::parts::{
    Asked, Choice, FactList, InstantField, KeptFilePanel, WorkspaceHead, absolute, change_list, compared,
    past_state, with_report,
};
use crate::store::opened_files::use_files;
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

/// What an address compares the evidence on screen with: the same at an earlier instant, or a kept file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct From {
    /// As the address writes it.
    written: String,
    with: With,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum With {
    Instant(Timestamp),
    /// A file that a person chooses. A reloaded page no longer has it.
    File,
    /// Neither of these: what is written is not an instant before the one on screen.
    Nothing,
}

impl From {
    fn of(query: &Query, as_of: Timestamp) -> Self {
        let written = query.get(paths::FROM_KEY).unwrap_or(OFFERED[0].0).to_owned();
        let offered = OFFERED.iter().find(|(word, ..)| *word == written);
        let at = match offered {
            Some((_, _, hours)) => Timestamp::from_unix_seconds(as_of.unix_seconds() - hours * HOUR),
            None => Timestamp::parse(&written).filter(|at| *at < as_of),
        };
        let with = match at {
            Some(at) => With::Instant(at),
            None if written == paths::FROM_FILE => With::File,
            None => With::Nothing,
        };
        Self { written, with }
    }

    fn instant(&self) -> Option<Timestamp> {
        match self.with {
            With::Instant(at) => Some(at),
            With::File | With::Nothing => None,
        }
    }
}

fn page(derived: &Arc<ShownReport>, query: Memo<Query>) -> AnyView {
    let as_of = derived.report.as_of;
    let from = Memo::new(move |_| From::of(&query.read(), as_of));
    let url = Callback::new(move |asked: Asked| {
        let from = from.get_untracked().written;
        paths::changes([(paths::FROM_KEY, from.as_str())].into_iter().chain(asked.pairs()))
    });
    let with = Memo::new(move |_| from.read().with);
    let shown = Arc::clone(derived);
    let body = move || match with.get() {
        With::Nothing => {
            view! { <p class="panel pad note" role="status">{text::no_instant(&from.read().written)}</p> }
                .into_any()
        }
        With::Instant(_) => view! { <ChangesSince from query url/> }.into_any(),
        With::File => against_file(&shown, query, url),
    };
    let between = move || {
        let between = from.read().instant().map(|from| words::between_instants(from, as_of));
        between.map(|between| view! { <p class="note">{between}</p> })
    };
    view! {
        <WorkspaceHead title=text::WHAT_CHANGED here=paths::CHANGES/>
        <SinceChoices from query/>
        {between}
        {body}
    }
    .into_any()
}

/// The changes since an earlier instant.
#[component]
fn ChangesSince(from: Memo<From>, query: Memo<Query>, url: Callback<Asked, String>) -> impl IntoView {
    let found = use_past_evidence().compared(move || from.read().instant());
    move || match found.get() {
        Past::Ready(pair) => change_list(&pair, query, url),
        other @ (Past::Loading | Past::Failed(_) | Past::StartsAt(_)) => past_state(&other),
    }
}

/// The changes against a kept file, the older of the two first; until one is chosen, where to choose it.
fn against_file(shown: &Arc<ShownReport>, query: Memo<Query>, url: Callback<Asked, String>) -> AnyView {
    let files = use_files();
    let found = use_past_evidence().kept(move || files.kept());
    let shown = Arc::clone(shown);
    let body = move || {
        let Some(file) = files.kept() else { return view! { <KeptFilePanel/> }.into_any() };
        let kept = match found.get() {
            Past::Ready(kept) => kept,
            other @ (Past::Loading | Past::Failed(_) | Past::StartsAt(_)) => return past_state(&other),
        };
        let is_older = |one: &ShownReport, other: &ShownReport| {
            (one.report.exported_at, one.report.as_of) <= (other.report.exported_at, other.report.as_of)
        };
        let kept_name = file.name.clone();
        let on_screen = text::ON_SCREEN.to_owned();
        let (before, after) = if is_older(&kept, &shown) {
            ((kept_name, &kept), (on_screen, &shown))
        } else {
            ((on_screen, &shown), (kept_name, &kept))
        };
        view! { {sides(&before, &after)} {compared(before.1, after.1, query, url)} }.into_any()
    };
    body.into_any()
}

/// What is compared, each with its instants, and the way to another file.
fn sides(before: &(String, &Arc<ShownReport>), after: &(String, &Arc<ShownReport>)) -> AnyView {
    let files = use_files();
    let side = |(name, shown): &(String, &Arc<ShownReport>)| {
        let Report { exported_at, as_of, .. } = &shown.report;
        let judged = (as_of != exported_at).then(|| view! { " · "{text::AS_OF}" "{absolute(*as_of)} });
        view! { <b>{name.clone()}</b>" · "{text::EXPORTED}" "{absolute(*exported_at)}{judged} }.into_any()
    };
    let rows = view! { <FactList facts={vec![(text::BEFORE, side(before)), (text::AFTER, side(after))]}/> }
        .into_any();
    view! {
        <section class="panel pad kept-file" aria-label=text::KEPT_FILE_TITLE>
            {rows}
            <button type="button" class="button" on:click=move |_| files.close_kept()>{text::CHOOSE_ANOTHER_FILE}</button>
        </section>
    }
    .into_any()
}

#[component]
fn SinceChoices(from: Memo<From>, query: Memo<Query>) -> impl IntoView {
    let (navigate, kind) = (use_navigate(), use_document());
    let url = move |from: &str| {
        let asked = Asked::of_query(&query.read());
        paths::changes([(paths::FROM_KEY, from)].into_iter().chain(asked.pairs()))
    };
    let offered = move || {
        let is_asked = |word: &str| from.read().written == word;
        let each = OFFERED.iter().map(|(word, name, _)| {
            view! { <Choice url=url(word) is_asked=is_asked(word)>{*name}</Choice> }.into_any()
        });
        // In a review document the opened files are compared on a page of their own.
        let file = if kind.is_review() {
            view! { <Choice url=paths::COMPARE.to_owned() is_asked=false>{text::AGAINST_A_FILE}</Choice> }
                .into_any()
        } else {
            view! { <Choice url=url(paths::FROM_FILE) is_asked=is_asked(paths::FROM_FILE)>{text::SAVED_FILE}</Choice> }.into_any()
        };
        each.chain([file]).collect_view()
    };
    let typed = Callback::new(move |at: Timestamp| navigate.to(&untrack(|| url(&at.to_string()))));
    let written = Signal::derive(move || from.read().instant());
    view! {
        <div class="filters">
            <div class="choices" role="group" aria-label=text::WHAT_CHANGED>{offered}</div>
            <label class="inline-field">{text::SINCE_INSTANT}<InstantField written typed/></label>
        </div>
    }
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
        assert!(page.contains("aria-busy") && page.contains(text::SAVED_FILE));
        let asked = |from: &str| page_over(ORDER, &paths::changes([(paths::FROM_KEY, from)]));
        assert!(asked("7d").contains("From 2026-11-13 08:00 UTC"));
        assert!(asked("2026-11-18T06:00:00Z").contains("From 2026-11-18 06:00 UTC"));
        // CP-17
        let file = asked(paths::FROM_FILE);
        assert!(file.contains(text::KEPT_FILE_TITLE) && !file.contains("aria-busy"), "{file}");
        for wrong in ["soon", "2026-11-21T00:00:00Z"] {
            assert!(asked(wrong).contains(&text::no_instant(wrong)), "{wrong}");
        }
    }
}
