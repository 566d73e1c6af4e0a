//! Evidence and verdicts as files: slim and redacted snapshots, and CSV.
//!
//! An export keeps or removes evidence; it never adds any.

pub mod csv;
pub mod redaction;
pub mod slim;
