//! Every sentence of the core that operators read, each once, in snapshots that make a change of words a readable diff.
//!
//! The sentences are derived from the contract's cases, and from small documents that are made for what no case says.
//! Names of the evidence are left out when texts are compared, so that each sentence appears once, with one example.
//!
//! `INSTA_UPDATE=always cargo test --package posture-core --test sentences` accepts new words.
#![cfg(all(test, not(target_arch = "wasm32")))]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test whose set-up fails has failed")]

#[path = "../cases/mod.rs"]
mod cases;
#[path = "../decisions/evidence.rs"]
#[expect(dead_code, reason = "decision tables ask for more than sentences do")]
mod evidence;

mod stage;

mod comparisons;
mod forecasts;
mod groups;
mod notifications;
mod overview;
mod refusals;
mod reports;
mod reviews;
mod tenants;
mod trends;
mod vocabularies;
