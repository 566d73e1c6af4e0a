//! Which tenant a record belongs to, by the tenant id in it.

use crate::source::Source;

/// Whether a record that names this tenant id may be used. A container can be shared by several tenants.
pub(super) fn is_ours(source: &Source<'_>, tenant_id: Option<&str>) -> bool {
    let Some(tenant_id) = tenant_id else { return true };
    source.tenant.is_empty()
        || source.external_id.is_none_or(|wanted| {
            wanted.len() != 36 || tenant_id.len() != 36 || wanted.eq_ignore_ascii_case(tenant_id)
        })
}

/// The word by which a record's tenant is found: its id, unless all records are of the configured tenant.
pub(super) fn word<'v>(source: &Source<'_>, tenant_id: Option<&'v str>) -> &'v str {
    if source.is_of_one_tenant() { "" } else { tenant_id.unwrap_or_default() }
}
