//! The data endpoint of Posture: it finds evidence, hands out snapshots, and serves the dashboard that derives from them.
//!
//! [`source`] says what a place of evidence offers; [`files`], [`sqlite`], [`postgres`] and [`demo`] are the places there are. [`router`] is
//! the whole of HTTP, [`access`] who may see what of it, [`serve`] binds it to an address. [`derivation`] drives the core natively, in
//! parallel and in bounded memory, and is what the command line uses too.
//!
//! **What this crate does not do.** It decides nothing about posture: every verdict comes from `posture-core`. It keeps nothing between
//! runs, and it writes to no source; [`sqlite::import`], which fills a store, is for the command line.

pub mod access;
mod api;
mod app;
mod batches;
mod chunks;
mod conditional;
pub mod demo;
pub mod derivation;
mod document;
mod feed;
mod figures;
pub mod files;
mod health;
mod hosts;
mod identity;
pub mod input;
mod kept;
mod load;
mod memory;
mod metrics;
mod openapi;
pub mod postgres;
mod problem;
mod request;
mod router;
mod security;
pub mod serve;
pub mod source;
pub mod sqlite;

pub use app::app_file;
pub use metrics::MetricsOptions;
pub use openapi::description;
pub use router::{AppState, Routers, router, routers};
