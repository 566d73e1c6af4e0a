//! The data endpoint of Posture: it finds evidence, hands out snapshots, and serves the dashboard that derives from them.
//!
//! [`source`] says what a place of evidence offers; [`files`] and [`demo`] are the places there are. [`router`] is the whole of HTTP,
//! [`serve`] binds it to a loopback address. [`derivation`] drives the core natively, in parallel and in bounded memory, and is what the
//! command line uses too.
//!
//! **What this crate does not do.** It decides nothing about posture: every verdict comes from `posture-core`. It keeps nothing between
//! runs, and it never writes to a source.

mod api;
mod app;
mod conditional;
pub mod demo;
pub mod derivation;
mod document;
mod feed;
pub mod files;
mod hosts;
pub mod input;
mod kept;
mod memory;
pub mod postgres;
mod problem;
mod router;
mod security;
pub mod serve;
pub mod source;
pub mod sqlite;

pub use app::app_file;
pub use router::{AppState, router};
