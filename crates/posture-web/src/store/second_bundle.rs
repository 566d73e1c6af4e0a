//! The second bundle: the part of the program that the first view does without. It is loaded once the first view is painted, and at once
//! if another page is requested.

use std::future::Future;
use std::pin::Pin;

use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::report::model::Domain;

use crate::browser::address::use_document;
use crate::browser::clock::Clock;
use crate::browser::theme::Theme;
use crate::browser::time_slicing::after_paint;
use crate::store::evidence::use_evidence;
use crate::store::phase::Phase;

/// The dialogs that buttons of the first bundle open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dialogs {
    /// The list of shortcuts.
    pub shortcuts: NodeRef<Dialog>,
    /// The command palette.
    pub palette: NodeRef<Dialog>,
    /// How often the palette was opened.
    pub palette_opened: RwSignal<u64>,
}

/// A view that the second bundle draws.
#[derive(Clone, Copy, Debug)]
pub enum SecondView {
    /// Every page except the overview.
    Pages,
    /// What surrounds all pages and is hidden at first: menus, the list of shortcuts, the drop target, the listeners for keys.
    Frame(Dialogs, RwSignal<Theme>),
    /// Who is signed in.
    Account,
    /// The bar of a review document.
    ReviewBar,
    /// The file picker.
    OpenPanel,
    /// The banner over evidence that could not be refreshed.
    StaleScreen(Clock),
    /// The ages of the latest backups, on the overview.
    Ages,
    /// The tenants in groups, on the overview.
    Groups,
    /// What every page begins with on paper.
    PrintHead,
    /// How tenants changed since yesterday and in the last days, on the overview.
    PastLine,
    /// The attention list of the overview with the marks on its items, of a family or of all, and at most so many tenants.
    KnownLines(Option<Domain>, usize),
    /// The findings about the evidence, folded away on the overview.
    Findings,
    /// What every page ends with: what its evidence is, and under which policy it is judged.
    Footer,
}

/// The two entry points of the second bundle.
#[derive(Clone, Copy, Debug)]
pub struct EntryPoints {
    /// Loads the bundle; false if that failed.
    pub load: fn() -> Pin<Box<dyn Future<Output = bool>>>,
    /// Draws a view; `None` if the bundle is not loaded.
    pub draw: fn(SecondView) -> Option<AnyView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    NotLoaded,
    Loading,
    Loaded,
    Failed,
}

/// The second bundle and its state. Copies share one state.
#[derive(Clone, Copy, Debug)]
pub struct SecondBundle {
    state: RwSignal<State>,
    entry: EntryPoints,
}

/// The second bundle of this app; [`crate::App`] provides it.
pub fn use_second_bundle() -> SecondBundle {
    expect_context()
}

impl SecondBundle {
    /// A bundle that is yet to be loaded. Outside a browser there is one program, which holds both bundles.
    pub fn new(entry: EntryPoints) -> Self {
        let state = if cfg!(target_family = "wasm") { State::NotLoaded } else { State::Loaded };
        Self { state: RwSignal::new(state), entry }
    }

    /// Whether it is loaded, tracked.
    pub fn is_loaded(self) -> bool {
        self.state.get() == State::Loaded
    }

    /// Whether loading it failed, tracked.
    pub fn has_failed(self) -> bool {
        self.state.get() == State::Failed
    }

    /// Loads it, unless it is loaded or loading.
    pub fn load(self) {
        if matches!(self.state.get_untracked(), State::Loading | State::Loaded) {
            return;
        }
        self.state.set(State::Loading);
        spawn_local(async move {
            let is_loaded = (self.entry.load)().await;
            self.state.set(if is_loaded { State::Loaded } else { State::Failed });
        });
    }

    /// Loads it once the evidence is painted or has failed to load; in a review document at once, since it is what reads files.
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

    /// Draws a view, without tracking what it reads.
    pub fn draw(self, what: SecondView) -> Option<AnyView> {
        untrack(|| (self.entry.draw)(what))
    }
}
