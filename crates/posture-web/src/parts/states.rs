use std::sync::Arc;

use leptos::prelude::*;
use posture_core::{paths, words};

use super::page_head;
use crate::clock::Clock;
use crate::derived::Derived;
use crate::evidence::use_evidence;
use crate::fetch::FetchFailure;
use crate::later::{Later, later, use_second_part};
use crate::phase::{Activity, Phase};
use crate::slices::Progress;
use crate::text;

/// Shows `page` over the report on screen, or the state that stands in its place: loading, failed, or no workspace. `title` heads
/// those, so that a page keeps its name while it waits.
pub fn with_report(
    title: impl Fn() -> String + Send + Sync + 'static,
    page: impl Fn(&Arc<Derived>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let phase = use_evidence().phase();
    let shown = move || {
        match phase.get() {
        Phase::Ready(derived) => page(&derived),
        Phase::Loading => view! { {page_head(Vec::new(), title(), "")} {loading()} }.into_any(),
        Phase::Failed(failure) => view! { {page_head(Vec::new(), title(), "")} {failed(&failure)} }.into_any(),
        Phase::NoWorkspace => {
            view! { {page_head(Vec::new(), title(), "")} {notice(text::NO_WORKSPACE, text::NO_WORKSPACE_NOTE, ().into_any())} }.into_any()
        }
        Phase::NoFile => {
            view! { {page_head(Vec::new(), title(), "")} {notice(text::OPEN_AGAIN, text::OPEN_AGAIN_NOTE, ().into_any())} {later(Later::OpenPanel)} }
                .into_any()
        }
    }
    };
    shown.into_any()
}

/// Evidence is on its way: how far it has come, over the shape of what will be there.
fn loading() -> AnyView {
    let evidence = use_evidence();
    let progress = move || match evidence.activity() {
        Activity::Loading(Progress { bytes, tenants }) if bytes > 0 => {
            let judged = words::counted(tenants as u64, "tenant", "tenants");
            format!("{}: {} · {judged}", text::READING_EVIDENCE, text::bytes(bytes as u64))
        }
        Activity::Loading(_)
        | Activity::Idle
        | Activity::Failed(_)
        | Activity::NoWorkspace
        | Activity::NoFile => {
            format!("{} …", text::READING_EVIDENCE)
        }
    };
    skeleton(progress.into_any())
}

/// Something is on its way, as the note says: the shape of what will be there.
pub fn skeleton(note: AnyView) -> AnyView {
    view! {
        <div class="loading" aria-busy="true">
            <p class="loading-note" role="status">{note}</p>
            <div class="panel skeleton skeleton-line" aria-hidden="true"></div>
            <div class="panel skeleton skeleton-strip" aria-hidden="true"></div>
            <div class="panel skeleton skeleton-list" aria-hidden="true"></div>
        </div>
    }
    .into_any()
}

/// The evidence did not come: what failed, and a button to try again.
fn failed(failure: &FetchFailure) -> AnyView {
    let evidence = use_evidence();
    let FetchFailure { title, detail } = failure.clone();
    let told = view! { <h2>{title}</h2><p class="detail">{detail}</p><p>{text::FAILED_NOTE}</p> }.into_any();
    failure_panel(told, move || evidence.load())
}

/// The second part of the program did not come: that it did not, and a button to try again.
pub fn second_part_failed() -> AnyView {
    let second = use_second_part();
    let told = view! { <p>{text::NO_SECOND_PART}</p> }.into_any();
    view! { {page_head(Vec::new(), text::NO_PAGE, "")} {failure_panel(told, move || second.load())} }
        .into_any()
}

fn failure_panel(told: AnyView, try_again: impl Fn() + 'static) -> AnyView {
    view! {
        <section class="panel state state-failed" role="alert">
            <p class="eyebrow">{text::FAILED_EYEBROW}</p>
            {told}
            <button type="button" class="button primary" on:click=move |_| try_again()>{text::TRY_AGAIN}</button>
        </section>
    }
    .into_any()
}

/// The same on the overview, which is there without it.
pub fn second_part_banner() -> AnyView {
    let second = use_second_part();
    let banner = move || {
        second.has_failed().then(|| {
            view! {
                <div class="banner" data-tone="unknown">
                    <p class="banner-text" role="alert">{text::NO_SECOND_PART}</p>
                    <button type="button" class="button" on:click=move |_| second.load()>{text::TRY_AGAIN}</button>
                </div>
            }
        })
    };
    banner.into_any()
}

/// There is nothing here, and what that means; `title` stays empty where the page's heading says it.
pub fn notice(title: &'static str, note: impl Into<String>, ways: AnyView) -> AnyView {
    let title = (!title.is_empty()).then(|| view! { <h2>{title}</h2> });
    view! { <section class="panel state">{title}<p>{note.into()}</p>{ways}</section> }.into_any()
}

/// The way back to the overview.
pub fn back_to_overview() -> AnyView {
    view! { <a class="button" href=paths::OVERVIEW>{text::BACK_TO_OVERVIEW}</a> }.into_any()
}

/// Newer evidence did not come; what is on screen is older, and of what age. A failure that repeats is not read out again.
pub fn stale_screen(clock: Clock) -> AnyView {
    let evidence = use_evidence();
    let failure = Memo::new(move |_| match (evidence.derived(), evidence.activity()) {
        (Some(derived), Activity::Failed(failure)) => Some((failure, derived.report.exported_at)),
        _ => None,
    });
    let updated = move || Some(text::updated(evidence.updated_at()?, clock.now()?));
    let notice = move || {
        let Some((failure, exported_at)) = failure.get() else { return ().into_any() };
        view! {
            <div class="banner" data-tone="high">
                <div class="banner-text" role="alert">
                    <b>{text::STALE_SCREEN}</b>" "{text::EXPORTED}" "{words::instant(exported_at)}". "{failure.title}". "
                    <span class="detail">{failure.detail}</span>
                </div>
                <span class="note">{updated}</span>
                <button type="button" class="button" on:click=move |_| evidence.load()>{text::TRY_AGAIN}</button>
            </div>
        }
        .into_any()
    };
    notice.into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::words;

    use crate::fetch::FetchFailure;
    use crate::parts::test_support::{page_over, page_over_while, report_of};
    use crate::phase::Activity;
    use crate::text;

    const CALM: &str = include_str!("../../../../tests/cases/calm.json");

    /// DB-7, DB-12: a failed refresh.
    #[test]
    fn when_a_refresh_fails_the_older_evidence_stays_and_is_marked_with_its_age() {
        let failure = FetchFailure { title: "No answer".to_owned(), detail: "/api: gone".to_owned() };
        let page = page_over_while(CALM, Activity::Failed(failure), posture_core::paths::OVERVIEW);
        let report = report_of(CALM);
        assert!(
            page.contains(text::STALE_SCREEN) && page.contains("No answer") && page.contains("/api: gone"),
            "{page}"
        );
        assert!(
            page.contains(&format!("{} {}", text::EXPORTED, words::instant(report.exported_at))),
            "{page}"
        );
        assert!(page.contains(&report.overview.calmness.title), "the evidence stays");
        assert!(!page.contains(text::FAILED_NOTE));
    }

    #[test]
    fn without_a_failure_nothing_is_marked_as_older() {
        assert!(!page_over(CALM, posture_core::paths::OVERVIEW).contains(text::STALE_SCREEN));
    }
}
