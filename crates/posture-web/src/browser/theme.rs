//! The choice between the system's colours, light and dark. `public/theme.js` applies a stored choice before the first paint.

use leptos::prelude::*;

use crate::text;

const KEY: &str = "theme";
const ATTRIBUTE: &str = "data-theme";

/// Which colours are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// As the system prefers.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The choice after this one.
    pub fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            Self::System => text::THEME_SYSTEM,
            Self::Light => text::THEME_LIGHT,
            Self::Dark => text::THEME_DARK,
        }
    }

    fn word(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    fn of_document() -> Self {
        let stated = document().document_element().and_then(|root| root.get_attribute(ATTRIBUTE));
        match stated.as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    /// Shows these colours and keeps the choice; if the browser keeps nothing, it applies to this page only.
    fn apply(self) {
        let Some(root) = document().document_element() else { return };
        let storage = window().local_storage().ok().flatten();
        let shown = match self.word() {
            Some(word) => root.set_attribute(ATTRIBUTE, word),
            None => root.remove_attribute(ATTRIBUTE),
        };
        let kept = storage.map(|storage| match self.word() {
            Some(word) => storage.set_item(KEY, word),
            None => storage.remove_item(KEY),
        });
        if let (Err(error), _) | (Ok(()), Some(Err(error))) = (shown, kept) {
            leptos::logging::warn!("the theme could not be kept: {error:?}");
        }
    }
}

/// The choice in force.
pub fn theme() -> RwSignal<Theme> {
    let theme = RwSignal::new(Theme::System);
    Effect::new(move |_| theme.set(Theme::of_document()));
    theme
}

/// Switches to the next choice.
pub fn advance(theme: RwSignal<Theme>) {
    let next = theme.get_untracked().next();
    next.apply();
    theme.set(next);
}
