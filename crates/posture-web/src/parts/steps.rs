use leptos::prelude::*;

use super::printed::{MOST_PRINTED, printing};
use crate::text;

/// How many entries of a list are drawn at once.
pub const STEP: usize = 200;

/// How much of a list of any length is drawn: its first entries, until more are requested. Copies share one state.
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    steps: RwSignal<usize>,
    is_printing: RwSignal<bool>,
}

impl Steps {
    /// Draws one step.
    pub fn start() -> Self {
        Self { steps: RwSignal::new(1), is_printing: printing() }
    }

    /// How many steps are drawn, tracked. Paper has no button for more.
    pub fn drawn(self) -> usize {
        let least = if self.is_printing.get() { MOST_PRINTED / STEP } else { 1 };
        self.steps.get().max(least)
    }

    /// How many entries are drawn at most, tracked.
    pub fn limit(self) -> usize {
        self.drawn() * STEP
    }

    /// Says how many of so many entries are drawn, with a button for more; empty if one step has them all.
    pub fn foot(self, count: usize) -> AnyView {
        if count <= STEP {
            return ().into_any();
        }
        let shown = move || self.limit().min(count);
        let more = move || {
            (shown() < count).then(|| {
                let show = move |_| self.steps.update(|steps| *steps += 1);
                view! { <button type="button" class="button" on:click=show>{text::SHOW_MORE}</button> }
            })
        };
        view! { <div class="panel-foot"><span role="status">{move || text::showing(shown(), count as u64)}</span>{more}</div> }
            .into_any()
    }
}
