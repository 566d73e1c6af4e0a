//! The demo: the workspace of a managed service provider, made of scenarios whose names say cause and effect.
//!
//! Every time is relative to the instant of export, so the demo always looks like this morning's evidence.

mod backup_events;
mod clock;
mod restore_events;
mod scenarios;
mod shapes;
mod tenant_events;

pub use scenarios::snapshot;
