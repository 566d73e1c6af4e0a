//! The dashboard as an operator meets it: the real server, a real browser.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test whose stage cannot be set fails")]

mod addresses;
mod as_of;
mod drill_through;
mod print;
mod refresh;
mod registry;
mod second_part;
mod shortcuts;
mod stage;
mod workspaces;
