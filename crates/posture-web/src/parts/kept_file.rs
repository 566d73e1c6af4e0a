use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::open_panel::{ReadingProgress, chosen, refusal};
use crate::store::opened_files::use_files;
use crate::text;

/// The id of the control that chooses the file.
const PICKER: &str = "kept-file-picker";

/// Chooses the file to compare the evidence on screen with; shows the progress while it is read, and why it was refused.
#[component]
pub fn KeptFilePanel() -> impl IntoView {
    let files = use_files();
    let is_reading = Memo::new(move |_| files.reading().is_some());
    let refused = move || files.refused().iter().map(refusal).collect_view();
    let body = move || {
        if is_reading.get() {
            view! { <ReadingProgress/> }.into_any()
        } else {
            view! { <KeptFilePicker/> }.into_any()
        }
    };
    view! {
        <section class="panel opener" aria-label=text::KEPT_FILE_TITLE>{body}</section>
        {refused}
    }
}

#[component]
fn KeptFilePicker() -> impl IntoView {
    let files = use_files();
    let choose = move |event| {
        let input: HtmlInputElement = event_target(&event);
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            files.open_kept(chosen(&file));
        }
        // The same file may be chosen again.
        input.set_value("");
    };
    view! {
        <p class="opener-title" aria-hidden="true">{text::KEPT_FILE_TITLE}</p>
        <input type="file" id=PICKER class="visually-hidden" accept=".json,.ndjson,.jsonl,.gz,.html" on:change=choose/>
        <label for=PICKER class="button primary">{text::CHOOSE_KEPT_FILE}</label>
        <p class="note">{text::KINDS_READ}</p>
        <p class="opener-note">{text::KEPT_FILE_READ_HERE}</p>
    }
}
