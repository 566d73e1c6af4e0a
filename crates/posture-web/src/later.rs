//! What the first view does without: the program's second part. It comes by itself once the first view is painted, and at once where
//! another page is asked for.
//!
//! The build cuts the program at `draw` (`crates/wasm-tools`): what only it reaches lies in the second part. Outside a browser there is
//! one program, which holds both.

use futures_util::FutureExt as _;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::address::use_document;
use crate::clock::Clock;
use crate::digest::follow_digest;
use crate::evidence::use_evidence;
use crate::opened::use_files;
use crate::pages;
use crate::parts::{
    as_of_menu, drop_target, exports_menu, noticed, open_panel, printed_workspace, review_mark,
    second_part_failed, skeleton, stale_screen,
};
use crate::phase::Phase;
use crate::places::keep_places;
use crate::shortcuts::shortcuts;
use crate::slices::after_paint;
use crate::text;
use crate::theme::Theme;

/// Something the second part draws.
#[derive(Clone, Copy, Debug)]
pub enum Later {
    /// Every page but the overview.
    Pages,
    /// What surrounds all pages and is not seen at first: menus, the sheet of shortcuts, what listens to keys and to dropped files.
    Frame(NodeRef<Dialog>, RwSignal<Theme>),
    /// What a review document says of itself.
    ReviewMark,
    /// The way to open a file.
    OpenPanel,
    /// That newer evidence did not come.
    StaleScreen(Clock),
    /// What every page begins with on paper.
    Printed,
    /// What was noticed about the evidence itself, which the overview folds away at first.
    Noticed,
}

#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible, preload(fetch))]
fn draw(what: Later) -> Result<AnyView, SplitLoaderError> {
    Ok(match what {
        Later::Pages => pages::pages(),
        Later::Frame(sheet, theme) => frame(sheet, theme),
        Later::ReviewMark => review_mark(),
        Later::OpenPanel => open_panel(),
        Later::StaleScreen(clock) => stale_screen(clock),
        Later::Printed => printed_workspace(),
        Later::Noticed => noticed(),
    })
}

fn frame(sheet: NodeRef<Dialog>, theme: RwSignal<Theme>) -> AnyView {
    let (evidence, files) = (use_evidence(), use_files());
    Effect::new(move |_| files.open_enclosed(evidence));
    follow_digest(evidence);
    Effect::new(|_| keep_places());
    view! { {shortcuts(sheet, theme)} {as_of_menu()} {exports_menu()} {drop_target()} }.into_any()
}

/// How far the second part has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Absent,
    Coming,
    Here,
    Failed,
}

/// The second part. Copies share one state.
#[derive(Clone, Copy, Debug)]
pub struct SecondPart(RwSignal<State>);

impl Default for SecondPart {
    fn default() -> Self {
        Self(RwSignal::new(if cfg!(target_family = "wasm") { State::Absent } else { State::Here }))
    }
}

/// The second part of this program.
pub fn use_second_part() -> SecondPart {
    use_context().unwrap_or_default()
}

impl SecondPart {
    /// Whether it is here, tracked.
    pub fn is_here(self) -> bool {
        self.0.get() == State::Here
    }

    /// Whether it was asked for and did not come, tracked.
    pub fn has_failed(self) -> bool {
        self.0.get() == State::Failed
    }

    /// Asks for it, unless it is here or on its way.
    pub fn load(self) {
        if matches!(self.0.get_untracked(), State::Coming | State::Here) {
            return;
        }
        self.0.set(State::Coming);
        spawn_local(async move {
            let came = fetch().await;
            self.0.set(if came.is_ok() { State::Here } else { State::Failed });
        });
    }

    /// Asks for it once the evidence is painted, or said not to come; in a review document at once, since it is what reads files.
    pub fn load_after_first_view(self) {
        let (kind, phase) = (use_document(), use_evidence().phase());
        Effect::new(move |_| {
            if kind.is_review() {
                self.load();
            } else if phase.get() != Phase::Loading {
                after_paint(move || self.load());
            }
        });
    }
}

/// Draws it once the second part is here.
pub fn later(what: Later) -> AnyView {
    let part = use_second_part();
    let is_page = matches!(what, Later::Pages);
    if is_page {
        Effect::new(move |_| part.load());
    }
    let shown = move || match part.0.get() {
        State::Here => untrack(|| draw(what).now_or_never()).and_then(Result::ok).into_any(),
        State::Failed if is_page => second_part_failed(),
        State::Absent | State::Coming if is_page => skeleton(text::LOADING_PAGE.into_any()),
        State::Absent | State::Coming | State::Failed => ().into_any(),
    };
    shown.into_any()
}
