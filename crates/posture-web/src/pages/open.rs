//! Offline review: choosing files to open, and what was read of them.

use leptos::prelude::*;
use posture_core::{paths, words};

use crate::browser::address::use_document;
use crate::browser::file_fault::{FILE_LIMIT, OPEN_LIMIT};
use crate::parts::{FactList, Notice, OpenPanel, OpenedFiles, PageHead, Panel};
use crate::store::opened_files::use_files;
use crate::text;

/// The page.
#[component]
pub fn OpenSnapshot() -> impl IntoView {
    // A served document reaches this page only by its history; the page's own document has the policy that goes with it.
    if !use_document().is_review() {
        let again =
            view! { <a class="button primary" rel="external" href=paths::OPEN>{text::OPEN_SNAPSHOT}</a> }
                .into_any();
        return view! { <PageHead title=text::OPEN_SNAPSHOT note=text::OPEN_LEAD/> <Notice note=text::READ_HERE>{again}</Notice> }.into_any();
    }
    let files = use_files();
    let is_open = Memo::new(move |_| !files.opened().is_empty());
    let opened = move || {
        is_open.get().then(|| {
            view! { <Panel id="open-files" title=text::OPEN_FILES><OpenedFiles/></Panel> }.into_any()
        })
    };
    view! {
        <PageHead title=text::OPEN_SNAPSHOT note=text::OPEN_LEAD/>
        <OpenPanel/>
        {opened}
        <Limits/>
    }
    .into_any()
}

/// What is read, and up to what.
#[component]
fn Limits() -> impl IntoView {
    let of_files = [
        (text::FILES_READ_LIMIT, text::KINDS_READ.to_owned()),
        (text::FILE_SIZE_LIMIT, text::bytes(FILE_LIMIT)),
        (text::OPEN_SIZE_LIMIT, text::bytes(OPEN_LIMIT)),
    ];
    let of_files = of_files.map(|(limit, value)| (limit, value.into_any()));
    let of_snapshots = words::LIMITS.map(|(limit, value)| (limit, value.into_any()));
    let body = view! { <FactList facts=of_files.into_iter().chain(of_snapshots).collect()/> }.into_any();
    view! {
        <details class="panel disclosure" id="limits">
            <summary><h2>{text::SEE_LIMITS}</h2></summary>
            <div class="pad">{body}</div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use posture_core::{paths, words};
    use posture_report::StatedPolicy;

    use crate::browser::file_fault::FileFault;
    use crate::store::chosen_file::EmbeddedMetadata;
    use crate::store::opened_file::{Reading, Refused};
    use crate::test_support::{page_over, report_of, review_page_over, review_page_while};
    use crate::text;

    const CALM: &str = include_str!("../../../../tests/cases/calm.json");

    /// OR-8
    #[test]
    fn a_refusal_names_the_file_what_was_found_and_what_to_do_and_the_limits_are_listed() {
        let fault = FileFault::TooLarge { bytes: 2_000_000_000 };
        let page = review_page_while(
            None,
            vec![Refused { name: "a.json".to_owned(), fault: fault.clone() }],
            paths::OPEN,
        );
        for part in ["a.json", fault.name(), "2.0 GB", "posture slim"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        for (limit, value) in words::LIMITS {
            assert!(page.contains(limit) && page.contains(value), "{limit}");
        }
    }

    /// OR-1: progress, and a way to cancel.
    #[test]
    fn a_file_being_read_says_how_far_and_offers_to_cancel() {
        let reading = Reading { name: "a.json".to_owned(), bytes: 1_500_000, of: 3_000_000, tenants: 1200 };
        let page = review_page_while(Some(reading), Vec::new(), paths::OPEN);
        assert!(
            page.contains(&text::progress(1_500_000, 3_000_000, 1200)) && page.contains(text::CANCEL),
            "{page}"
        );
        assert!(!page.contains("file-picker"), "{page}");
    }

    /// OR-5: a page without its file keeps its name and asks for the file.
    #[test]
    fn a_page_without_a_file_asks_for_it_in_its_own_place() {
        let page = review_page_while(None, Vec::new(), paths::TENANTS);
        assert!(
            page.contains(text::OPEN_AGAIN) && page.contains("file-picker") && page.contains(text::TENANTS),
            "{page}"
        );
    }

    /// OR-2, OR-7: a tenant's records come from the file, under the mark.
    #[test]
    fn every_page_of_a_file_carries_its_mark() {
        let key = &report_of(CALM).tenants[0].tenant_route_key;
        for address in [
            paths::OVERVIEW.to_owned(),
            paths::TENANTS.to_owned(),
            paths::tenant(key),
            paths::backup_sets(key, None),
        ] {
            let page = review_page_over(CALM, EmbeddedMetadata::default(), &address);
            assert!(
                page.contains("contoso.json")
                    && page.contains(&"ab".repeat(32))
                    && page.contains(text::LEAVE_REVIEW),
                "{address}: {page}"
            );
            let refresh = format!("<span class=\"visually-hidden\">{}</span>", text::REFRESH);
            assert!(!page.contains(&refresh), "{address}");
        }
        assert!(
            review_page_over(CALM, EmbeddedMetadata::default(), &paths::backup_sets(key, None))
                .contains("Current")
        );
    }

    /// OR-14: a self-contained file shows its title, and is nothing to leave.
    #[test]
    fn a_self_contained_file_is_called_by_its_title() {
        let stated = EmbeddedMetadata {
            title: Some("Third quarter".to_owned()),
            digest: Some("0".repeat(64)),
            ..EmbeddedMetadata::default()
        };
        let page = review_page_over(CALM, stated, paths::OVERVIEW);
        assert!(
            page.contains("Third quarter")
                && !page.contains(text::LEAVE_REVIEW)
                && !page.contains(text::SAVE_SINGLE_FILE),
            "{page}"
        );
    }

    /// OR-21: a self-contained file that was written under another policy says so next to its digest and next to the policy.
    #[test]
    fn a_file_judged_by_another_policy_says_so() {
        let stated =
            EmbeddedMetadata { policy: Some(StatedPolicy::default()), ..EmbeddedMetadata::default() };
        let page = review_page_over(CALM, stated, paths::OVERVIEW);
        assert!(page.contains(text::OTHER_RULES) && page.contains(text::RULES_REPLACED), "{page}");
        let page = review_page_over(CALM, EmbeddedMetadata::default(), paths::OVERVIEW);
        assert!(!page.contains(text::OTHER_RULES) && !page.contains(text::RULES_REPLACED), "{page}");
    }

    /// OR-3: the review page is a document of its own.
    #[test]
    fn the_served_dashboard_leads_to_review_by_loading_its_document() {
        let page = page_over(CALM, paths::OVERVIEW);
        assert!(
            page.contains("href=\"/open\" rel=\"external\"")
                && page.contains("href=\"/compare\" rel=\"external\""),
            "{page}"
        );
        assert!(!page.contains(text::OFFLINE_REVIEW), "{page}");
    }
}
