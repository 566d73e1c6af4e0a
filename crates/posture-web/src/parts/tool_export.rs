//! A folder or archive of another tool: its kind, its tenant, and the result of reading it.

use leptos::prelude::*;
use posture_core::invisible_chars::made_visible;
use posture_core::paths;
use posture_core::views::truncation;
use posture_gather::Note;
use web_sys::Blob;

use super::badge::Badge;
use super::facts::FactList;
use crate::browser::download::download_bytes;
use crate::store::adapters::{Detected, KindName, Made};
use crate::store::evidence::use_evidence;
use crate::store::opened_files::use_files;
use crate::store::tool_exports::{Stage, file_name, use_tool_exports};
use crate::text;
use crate::tone::severity_tone;

/// The id of the hint about the tenant's name.
const HINT: &str = "tenant-name-hint";

/// What there is to say about it; nothing if none was chosen.
#[component]
pub fn ToolExport() -> impl IntoView {
    let exports = use_tool_exports();
    move || match exports.stage() {
        Stage::Nothing => ().into_any(),
        Stage::Reading { name, files } => {
            view! { <Reading name progress=text::files_read(files)/> }.into_any()
        }
        Stage::Gathering { name, files, of } => {
            view! { <Reading name progress=text::gathering(files, of)/> }.into_any()
        }
        Stage::Refused { name, fault } => {
            let rows =
                vec![(text::FILE, name.into_any()), (text::FOUND, text::tree_fault(&fault).into_any())];
            view! {
                <section class="panel state state-failed refusal" role="alert">
                    <p class="eyebrow">{text::REFUSED}</p>
                    <h2>{text::TOOL_EXPORT}</h2>
                    <FactList facts=rows/>
                </section>
            }
            .into_any()
        }
        Stage::Recognised { name, detected } => form(name, detected),
        Stage::Made { name, made, file } => result(name, &made, file),
    }
}

#[component]
fn Reading(name: String, progress: String) -> impl IntoView {
    let exports = use_tool_exports();
    view! {
        <section class="panel opener" aria-label=text::TOOL_EXPORT>
            <p class="opener-title" role="status">{text::READING}" "{name}</p>
            <p class="note">{progress}</p>
            <button type="button" class="button" on:click=move |_| exports.cancel()>{text::CANCEL}</button>
        </section>
    }
}

/// Asks for what the files do not say: the tenant's name, and the kind if it was not recognised.
fn form(name: String, detected: Detected) -> AnyView {
    let (exports, files, evidence) = (use_tool_exports(), use_files(), use_evidence());
    let Detected { likely, all } = detected;
    // Anything that is not recognised can be read as CSV files, the last kind.
    let Some(first) = likely.first().map(|(kind, _)| *kind).or_else(|| all.last().copied()) else {
        return ().into_any();
    };
    let (kind, tenant) = (RwSignal::new(first), RwSignal::new(String::new()));
    let why = move || {
        let why = likely.iter().find(|(likely, _)| *likely == kind.get()).map(|(_, why)| why.clone());
        why.unwrap_or_else(|| text::NOT_RECOGNISED.to_owned())
    };
    let options = all
        .iter()
        .map(|one| view! { <option value=one.name selected=*one == first>{one.title}</option> })
        .collect_view();
    let chosen = move |event| {
        let chosen = event_target_value(&event);
        if let Some(one) = all.iter().find(|one: &&KindName| one.name == chosen) {
            kind.set(*one);
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        exports.gather(files, evidence, kind.get_untracked(), &tenant.get_untracked());
    };
    let rows = vec![(text::FILE, name.into_any()), (text::BECAUSE, why.into_any())];
    view! {
        <section class="panel" aria-label=text::TOOL_EXPORT>
            <form class="pad tool-form" on:submit=submit>
                <h2>{text::TOOL_EXPORT}</h2>
                <FactList facts=rows/>
                <label>{text::READ_AS}<select class="field" on:change=chosen>{options}</select></label>
                <label>
                    {text::TENANT_NAME}
                    <input type="text" class="field" aria-describedby=HINT prop:value=tenant on:input=move |event| tenant.set(event_target_value(&event))/>
                </label>
                <p class="note" id=HINT>{text::TENANT_NAME_HINT}</p>
                <p class="known-ways">
                    <button type="submit" class="button primary">{text::SHOW}</button>
                    <button type="button" class="button" on:click=move |_| exports.cancel()>{text::CANCEL}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}

/// The notes of the gathering, what is missing, and the snapshot to save.
fn result(name: String, made: &Made, file: Option<Blob>) -> AnyView {
    let saved = file_name(&name);
    let save = move |_| {
        if let Some(file) = &file {
            download_bytes(&saved, file);
        }
    };
    let rows = vec![(text::FILE, name.into_any()), (text::READ_AS, made.kind.title.into_any())];
    let missing = made.lacks_history.then(|| view! { <p class="note">{text::MISSING_HERE}</p> });
    // The worst first; among equals, in the order of the gathering.
    let mut notes: Vec<&Note> = made.notes.iter().collect();
    notes.sort_by_key(|note| note.severity);
    let notes = notes.into_iter().map(note).collect_view();
    view! {
        <section class="panel" aria-label=text::TOOL_EXPORT>
            <div class="pad tool-form">
                <h2>{text::TOOL_EXPORT}</h2>
                <FactList facts=rows/>
                {missing}
                <p class="known-ways">
                    <a class="button primary" href=paths::OVERVIEW>{text::SHOW_OVERVIEW}</a>
                    <button type="button" class="button" on:click=save>{text::SAVE_SNAPSHOT}</button>
                </p>
                <h3>{text::NOTES}</h3>
                <ul class="tool-notes" role="list">{notes}</ul>
            </div>
        </section>
    }
    .into_any()
}

fn note(note: &Note) -> AnyView {
    let path = note.path.as_ref().map(|path| {
        let shown = truncation::line(&made_visible(path)).into_owned();
        view! { <code>{shown}</code>": " }
    });
    let severity = view! { <Badge tone=severity_tone(note.severity) label=note.severity.as_str()/> };
    view! { <li>{severity}" "{path}{note.message.clone()}</li> }.into_any()
}

#[cfg(test)]
mod tests {
    use posture_gather::{Note, Severity};

    use crate::browser::dropped_tree::TreeFault;
    use crate::store::adapters::{Detected, KindName, Made};
    use crate::store::tool_exports::Stage;
    use crate::test_support::review_page_of_export;
    use crate::text;

    const MANAGEMENT: KindName = KindName { name: "intunemanagement", title: "IntuneManagement" };

    /// OR-17: what was recognised and why, and whose it is.
    #[test]
    fn a_recognised_export_says_why_and_asks_for_the_tenant() {
        let why = "it has MigrationTable.json".to_owned();
        let stage = |likely| Stage::Recognised {
            name: "Backups".to_owned(),
            detected: Detected { likely, all: vec![MANAGEMENT] },
        };
        let page = review_page_of_export(stage(vec![(MANAGEMENT, why.clone())]));
        for part in ["Backups", &why, text::TENANT_NAME, "IntuneManagement", text::SHOW] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(review_page_of_export(stage(Vec::new())).contains(text::NOT_RECOGNISED));
    }

    /// OR-18: what is missing, the notes, and the snapshot to save.
    #[test]
    fn a_made_snapshot_says_what_is_missing_and_can_be_saved() {
        let note = Note {
            severity: Severity::Error,
            code: "unreadable_file",
            path: Some("A/b\u{202e}.json".to_owned()),
            message: "Failed to read the file.".to_owned(),
        };
        let made = Made {
            kind: KindName { name: "intunecd", title: "IntuneCD" },
            notes: vec![note],
            lacks_history: true,
            pieces: Vec::new(),
        };
        let page = review_page_of_export(Stage::Made { name: "repo.zip".to_owned(), made, file: None });
        for part in
            [text::SAVE_SNAPSHOT, "Git history and run lists", "A/b⟨U+202E⟩.json", "Failed to read the file."]
        {
            assert!(page.contains(part), "{part}: {page}");
        }
    }

    /// OR-22
    #[test]
    fn adapters_that_failed_to_load_are_named_and_the_export_can_be_opened_again() {
        let stage = Stage::Refused { name: "a.zip".to_owned(), fault: TreeFault::NotLoaded };
        let page = review_page_of_export(stage);
        assert!(page.contains("a.zip") && page.contains("open the files again"), "{page}");
    }

    #[test]
    fn an_archive_that_is_not_read_says_what_to_do() {
        let stage = Stage::Refused { name: "a.zip".to_owned(), fault: TreeFault::NotZip };
        let page = review_page_of_export(stage);
        assert!(page.contains("a.zip") && page.contains("Unpack it"), "{page}");
    }
}
