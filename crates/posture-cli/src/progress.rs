//! Progress on stderr for long inputs, only if stderr is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use posture_engine::Progress;

/// Shorter inputs are done before anyone could read a line.
const SHOWN_FROM_BYTES: u64 = 32 << 20;

/// One line with the bytes and tenants so far.
pub(crate) struct ProgressLine(ProgressBar);

impl ProgressLine {
    /// A line for an input of this many bytes, if that is known.
    pub(crate) fn new(size: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(size, ProgressDrawTarget::hidden());
        let template = if size.is_some() { "{bytes} of {total_bytes}, {msg}" } else { "{bytes}, {msg}" };
        Self(bar.with_style(ProgressStyle::with_template(template).unwrap_or(ProgressStyle::default_bar())))
    }

    /// Updates the line.
    pub(crate) fn show(&self, at: Progress) {
        if at.bytes < SHOWN_FROM_BYTES {
            return;
        }
        if self.0.is_hidden() {
            self.0.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.0.set_message(format!("{} tenants", at.tenants));
        self.0.set_position(at.bytes);
    }

    /// Removes the line.
    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}
