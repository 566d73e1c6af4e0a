//! The report page: one self-contained HTML file with the dashboard and a snapshot inside. It opens from disk and makes no request.
//!
//! - [`shell`] is written once, when the app is built, from the app's own files.
//! - [`EmbeddedSnapshot::fill`] puts a snapshot into the shell, on the command line and in the browser alike.
//! - [`EmbeddedSnapshot::read`] takes it out again. It accepts only a page that `fill` writes, byte for byte: a changed program, banner
//!   or policy and a second snapshot are all found by that one comparison.
//!
//! The page carries its own content-security policy. The policy names the page's scripts and sheet by hash and allows no connection.
//!
//! This crate does no compression, no I/O and reads no clock; its callers do.

mod page;
mod shell;

pub use page::{EmbeddedSnapshot, Manifest, PageError, StatedPolicy};
pub use shell::{AppFiles, SHELL_FILE, ShellError, shell};

/// The most plain bytes of a snapshot that the page opens, and so the most that is worth putting into one.
pub const SNAPSHOT_LIMIT: u64 = 500_000_000;
