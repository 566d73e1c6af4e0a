//! What a list of tenants can be chosen by, beyond posture and recovery state.

use crate::report::attention::{is_unsettled, needs_attention_in};
use crate::report::model::{Domain, TenantReport};
use crate::verdicts::backup_health::BackupPosture;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Why someone looks for a tenant.
    pub enum Concern {
        BackupHealth = "backup_health",
        RecoveryEvidence = "recovery_evidence",
        Governance = "governance",
        Operations = "operations",
        Alerts = "alerts",
        Unsettled = "unsettled",
        RecentWithWarning = "recent_with_warning",
    }
}

impl Concern {
    /// The domain whose attention it is; `None` if it is not about one.
    pub fn domain(self) -> Option<Domain> {
        match self {
            Self::BackupHealth => Some(Domain::BackupHealth),
            Self::RecoveryEvidence => Some(Domain::RecoveryEvidence),
            Self::Governance => Some(Domain::Governance),
            Self::Operations => Some(Domain::Operations),
            Self::Alerts => Some(Domain::Alerts),
            Self::Unsettled | Self::RecentWithWarning => None,
        }
    }

    /// Whether it applies to a tenant.
    pub fn is_of(self, tenant: &TenantReport) -> bool {
        match self {
            Self::BackupHealth => needs_attention_in(tenant, Domain::BackupHealth),
            Self::RecoveryEvidence => needs_attention_in(tenant, Domain::RecoveryEvidence),
            Self::Governance => needs_attention_in(tenant, Domain::Governance),
            Self::Operations => needs_attention_in(tenant, Domain::Operations),
            Self::Alerts => needs_attention_in(tenant, Domain::Alerts),
            Self::Unsettled => is_unsettled(tenant),
            Self::RecentWithWarning => is_recent_with_warning(tenant),
        }
    }
}

/// Whether the latest backup is recent and not degraded, but may not be called healthy.
pub fn is_recent_with_warning(tenant: &TenantReport) -> bool {
    let health = &tenant.backup_health;
    health.posture == BackupPosture::Healthy && !health.healthy_claim_allowed
}
