//! The only reader of the browser's clock.

use std::time::Duration;

use leptos::prelude::*;
use posture_core::Timestamp;

/// How often relative times are updated.
const TICK: Duration = Duration::from_secs(5);

/// The present instant, ticking; `None` before the browser was asked.
#[derive(Clone, Copy, Debug)]
pub struct Clock(RwSignal<Option<Timestamp>>);

impl Clock {
    /// A clock that ticks as long as its owner lives.
    pub fn start() -> Self {
        let now = RwSignal::new(None);
        Effect::new(move |_| {
            now.set(read());
            if let Ok(interval) = set_interval_with_handle(move || now.set(read()), TICK) {
                on_cleanup(move || interval.clear());
            }
        });
        Self(now)
    }

    /// The present instant, tracked.
    pub fn now(self) -> Option<Timestamp> {
        self.0.get()
    }
}

/// The present instant to the second; `None` outside a browser, as in native tests.
pub fn read() -> Option<Timestamp> {
    if !cfg!(target_family = "wasm") {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
    let seconds = (js_sys::Date::now() / 1000.0) as i64;
    Timestamp::from_unix_seconds(seconds)
}

/// Milliseconds on a clock that never jumps, to measure slices of work with; 0 if the browser has none.
pub fn monotonic_milliseconds() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}
