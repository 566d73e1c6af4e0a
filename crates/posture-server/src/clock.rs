//! The machine's clock, which only the endpoint's edge reads.

use std::time::{SystemTime, UNIX_EPOCH};

use posture_core::Timestamp;

/// The current time, to the second; `None` if it is outside the calendar.
#[expect(
    clippy::disallowed_methods,
    reason = "metrics are evaluated now, and evidence must not be ahead of now"
)]
pub fn now() -> Option<Timestamp> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_unix_seconds(i64::try_from(since_epoch.as_secs()).ok()?)
}
