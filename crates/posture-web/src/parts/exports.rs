use leptos::prelude::*;
use posture_core::export::csv::{findings_csv, registry_csv};

use crate::browser::address::use_document;
use crate::browser::download::download;
use crate::store::evidence::use_evidence;
use crate::store::opened_files::use_files;
use crate::store::second_bundle::use_second_bundle;
use crate::store::shown_report::ShownReport;
use crate::store::single_file;
use crate::text;

const MENU: &str = "exports-menu";

/// Opens the exports of a served document; a review document has them beside its files.
pub fn exports_button() -> AnyView {
    if use_document().is_review() {
        return ().into_any();
    }
    let (evidence, second) = (use_evidence(), use_second_bundle());
    let button = move || {
        evidence.derived().map(|_| {
            view! {
                <button type="button" class="tool" popovertarget=MENU disabled=move || !second.is_loaded()>
                    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
                        <path d="M8 1.5v8.2M4.6 6.6 8 10l3.4-3.4M2 11.5v3h12v-3" fill="none" stroke="currentColor" stroke-width="1.5"/>
                    </svg>
                    <span class="tool-word">{text::SAVE}</span>
                </button>
            }
        })
    };
    button.into_any()
}

/// The menu that button opens.
pub fn exports_menu() -> AnyView {
    if use_document().is_review() {
        return ().into_any();
    }
    view! {
        <div id=MENU class="menu exports-menu" popover="auto" role="dialog" aria-label=text::EXPORTS>
            <h2>{text::EXPORTS}</h2>
            {exports()}
        </div>
    }
    .into_any()
}

/// What is on screen, as files: the dashboard with its snapshot, the report, and tables.
pub fn exports() -> AnyView {
    let (files, evidence) = (use_files(), use_evidence());
    let save =
        move |name: &'static str, media_type: &'static str, write: fn(&ShownReport) -> Option<String>| {
            move |_| {
                if let Some(written) = evidence.derived_untracked().and_then(|derived| write(&derived)) {
                    download(name, media_type, &written);
                }
            }
        };
    let report = save(text::REPORT_FILE, text::JSON_MEDIA_TYPE, |derived| derived.whole().to_json().ok());
    let registry =
        save(text::CSV_FILE, text::CSV_MEDIA_TYPE, |derived| Some(registry_csv(&derived.whole().tenants)));
    let findings = save(text::FINDINGS_FILE, text::CSV_MEDIA_TYPE, |derived| {
        Some(findings_csv(&derived.whole().findings))
    });
    let state = RwSignal::new(single_file::Making::Idle);
    let single = move |_| single_file::save(files, evidence, state);
    let said = move || match state.get() {
        single_file::Making::Idle => String::new(),
        single_file::Making::Busy => text::SAVING.to_owned(),
        single_file::Making::Failed(why) => format!("{}: {why}", text::NOT_SAVED),
    };
    // A self-contained file is what it would make.
    let single = move || {
        (!files.is_embedded()).then(|| {
            view! { <li><button type="button" class="button" on:click=single>{text::SAVE_SINGLE_FILE}</button><span class="note">{text::SAVE_SINGLE_FILE_NOTE}</span></li> }
        })
    };
    view! {
        <ul class="exports" role="list">
            {single}
            <li><button type="button" class="button" on:click=report>{text::SAVE_REPORT}</button><span class="note">{text::SAVE_REPORT_NOTE}</span></li>
            <li><button type="button" class="button" on:click=registry>{text::SAVE_REGISTRY}</button></li>
            <li><button type="button" class="button" on:click=findings>{text::SAVE_FINDINGS}</button></li>
        </ul>
        <p class="note" role="status">{said}</p>
    }
    .into_any()
}
