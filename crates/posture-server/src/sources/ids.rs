//! Ids as databases store them: signed numbers. Those of the contract are below 2^53.

use std::collections::BTreeSet;

use posture_core::Id;

use super::TenantScope;

pub(super) fn id(number: i64) -> Option<Id> {
    u64::try_from(number).ok().and_then(Id::new)
}

pub(super) fn number(id: Id) -> i64 {
    id.get().cast_signed()
}

pub(super) fn numbers<'i>(ids: impl IntoIterator<Item = &'i Id>) -> Vec<i64> {
    ids.into_iter().copied().map(number).collect()
}

/// The tenants in scope; `None` for all.
pub(super) fn only(scope: &TenantScope) -> Option<&BTreeSet<Id>> {
    match scope {
        TenantScope::All => None,
        TenantScope::Only(ids) => Some(ids),
    }
}
