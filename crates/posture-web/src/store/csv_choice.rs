//! Which separator saved tables have. A spreadsheet takes the one of its language, so a person's choice is kept.

use leptos::prelude::*;
use posture_core::export::csv::Separator;

/// Where the choice is kept; nothing is, until one is made.
const KEPT: &str = "csv-separator";

/// The choice. Copies share one state.
#[derive(Clone, Copy, Debug)]
pub struct CsvChoice(RwSignal<Separator>);

impl Default for CsvChoice {
    fn default() -> Self {
        Self(RwSignal::new(Separator::Comma))
    }
}

/// The choice of this page.
pub fn use_csv_choice() -> CsvChoice {
    use_context().unwrap_or_default()
}

impl CsvChoice {
    /// The separator, tracked.
    pub fn separator(self) -> Separator {
        self.0.get()
    }

    /// The separator, not tracked.
    pub fn separator_untracked(self) -> Separator {
        self.0.get_untracked()
    }

    /// Restores the choice made earlier in this browser.
    pub fn recall(self) {
        let kept = storage().and_then(|storage| storage.get_item(KEPT).ok().flatten());
        if let Some(separator) = kept.and_then(|word| Separator::from_word(&word)) {
            self.0.set(separator);
        }
    }

    /// Chooses a separator; if the browser keeps nothing, it applies to this page only.
    pub fn choose(self, separator: Separator) {
        self.0.set(separator);
        if let Some(storage) = storage() {
            let _kept = storage.set_item(KEPT, separator.as_str());
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
