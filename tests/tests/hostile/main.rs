//! Hostile text through every surface: the dashboard, opened files, kept reports, spreadsheets and the terminal show it, and it does nothing.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test whose stage cannot be set fails")]

mod stage;

mod length;
mod printed;
mod text;
