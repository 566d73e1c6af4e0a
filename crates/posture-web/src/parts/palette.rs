use leptos::ev::KeyboardEvent;
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

use crate::browser::address::{Navigate, use_document, use_navigate};
use crate::browser::theme::{Theme, advance};
use crate::store::commands::{Command, Deed, offered};
use crate::store::evidence::{Evidence, use_evidence};
use crate::store::phase::Activity;
use crate::store::registry_view::Index;
use crate::store::second_bundle::{Dialogs, use_second_bundle};
use crate::text;

/// The list's id; its options are numbered from it.
const LIST: &str = "commands";

/// A dialog that finds tenants, pages and actions by what is typed. The field keeps the focus; arrow keys choose, Enter does.
#[component]
pub(crate) fn Palette(dialogs: Dialogs, theme: RwSignal<Theme>) -> impl IntoView {
    let dialog = dialogs.palette;
    let (evidence, kind, navigate) = (use_evidence(), use_document(), use_navigate());
    let (typed, chosen, field) =
        (RwSignal::new(String::new()), RwSignal::new(0_usize), NodeRef::<Input>::new());
    let is_open = RwSignal::new(false);
    // Whoever opens it finds it empty.
    Effect::new(move |_| {
        if dialogs.palette_opened.get() == 0 {
            return;
        }
        is_open.set(true);
        typed.set(String::new());
        chosen.set(0);
        if let Some(field) = field.get_untracked() {
            field.set_value("");
        }
    });
    // The tenants are prepared once the palette is open.
    let index = Memo::new_owning(move |_| {
        let derived = evidence.derived().filter(|_| is_open.get());
        (derived.map(|derived| (Index::of(&derived.report), derived)), true)
    });
    let commands = Memo::new(move |_| {
        let index = index.read();
        let report = index.as_ref().map(|(index, derived)| (&derived.report, index));
        offered(&typed.read(), report, kind.is_review())
    });
    let act = move |at: usize| {
        let Some(command) = commands.read_untracked().get(at).cloned() else { return };
        close(dialog);
        perform(command.deed, navigate, evidence, theme);
    };
    let keys = move |event: KeyboardEvent| {
        // These keys are the input method's: they choose and commit what is being composed.
        if event.is_composing() {
            return;
        }
        let last = commands.read_untracked().len().saturating_sub(1);
        let at = chosen.get_untracked();
        let to = match event.key().as_str() {
            "ArrowDown" if at == last => 0,
            "ArrowDown" => at + 1,
            "ArrowUp" => at.checked_sub(1).unwrap_or(last),
            "Enter" => {
                event.prevent_default();
                act(at);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        chosen.set(to);
        show_option(to);
    };
    let write = move |event| {
        typed.set(event_target_value(&event));
        chosen.set(0);
    };
    let option = move |(at, command): (usize, Command)| {
        let Command { kind, name, about, .. } = command;
        view! {
            <li id=format!("{LIST}-{at}") role="option" aria-selected=move || (chosen.get() == at).to_string() on:click=move |_| act(at)>
                <span class="command-name">{name}</span>" "<span class="command-about">{about}</span>" "<span class="command-kind">{kind}</span>
            </li>
        }
        .into_any()
    };
    let options = move || commands.get().into_iter().enumerate().map(option).collect_view();
    let none =
        move || commands.read().is_empty().then(|| view! { <p class="pad note">{text::COMMANDS_NONE}</p> });
    view! {
        <dialog class="palette" aria-label=text::COMMANDS node_ref=dialog on:close=move |_| is_open.set(false)>
            <input type="text" class="field" role="combobox" aria-label=text::COMMANDS placeholder=text::COMMANDS_PLACEHOLDER
                aria-expanded="true" aria-controls=LIST aria-autocomplete="list" autocomplete="off" spellcheck="false"
                aria-activedescendant=move || (!commands.read().is_empty()).then(|| format!("{LIST}-{}", chosen.get()))
                node_ref=field on:input=write on:keydown=keys/>
            <ul id=LIST role="listbox" aria-label=text::COMMANDS>{options}</ul>
            {none}
        </dialog>
    }
}

/// A button that opens the palette.
#[component]
pub(crate) fn PaletteButton(dialogs: Dialogs) -> impl IntoView {
    let second = use_second_bundle();
    view! {
        <button type="button" class="tool find" aria-haspopup="dialog" aria-keyshortcuts="Control+K Meta+K" disabled=move || !second.is_loaded() on:click=move |_| open_palette(dialogs)>
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
                <path d="M10.7 10.7 14.5 14.5M12 6.7a5.2 5.2 0 1 1-10.5 0 5.2 5.2 0 0 1 10.5 0z" fill="none" stroke="currentColor" stroke-width="1.5"/>
            </svg>
            <span class="tool-word">{text::COMMANDS_SHORT}</span>
        </button>
    }
}

/// Opens the palette, unless it is open.
pub fn open_palette(dialogs: Dialogs) {
    let Some(dialog) = dialogs.palette.get_untracked().filter(|dialog| !dialog.open()) else { return };
    match dialog.show_modal() {
        Ok(()) => dialogs.palette_opened.update(|times| *times += 1),
        Err(error) => leptos::logging::warn!("the command palette could not be shown: {error:?}"),
    }
}

fn close(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        dialog.close();
    }
}

fn show_option(at: usize) {
    if let Some(option) = document().get_element_by_id(&format!("{LIST}-{at}")) {
        let (Some(list), rect) = (option.parent_element(), option.get_bounding_client_rect()) else { return };
        let frame = list.get_bounding_client_rect();
        if rect.bottom() > frame.bottom() || rect.top() < frame.top() {
            option.scroll_into_view_with_bool(rect.top() < frame.top());
        }
    }
}

fn perform(deed: Deed, navigate: Navigate, evidence: Evidence, theme: RwSignal<Theme>) {
    match deed {
        Deed::Go(url) => navigate.to(&url),
        Deed::Load(url) => {
            if let Err(error) = window().location().set_href(url) {
                leptos::logging::warn!("{url} could not be loaded: {error:?}");
            }
        }
        Deed::Press(control) => {
            let found = document().query_selector(control).ok().flatten();
            if let Some(found) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
                // The next Tab leads into the menu that it opens.
                let _ = found.focus();
                found.click();
            }
        }
        Deed::Refresh if matches!(evidence.activity_untracked(), Activity::Loading(_)) => {}
        Deed::Refresh => evidence.load(),
        Deed::Theme => advance(theme),
        Deed::Print => {
            if let Err(error) = window().print() {
                leptos::logging::warn!("the page could not be printed: {error:?}");
            }
        }
    }
}
