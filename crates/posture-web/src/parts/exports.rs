use leptos::prelude::*;
use posture_core::export::csv::{Separator, findings_csv, registry_csv};
use posture_core::export::file_name::file_name;
use posture_core::views::reviews::Marks;

use crate::browser::address::use_document;
use crate::browser::download::{CSV_MARK, download};
use crate::store::csv_choice::use_csv_choice;
use crate::store::evidence::use_evidence;
use crate::store::known_items::use_known_items;
use crate::store::opened_files::use_files;
use crate::store::second_bundle::use_second_bundle;
use crate::store::shown_report::ShownReport;
use crate::store::single_file;
use crate::text;

const MENU: &str = "exports-menu";

/// Opens the exports of a served document; a review document has them next to its files.
#[component]
pub fn ExportsButton() -> impl IntoView {
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
                    <span class="tool-word">{text::EXPORT}</span>
                </button>
            }
        })
    };
    button.into_any()
}

/// The menu that button opens.
#[component]
pub fn ExportsMenu() -> impl IntoView {
    if use_document().is_review() {
        return ().into_any();
    }
    view! {
        <div id=MENU class="menu exports-menu" popover="auto" role="dialog" aria-label=text::EXPORT>
            <h2>{text::EXPORT}</h2>
            <Exports/>
        </div>
    }
    .into_any()
}

/// What is on screen, as files: the dashboard with its snapshot, the snapshot, the report, and tables.
#[component]
pub fn Exports() -> impl IntoView {
    let (files, evidence, csv) = (use_files(), use_evidence(), use_csv_choice());
    let known = use_known_items();
    let save = move |what: &'static str, extension: &'static str, media_type: &'static str, write: Write| {
        move |_| {
            let Some(derived) = evidence.derived_untracked() else { return };
            if let Some(written) = write(&derived, csv.separator_untracked(), &known.marks_untracked()) {
                download(&file_name(&derived.report, what, extension), media_type, &written);
            }
        }
    };
    let report = save(text::REPORT_FILE, "json", text::JSON_MEDIA_TYPE, |derived, _, _| {
        derived.whole().to_json().ok()
    });
    let registry = save(text::TENANTS_FILE, "csv", text::CSV_MEDIA_TYPE, |derived, separator, marks| {
        let report = derived.whole();
        Some(format!("{CSV_MARK}{}", registry_csv(report, &report.tenants, marks, separator)))
    });
    let findings = save(text::FINDINGS_FILE, "csv", text::CSV_MEDIA_TYPE, |derived, separator, _| {
        Some(format!("{CSV_MARK}{}", findings_csv(derived.whole(), separator)))
    });
    let state = RwSignal::new(single_file::Making::Idle);
    let single = move |_| single_file::save(files, evidence, known, state);
    let snapshot = move |_| single_file::save_snapshot(files, evidence, state);
    let said = move || match state.get() {
        single_file::Making::Idle => String::new(),
        single_file::Making::Busy => text::SAVING.to_owned(),
        single_file::Making::Failed(why) => format!("{}: {why}", text::NOT_SAVED),
    };
    // The endpoint's copy for this dashboard is reduced; an opened file is saved as it is.
    let slim = (!use_document().is_review()).then_some(text::SLIM_COPY);
    // A self-contained file is what it would make.
    let single = move || {
        (!files.is_embedded()).then(|| {
            view! {
                <li><button type="button" class="button" on:click=single>{text::SAVE_SINGLE_FILE}</button><span class="note">{text::SAVE_SINGLE_FILE_NOTE}{slim}</span></li>
                <li><button type="button" class="button" on:click=snapshot>{text::SAVE_SNAPSHOT_JSON}</button><span class="note">{text::SAVE_SNAPSHOT_NOTE}{slim}</span></li>
            }
        })
    };
    view! {
        <ul class="exports" role="list">
            {single}
            <li><button type="button" class="button" on:click=report>{text::SAVE_REPORT}</button><span class="note">{text::SAVE_REPORT_NOTE}</span></li>
            <li><button type="button" class="button" on:click=registry>{text::SAVE_REGISTRY}</button></li>
            <li><button type="button" class="button" on:click=findings>{text::SAVE_FINDINGS}</button></li>
        </ul>
        <SeparatorChoice/>
        <p class="note" role="status">{said}</p>
    }
}

/// Writes what is on screen as a text.
type Write = fn(&ShownReport, Separator, &Marks) -> Option<String>;

/// Which separator saved tables have.
#[component]
pub fn SeparatorChoice() -> impl IntoView {
    let csv = use_csv_choice();
    let chosen = move |event| {
        if let Some(separator) = Separator::from_word(&event_target_value(&event)) {
            csv.choose(separator);
        }
    };
    let options = Separator::ALL
        .iter()
        .map(|separator| {
            let separator = *separator;
            view! { <option value=separator.as_str() prop:selected=move || csv.separator() == separator>{text::separator(separator)}</option> }
                .into_any()
        })
        .collect_view();
    view! { <label class="separator">{text::SEPARATOR}<select class="field" on:change=chosen>{options}</select></label> }
}
