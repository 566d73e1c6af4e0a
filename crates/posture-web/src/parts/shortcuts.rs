//! Keyboard shortcuts, from one table, and the sheet that lists them.

use leptos::ev::{self, KeyboardEvent};
use leptos::html::Dialog;
use leptos::prelude::*;
use posture_core::paths;
use wasm_bindgen::JsCast as _;

use super::copy::copy_of_focused_row;
use super::palette::open_palette;
use super::rows::step_rows;
use crate::browser::address::use_navigate;
use crate::browser::theme::{Theme, advance};
use crate::store::evidence::{Evidence, use_evidence};
use crate::store::phase::Activity;
use crate::store::second_bundle::{Dialogs, use_second_bundle};
use crate::text;

/// How long after its first key a shortcut's second key still counts, in milliseconds.
const PATIENCE_MILLISECONDS: f64 = 1500.0;

/// What a shortcut does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Go(&'static str),
    Search,
    NextRow,
    RowBefore,
    CopyKey,
    Refresh,
    Theme,
    Help,
}

/// Keys to press one after the other, what the sheet says about them, and what they do.
const SHORTCUTS: [(&[&str], &str, Action); 10] = [
    (&["g", "o"], text::GO_TO_OVERVIEW, Action::Go(paths::OVERVIEW)),
    (&["g", "t"], text::GO_TO_TENANTS, Action::Go(paths::TENANTS)),
    (&["g", "c"], text::GO_TO_CHOOSE_TENANT, Action::Go(paths::CHOOSE_TENANT)),
    (&["/"], text::FOCUS_SEARCH, Action::Search),
    (&["j"], text::NEXT_ROW, Action::NextRow),
    (&["k"], text::PREVIOUS_ROW, Action::RowBefore),
    (&["c"], text::COPY_FOCUSED_KEY, Action::CopyKey),
    (&["r"], text::REFRESH, Action::Refresh),
    (&["t"], text::CHANGE_COLOURS, Action::Theme),
    (&["?"], text::SHOW_SHORTCUTS, Action::Help),
];

/// What a key means after the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyMeaning {
    /// It completes a shortcut.
    Whole(Action),
    /// A shortcut begins with it.
    Begun,
    /// Nothing.
    Nothing,
}

fn hear(before: Option<&str>, key: &str) -> KeyMeaning {
    let pressed: Vec<_> = before.into_iter().chain([key]).collect();
    if let Some((_, _, deed)) = SHORTCUTS.iter().find(|(keys, _, _)| *keys == pressed) {
        return KeyMeaning::Whole(*deed);
    }
    if before.is_some() {
        return hear(None, key);
    }
    if SHORTCUTS.iter().any(|(keys, _, _)| keys.first() == Some(&key)) {
        KeyMeaning::Begun
    } else {
        KeyMeaning::Nothing
    }
}

/// The sheet of shortcuts, closed; opened by `?` and by [`ShortcutsButton`]. Closing it returns the focus.
#[component]
pub(crate) fn Shortcuts(dialogs: Dialogs, theme: RwSignal<Theme>) -> impl IntoView {
    let sheet = dialogs.shortcuts;
    let are_heard = RwSignal::new(true);
    Effect::new(move |_| are_heard.set(!are_kept_off()));
    listen(dialogs, theme, are_heard, use_evidence());
    let choose = move |event| {
        are_heard.set(event_target_checked(&event));
        keep(are_heard.get_untracked());
    };
    let close = move |_| {
        if let Some(sheet) = sheet.get_untracked() {
            sheet.close();
        }
    };
    let row = |(keys, says, _): (&'static [&'static str], &'static str, Action)| {
        let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> }.into_any()).collect_view();
        view! { <div><dt>{keys}</dt><dd>{says}</dd></div> }.into_any()
    };
    view! {
        <dialog class="sheet" aria-labelledby="shortcuts-title" node_ref=sheet>
            <h2 id="shortcuts-title">{text::SHORTCUTS}</h2>
            <dl class="shortcuts"><div><dt><kbd>"Ctrl"</kbd><kbd>"K"</kbd></dt><dd>{text::COMMANDS}</dd></div>{SHORTCUTS.map(row).into_iter().collect_view()}</dl>
            <label class="kept-choice"><input type="checkbox" prop:checked=are_heard on:change=choose/>{text::ENABLE_SHORTCUTS}</label>
            <button type="button" class="button" on:click=close>{text::CLOSE}</button>
        </dialog>
    }
}

/// A button that opens the sheet.
#[component]
pub(crate) fn ShortcutsButton(sheet: NodeRef<Dialog>) -> impl IntoView {
    let second = use_second_bundle();
    view! {
        <button type="button" class="tool" data-sheet="shortcuts" aria-haspopup="dialog" disabled=move || !second.is_loaded() on:click=move |_| open(sheet)>
            <span aria-hidden="true">"?"</span>
            <span class="visually-hidden">{text::SHORTCUTS}</span>
        </button>
    }
}

/// The key under which the choice to disable shortcuts is stored: speech input may press keys by mistake.
const KEPT_OFF: &str = "shortcuts-off";

fn are_kept_off() -> bool {
    let storage = window().local_storage().ok().flatten();
    storage.is_some_and(|storage| storage.get_item(KEPT_OFF).is_ok_and(|kept| kept.is_some()))
}

/// Keeps the choice; if the browser keeps nothing, it applies to this page only.
fn keep(are_heard: bool) {
    let Some(storage) = window().local_storage().ok().flatten() else { return };
    let _kept = if are_heard { storage.remove_item(KEPT_OFF) } else { storage.set_item(KEPT_OFF, "1") };
}

fn listen(dialogs: Dialogs, theme: RwSignal<Theme>, are_heard: RwSignal<bool>, evidence: Evidence) {
    let navigate = use_navigate();
    let begun = StoredValue::new(None::<(String, f64)>);
    let pressed = move |event: KeyboardEvent| {
        let sheet = dialogs.shortcuts;
        let is_open = document().query_selector("dialog[open]").ok().flatten().is_some();
        // With a modifier it is no single key, and so is heard in fields too.
        if (event.ctrl_key() || event.meta_key()) && !event.alt_key() && event.key().eq_ignore_ascii_case("k")
        {
            event.prevent_default();
            if !is_open {
                open_palette(dialogs);
            }
            return;
        }
        if !are_heard.get_untracked()
            || is_open
            || event.default_prevented()
            || event.ctrl_key()
            || event.alt_key()
            || event.meta_key()
            || is_typing(&event)
        {
            return;
        }
        let (key, at) = (event.key(), event.time_stamp());
        // Shift is part of the key that follows.
        if key == "Shift" {
            return;
        }
        let before =
            begun.get_value().filter(|(_, since)| at - since < PATIENCE_MILLISECONDS).map(|(key, _)| key);
        begun.set_value(None);
        match hear(before.as_deref(), &key) {
            KeyMeaning::Nothing => {}
            KeyMeaning::Begun => begun.set_value(Some((key, at))),
            KeyMeaning::Whole(deed) => {
                event.prevent_default();
                match deed {
                    Action::Go(url) => navigate.to(url),
                    Action::Search => {
                        if !focus_search() {
                            open_palette(dialogs);
                        }
                    }
                    Action::NextRow => step_rows(true),
                    Action::RowBefore => step_rows(false),
                    Action::CopyKey => copy_of_focused_row(),
                    Action::Refresh if matches!(evidence.activity_untracked(), Activity::Loading(_)) => {}
                    Action::Refresh => evidence.load(),
                    Action::Theme => advance(theme),
                    Action::Help => open(sheet),
                }
            }
        }
    };
    Effect::new(move |_| {
        let listening = window_event_listener(ev::keydown, pressed);
        on_cleanup(move || listening.remove());
    });
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

fn open(sheet: NodeRef<Dialog>) {
    let Some(sheet) = sheet.get_untracked().filter(|sheet| !sheet.open()) else { return };
    if let Err(error) = sheet.show_modal() {
        leptos::logging::warn!("the shortcuts could not be shown: {error:?}");
    }
}

/// Moves the focus to the page's search; false if it has none.
fn focus_search() -> bool {
    let field = document().query_selector("main input[type=search]").ok().flatten();
    let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return false;
    };
    field.focus().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::page_over;

    const CALM: &str = include_str!("../../../../tests/cases/calm.json");

    fn press(keys: &[&str]) -> Option<Action> {
        let mut before = None;
        for key in keys {
            match hear(before, key) {
                KeyMeaning::Whole(deed) => return Some(deed),
                KeyMeaning::Begun => before = Some(*key),
                KeyMeaning::Nothing => before = None,
            }
        }
        None
    }

    /// DB-13: the table.
    #[test]
    fn every_shortcut_does_what_the_table_says_and_none_hides_another() {
        for (keys, says, deed) in SHORTCUTS {
            assert_eq!(press(keys), Some(deed), "{says}");
        }
    }

    #[test]
    fn a_key_that_does_not_complete_a_sequence_counts_by_itself() {
        assert_eq!(press(&["g", "x"]), None);
        assert_eq!(press(&["g", "r"]), Some(Action::Refresh));
        assert_eq!(press(&["g", "g", "o"]), Some(Action::Go(paths::OVERVIEW)));
        assert_eq!(press(&["o"]), None);
    }

    /// DB-13: the sheet.
    #[test]
    fn the_sheet_lists_every_shortcut() {
        let page = page_over(CALM, paths::OVERVIEW);
        for (keys, says, _) in SHORTCUTS {
            let keys: String = keys.iter().map(|key| format!("<kbd>{key}</kbd>")).collect();
            assert!(page.contains(&format!("<dt>{keys}</dt><dd>{says}</dd>")), "{says}: {page}");
        }
    }
}
