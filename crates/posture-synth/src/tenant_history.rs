//! A tenant's life outside its records: who it is, who may see what, facts of other domains, and damage.

use posture_core::export::snapshot::{Results, Signal, Tenant, Text};

use crate::names;
use crate::plan::{Plan, WORKSPACE_ID};
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
pub(crate) fn happen(tenant: &mut Tenant, plan: &Plan, index: u64, rng: &mut Rng) {
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
    if plan.damage && rng.in_ten_thousand(200) {
        damage(tenant, plan, index, rng);
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

/// Something an exporter did wrong.
fn damage(tenant: &mut Tenant, plan: &Plan, index: u64, rng: &mut Rng) {
    match rng.number(0..if plan.second_edition { 11 } else { 8 }) {
        8 => tenant.profile = Some("platinum".into()),
        9 => tenant
            .restore_runs
            .iter_mut()
            .for_each(|run| run.started_at = Some("0001-01-01T00:00:00Z".into())),
        10 => tenant.restore_runs.iter_mut().for_each(|run| {
            let unread = [(Text::from("scripts"), serde_json::json!([{ "outcome": "applied" }]))];
            run.results = Some(Results { unread: unread.into(), ..Results::default() });
        }),
        0 => {
            if let Some(set) = tenant.backup_sets.last_mut() {
                set.completed_at = Some("20.11.2026 02:14".into());
            }
        }
        1 => tenant.workspace_id = Some(WORKSPACE_ID + 1),
        2 => tenant.id = index.max(1),
        3 => tenant.status = "suspended".into(),
        4 => {
            if let Some(set) = tenant.backup_sets.first_mut() {
                set.tenant_id = Some(index + 2);
            }
        }
        5 => {
            if let Some(set) = tenant.backup_sets.first().cloned() {
                tenant.backup_sets.push(set);
            }
        }
        6 => {
            if let Some(set) = tenant.backup_sets.first_mut() {
                set.status = "verifying".into();
            }
        }
        _ => {
            if let Some(set) = tenant.backup_sets.last_mut() {
                set.completed_at = Some(plan.ago(-3 * 3600).into());
            }
        }
    }
}
