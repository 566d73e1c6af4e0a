//! Test support that the suites of several crates share: documents to try, reports without their texts,
//! texts in groups, receivers of webhooks and e-mail, a certificate authority, and PostgreSQL clusters.
//!
//! A suite that only one crate has keeps its own support. Servers and browsers are in `posture-tests`, which every other
//! crate would wait for.

#![expect(clippy::unwrap_used, reason = "a test fails if its set-up fails")]

#[cfg(not(target_arch = "wasm32"))]
pub mod certificates;
#[cfg(feature = "postgres")]
pub mod cluster;
#[cfg(feature = "postgres")]
pub mod divided;
pub mod documents;
pub mod pinned;
#[cfg(not(target_arch = "wasm32"))]
pub mod receivers;
pub mod sentences;
