use leptos::ev::{self, DragEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::paths;
use web_sys::{DataTransfer, File, FileList, HtmlInputElement};

use super::facts::FactList;
use super::tool_export::ToolExport;
use crate::browser::address::{self, Document, use_document};
use crate::browser::dropped_tree::{DroppedTree, path_in_folder};
use crate::browser::focus;
use crate::store::adapters;
use crate::store::chosen_file::{Chosen, EmbeddedMetadata};
use crate::store::evidence::use_evidence;
use crate::store::opened_file::{Refused, shown_name};
use crate::store::opened_files::use_files;
use crate::store::tool_exports::use_tool_exports;
use crate::text;

/// The id of the control that chooses files.
const PICKER: &str = "file-picker";
/// The id of the control that chooses a folder.
const FOLDER_PICKER: &str = "folder-picker";

/// Chooses files, or takes dropped ones; shows the progress while one is read, and what was refused and why.
#[component]
pub fn OpenPanel() -> impl IntoView {
    let files = use_files();
    let is_reading = Memo::new(move |_| files.reading().is_some());
    // What had the focus goes with the rest: it passes on to what takes its place.
    Effect::new(move |before: Option<bool>| {
        let now = is_reading.get();
        if before.is_some_and(|before| before != now) {
            request_animation_frame(keep_focus);
        }
        now
    });
    // The adapters are loaded before files are chosen, so that opening files needs no connection.
    // If that fails, opening an export tries again and says so.
    Effect::new(|_| {
        spawn_local(async {
            let _ = adapters::load().await;
        });
    });
    let refused = move || files.refused().iter().map(refusal).collect_view();
    // Refused files come first, so that they are visible on a small screen too.
    view! {
        {refused}
        <section class="panel opener" aria-label=text::OPEN_SNAPSHOT>
            {move || if is_reading.get() { view! { <ReadingProgress/> }.into_any() } else { view! { <FilePicker/> }.into_any() }}
        </section>
        <ToolExport/>
    }
}

/// Focuses the panel's control if nothing has the focus.
fn keep_focus() {
    if document().active_element() == document().body().map(Into::into)
        && let Some(control) = focus::found(".opener :is(input, button)")
    {
        focus::focus(&control);
    }
}

#[component]
fn FilePicker() -> impl IntoView {
    let (files, evidence, exports) = (use_files(), use_evidence(), use_tool_exports());
    let chosen = move |event| {
        let input: HtmlInputElement = event_target(&event);
        let (archives, snapshots) = split(listed(input.files()));
        if let Some((name, archive)) = archives.into_iter().next() {
            exports.open(&name, archive);
        }
        files.open(evidence, snapshots, None);
        // The same file may be chosen again.
        input.set_value("");
    };
    let folder_chosen = move |event| {
        let input: HtmlInputElement = event_target(&event);
        let list = input.files();
        let files = list.into_iter().flat_map(|list| (0..list.length()).filter_map(move |at| list.get(at)));
        let files: Vec<_> = files.map(|file| (path_in_folder(&file), file)).collect();
        if !files.is_empty() {
            exports.open(text::CHOSEN_FOLDER, DroppedTree::Listed(files));
        }
        input.set_value("");
    };
    view! {
        <p class="opener-title" aria-hidden="true">{text::DROP_HERE}</p>
        <div class="opener-ways">
            <input type="file" id=PICKER class="visually-hidden" multiple=true accept=".json,.ndjson,.jsonl,.gz,.html,.zip" on:change=chosen/>
            <label for=PICKER class="button primary">{text::CHOOSE_FILES}</label>
            <input type="file" id=FOLDER_PICKER class="visually-hidden" prop:webkitdirectory=true on:change=folder_chosen/>
            <label for=FOLDER_PICKER class="button">{text::CHOOSE_FOLDER}</label>
        </div>
        <p class="note">{text::KINDS_READ}</p>
        <p class="note">{text::TOOLS_READ}</p>
        <p class="opener-note">{text::READ_HERE}</p>
    }
}

/// How far a file has been read.
#[component]
pub(super) fn ReadingProgress() -> impl IntoView {
    let files = use_files();
    let name = Memo::new(move |_| files.reading().map(|reading| reading.name).unwrap_or_default());
    let bytes = move || files.reading().map_or(0, |reading| reading.bytes);
    let of = move || files.reading().map_or(1, |reading| reading.of.max(1));
    let far =
        move || files.reading().map(|reading| text::progress(reading.bytes, reading.of, reading.tenants));
    view! {
        <p class="opener-title" role="status">{text::READING}" "{name}</p>
        <progress class="opener-progress" aria-label=text::READING max=of value=bytes></progress>
        <p class="note">{far}</p>
        <button type="button" class="button" on:click=move |_| files.cancel()>{text::CANCEL}</button>
    }
}

/// Why a file was not opened.
pub(super) fn refusal(refused: &Refused) -> AnyView {
    let Refused { name, fault } = refused;
    let mut rows = vec![(text::FILE, shown_name(name).into_any()), (text::FOUND, fault.found().into_any())];
    rows.extend(fault.place().map(|place| (text::WHERE, place.into_any())));
    rows.push((text::WHAT_TO_DO, fault.remedy().into_any()));
    view! {
        <section class="panel state state-failed refusal" role="alert">
            <p class="eyebrow">{text::REFUSED}</p>
            <h2>{fault.name()}</h2>
            <FactList facts=rows/>
        </section>
    }
    .into_any()
}

fn listed(list: Option<FileList>) -> Vec<Chosen> {
    let list = list.into_iter().flat_map(|list| (0..list.length()).filter_map(move |at| list.get(at)));
    list.map(|file| chosen(&file)).collect()
}

pub(super) fn chosen(file: &File) -> Chosen {
    Chosen { name: file.name(), file: Some((**file).clone()), stated: EmbeddedMetadata::default() }
}

/// Takes files dropped anywhere on a page of a review document; over it, says that they may be dropped.
#[component]
pub fn DropTarget() -> impl IntoView {
    let (files, evidence, exports, kind) = (use_files(), use_evidence(), use_tool_exports(), use_document());
    let is_over = RwSignal::new(false);
    Effect::new(move |_| {
        if !kind.is_review() {
            return;
        }
        let over = window_event_listener(ev::dragover, move |event| {
            if holds_files(&event) {
                event.prevent_default();
                is_over.set(true);
            }
        });
        // Leaving for another window has nothing it leads to.
        let left = window_event_listener(ev::dragleave, move |event| {
            if event.related_target().is_none() {
                is_over.set(false);
            }
        });
        let dropped = window_event_listener(ev::drop, move |event| {
            is_over.set(false);
            let Some(data) = event.data_transfer().filter(|_| holds_files(&event)) else { return };
            event.prevent_default();
            let (path, query) = address::shown(Document::Review);
            let waits = path == paths::OPEN || evidence.derived_untracked().is_none();
            if !waits {
                address::go(paths::OPEN);
            }
            if let Some((name, tree)) = dropped_tree(&data) {
                address::go(paths::OPEN);
                exports.open(&name, tree);
                return;
            }
            files.open(evidence, dropped_files(&data), (!waits).then(|| path + &query));
        });
        on_cleanup(move || {
            over.remove();
            left.remove();
            dropped.remove();
        });
    });
    move || {
        is_over
            .get()
            .then(|| view! { <div class="drop-hint" aria-hidden="true"><p>{text::DROP_TO_OPEN}</p></div> })
    }
}

fn holds_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

/// The archives among what was chosen, and the rest.
fn split(chosen: Vec<Chosen>) -> (Vec<(String, DroppedTree)>, Vec<Chosen>) {
    let (mut archives, mut rest) = (Vec::new(), Vec::new());
    for one in chosen {
        match one.file {
            Some(file) if is_archive(&one.name) => archives.push((one.name, DroppedTree::Zip(file))),
            file => rest.push(Chosen { file, ..one }),
        }
    }
    (archives, rest)
}

fn is_archive(name: &str) -> bool {
    name.to_lowercase().ends_with(".zip")
}

/// The first folder or archive that was dropped.
fn dropped_tree(data: &DataTransfer) -> Option<(String, DroppedTree)> {
    use wasm_bindgen::JsCast as _;
    let items = data.items();
    let files = (0..items.length()).filter_map(|at| items.get(at)).filter(|item| item.kind() == "file");
    files.into_iter().find_map(|item| {
        let entry = item.webkit_get_as_entry().ok().flatten();
        if let Some(folder) = entry.filter(web_sys::FileSystemEntry::is_directory) {
            return Some((folder.name(), DroppedTree::Folder(folder.unchecked_into())));
        }
        let file = item.get_as_file().ok().flatten()?;
        is_archive(&file.name()).then(|| (file.name(), DroppedTree::Zip((*file).clone())))
    })
}

fn dropped_files(data: &DataTransfer) -> Vec<Chosen> {
    let items = data.items();
    let each = (0..items.length()).filter_map(|at| items.get(at)).filter(|item| item.kind() == "file");
    let each = each.filter_map(|item| {
        let folder = item.webkit_get_as_entry().ok().flatten().filter(web_sys::FileSystemEntry::is_directory);
        match folder {
            Some(folder) => {
                Some(Chosen { name: folder.name(), file: None, stated: EmbeddedMetadata::default() })
            }
            None => item.get_as_file().ok().flatten().map(|file| chosen(&file)),
        }
    });
    each.collect()
}
