//! What a page does not show at first.

use std::time::Duration;

use leptos::prelude::*;

/// Draws what is not seen at first once the rest is painted, so that neither waits for the other.
pub fn deferred(draw: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let is_due = RwSignal::new(!cfg!(target_family = "wasm"));
    if !is_due.get_untracked() {
        // A task that is queued in a frame runs after that frame is painted. The page may be gone by then.
        let due = move || {
            let _gone = is_due.try_set(true);
        };
        request_animation_frame(move || set_timeout(due, Duration::ZERO));
    }
    (move || is_due.get().then(&draw)).into_any()
}
