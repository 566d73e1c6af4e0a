//! The order in which changes are listed, worst first, and the record that each leads to.

use crate::compare::change::{Change, Family};
use crate::compare::diff::{Diff, Place, TenantChange, label};
use crate::paths;
use crate::report::model::{Report, TenantReport};
use crate::report::registry::{backup_rank, compare_names, recovery_rank};
use crate::sorting::sort_by;
use crate::verdicts::unsettled::UnsettledCause;
use crate::vocabulary::Urgency;

/// The families of tenants that pass the filter, by their tenant's place in the comparison. Worst first: by the change, then by how bad the
/// newer verdict is, then by name and id.
pub fn worst_first(
    diff: &Diff,
    old: &Report,
    new: &Report,
    is_asked: impl Fn(&TenantChange, Family) -> bool,
) -> Vec<(usize, Family)> {
    let places = diff.tenants.iter().enumerate();
    let mut lines: Vec<(usize, Family)> = places
        .flat_map(|(place, tenant)| Family::ALL.iter().map(move |family| (place, tenant, *family)))
        .filter(|(_, tenant, family)| is_asked(tenant, *family))
        .map(|(place, _, family)| (place, family))
        .collect();
    let order = |(place, family): &(usize, Family)| {
        let tenant = diff.tenants.get(*place);
        let weights = tenant.map(|tenant| (weight(tenant.of(*family)), badness(tenant, *family, new)));
        (weights, tenant.map(|tenant| label(tenant, old, new).unwrap_or_default()), *place, *family)
    };
    sort_by(&mut lines, |a, b| {
        let (a, b) = (order(a), order(b));
        let by_name = || compare_names(a.1.unwrap_or_default(), b.1.unwrap_or_default());
        a.0.cmp(&b.0).then_with(by_name).then((a.2, a.3).cmp(&(b.2, b.3)))
    });
    lines
}

/// The place of a change among changes, the worst least.
fn weight(change: Change) -> u8 {
    match change {
        Change::Worse => 0,
        Change::ChangedCause => 1,
        Change::Unknown => 2,
        Change::Gone => 3,
        Change::LeftEvaluation => 4,
        Change::New => 5,
        Change::EnteredEvaluation => 6,
        Change::Better => 7,
        Change::Unchanged => 8,
    }
}

/// The sort key of a family in the newer report: the worst is lowest. Tenants that are no longer evaluated come first.
pub(crate) fn badness(change: &TenantChange, family: Family, new: &Report) -> Option<(u8, Urgency)> {
    let tenant = evaluated(change, new)?;
    Some(match family {
        Family::BackupHealth => (backup_rank(tenant.backup_health.posture).unwrap_or(u8::MAX), Urgency::Low),
        Family::RecoveryEvidence => {
            let reason = tenant.recovery_evidence.reason;
            (recovery_rank(reason).unwrap_or(u8::MAX), reason.urgency().unwrap_or(Urgency::Low))
        }
    })
}

/// The page of the record that a family's newer verdict rests on; `None` if the tenant is not evaluated.
pub fn record_url(change: &TenantChange, family: Family, new: &Report) -> Option<String> {
    let tenant = evaluated(change, new)?;
    let key = &tenant.tenant_route_key;
    let record = match family {
        Family::BackupHealth => {
            let health = &tenant.backup_health;
            let newer_failed = health.unsettled.contains(&UnsettledCause::NewerSetFailed);
            match &health.primary_action_target {
                Some(target) => target.url.clone(),
                None if newer_failed => Some(paths::backup_sets(key, None)),
                None => health.latest_relevant_backup_set_id.map(|set| paths::backup_set(key, set, None)),
            }
        }
        Family::RecoveryEvidence => {
            let evidence = &tenant.recovery_evidence;
            match evidence.latest_relevant_restore_run_id.filter(|_| evidence.reason.urgency().is_none()) {
                Some(run) => Some(paths::restore_run(key, run, None)),
                None => evidence.action.url.clone(),
            }
        }
    };
    record.or_else(|| Some(paths::tenant(key)))
}

fn evaluated<'r>(change: &TenantChange, new: &'r Report) -> Option<&'r TenantReport> {
    match change.new {
        Place::Evaluated(place) => new.tenants.get(place).map(|tenant| &**tenant),
        Place::NotExported | Place::NotEvaluated(_) => None,
    }
}
