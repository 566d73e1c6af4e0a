use std::sync::Arc;

use leptos::prelude::*;
use posture_core::{paths, words};

use super::page_head::PageHead;
use super::placeholders::{FailurePanel, Notice, Skeleton};
use super::second_view::SecondPart;
use crate::browser::address::{is_served, use_document};
use crate::browser::clock::Clock;
use crate::browser::fetch::FetchFailure;
use crate::browser::time_slicing::Progress;
use crate::store::evidence::{Evidence, use_evidence};
use crate::store::phase::{Activity, Phase};
use crate::store::second_bundle::SecondView;
use crate::store::shown_report::ShownReport;
use crate::text;

/// Shows `page` over the report on screen, or a state in its place: loading, failed, or no workspace. `title` is the heading of
/// those, so that a page keeps its name while it waits.
pub fn with_report(
    title: impl Fn() -> String + Send + Sync + 'static,
    page: impl Fn(&Arc<ShownReport>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let phase = use_evidence().phase();
    let shown = move || {
        match phase.get() {
        Phase::Ready(derived) => page(&derived),
        Phase::Loading => view! { <PageHead title=title()/> <Loading/> }.into_any(),
        Phase::Failed(failure) => view! { <PageHead title=title()/> {failed(&failure)} }.into_any(),
        Phase::NoWorkspace => {
            view! { <PageHead title=title()/> <Notice title=text::NO_WORKSPACE note=text::NO_WORKSPACE_NOTE/> }.into_any()
        }
        Phase::NoFile => {
            view! { <PageHead title=title()/> <Notice title=text::OPEN_AGAIN note=text::OPEN_AGAIN_NOTE><BackToServed/></Notice> <SecondPart what=SecondView::OpenPanel/> }
                .into_any()
        }
    }
    };
    shown.into_any()
}

/// Evidence is loading: the progress, over a placeholder.
#[component]
fn Loading() -> impl IntoView {
    let evidence = use_evidence();
    view! { <Skeleton>{move || progress(evidence)}</Skeleton> }.into_any()
}

/// What is being loaded, and how far it has come, tracked.
pub fn progress(evidence: Evidence) -> String {
    let what = text::loading_evidence(evidence.reaching_back());
    match evidence.activity() {
        Activity::Loading(Progress { bytes, tenants }) if bytes > 0 => {
            let judged = words::counted(tenants as u64, "tenant", "tenants");
            format!("{what}: {} · {judged}", text::bytes(bytes as u64))
        }
        Activity::Loading(_)
        | Activity::Idle
        | Activity::Failed(_)
        | Activity::NoWorkspace
        | Activity::NoFile => format!("{what} …"),
    }
}

/// The way from a document for opened files to what the endpoint serves, if one does.
#[component]
fn BackToServed() -> impl IntoView {
    is_served()
        .then(|| view! { <a class="button" rel="external" href=paths::OVERVIEW>{text::LEAVE_REVIEW}</a> })
}

/// Says why the evidence failed to load, with a button to retry.
fn failed(failure: &FetchFailure) -> AnyView {
    let evidence = use_evidence();
    let FetchFailure { title, detail } = failure.clone();
    let told = view! { <h2>{title}</h2><p class="detail">{detail}</p><p>{text::FAILED_NOTE}</p> }.into_any();
    view! { <FailurePanel try_again={move || evidence.load()}>{told}</FailurePanel> }.into_any()
}

/// Says that a refresh failed, and how old the data on screen is; in a review document, which is never refreshed, that it cannot be
/// judged at the instant chosen. Repeated failures are announced once.
#[component]
pub(crate) fn StaleScreen(clock: Clock) -> impl IntoView {
    let (evidence, is_review) = (use_evidence(), use_document().is_review());
    let failure = Memo::new(move |_| match (evidence.derived(), evidence.activity()) {
        (Some(derived), Activity::Failed(failure)) => Some((failure, derived.report.exported_at)),
        _ => None,
    });
    let updated = move || Some(text::updated(evidence.updated_at()?, clock.now()?));
    let notice = move || {
        let Some((failure, exported_at)) = failure.get() else { return ().into_any() };
        if is_review {
            return view! {
                <div class="banner" data-tone="high">
                    <p class="banner-text" role="alert"><b>{text::NOT_JUDGED}</b>" "{failure.detail}</p>
                </div>
            }
            .into_any();
        }
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

    use crate::browser::fetch::FetchFailure;
    use crate::store::phase::Activity;
    use crate::test_support::{page_over, page_over_while, report_of};
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
