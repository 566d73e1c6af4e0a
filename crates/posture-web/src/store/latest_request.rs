//! Which request is the latest, so that the answer to an older one is dropped.

use leptos::prelude::*;

/// Counts requests. Copies share one count.
#[derive(Clone, Copy, Debug)]
pub struct LatestRequest(StoredValue<u64>);

impl Default for LatestRequest {
    fn default() -> Self {
        Self(StoredValue::new(0))
    }
}

impl LatestRequest {
    /// Starts a request. From now on, every answer to an earlier one is late.
    pub fn start(self) -> u64 {
        let request = self.0.get_value() + 1;
        self.0.set_value(request);
        request
    }

    /// Whether no request was started after this one, and the page that asked is still there.
    pub fn is_latest(self, request: u64) -> bool {
        self.0.try_get_value() == Some(request)
    }
}
