//! The split point of the program: what only `draw` reaches is cut into the second bundle (`crates/wasm-tools`).

use futures_util::FutureExt as _;
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::browser::scroll_restoration::keep_scroll_positions;
use crate::browser::theme::Theme;
use crate::pages::Pages;
use crate::parts::{
    Account, AsOfMenu, DropTarget, ExportsMenu, Footer, KnownDialog, Noticed, OpenPanel, Palette, PastLine,
    PrintedWorkspace, ReviewMark, Shortcuts, StaleScreen, Toast, known_lines, overview_ages, overview_groups,
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
        SecondView::Pages => view! { <Pages/> }.into_any(),
        SecondView::Frame(dialogs, theme) => view! { <Frame dialogs theme/> }.into_any(),
        SecondView::Account => view! { <Account/> }.into_any(),
        SecondView::ReviewBar => view! { <ReviewMark/> }.into_any(),
        SecondView::OpenPanel => view! { <OpenPanel/> }.into_any(),
        SecondView::StaleScreen(clock) => view! { <StaleScreen clock/> }.into_any(),
        SecondView::PrintHead => view! { <PrintedWorkspace/> }.into_any(),
        SecondView::PastLine => view! { <PastLine/> }.into_any(),
        SecondView::Ages => overview_ages(),
        SecondView::Groups => overview_groups(),
        SecondView::KnownLines(family, limit) => known_lines(family, limit),
        SecondView::Findings => view! { <Noticed/> }.into_any(),
        SecondView::Footer => view! { <Footer/> }.into_any(),
    })
}

#[component]
fn Frame(dialogs: Dialogs, theme: RwSignal<Theme>) -> impl IntoView {
    let (evidence, files) = (use_evidence(), use_files());
    Effect::new(move |_| files.open_embedded(evidence));
    follow_digest(evidence);
    evidence.judge_long_tenants_by(|again, slices| Box::pin(again.step_in_slices(slices)));
    use_known_items().follow_evidence(files);
    Effect::new(|_| keep_scroll_positions());
    let csv = use_csv_choice();
    Effect::new(move |_| csv.recall());
    view! { <Shortcuts dialogs theme/> <Palette dialogs theme/> <AsOfMenu/> <ExportsMenu/> <DropTarget/> <KnownDialog/> <Toast/> }
}
