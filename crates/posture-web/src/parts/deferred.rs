//! What a page does not show at first.

use leptos::prelude::*;

use crate::browser::time_slicing::after_paint;

/// Draws what is not seen at first once the rest is painted, so that neither waits for the other.
pub fn deferred(draw: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let is_due = RwSignal::new(!cfg!(target_family = "wasm"));
    if !is_due.get_untracked() {
        // The page may be gone by then.
        after_paint(move || {
            let _gone = is_due.try_set(true);
        });
    }
    (move || is_due.get().then(&draw)).into_any()
}
