//! What a former report said of each tenant, small enough to be kept, so that a later report can be compared with it.
//!
//! Evidence is judged again and again while time passes, with or without a new export, so everything is compared: a schedule that became
//! overdue since is news.

use serde::{Deserialize, Serialize};

use crate::compare::change::{Basis, Change, Family, ReportedTenant, change};
use crate::compare::diff::{Place, Side, TenantChange, label_at, view};
use crate::compare::points::Sight;
use crate::id::Id;
use crate::report::model::Report;
use crate::verdicts::unsettled::UnsettledCause;

/// What a report said of its tenants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    tenants: Vec<KnownTenant>,
    unmatched: u64,
}

/// What a report said of one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KnownTenant {
    backup: String,
    id: Id,
    label: Option<String>,
    recovery: String,
    #[serde(rename = "standing")]
    reported: ReportedTenant<'static>,
    unsettled: Vec<UnsettledCause>,
}

/// How one tenant changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownChange<'k> {
    /// The change of each family. The former place is not known.
    pub change: TenantChange,
    /// The causes of being unsettled that are new.
    pub unsettled: Vec<UnsettledCause>,
    /// Whether it was unsettled and is no longer.
    pub is_settled: bool,
    former: Option<&'k KnownTenant>,
}

impl KnownChange<'_> {
    /// The former state of a family in words; `None` if the tenant was not exported.
    pub fn before(&self, family: Family) -> Option<&str> {
        self.former.map(|former| match family {
            Family::BackupHealth => former.backup.as_str(),
            Family::RecoveryEvidence => former.recovery.as_str(),
        })
    }

    /// The tenant's former name.
    pub fn former_label(&self) -> Option<&str> {
        self.former.and_then(|former| former.label.as_deref())
    }
}

impl Known {
    /// What a report says of its tenants.
    pub fn of(report: &Report) -> Self {
        let side = Side::of(report);
        let tenants = side.places.iter().map(|(id, place)| {
            let state = |family| view(report, *place, family).map(|view| view.label.to_owned());
            KnownTenant {
                backup: state(Family::BackupHealth).unwrap_or_default(),
                id: *id,
                label: label_at(report, *place).map(str::to_owned),
                recovery: state(Family::RecoveryEvidence).unwrap_or_default(),
                reported: side.reported(*id, Sight::Whole).into_owned(),
                unsettled: unsettled(report, *place).to_vec(),
            }
        });
        Self { tenants: tenants.collect(), unmatched: side.unmatched }
    }

    /// How the tenants of this report or of a later one changed, by id; those that did not change are left out.
    pub fn changes(&self, report: &Report) -> Vec<KnownChange<'_>> {
        let side = Side::of(report);
        let formers = self.tenants.iter().map(|former| (former.id, Some(former)));
        let is_known = |id: &&Id| self.tenants.binary_search_by_key(*id, |former| former.id).is_ok();
        let added = side.places.keys().filter(|id| !is_known(id)).map(|id| (*id, None));
        let mut changes: Vec<_> =
            formers.chain(added).filter_map(|(id, former)| changed(id, former, &side, report)).collect();
        changes.sort_by_key(|change| change.change.tenant_id);
        changes
    }

    /// How many more entries of a later report name no tenant of their own.
    pub fn unmatched_since(&self, report: &Report) -> u64 {
        Side::of(report).unmatched.saturating_sub(self.unmatched)
    }
}

fn changed<'k>(
    id: Id,
    former: Option<&'k KnownTenant>,
    side: &Side<'_>,
    report: &Report,
) -> Option<KnownChange<'k>> {
    let after = side.reported(id, Sight::Whole);
    let before = former.map_or(&ReportedTenant::NotExported, |former| &former.reported);
    let of = |family| change(family, before, &after, Basis::Exports);
    let place = side.place(id);
    let change = TenantChange {
        tenant_id: id,
        old: Place::NotExported,
        new: place,
        backup_health: of(Family::BackupHealth),
        recovery_evidence: of(Family::RecoveryEvidence),
    };
    let (was, is) = (former.map_or(&[][..], |former| &former.unsettled), unsettled(report, place));
    let is_new = |cause: &&UnsettledCause| !was.contains(cause);
    let changed = KnownChange {
        change,
        unsettled: is.iter().filter(is_new).copied().collect(),
        is_settled: !was.is_empty() && is.is_empty() && matches!(place, Place::Evaluated(_)),
        former,
    };
    let is_same = Family::ALL.iter().all(|family| change.of(*family) == Change::Unchanged)
        && changed.unsettled.is_empty()
        && !changed.is_settled;
    (!is_same).then_some(changed)
}

fn unsettled(report: &Report, place: Place) -> &[UnsettledCause] {
    match place {
        Place::Evaluated(place) => {
            report.tenants.get(place).map_or(&[][..], |tenant| &tenant.registry.unsettled)
        }
        Place::NotExported | Place::NotEvaluated(_) => &[],
    }
}
