//! What the tests share: the contract's cases, how a report is held against one, documents made from them, real servers and browsers,
//! and what is tried with hostile input.

pub mod cases;
pub mod compare;
pub mod digests;
#[cfg(not(target_arch = "wasm32"))]
pub mod fuzzed;
pub mod generated;
#[cfg(not(target_arch = "wasm32"))]
pub mod harness;
pub mod hostile;
pub mod mutation;
#[cfg(not(target_arch = "wasm32"))]
pub mod pages;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../../crates/posture-core/tests/support/pinned.rs"]
mod pinned;
#[cfg(not(target_arch = "wasm32"))]
pub mod table;
