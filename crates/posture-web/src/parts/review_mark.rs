use std::sync::Arc;

use leptos::prelude::*;
use posture_core::{paths, words};

use super::exports::Exports;
use crate::browser::address::use_document;
use crate::store::evidence::use_evidence;
use crate::store::opened_file::{FileDigest, OpenedFile, shown_name};
use crate::store::opened_files::use_files;
use crate::text;

const MENU: &str = "review-menu";

/// How many digits of a digest are shown in a small space; its title has all.
const DIGITS: usize = 12;

/// On every page of a review document: which file is shown, when it was exported, its digest and the report's, and what can be done.
#[component]
pub fn ReviewMark() -> impl IntoView {
    if !use_document().is_review() {
        return ().into_any();
    }
    let (files, evidence) = (use_files(), use_evidence());
    let file = move || {
        let Some(file) = files.shown() else {
            return view! { <span class="review-fact">{text::NO_FILE}</span> }.into_any();
        };
        let exported_at = file.derived.report.exported_at;
        let title = file
            .stated
            .title
            .as_deref()
            .map(|title| view! { <b class="review-name">{shown_name(title)}</b> });
        let digest = file.digest.clone();
        let file_digest = move || match digest.get() {
            FileDigest::Known(sha256) => Some(short_digest(&sha256)),
            // The footer says why.
            FileDigest::Computing | FileDigest::Failed(_) => None,
        };
        let rules = file.stated.replaces_rules().then(|| {
            view! { <span class="review-fact" title=text::RULES_REPLACED>{text::OTHER_RULES}</span> }
        });
        view! {
            {title}
            <b class="review-name">{file.name.clone()}</b>
            <span class="review-fact">{text::EXPORTED}" "{words::instant(exported_at)}</span>
            <span class="review-fact">{text::FILE}" "{file_digest}</span>
            <span class="review-fact">{text::REPORT}" "{move || evidence.digest().map(|digest| short_digest(&digest))}</span>
            {rules}
        }
        .into_any()
    };
    let open_menu = move || {
        files.shown().map(|_| view! { <button type="button" class="button" popovertarget=MENU>{text::FILES_AND_EXPORTS}</button> })
    };
    let leave = move || {
        (!files.is_embedded())
            .then(|| view! { <a class="button" rel="external" href=paths::OVERVIEW>{text::LEAVE_REVIEW}</a> })
    };
    view! {
        <section class="review" aria-label=text::OFFLINE_REVIEW>
            <span class="review-label">{text::OFFLINE_REVIEW}</span>
            {file}
            <span class="review-ways">{open_menu} {leave}</span>
        </section>
        <DifferingDigest/>
        <ReviewMenu/>
    }
    .into_any()
}

fn short_digest(digest: &str) -> AnyView {
    let short = digest.get(..DIGITS).unwrap_or(digest).to_owned();
    view! { <code title=digest.to_owned()>{short}"…"</code> }.into_any()
}

/// A self-contained file states its report's digest; if another is derived from it, the page says so.
#[component]
fn DifferingDigest() -> impl IntoView {
    let (files, evidence) = (use_files(), use_evidence());
    move || {
        let (file, digest, derived) = (files.shown()?, evidence.digest()?, evidence.derived()?);
        let stated = file.stated.digest.clone()?;
        let as_stated = file.stated.as_of.unwrap_or(derived.report.exported_at) == derived.report.as_of;
        (as_stated && stated != digest).then(|| {
            view! { <div class="banner" data-tone="high" role="alert"><p class="banner-text">{text::DIGEST_DIFFERS}" "<code>{stated}</code></p></div> }
        })
    }
}

#[component]
fn ReviewMenu() -> impl IntoView {
    let files = use_files();
    let list = move || {
        (!files.opened().is_empty())
            .then(|| view! { <h2>{text::OPEN_FILES}</h2> <OpenedFiles/> <p><a href=paths::OPEN>{text::OPEN_ANOTHER}</a></p> })
    };
    view! {
        <div id=MENU class="menu review-menu" popover="auto" role="dialog" aria-label=text::FILES_AND_EXPORTS>
            {list}
            <h2>{text::EXPORT}</h2>
            <Exports/>
        </div>
    }
}

/// The files that are open, to switch between and to close.
#[component]
pub fn OpenedFiles() -> impl IntoView {
    let (files, evidence) = (use_files(), use_evidence());
    let row = move |file: Arc<OpenedFile>| {
        let is_shown = files.shown().is_some_and(|shown| Arc::ptr_eq(&shown, &file));
        let (name, exported_at) = (file.name.clone(), words::instant(file.derived.report.exported_at));
        let (showing, closing) = (Arc::clone(&file), file);
        let show = move |_| files.show(evidence, &showing);
        let close = move |_| files.close(evidence, &closing);
        let named = || view! { <span class="visually-hidden">" "{name.clone()}</span> };
        let switch = if is_shown {
            view! { <span class="note">{text::SHOWN}</span> }.into_any()
        } else {
            view! { <button type="button" class="button" on:click=show>{text::SHOW}{named()}</button> }
                .into_any()
        };
        let named = named();
        view! {
            <li class="row">
                <span class="row-name">{name}<span class="note">" "{text::EXPORTED}" "{exported_at}</span></span>
                {switch}
                <button type="button" class="button" on:click=close>{text::CLOSE}{named}</button>
            </li>
        }
        .into_any()
    };
    view! { <ul class="rows" role="list">{move || files.opened().into_iter().map(row).collect_view()}</ul> }
}
