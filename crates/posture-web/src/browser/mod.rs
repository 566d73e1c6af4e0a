//! The browser's own services, each behind a small module: addresses and links, files, requests, clock, storage, scrolling, focus, time
//! slicing.
//!
//! In: events, bytes and settings of the browser. Out: plain Rust values. Nothing here knows a report or draws anything.

pub mod address;
pub mod clipboard;
pub mod clock;
pub mod download;
pub mod dropped_tree;
pub mod fetch;
pub mod file_bytes;
pub mod file_digest;
pub mod file_fault;
pub mod focus;
pub mod gunzip;
pub mod links;
pub mod query;
pub mod scroll_restoration;
pub mod session;
pub mod text_folding;
pub mod theme;
pub mod time_slicing;
pub mod time_zone;
pub mod zip;
