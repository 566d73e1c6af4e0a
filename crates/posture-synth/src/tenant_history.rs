//! A tenant's life outside its records: who it is, who may see what, and facts of other domains.

use posture_core::export::snapshot::{Signal, Tenant, Text};

use crate::names;
use crate::plan::WORKSPACE_ID;
use crate::rng::Rng;

/// A tenant without records.
pub(crate) fn new_tenant(index: u64, rng: &mut Rng) -> Tenant {
    let (name, domain) = names::tenant(index, rng);
    Tenant {
        id: index + 1,
        workspace_id: Some(WORKSPACE_ID),
        external_id: rng.guid().into(),
        name: name.into(),
        environment: Some(
            rng.weighted(&[(90, "production"), (7, "staging"), (3, "test")], "production").into(),
        ),
        domain: Some(domain.into()),
        status: "active".into(),
        ..Tenant::default()
    }
}

/// The n-th id of a tenant's own in each of its tables.
pub(crate) fn id(tenant: &Tenant, number: u64) -> u64 {
    tenant.id * 100_000 + number
}

/// What else happens to a tenant.
pub(crate) fn happen(tenant: &mut Tenant, rng: &mut Rng) {
    if rng.in_ten_thousand(400) {
        tenant.status = rng.weighted(&[(5, "archived"), (3, "onboarding"), (2, "draft")], "archived").into();
    }
    if rng.in_ten_thousand(200) {
        let held = [
            &["restore_runs.view"][..],
            &["backup_sets.view"],
            &["backup_sets.view", "backup_schedules.view"],
        ];
        tenant.capabilities = Some(rng.one_of(&held).iter().map(|one| Text::from(*one)).collect());
    }
    if rng.in_ten_thousand(600) {
        tenant.signals.push(signal(rng));
    }
    if rng.in_ten_thousand(100) {
        tenant.signals.push(signal(rng));
    }
}

fn signal(rng: &mut Rng) -> Signal {
    let count = rng.number(2..30);
    let found = |domain: &'static str,
                 key: &'static str,
                 urgency: &'static str,
                 title: String,
                 body: &'static str,
                 url: Option<&'static str>| Signal {
        domain: domain.into(),
        key: key.into(),
        urgency: urgency.into(),
        title: title.into(),
        body: Some(body.into()),
        url: url.map(Text::from),
    };
    match rng.number(0..4) {
        0 => found(
            "governance",
            "baseline_drift",
            "high",
            format!("{count} policies drifted from the baseline"),
            "Changed outside of change control.",
            Some("https://governance.synthetic.example/findings"),
        ),
        1 => found(
            "governance",
            "admins_without_mfa",
            "critical",
            format!("{count} administrators without MFA"),
            "Found last night.",
            None,
        ),
        2 => found(
            "operations",
            "inventory_sync_late",
            "medium",
            format!("Inventory sync is {count} h late"),
            "The worker retries every 15 minutes.",
            Some("/operations/inventory-sync"),
        ),
        _ => found(
            "alerts",
            "certificate_expiry",
            "low",
            format!("Apple push certificate expires in {count} days"),
            "Renew it with the account it was made with.",
            None,
        ),
    }
}
