//! Checks for newer evidence while the page is visible and shows the newest.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use posture_core::Timestamp;

use crate::browser::clock;
use crate::store::evidence::Evidence;

/// How long the endpoint's last answer counts as current, in seconds.
const EVERY_SECONDS: u64 = 60;

/// How often to check whether it is time to ask.
const LOOK: Duration = Duration::from_secs(5);

/// Asks for newer evidence every minute, and on return to a page that was hidden for longer.
pub fn refresh_while_seen(evidence: Evidence) {
    let refresh = move || {
        let is_chosen_instant = evidence.as_of_untracked().is_some();
        if !document().hidden() && !is_chosen_instant && is_due(evidence.asked_at_untracked(), clock::read())
        {
            evidence.refresh();
        }
    };
    Effect::new(move |_| {
        if let Ok(interval) = set_interval_with_handle(refresh, LOOK) {
            on_cleanup(move || interval.clear());
        }
        let listening = window_event_listener(ev::visibilitychange, move |_| refresh());
        on_cleanup(move || listening.remove());
    });
}

/// Whether it is time to ask again: also if the clock was set back, because the age of what is shown is then unknown.
/// False if nothing was asked yet, or the time is not known.
fn is_due(asked_at: Option<Timestamp>, now: Option<Timestamp>) -> bool {
    asked_at
        .zip(now)
        .is_some_and(|(asked_at, now)| now < asked_at || now.seconds_since(asked_at) >= EVERY_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DB-12: once a minute.
    #[test]
    fn the_endpoint_is_asked_again_after_a_minute_and_not_before() {
        let at = |seconds| Timestamp::from_unix_seconds(seconds);
        assert_eq!([59, 60, 4000].map(|seconds| is_due(at(0), at(seconds))), [false, true, true]);
        assert!(!is_due(None, at(60)) && !is_due(at(0), None));
    }

    /// DB-12
    #[test]
    fn the_endpoint_is_asked_again_if_the_clock_was_set_back() {
        let at = |seconds| Timestamp::from_unix_seconds(seconds);
        assert!(is_due(at(4000), at(3999)));
    }
}
