//! From bytes to a tenant's records.
//!
//! In come chunks of a snapshot; out come the document's head, whole tenants and their typed records, or a named refusal.
//! The splitter cuts the tenants' texts out of the document; the rest is its head.
//! Records that belong elsewhere or repeat are set aside here, with a path and a reason. Nothing is judged here.

pub mod counts;
pub mod decode;
pub mod form;
pub(crate) mod named;
pub(crate) mod page_details;
pub mod policy_file;
pub mod preamble;
pub mod reader;
pub(crate) mod record_filter;
pub mod refusal;
pub mod scalars;
pub mod snapshot;
pub(crate) mod splitter;
