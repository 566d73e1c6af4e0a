//! Two reports of one workspace, compared.

use std::sync::Arc;

use posture_core::compare::change::Family;
use posture_core::compare::diff::{Diff, TenantChange, label};
use posture_core::compare::order::worst_first;

use crate::store::shown_report::ShownReport;
use crate::text;

/// Two reports to compare.
#[derive(Debug)]
pub struct Pair {
    /// The older, or the evidence under its own policy.
    pub old: Arc<ShownReport>,
    /// The newer, or the same evidence under the policy tried.
    pub new: Arc<ShownReport>,
    /// How each tenant changed.
    pub diff: Diff,
}

impl Pair {
    /// A tenant's name.
    pub fn name(&self, tenant: &TenantChange) -> &str {
        label(tenant, &self.old.report, &self.new.report).unwrap_or(text::UNNAMED)
    }

    /// The tenants and families that pass the filter, worst first.
    pub fn rows(&self, is_asked: impl Fn(&TenantChange, Family) -> bool) -> Vec<(usize, Family)> {
        worst_first(&self.diff, &self.old.report, &self.new.report, is_asked)
    }
}
