//! Opened files in a real browser: nothing leaves, hostile files are refused by name, and the server may be gone.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test whose stage cannot be set fails")]

mod offline;
mod opening;
mod records;
mod refusals;
mod stage;
