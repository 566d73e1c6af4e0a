//! What the app says in passing: that something was copied or saved.

use std::time::Duration;

use leptos::prelude::*;

/// How long it is shown.
const SHOWN: Duration = Duration::from_secs(4);

/// The last thing said. Copies share one state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said {
    text: RwSignal<String>,
    turn: RwSignal<u64>,
}

/// What is said on this page.
pub fn use_said() -> Said {
    use_context().unwrap_or_default()
}

impl Said {
    /// Says something; what was said before gives way.
    pub fn say(self, text: String) {
        self.turn.update(|turn| *turn += 1);
        self.text.set(text);
        let turn = self.turn.get_untracked();
        set_timeout(
            move || {
                if self.turn.get_untracked() == turn {
                    self.text.set(String::new());
                }
            },
            SHOWN,
        );
    }

    /// What is said now, tracked; empty if nothing is.
    pub fn text(self) -> String {
        self.text.get()
    }
}
