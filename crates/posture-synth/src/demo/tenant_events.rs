//! What happened to tenants as a whole: their life, who may see what, damaged evidence, and facts of other domains.

use posture_core::export::snapshot::{Signal, Tenant};

use super::clock::Clock;
use super::shapes::{FIRST_TENANT, WORKSPACE};

pub(super) fn is_being_onboarded(tenant: &mut Tenant, _: Clock) {
    tenant.status = "onboarding".into();
}

pub(super) fn contract_ended_so_it_is_archived(tenant: &mut Tenant, _: Clock) {
    tenant.status = "archived".into();
}

pub(super) fn newer_release_wrote_a_tenant_status_not_known_here(tenant: &mut Tenant, _: Clock) {
    tenant.status = "suspended".into();
}

pub(super) fn export_wrote_a_local_date_so_it_is_unreadable(tenant: &mut Tenant, _: Clock) {
    if let Some(set) = tenant.backup_sets.last_mut() {
        set.completed_at = Some("20.11.2026 02:14".into());
    }
}

pub(super) fn was_exported_under_the_id_of_the_first_tenant(tenant: &mut Tenant, _: Clock) {
    tenant.id = FIRST_TENANT;
}

pub(super) fn belongs_to_another_workspace(tenant: &mut Tenant, _: Clock) {
    tenant.workspace_id = Some(WORKSPACE + 1);
}

pub(super) fn route_key_is_a_name_with_a_slash(tenant: &mut Tenant, _: Clock) {
    tenant.external_id = "grupo/são-joão".into();
}

pub(super) fn viewer_may_only_open_restore_runs(tenant: &mut Tenant, _: Clock) {
    tenant.capabilities = Some(vec!["restore_runs.view".into()]);
}

pub(super) fn viewer_may_only_open_backup_sets(tenant: &mut Tenant, _: Clock) {
    tenant.capabilities = Some(vec!["backup_sets.view".into()]);
}

pub(super) fn a_set_of_another_tenant_slipped_in(tenant: &mut Tenant, _: Clock) {
    if let Some(set) = tenant.backup_sets.first_mut() {
        set.tenant_id = Some(FIRST_TENANT);
    }
}

pub(super) fn a_set_was_exported_twice(tenant: &mut Tenant, _: Clock) {
    if let Some(set) = tenant.backup_sets.get(5).cloned() {
        tenant.backup_sets.insert(6, set);
    }
}

pub(super) fn capture_times_were_written_as_words(tenant: &mut Tenant, _: Clock) {
    let items = tenant.backup_sets.last_mut().and_then(|set| set.items.as_deref_mut()).unwrap_or_default();
    for item in items.iter_mut().take(2) {
        item.captured_at = Some("last night".into());
    }
}

pub(super) fn is_backed_up_weekly_by_its_profile(tenant: &mut Tenant, _: Clock) {
    tenant.profile = Some("weekly".into());
    tenant.labels = Some(vec!["small".into()]);
}

pub(super) fn is_of_the_daily_profile(tenant: &mut Tenant, _: Clock) {
    tenant.profile = Some("daily".into());
    tenant.labels = Some(vec!["healthcare".into(), "premium".into()]);
}

pub(super) fn profile_was_renamed_and_the_tenant_forgotten(tenant: &mut Tenant, _: Clock) {
    tenant.profile = Some("gold".into());
}

pub(super) fn administrators_without_mfa_were_found(tenant: &mut Tenant, _: Clock) {
    tenant.signals.push(Signal {
        domain: "governance".into(),
        key: "admins_without_mfa".into(),
        urgency: "critical".into(),
        title: "2 administrators without MFA".into(),
        body: Some("Found by the baseline comparison last night.".into()),
        url: Some("https://governance.contoso.example/findings/4711".into()),
    });
}

pub(super) fn baseline_drifted(tenant: &mut Tenant, _: Clock) {
    tenant.signals.push(Signal {
        domain: "governance".into(),
        key: "baseline_drift".into(),
        urgency: "high".into(),
        title: "5 policies drifted from the baseline".into(),
        body: Some("Changed outside of change control since Friday.".into()),
        url: Some("https://governance.contoso.example/findings/4720".into()),
    });
}

pub(super) fn sync_worker_lags(tenant: &mut Tenant, _: Clock) {
    tenant.signals.push(Signal {
        domain: "operations".into(),
        key: "inventory_sync_late".into(),
        urgency: "medium".into(),
        title: "Inventory sync is 3 h late".into(),
        body: Some("The worker retries every 15 minutes.".into()),
        url: Some("/operations/inventory-sync".into()),
    });
}

pub(super) fn certificate_expires_soon(tenant: &mut Tenant, _: Clock) {
    tenant.signals.push(Signal {
        domain: "alerts".into(),
        key: "apns_certificate_expiry".into(),
        urgency: "low".into(),
        title: "Apple push certificate expires in 24 days".into(),
        body: Some("Renew it with the Apple account it was made with.".into()),
        url: None,
    });
}
