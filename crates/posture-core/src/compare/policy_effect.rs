//! How another policy changes a verdict. It makes no backup better or worse, so it is not called that.

use crate::compare::change::{Change, Family};
use crate::compare::diff::{Place, TenantChange};
use crate::report::attention::needs_attention_in;
use crate::report::model::{Domain, Report};
use crate::tone::Tone;
use crate::words;

/// What trying a policy does to a tenant's verdict of one family, and how that is shown.
pub fn policy_effect(
    tenant: &TenantChange,
    family: Family,
    own: &Report,
    tried: &Report,
) -> (Tone, &'static str) {
    let domain = match family {
        Family::BackupHealth => Domain::BackupHealth,
        Family::RecoveryEvidence => Domain::RecoveryEvidence,
    };
    let is_flagged = |report: &Report, place| match place {
        Place::Evaluated(place) => {
            report.tenants.get(place).is_some_and(|tenant| needs_attention_in(tenant, domain))
        }
        Place::NotExported | Place::NotEvaluated(_) => false,
    };
    let change = tenant.of(family);
    let label = words::policy_effect(change, is_flagged(own, tenant.old), is_flagged(tried, tenant.new));
    let tone = if change == Change::Better { Tone::Low } else { change.tone() };
    (tone, label)
}
