//! What happened to tenants as a whole: their life, who may see what, damaged evidence, and facts of other domains.

use super::clock::Clock;
use super::records::{Signal, Tenant};
use super::shapes::{FIRST_TENANT, WORKSPACE};

pub(super) fn is_being_onboarded(tenant: &mut Tenant, _: Clock) {
    tenant.status = "onboarding";
}

pub(super) fn contract_ended_so_it_is_archived(tenant: &mut Tenant, _: Clock) {
    tenant.status = "archived";
}

pub(super) fn newer_release_wrote_a_tenant_status_not_known_here(tenant: &mut Tenant, _: Clock) {
    tenant.status = "suspended";
}

pub(super) fn export_wrote_a_local_date_so_it_is_unreadable(tenant: &mut Tenant, _: Clock) {
    if let Some(set) = tenant.backup_sets.last_mut() {
        set.completed_at = Some("20.11.2026 02:14".to_owned());
    }
}

pub(super) fn was_exported_under_the_id_of_the_first_tenant(tenant: &mut Tenant, _: Clock) {
    tenant.id = FIRST_TENANT;
}

pub(super) fn belongs_to_another_workspace(tenant: &mut Tenant, _: Clock) {
    tenant.workspace_id = WORKSPACE + 1;
}

pub(super) fn route_key_is_a_name_with_a_slash(tenant: &mut Tenant, _: Clock) {
    tenant.external_id = "grupo/são-joão".to_owned();
}

pub(super) fn viewer_may_open_restore_runs_alone(tenant: &mut Tenant, _: Clock) {
    tenant.capabilities = Some(vec!["restore_runs.view"]);
}

pub(super) fn viewer_may_open_backup_sets_alone(tenant: &mut Tenant, _: Clock) {
    tenant.capabilities = Some(vec!["backup_sets.view"]);
}

pub(super) fn a_set_of_another_tenant_slipped_in(tenant: &mut Tenant, _: Clock) {
    if let Some(set) = tenant.backup_sets.first_mut() {
        set.tenant_id = FIRST_TENANT;
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
        item.captured_at = "last night".to_owned();
    }
}

pub(super) fn is_backed_up_weekly_by_its_profile(tenant: &mut Tenant, _: Clock) {
    tenant.profile = Some("weekly");
    tenant.labels = vec!["small"];
}

pub(super) fn is_of_the_daily_profile(tenant: &mut Tenant, _: Clock) {
    tenant.profile = Some("daily");
    tenant.labels = vec!["healthcare", "premium"];
}

pub(super) fn profile_was_renamed_and_the_tenant_forgotten(tenant: &mut Tenant, _: Clock) {
    tenant.profile = Some("gold");
}

pub(super) fn administrators_without_mfa_were_found(tenant: &mut Tenant, _: Clock) {
    tenant.signals.push(Signal {
        domain: "governance",
        key: "admins_without_mfa",
        urgency: "critical",
        title: "2 administrators without MFA",
        body: "Found by the baseline comparison of this night.",
        url: Some("https://governance.contoso.example/findings/4711"),
    });
}

pub(super) fn baseline_drifted(tenant: &mut Tenant, _: Clock) {
    tenant.signals.push(Signal {
        domain: "governance",
        key: "baseline_drift",
        urgency: "high",
        title: "5 policies drifted from the baseline",
        body: "Changed outside of change control since Friday.",
        url: Some("https://governance.contoso.example/findings/4720"),
    });
}

pub(super) fn sync_worker_lags(tenant: &mut Tenant, _: Clock) {
    tenant.signals.push(Signal {
        domain: "operations",
        key: "inventory_sync_late",
        urgency: "medium",
        title: "Inventory sync is 3 h late",
        body: "The worker retries every 15 minutes.",
        url: Some("/operations/inventory-sync"),
    });
}

pub(super) fn certificate_expires_soon(tenant: &mut Tenant, _: Clock) {
    tenant.signals.push(Signal {
        domain: "alerts",
        key: "apns_certificate_expiry",
        urgency: "low",
        title: "Apple push certificate expires in 24 days",
        body: "Renew it with the Apple account it was made with.",
        url: None,
    });
}
