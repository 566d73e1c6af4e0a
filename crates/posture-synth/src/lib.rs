//! Synthetic workspaces of any size for measurements and load tests, and the [`demo`] workspace.
//!
//! A [`Plan`] says what to make; the same plan gives the same bytes on every machine. Tenants are made one at a time, each only from the
//! seed and its index. So a workspace of 1,000 tenants is the start of the one of 100,000, and either can be streamed.
//!
//! **What this crate does not do.** It contains no real tenant's data, reads no clock, and decides nothing about posture.

mod backups;
mod damage;
pub mod demo;
mod features;
mod names;
mod plan;
#[cfg(feature = "postgres")]
pub mod postgres;
mod restores;
mod rng;
pub mod tables;
mod tenant_history;
mod workspace;
mod written;

pub use plan::{Detail, Features, Plan, WORKSPACE_ID, WORKSPACE_NAME, WORKSPACE_SLUG};
pub use workspace::write;
