//! The evaluated tenants by profile (contract, section 9).

use crate::key::Key;
use crate::policy::Policy;
use crate::report::attention::{is_unsettled, needs_attention_in};
use crate::report::model::{Domain, ProfileSummary, TenantReport};
use crate::sorting::sort_by;

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
    let empty = |name: &Key| ProfileSummary { profile: Some(name.0.clone()), ..ProfileSummary::default() };
    let mut named: Vec<_> = stated.keys().map(empty).collect();
    sort_by(&mut named, |one, other| one.profile.cmp(&other.profile));
    for tenant in tenants {
        let place = named.binary_search_by(|one| one.profile.cmp(&tenant.registry.profile));
        place.map_or(&mut others, |place| &mut named[place]).count(tenant);
    }
    let others = Some(others).filter(|others| others.tenants > 0);
    others.into_iter().chain(named).collect()
}
