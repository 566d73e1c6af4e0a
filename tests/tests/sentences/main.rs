//! Sentences outside the core, and those about generated documents, each once, in snapshots that make a change of words a readable diff.
//!
//! `INSTA_UPDATE=always cargo test --package posture-tests --test sentences` accepts new words.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test whose set-up fails has failed")]

mod derived;
mod stated;
