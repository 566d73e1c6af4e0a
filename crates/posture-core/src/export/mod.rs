//! Evidence and verdicts as files: the write model of a snapshot, slim and redacted snapshots, and CSV.
//!
//! Slimming and redaction keep or remove evidence; they never add any.

pub mod csv;
pub mod diff_csv;
pub mod file_name;
mod mark_cells;
pub mod redaction;
pub mod slim;
mod slim_tenant;
pub mod snapshot;
mod summary;
mod tenant_keys;
pub mod trend_csv;
