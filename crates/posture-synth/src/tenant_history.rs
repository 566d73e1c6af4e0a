//! A tenant's life outside its records: who it is, who may see what, facts of other domains, and damage.

use crate::names;
use crate::plan::{Plan, WORKSPACE_ID};
use crate::records::{Signal, Tenant, Written};
use crate::rng::Rng;

/// A tenant without records.
pub(crate) fn new_tenant(index: u64, rng: &mut Rng) -> Tenant {
    let (name, domain) = names::tenant(index, rng);
    Tenant {
        id: index + 1,
        workspace_id: WORKSPACE_ID,
        external_id: rng.guid(),
        name,
        environment: rng.weighted(&[(90, "production"), (7, "staging"), (3, "test")], "production"),
        domain,
        status: "active",
        capabilities: None,
        backup_sets: Vec::new(),
        backup_schedules: Vec::new(),
        restore_runs: Vec::new(),
        signals: Vec::new(),
    }
}

/// The n-th id of a tenant's own in each of its tables.
pub(crate) fn id(tenant: &Tenant, number: u64) -> u64 {
    tenant.id * 100_000 + number
}

/// What else happens to a tenant.
pub(crate) fn happen(tenant: &mut Tenant, plan: &Plan, index: u64, rng: &mut Rng) {
    if rng.in_ten_thousand(400) {
        tenant.status = rng.weighted(&[(5, "archived"), (3, "onboarding"), (2, "draft")], "archived");
    }
    if rng.in_ten_thousand(200) {
        let held = [
            &["restore_runs.view"][..],
            &["backup_sets.view"],
            &["backup_sets.view", "backup_schedules.view"],
        ];
        tenant.capabilities = Some(rng.one_of(&held).to_vec());
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
    let found = |domain, key, urgency, title, body, url| Signal { domain, key, urgency, title, body, url };
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
            "Found this night.",
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
    match rng.number(0..8) {
        0 => {
            if let Some(set) = tenant.backup_sets.last_mut() {
                set.completed_at = Some(Written::Not("20.11.2026 02:14"));
            }
        }
        1 => tenant.workspace_id = WORKSPACE_ID + 1,
        2 => tenant.id = index.max(1),
        3 => tenant.status = "suspended",
        4 => {
            if let Some(set) = tenant.backup_sets.first_mut() {
                set.tenant_id = index + 2;
            }
        }
        5 => {
            if let Some(set) = tenant.backup_sets.first().cloned() {
                tenant.backup_sets.push(set);
            }
        }
        6 => {
            if let Some(set) = tenant.backup_sets.first_mut() {
                set.status = "verifying";
            }
        }
        _ => {
            if let Some(set) = tenant.backup_sets.last_mut() {
                set.completed_at = Some(Written::At(plan.ago(-3 * 3600)));
            }
        }
    }
}
