//! What the app knows: the evidence on screen, opened files, the records of single tenants, and how each of them is loaded.
//!
//! In: bytes from [`crate::browser`] and the choices of a person. Out: reports derived by `posture-core`, as signals. Nothing here draws.

pub mod adapters;
pub mod chosen_file;
pub mod commands;
pub mod csv_choice;
pub mod derivation;
pub mod digest;
pub mod embedded_snapshot;
pub mod evidence;
pub mod known_items;
pub mod latest_request;
pub mod opened_file;
pub mod opened_files;
pub mod past_evidence;
pub mod phase;
pub mod refresh;
mod registry_rows;
pub mod registry_view;
pub mod report_pair;
pub mod said;
pub mod saved_report;
pub mod second_bundle;
pub mod shown_report;
pub mod single_file;
pub mod staleness;
pub mod tenant_evidence;
pub mod tool_exports;
pub mod wanted;
pub mod workspace_states;
