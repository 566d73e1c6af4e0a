//! Long work in slices, so that the page stays responsive.

use std::time::Duration;

use bytes::Bytes;
use js_sys::Promise;
use leptos::prelude::{request_animation_frame, set_timeout};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

use crate::browser::clock;

/// How long a slice may hold the page, in milliseconds.
const SLICE_MILLISECONDS: f64 = 12.0;

/// How many bytes are cut at a time; what a single push does must stay far below a slice.
const PUSH_BYTES: usize = 1 << 18;

/// A step of this many bytes takes about a slice, so it starts a new one.
pub const LARGE_STEP_BYTES: usize = 1 << 21;

/// The received bytes, in parts that are each cut at once.
pub fn parts(chunk: Vec<u8>) -> impl Iterator<Item = Bytes> {
    let chunk = Bytes::from(chunk);
    (0..chunk.len()).step_by(PUSH_BYTES).map(move |at| chunk.slice(at..chunk.len().min(at + PUSH_BYTES)))
}

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
        self.is_due_before(0)
    }

    /// Whether the page should have its turn before a step that judges so many bytes.
    pub fn is_due_before(&self, bytes: usize) -> bool {
        let held = clock::monotonic_milliseconds() - self.since;
        held >= if bytes >= LARGE_STEP_BYTES { 1.0 } else { SLICE_MILLISECONDS }
    }

    /// Gives the page its turn, and starts another.
    pub async fn pause(&mut self) {
        next_task().await;
        *self = Self::start();
    }
}

/// Ends the present task. A message comes as soon as the page has had its turn; a timer would wait some milliseconds more.
pub async fn next_task() {
    let Ok(channel) = MessageChannel::new() else { return };
    let message = Promise::new(&mut |resolve, _| {
        channel.port1().set_onmessage(Some(&resolve));
        if channel.port2().post_message(&JsValue::NULL).is_err() {
            // Nothing that can be posted was refused: go on in this task.
            let _resolved = resolve.call0(&JsValue::NULL);
        }
    });
    let _came = JsFuture::from(message).await;
    channel.port1().close();
}

/// Resumes after the next paint: a task that is queued in a frame runs after that frame.
pub fn after_paint(work: impl FnOnce() + 'static) {
    request_animation_frame(move || set_timeout(work, Duration::ZERO));
}
