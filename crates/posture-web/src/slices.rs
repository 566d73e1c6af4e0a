//! Long work in slices, so that the page stays responsive.

use gloo_timers::future::TimeoutFuture;

use crate::clock;

/// How long a slice may hold the page, in milliseconds.
const SLICE_MILLISECONDS: f64 = 12.0;

/// How many bytes are cut at a time; what a single push does must stay far below a slice.
pub const PUSH_BYTES: usize = 1 << 16;

/// How far a derivation has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read.
    pub bytes: usize,
    /// Tenants judged.
    pub tenants: usize,
}

/// The present slice.
#[derive(Debug)]
pub struct Slices {
    since: f64,
}

impl Slices {
    /// Starts one.
    pub fn start() -> Self {
        Self { since: clock::monotonic_milliseconds() }
    }

    /// Whether the page should have its turn.
    pub fn is_due(&self) -> bool {
        clock::monotonic_milliseconds() - self.since >= SLICE_MILLISECONDS
    }

    /// Gives the page its turn, and starts another.
    pub async fn pause(&mut self) {
        TimeoutFuture::new(0).await;
        *self = Self::start();
    }
}
