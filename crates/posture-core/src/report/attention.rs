//! Which tenants count towards attention in a domain, and which are unsettled (contract, section 9).

use crate::report::model::{Domain, TenantReport};
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::recovery_evidence::RecoveryState;

/// Whether anything keeps a tenant from being settled.
pub fn is_unsettled(tenant: &TenantReport) -> bool {
    !tenant.registry.unsettled.is_empty()
}

/// Whether a tenant counts towards a domain's attention. Schedule follow-up on its own is a tenant-level matter.
pub fn needs_attention_in(tenant: &TenantReport, domain: Domain) -> bool {
    match domain {
        Domain::BackupHealth => tenant.backup_health.posture != BackupPosture::Healthy,
        Domain::RecoveryEvidence => {
            tenant.recovery_evidence.overview_state != RecoveryState::NoRecentIssuesVisible
        }
        Domain::Governance | Domain::Operations | Domain::Alerts => {
            tenant.needs_attention.groups.iter().any(|group| group.domain == domain)
        }
    }
}
