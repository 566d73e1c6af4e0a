use std::time::{Duration, Instant};

/// How long a condition may take to come true on a loaded machine, or another process to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// The time between two checks of a condition.
pub(super) const PAUSE: Duration = Duration::from_millis(25);

/// The moment after which a condition counts as never true.
pub(super) struct Deadline(Instant);

impl Deadline {
    #[expect(clippy::disallowed_methods, reason = "a test that waits for another process gives up some day")]
    pub(super) fn start() -> Self {
        Self(Instant::now() + PATIENCE)
    }

    #[expect(clippy::disallowed_methods, reason = "a test that waits for another process gives up some day")]
    pub(super) fn has_passed(&self) -> bool {
        Instant::now() > self.0
    }
}
