//! What exporters do wrong.

use posture_core::export::snapshot::{Results, Tenant, Text};

use crate::features;
use crate::plan::{Features, Plan, WORKSPACE_ID};
use crate::rng::Rng;
use crate::written::Writing;

/// A fault of an exporter.
#[derive(Clone, Copy, Debug)]
enum Fault {
    LocalTime,
    OtherWorkspace,
    RepeatedId,
    UnknownTenantStatus,
    ForeignSet,
    RepeatedSet,
    UnknownSetStatus,
    SetInTheFuture,
    UnknownProfile,
    ZeroTime,
    UnreadResults,
    UnfitDetails,
}

const BASIC_FAULTS: [Fault; 8] = [
    Fault::LocalTime,
    Fault::OtherWorkspace,
    Fault::RepeatedId,
    Fault::UnknownTenantStatus,
    Fault::ForeignSet,
    Fault::RepeatedSet,
    Fault::UnknownSetStatus,
    Fault::SetInTheFuture,
];
const FEATURE_FAULTS: [Fault; 4] =
    [Fault::UnknownProfile, Fault::ZeroTime, Fault::UnreadResults, Fault::UnfitDetails];

/// Damages a tenant if it is its turn. Returns how the tenant is written.
pub(crate) fn add(tenant: &mut Tenant, plan: &Plan, index: u64, rng: &mut Rng) -> Option<Writing> {
    let fault = match plan.features {
        Features::Unused if rng.in_ten_thousand(200) => one_of(&BASIC_FAULTS, rng.number(0..8)),
        Features::Share if rng.in_ten_thousand(200) => match rng.number(0..12) {
            number @ 0..8 => one_of(&BASIC_FAULTS, number),
            number => one_of(&FEATURE_FAULTS, number),
        },
        Features::InTurn => one_of(&FEATURE_FAULTS, plan.seed.wrapping_add(index)),
        Features::Unused | Features::Share => None,
    };
    damage(tenant, plan, index, fault?, rng)
}

fn one_of(faults: &[Fault], number: u64) -> Option<Fault> {
    let place = number.checked_rem(faults.len() as u64)?;
    faults.get(usize::try_from(place).ok()?).copied()
}

fn damage(tenant: &mut Tenant, plan: &Plan, index: u64, fault: Fault, rng: &mut Rng) -> Option<Writing> {
    let runs = tenant.restore_runs.iter_mut();
    match fault {
        Fault::LocalTime => tenant.backup_sets.last_mut()?.completed_at = Some("20.11.2026 02:14".into()),
        Fault::OtherWorkspace => tenant.workspace_id = Some(WORKSPACE_ID + 1),
        Fault::RepeatedId => tenant.id = index.max(1),
        Fault::UnknownTenantStatus => tenant.status = "suspended".into(),
        Fault::ForeignSet => tenant.backup_sets.first_mut()?.tenant_id = Some(index + 2),
        Fault::RepeatedSet => tenant.backup_sets.push(tenant.backup_sets.first()?.clone()),
        Fault::UnknownSetStatus => tenant.backup_sets.first_mut()?.status = "verifying".into(),
        Fault::SetInTheFuture => {
            tenant.backup_sets.last_mut()?.completed_at = Some(plan.ago(-3 * 3600).into());
        }
        Fault::UnknownProfile => tenant.profile = Some("platinum".into()),
        Fault::ZeroTime => {
            runs.for_each(|run| run.started_at = Some("0001-01-01T00:00:00Z".into()));
            tenant.backup_schedules.last_mut()?.deleted_at = Some("1970-01-01T00:00:00Z".into());
        }
        Fault::UnreadResults => runs.for_each(|run| {
            let unread = [(Text::from("scripts"), serde_json::json!([{ "outcome": "applied" }]))];
            run.results = Some(Results { unread: unread.into(), ..Results::default() });
        }),
        Fault::UnfitDetails => {
            features::add_assignments(tenant, plan, rng);
            return Some(Writing::UnfitDetails);
        }
    }
    None
}
