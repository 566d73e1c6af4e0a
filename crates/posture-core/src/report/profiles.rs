//! The evaluated tenants by profile (contract, section 9).

use std::collections::BTreeMap;

use crate::policy::Policy;
use crate::report::attention::{is_unsettled, needs_attention_in};
use crate::report::model::{Domain, ProfileSummary, TenantReport};
use crate::sorting::map_of;

impl ProfileSummary {
    fn count(&mut self, tenant: &TenantReport) {
        let needs = |domain| u64::from(needs_attention_in(tenant, domain));
        self.tenants += 1;
        self.backup_attention_tenants += needs(Domain::BackupHealth);
        self.recovery_attention_tenants += needs(Domain::RecoveryEvidence);
        self.unsettled_tenants += u64::from(is_unsettled(tenant));
    }
}

/// The evaluated tenants by profile, sorted by name; those with none of the policy's profiles come first, if there are any.
pub(crate) fn profiles(tenants: &[Box<TenantReport>], policy: &Policy) -> Vec<ProfileSummary> {
    let Some(stated) = policy.profiles.as_ref().filter(|profiles| !profiles.is_empty()) else {
        return Vec::new();
    };
    let mut others = ProfileSummary::default();
    let mut by_name: BTreeMap<&str, ProfileSummary> = map_of(stated.keys().map(|name| {
        (&*name.0, ProfileSummary { profile: Some(name.0.clone()), ..ProfileSummary::default() })
    }));
    for tenant in tenants {
        let own = tenant.registry.profile.as_deref().and_then(|name| by_name.get_mut(name));
        own.unwrap_or(&mut others).count(tenant);
    }
    let others = Some(others).filter(|others| others.tenants > 0);
    others.into_iter().chain(by_name.into_values()).collect()
}
