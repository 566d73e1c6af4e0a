//! From verdicts to the report.
//!
//! In come tenants' texts in the document's order; out come the workspace overview, the registry and the canonical bytes with their digest.
//!
//! - `model` has the types that are written, and no logic. `words` makes its sentences from them.
//! - `tenant` reads one tenant's text, asks `verdicts` and writes what they decided:
//!   `backup_health`, `recovery_evidence`, `restore_attention` and `dashboard` add sentences and links, `findings` says what was noticed.
//! - `builder` puts the tenants together: `tally` counts them, `attention_items` ranks what needs attention, `calmness` says whether the
//!   workspace is calm, `profiles` counts by profile.
//! - `canonical` writes the bytes. `tone` says how each state is shown.

pub(crate) mod assessing;
pub mod attention;
pub(crate) mod attention_items;
pub(crate) mod backup_health;
pub mod builder;
pub mod calmness;
pub mod canonical;
pub mod currency;
pub(crate) mod dashboard;
pub(crate) mod findings;
pub mod model;
pub(crate) mod profiles;
pub(crate) mod recovery_evidence;
pub mod registry;
pub(crate) mod restore_attention;
pub mod tally;
pub(crate) mod tenant;
pub(crate) mod tenant_steps;
pub mod tone;
pub mod urgency;
