//! Native derivation: the resolver of `posture-core` with the means of a machine that has files and threads.
//!
//! - [`input`] opens snapshot files, plain or gzip-compressed.
//! - [`derive()`] reads a document in chunks, cuts it into batches of tenants and assesses these in parallel.
//!   Memory holds a few batches and the reports, never the document. [`write()`] and [`digest`] write a report in parallel.
//! - [`trend`] judges a workspace at the same hour of each day.
//! - [`snapshot_cache`] cuts a snapshot into what an endpoint keeps of it: the head, and each tenant in full and slim.
//! - [`spool`] holds bytes that are written once: in memory while they are few, otherwise in a temporary file.
//!
//! **What this crate does not do.** It decides nothing about posture, serves nothing, and keeps nothing between calls.

mod batches;
mod chunks;
mod derivation;
mod error;
pub mod input;
pub mod snapshot_cache;
pub mod spool;
mod threads;
mod trend;

pub use batches::Progress;
pub use derivation::{derive, digest, write};
pub use error::DeriveError;
pub use trend::trend;
