//! The split point of the program: what only `draw` reaches is cut into the second bundle (`crates/wasm-tools`).

use futures_util::FutureExt as _;
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::browser::scroll_restoration::keep_scroll_positions;
use crate::browser::theme::Theme;
use crate::pages;
use crate::parts::{
    as_of_menu, drop_target, exports_menu, known_dialog, known_lines, noticed, open_panel, overview_aside,
    palette, past_line, printed_workspace, review_mark, said, shortcuts, stale_screen,
};
use crate::store::csv_choice::use_csv_choice;
use crate::store::digest::follow_digest;
use crate::store::evidence::use_evidence;
use crate::store::known_items::use_known_items;
use crate::store::opened_files::use_files;
use crate::store::second_bundle::{Dialogs, EntryPoints, SecondView};

/// The entry points of the second bundle of this program.
pub const ENTRY_POINTS: EntryPoints = EntryPoints {
    load: || Box::pin(async { fetch().await.is_ok() }),
    draw: |what| draw(what).now_or_never().and_then(Result::ok),
};

#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible, preload(fetch))]
fn draw(what: SecondView) -> Result<AnyView, SplitLoaderError> {
    Ok(match what {
        SecondView::Pages => pages::pages(),
        SecondView::Frame(dialogs, theme) => frame(dialogs, theme),
        SecondView::ReviewBar => review_mark(),
        SecondView::OpenPanel => open_panel(),
        SecondView::StaleScreen(clock) => stale_screen(clock),
        SecondView::PrintHead => printed_workspace(),
        SecondView::PastLine => past_line(),
        SecondView::Aside => overview_aside(),
        SecondView::KnownLines(family, limit) => known_lines(family, limit),
        SecondView::Findings => noticed(),
    })
}

fn frame(dialogs: Dialogs, theme: RwSignal<Theme>) -> AnyView {
    let (evidence, files) = (use_evidence(), use_files());
    Effect::new(move |_| files.open_embedded(evidence));
    follow_digest(evidence);
    use_known_items().follow_evidence(files);
    Effect::new(|_| keep_scroll_positions());
    let csv = use_csv_choice();
    Effect::new(move |_| csv.recall());
    view! { {shortcuts(dialogs, theme)} {palette(dialogs, theme)} {as_of_menu()} {exports_menu()} {drop_target()} {known_dialog()} {said()} }.into_any()
}
