//! The machine's clock. Nothing below the command line reads it.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use posture_core::Timestamp;

/// The current time, to the second.
#[expect(
    clippy::disallowed_methods,
    reason = "an operator asks about now, and the demo's times are relative to its start"
)]
pub(crate) fn now() -> anyhow::Result<Timestamp> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).context("Failed to read the clock")?;
    let seconds = i64::try_from(since_epoch.as_secs()).context("Failed to read the clock")?;
    Timestamp::from_unix_seconds(seconds).context("The clock is outside the calendar")
}
