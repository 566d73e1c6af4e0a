//! The routes, and the frame around every page.

use leptos::prelude::*;
use leptos_router::components::{Redirect, Router};
use leptos_router::hooks::use_location;
use posture_core::paths;

use crate::browser::address::{Document, follow_fragment, is_embedded, is_served, shown, use_document};
use crate::browser::clock::Clock;
use crate::browser::links::follow_links_as_written;
use crate::browser::query::Query;
use crate::browser::theme::{Theme, theme};
use crate::browser::time_slicing::Progress;
use crate::pages::Overview;
use crate::parts::{
    AsOfBanner, EvidenceBar, ExportsButton, NewerVersion, PaletteButton, SecondBundleBanner, SecondPart,
    ShortcutsButton, ThemeButton, carry_query, focus_heading,
};
use crate::second_bundle::ENTRY_POINTS;
use crate::store::csv_choice::CsvChoice;
use crate::store::evidence::{Evidence, use_evidence};
use crate::store::known_items::KnownStore;
use crate::store::opened_files::Files;
use crate::store::past_evidence::PastEvidence;
use crate::store::phase::{Activity, Phase};
use crate::store::refresh::refresh_while_seen;
use crate::store::said::Said;
use crate::store::second_bundle::{Dialogs, SecondBundle, SecondView, use_second_bundle};
use crate::store::staleness::Staleness;
use crate::store::tenant_evidence::TenantEvidence;
use crate::store::tool_exports::ToolExports;
use crate::store::wanted::Wanted;
use crate::text;

/// The whole app. Takes its document and its stores from the context, if they are there. Otherwise a served document asks the endpoint for
/// the evidence, and a review document waits for files.
#[component]
pub fn App() -> impl IntoView {
    let kind = use_context::<Document>().unwrap_or_else(|| {
        let kind = Document::of_page();
        provide_context(kind);
        kind
    });
    if use_context::<Evidence>().is_none() {
        let evidence = Evidence::of(kind);
        provide_context(evidence);
        let files = Files::default();
        provide_context(files);
        provide_context(ToolExports::default());
        match kind {
            Document::Served => {
                Effect::new(move |_| {
                    evidence.want(Wanted::of_query(&Query::of(&shown(kind).1)).unwrap_or(Wanted::Any));
                    evidence.load();
                });
                refresh_while_seen(evidence);
            }
            // The second part reads it.
            Document::Review if is_embedded() => {
                evidence.set_activity(Activity::Loading(Progress::default()))
            }
            Document::Review => {}
        }
    }
    if use_context::<TenantEvidence>().is_none() {
        provide_context(TenantEvidence::default());
    }
    provide_context(Said::default());
    provide_context(CsvChoice::default());
    provide_context(PastEvidence::of_page());
    provide_context(KnownStore::of_page());
    let second = SecondBundle::new(ENTRY_POINTS);
    provide_context(second);
    second.load_after_first_view();
    let clock = Clock::start();
    provide_context(Staleness::watch(kind, use_evidence(), clock));
    let (dialogs, theme) = (Dialogs::default(), theme());
    view! {
        <Router>
            {(kind.is_review()).then(follow_fragment)}
            <Header clock dialogs theme/>
            {kind.is_review().then(|| view! { <SecondPart what=SecondView::ReviewBar/> })}
            <main id="content" tabindex="-1">
                <NewerVersion/>
                <SecondPart what=SecondView::StaleScreen(clock)/>
                <AsOfBanner clock/>
                <SecondPart what=SecondView::PrintHead/>
                <Page/>
            </main>
            <SecondPart what=SecondView::Footer/>
            <SecondPart what=SecondView::Frame(dialogs, theme)/>
        </Router>
    }
}

/// What an address leads to, of those that the first part knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Root,
    Overview,
    Another,
}

impl Shown {
    fn at(path: &str) -> Self {
        match path.trim_end_matches('/') {
            "" => Self::Root,
            paths::OVERVIEW => Self::Overview,
            _ => Self::Another,
        }
    }
}

/// The page of the present address.
#[component]
fn Page() -> impl IntoView {
    let (location, kind) = (use_location(), use_document());
    let shown = Memo::new(move |_| Shown::at(&location.pathname.read()));
    move || match shown.get() {
        // A redirect would leave a document whose route is in its fragment.
        Shown::Root if !kind.is_review() => view! { <Redirect path=paths::OVERVIEW/> }.into_any(),
        Shown::Root | Shown::Overview => view! { <SecondBundleBanner/> <Overview/> }.into_any(),
        Shown::Another => view! { <SecondPart what=SecondView::Pages/> }.into_any(),
    }
}

/// Where the main navigation leads: address, name, and the beginnings of the addresses that belong to it.
const NAVIGATION: [(&str, &str, &[&str]); 4] = [
    (paths::OVERVIEW, text::OVERVIEW, &[paths::CHANGES, paths::TREND, paths::FORECAST, paths::WHAT_IF]),
    (paths::TENANTS, text::TENANTS, &[paths::CHOOSE_TENANT, paths::TENANT_PAGES]),
    (paths::OPEN, text::OPEN_SNAPSHOT, &[]),
    (paths::COMPARE, text::COMPARE, &[]),
];

#[component]
fn Header(clock: Clock, dialogs: Dialogs, theme: RwSignal<Theme>) -> impl IntoView {
    let location = use_location();
    let here = location.pathname;
    let (phase, second) = (use_evidence().phase(), use_second_bundle());
    // The heading takes the focus on arrival, and again once the page it heads is there.
    Effect::new(move |before: Option<(String, bool)>| {
        let now = here.get();
        let is_loading =
            phase.get() == Phase::Loading || (Shown::at(&now) == Shown::Another && !second.is_loaded());
        let is_arriving = before.is_some_and(|(path, is_awaited)| path != now || is_awaited);
        if is_arriving {
            request_animation_frame(focus_heading);
        }
        (now, is_arriving && is_loading)
    });
    carry_query();
    let kind = use_document();
    if !kind.is_review() {
        follow_links_as_written();
    }
    let files = use_context::<Files>().unwrap_or_default();
    let has_no_file = Memo::new(move |_| is_served() && files.shown().is_none() && !files.is_embedded());
    let link = move |(url, name, below): (&'static str, &'static str, &'static [&'static str])| {
        let current = move || match here.get() {
            here if here == url => Some("page"),
            here if below.iter().any(|start| here.starts_with(start)) => Some("true"),
            _ => None,
        };
        // A review document has a policy of its own, so it is loaded as one. With no file open there is nothing to show in it, and the
        // workspace's pages are those of the endpoint.
        let is_of_files = matches!(url, paths::OPEN | paths::COMPARE);
        let leaves = move || if kind.is_review() { !is_of_files && has_no_file.get() } else { is_of_files };
        let rel = move || leaves().then_some("external");
        view! { <a href=url rel=rel aria-current=current>{name}</a> }.into_any()
    };
    let evidence = use_evidence();
    let choices = if kind.is_review() { paths::OPEN } else { paths::WORKSPACES };
    let workspace = move || {
        let name = evidence.derived()?.report.workspace.name.clone();
        Some(view! { <a class="workspace" href=choices>{name}</a> })
    };
    view! {
        <a class="skip" href="#content">{text::SKIP_TO_CONTENT}</a>
        <header class="bar">
            <a class="mark" href=paths::OVERVIEW rel=move || (kind.is_review() && has_no_file.get()).then_some("external")>
                <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true" focusable="false">
                    <path d="M9 1v16M3 5h12M5 13h8" stroke="currentColor" stroke-width="2" fill="none"/>
                </svg>
                {text::PRODUCT}
            </a>
            <nav aria-label=text::MAIN_NAVIGATION>{NAVIGATION.map(link).into_iter().collect_view()}</nav>
            <div class="bar-end">
                {workspace}
                <PaletteButton dialogs/>
                <EvidenceBar clock/>
                <ExportsButton/>
                <ShortcutsButton sheet=dialogs.shortcuts/>
                <ThemeButton theme/>
                {(!kind.is_review()).then(|| view! { <SecondPart what=SecondView::Account/> })}
            </div>
        </header>
    }
}

#[cfg(test)]
mod tests {
    use posture_core::verdicts::backup_health::BackupReason;
    use posture_core::{Id, paths};

    use crate::store::chosen_file::EmbeddedMetadata;
    use crate::test_support::{page_over, report_of, review_page_over};
    use crate::text;

    const CALM: &str = include_str!("../../../tests/cases/calm.json");

    #[test]
    fn every_address_of_the_product_leads_to_a_page_of_its_own() {
        let record = Id::new(1).unwrap();
        let tenant = &report_of(CALM).tenants[0];
        let key = &tenant.tenant_route_key;
        let pages = [
            (paths::OVERVIEW.to_owned(), text::WORKSPACE_OVERVIEW),
            (paths::WORKSPACES.to_owned(), text::WORKSPACES),
            (paths::CHOOSE_TENANT.to_owned(), text::CHOOSE_TENANT),
            (paths::TENANTS.to_owned(), text::TENANTS),
            (paths::OPEN.to_owned(), text::OPEN_SNAPSHOT),
            (paths::COMPARE.to_owned(), text::COMPARE),
            (paths::CHANGES.to_owned(), text::WHAT_CHANGED),
            (paths::TREND.to_owned(), text::TREND),
            (paths::forecast(24), text::FORECAST),
            (paths::what_if(None, 26, 30), text::WHAT_IF),
            (paths::choose_tenant_of("backup_health"), text::CHOOSE_TENANT),
            (paths::registry([(paths::SEARCH_KEY, "a")]), text::TENANTS),
            (paths::tenant(key), tenant.tenant_label.as_str()),
            (paths::tenant("a/b"), text::UNKNOWN_TENANT),
            (paths::backup_sets(key, Some(BackupReason::NoBackupBasis)), text::BACKUP_SETS),
            (paths::backup_set(key, record, None), "Backup set 1"),
            (paths::backup_schedules(key, None), text::BACKUP_SCHEDULES),
            (paths::restore_runs(key, None), text::RESTORE_RUNS),
            (paths::restore_run(key, record, None), "Restore run 1"),
        ];
        for (address, heading) in pages {
            let page = page_over(CALM, &address);
            assert!(page.contains(&format!("<h1 tabindex=\"-1\">{heading}</h1>")), "{address}: {page}");
        }
    }

    /// OR-5: a redirect would leave the document.
    #[test]
    fn an_opened_file_has_its_overview_at_the_root_too() {
        let page = review_page_over(CALM, EmbeddedMetadata::default(), "/");
        assert!(page.contains(text::WORKSPACE_OVERVIEW), "{page}");
    }

    #[test]
    fn an_unknown_address_gets_a_page_that_says_so_and_links_onward() {
        let page = page_over(CALM, "/admin/nowhere");
        assert!(page.contains(text::UNKNOWN_PAGE) && page.contains(&format!("href=\"{}\"", paths::OVERVIEW)));
    }

    #[test]
    fn the_navigation_marks_the_current_page() {
        let page = page_over(CALM, paths::TENANTS);
        assert!(page.contains("href=\"/admin/tenants\" aria-current=\"page\""), "{page}");
    }
}
