//! Which records of a tenant count: those of another tenant or set, and repeated ones, are set aside (contract, section 2).

use std::collections::BTreeSet;

use crate::finding::FindingCode;
use crate::id::Id;
use crate::json::fault::Notice as Noticed;
use crate::reading::snapshot::{BackupSet, Spanned, Tenant};
use crate::sorting::sort_by_key;

/// A record that does not count, by its place in the tenant's text.
#[derive(Clone, Debug)]
pub(crate) struct SetAside {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) id: Id,
    pub(crate) cause: SetAsideCause,
}

/// Why a record does not count.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SetAsideCause {
    /// It belongs to another tenant.
    OfAnotherTenant(Id),
    /// It is an item of another backup set.
    OfAnotherSet(Id),
    /// An earlier record of its collection has its id.
    Repeated,
}

impl SetAsideCause {
    pub(crate) fn code(self) -> FindingCode {
        match self {
            Self::OfAnotherTenant(_) | Self::OfAnotherSet(_) => FindingCode::CrossTenantRecord,
            Self::Repeated => FindingCode::DuplicateRecord,
        }
    }
}

/// A tenant with the records that count, and what does not.
#[derive(Clone, Debug)]
pub(crate) struct Evidence<'a> {
    pub(crate) tenant: Tenant<'a>,
    /// What does not count, in the document's order.
    pub(crate) set_aside: Vec<SetAside>,
    /// What was noticed on reading, with the offsets of the values concerned, ascending.
    pub(crate) noticed: Vec<(usize, Noticed)>,
}

/// The ids that decide whether a record belongs to its collection.
struct Claim {
    id: Id,
    tenant_id: Option<Id>,
    backup_set_id: Option<Id>,
}

/// Keeps the tenant's own records and drops duplicates.
pub(crate) fn admit(mut tenant: Tenant<'_>, noticed: Vec<(usize, Noticed)>) -> Evidence<'_> {
    let mut set_aside = Vec::new();
    let owner = tenant.id;
    if let Some(sets) = &mut tenant.backup_sets {
        let sets = sets.list_mut();
        retain(sets, owner, None, &mut set_aside, |set| Claim {
            id: set.id,
            tenant_id: set.tenant_id,
            backup_set_id: None,
        });
        for set in sets {
            let set_id = set.id;
            let BackupSet { items: Some(items), .. } = set.get_mut() else { continue };
            retain(items, owner, Some(set_id), &mut set_aside, |item| Claim {
                id: item.id,
                tenant_id: item.tenant_id,
                backup_set_id: item.backup_set_id,
            });
        }
    }
    if let Some(schedules) = &mut tenant.backup_schedules {
        retain(schedules.list_mut(), owner, None, &mut set_aside, |schedule| Claim {
            id: schedule.id,
            tenant_id: schedule.tenant_id,
            backup_set_id: None,
        });
    }
    if let Some(runs) = &mut tenant.restore_runs {
        retain(runs.list_mut(), owner, None, &mut set_aside, |run| Claim {
            id: run.id,
            tenant_id: run.tenant_id,
            backup_set_id: None,
        });
    }
    sort_by_key(&mut set_aside, |record| record.start);
    Evidence { tenant, set_aside, noticed }
}

/// Drops foreign and repeated records; only a kept record claims its id.
fn retain<T>(
    records: &mut Vec<Spanned<T>>,
    owner: Id,
    set: Option<Id>,
    set_aside: &mut Vec<SetAside>,
    claim: impl Fn(&Spanned<T>) -> Claim,
) {
    // Where ids ascend, as exporters write them, none repeats.
    let may_repeat = !records.is_sorted_by(|one, next| claim(one).id < claim(next).id);
    let mut seen = BTreeSet::new();
    records.retain(|record| {
        let Claim { id, tenant_id, backup_set_id } = claim(record);
        let foreign_tenant = tenant_id.filter(|tenant| *tenant != owner);
        let foreign_set = backup_set_id.filter(|stated| set.is_some_and(|set| *stated != set));
        let cause = match (foreign_tenant, foreign_set) {
            (Some(other), _) => SetAsideCause::OfAnotherTenant(other),
            (None, Some(other)) => SetAsideCause::OfAnotherSet(other),
            (None, None) if !may_repeat || seen.insert(id) => return true,
            (None, None) => SetAsideCause::Repeated,
        };
        set_aside.push(SetAside { start: record.start, end: record.end, id, cause });
        false
    });
}

impl Evidence<'_> {
    /// Whether an offset of the text is within a record that was set aside.
    pub(crate) fn is_set_aside(&self, at: usize) -> bool {
        let behind = self.set_aside.partition_point(|record| record.start <= at);
        behind.checked_sub(1).is_some_and(|last| at < self.set_aside[last].end)
    }
}
