//! Restore runs: previews, tests, and their outcomes.

use posture_core::export::snapshot::{Operation, Outcome, RestoreRun, Results, RunMetadata, Tenant};

use crate::backups::Captured;
use crate::names::policy_kind;
use crate::plan::{Detail, Plan};
use crate::rng::Rng;
use crate::tenant_history::id;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How many runs the busiest tenant has.
const MOST_RUNS: u64 = 60;

/// How a run went.
#[derive(Clone, Copy, Debug)]
enum Course {
    Applied,
    Skipped,
    Partial,
    Failed,
    FailedBehindACompletedRun,
    Cancelled,
    Running,
    Previewed,
    InWordsNotKnown,
}

/// Adds a tenant's restore runs.
pub(crate) fn add(tenant: &mut Tenant, plan: &Plan, captured: Captured, rng: &mut Rng) {
    if tenant.backup_sets.is_empty() || rng.in_ten_thousand(3_500) {
        return;
    }
    let runs = rng.skewed(1..6, MOST_RUNS);
    let newest = rng.skewed(1..40, 300);
    for number in 0..runs {
        let age = i64::try_from(newest + (runs - 1 - number) * 9).unwrap_or(0) * DAY + rng.seconds(0..DAY);
        let course = rng.weighted(
            &[
                (640, Course::Applied),
                (80, Course::Skipped),
                (70, Course::Partial),
                (40, Course::Failed),
                (10, Course::FailedBehindACompletedRun),
                (20, Course::Cancelled),
                (10, Course::Running),
                (125, Course::Previewed),
                (5, Course::InWordsNotKnown),
            ],
            Course::Applied,
        );
        let run = run(tenant, plan, &captured, number + 1, age, course, &mut rng.fork());
        tenant.restore_runs.push(run);
    }
}

fn run(
    tenant: &Tenant,
    plan: &Plan,
    captured: &Captured,
    number: u64,
    age: i64,
    course: Course,
    rng: &mut Rng,
) -> RestoreRun {
    let (status, operation, outcome, word) = match course {
        Course::Applied => ("completed", "completed", Some("succeeded"), "applied"),
        Course::Skipped => ("completed", "completed", Some("succeeded"), "skipped"),
        Course::Partial => ("partial", "completed", Some("partially_succeeded"), "partial"),
        Course::Failed => ("failed", "completed", Some("failed"), "failed"),
        Course::FailedBehindACompletedRun => ("completed", "completed", Some("failed"), "failed"),
        Course::Cancelled => ("canceled", "completed", Some("cancelled"), "skipped"),
        Course::Running => ("running", "running", Some("pending"), "applied"),
        Course::Previewed => ("previewed", "completed", Some("succeeded"), "dry_run"),
        Course::InWordsNotKnown => ("completed", "completed", Some("succeeded"), "superseded"),
    };
    let is_dry_run = matches!(course, Course::Previewed);
    let is_done = !matches!(course, Course::Running | Course::Previewed);
    let age = if matches!(course, Course::Running) { rng.seconds(HOUR..30 * HOUR) } else { age };
    let rows = rng.skewed(1..8, 200).min(captured.policies);
    let first = rng.number(0..captured.policies);
    let row = |place: u64| {
        let (policy_type, _, name) = policy_kind(first + place);
        let outcome = if place.is_multiple_of(4) { word } else { "applied" };
        let is_full = plan.detail != Detail::Slim;
        Outcome {
            outcome: outcome.into(),
            policy_type: Some(policy_type.into()),
            label: is_full.then(|| name.into()),
            reason: (is_full && outcome == "failed").then(|| "graph_error".into()),
        }
    };
    let items: Vec<_> = (0..rows).map(row).collect();
    let assignments = (0..rows / 3).map(row).collect();
    let has_rows = !matches!(course, Course::Cancelled | Course::Running);
    let set = rng.number(0..tenant.backup_sets.len() as u64);
    RestoreRun {
        id: id(tenant, number),
        tenant_id: Some(tenant.id),
        backup_set_id: Some(id(tenant, set + 1)),
        status: status.into(),
        is_dry_run,
        results: has_rows.then_some(Results { items, assignments, ..Results::default() }),
        metadata: matches!(course, Course::Skipped).then_some(RunMetadata { non_applied: Some(1) }),
        created_at: Some(plan.ago(age + 40 * MINUTE).into()),
        started_at: (!is_dry_run).then(|| plan.ago(age + 30 * MINUTE).into()),
        completed_at: is_done.then(|| plan.ago(age).into()),
        deleted_at: rng.in_ten_thousand(50).then(|| plan.ago(HOUR).into()),
        operation_run: (!is_dry_run).then(|| Operation {
            id: Some(id(tenant, number)),
            status: operation.into(),
            outcome: outcome.map(Into::into),
        }),
    }
}
