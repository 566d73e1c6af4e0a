//! What the evidence of one tenant means.
//!
//! In come a tenant's records and the rules that apply to it; out come backup health, schedule follow-ups, the state of each
//! restore run, recovery evidence and coverage. Deciding cannot fail. No verdict depends on another tenant.
//!
//! A verdict is data: it has no sentence and no link. `report` adds them when it writes the verdict.

pub(crate) mod backup_context;
pub mod backup_health;
pub mod coverage;
pub mod history;
pub mod lapses;
pub mod quality;
pub mod recovery_evidence;
pub mod restore_attention;
pub mod rules;
pub(crate) mod run_outcomes;
pub mod schedule;
pub mod scope_health;
pub mod scopes;
pub mod unsettled;
