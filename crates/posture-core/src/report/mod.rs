//! From verdicts to the report.
//!
//! In come assessed tenants in the document's order; out come the workspace overview, the registry and the canonical bytes with
//! their digest. Nothing here looks at a record again.

pub mod calmness;
pub mod canonical;
pub mod dashboard;
pub(crate) mod findings;
pub mod model;
pub mod overview;
pub mod registry;
pub(crate) mod tenant;
