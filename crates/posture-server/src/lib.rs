//! The data endpoint of Posture: it finds evidence, serves snapshots, and serves the dashboard that derives from them.
//!
//! Folders, each importing only those before it:
//! - [`sources`]: the trait that a source of evidence implements, and the sources: files, SQLite, PostgreSQL and the demo.
//! - [`sign_in`]: sign-in by OpenID Connect, and sessions.
//! - [`access`]: who is asking, and what they may see.
//! - `document`: evidence as the bytes of a snapshot, and as a report derived from them.
//! - `work`: how much work is done at a time, and whose turn it is.
//! - `answers`: documents and reports, made once for identical requests, by a bounded number of threads.
//! - `metrics`: the numbers that monitoring reads.
//! - [`watch`]: a look at every workspace as it is now, for notifications.
//! - [`http`]: routes, handlers and everything around them; [`http::serve`] binds them to an address.
//!
//! **What this crate does not do.** It decides nothing about posture: every verdict comes from `posture-core`. It keeps nothing between
//! runs but marks on attention items ([`sources::reviews`]), and it writes no evidence, except that [`sources::sqlite::import`] fills a store
//! for the command line.

pub mod access;
mod answers;
pub mod clock;
mod document;
pub mod http;
mod identity;
mod metrics;
mod patient_writer;
pub mod sign_in;
pub mod sources;
pub mod watch;
mod work;

pub use http::app::app_file;
pub use http::audit::AuditLog;
pub use http::endpoint::{AppState, SPOOL_BYTES};
pub use http::openapi::description;
pub use http::router::{Routers, router, routers};
pub use metrics::{Backlog, MetricsOptions, NotificationMetrics};
pub use patient_writer::{PatientWriter, TooManyWait};
pub use work::Pool;
