//! What the tests share: the contract's cases, how a report is held against one, and real servers and browsers.

pub mod cases;
pub mod compare;
pub mod digests;
#[cfg(not(target_arch = "wasm32"))]
pub mod harness;
#[cfg(not(target_arch = "wasm32"))]
pub mod pages;
