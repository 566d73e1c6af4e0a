//! Shared test support: the contract's cases and how a report is compared with one, generated documents,
//! real servers and browsers, and fuzz targets.

pub mod cases;
pub mod compare;
pub mod digests;
pub mod fragments;
#[cfg(not(target_arch = "wasm32"))]
pub mod fuzzed;
pub mod gathered;
pub mod generated;
#[cfg(all(feature = "servers", not(target_arch = "wasm32")))]
pub mod harness;
pub mod hostile;
pub mod mutation;
#[cfg(all(feature = "servers", not(target_arch = "wasm32")))]
pub mod pages;
#[cfg(not(target_arch = "wasm32"))]
pub mod table;
