//! A tenant's restore runs: the result of each, and which one governs the recovery evidence. Dry runs have a list of their own.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::verdicts::recovery_evidence::RecoveryReason;
use posture_core::views::records::{RestoreRunRecord, RunRole};
use posture_core::{paths, words};

use super::record_page::{RecordPage, RecordsOfTenant, Visit};
use crate::parts::{Badge, Panel, Row, Section, instant, long_table};
use crate::store::tenant_evidence::TenantDerived;
use crate::text;

/// The page.
#[component]
pub fn RestoreRuns() -> impl IntoView {
    let page = RecordPage { section: Section::RestoreRuns, record: None, holds: |_, _| false, body: list };
    view! { <RecordsOfTenant page/> }
}

/// Every run, newest first; dry runs below.
pub fn list(visit: &Visit) -> AnyView {
    let derived = &visit.derived;
    let reason = visit.arrival.recovery;
    let indices = |is_dry: bool| -> Vec<usize> {
        let runs = derived.records.restore_runs.iter().enumerate();
        runs.filter(|(_, run)| run.is_dry_run == is_dry).map(|(index, _)| index).collect()
    };
    let (executed, dry) = (indices(false), indices(true));
    let first = if executed.is_empty() {
        let said = if dry.is_empty() { text::NO_RESTORE_RUNS } else { text::NO_EXECUTED_RUNS };
        view! { <p class="pad note">{said}</p> }.into_any()
    } else {
        table(text::RESTORE_RUNS, derived.clone(), executed, reason)
    };
    let boundary = derived.tenant.recovery_evidence.claim_boundary;
    let body = view! { {first}<p class="boundary panel-boundary">{boundary}</p> };
    let dry = (!dry.is_empty()).then(|| {
        let table = table(text::DRY_RUNS, derived.clone(), dry, reason);
        let body = view! { {table}<p class="boundary panel-boundary">{words::DRY_RUN_BOUNDARY}</p> };
        view! { <Panel id="dry-runs" title=text::DRY_RUNS note=text::NEWEST_FIRST>{body}</Panel> }.into_any()
    });
    view! { <Panel id="runs" title=text::RUNS note=text::NEWEST_FIRST>{body}</Panel> {dry} }.into_any()
}

fn table(
    label: &'static str,
    derived: Arc<TenantDerived>,
    indices: Vec<usize>,
    reason: Option<RecoveryReason>,
) -> AnyView {
    let columns = &[
        (text::RESTORE_RUN, false),
        (text::RESULT, false),
        (text::OUTCOMES, false),
        (text::EFFECTIVE_TIME, false),
        (text::ROLE, false),
        (text::NEXT_STEP, false),
    ];
    long_table(label, columns, indices.len(), move |index| {
        row(&derived.records.restore_runs[indices[index]], &derived, reason)
    })
}

fn row(run: &RestoreRunRecord, derived: &TenantDerived, reason: Option<RecoveryReason>) -> Row {
    let attention = &run.attention;
    let url = paths::restore_run(&derived.tenant.tenant_route_key, attention.restore_run_id, reason);
    let at = run
        .effective_at
        .map_or_else(|| text::NO_TIME_STATED.into_any(), |at| instant(at, derived.frame.as_of));
    Row {
        cells: vec![
            view! { <a href=url>{format!("#{}", attention.restore_run_id)}</a><small>{words::status_word(&run.status)}</small> }.into_any(),
            view! { {result(run)}<small>{words::causes_sentence(&attention.causes)}</small> }.into_any(),
            words::counts_sentence(attention.counts.as_ref()).into_any(),
            at,
            role(run),
            words::next_action_label(attention.primary_next_action).into_any(),
        ],
        is_marked: run.role == RunRole::Latest,
        is_aside: false,
    }
}

/// What a run has shown, in a word or two.
pub fn result(run: &RestoreRunRecord) -> AnyView {
    view! { <Badge tone=run.attention.tone label=words::attention_state_label(run.attention.state)/> }
        .into_any()
}

/// The part a run plays, as a badge and in words.
pub fn role(run: &RestoreRunRecord) -> AnyView {
    let detail = words::run_role_detail(run.role).map(|detail| view! { <small>{detail}</small> });
    view! { <Badge tone=run.role.tone() label=words::run_role_badge(run.role)/>{detail} }.into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::paths;

    use crate::test_support::record_page_over;
    use crate::text;

    const KEY: &str = "00000007-1111-4222-8333-444455556666";

    /// TR-4
    #[test]
    fn dry_runs_are_listed_separately_from_the_run_that_governs() {
        let case = include_str!("../../../../tests/cases/restore-newer-preview-does-not-hide-failure.json");
        let page = record_page_over(case, KEY, &paths::restore_runs(KEY, None));
        let (runs, dry) = page.split_once("id=\"dry-runs\"").unwrap();
        assert!(runs.contains("#4") && runs.contains("Current") && !runs.contains(">#5<"), "{runs}");
        assert!(
            dry.contains("#5")
                && dry.contains("Not counted")
                && dry.contains("does not count as recovery evidence")
        );
    }

    /// TR-5: the words of the snapshot's format are not shown.
    #[test]
    fn statuses_are_written_as_people_write_them() {
        let case = include_str!("../../../../tests/cases/counts-beside-the-failures.json");
        let page = record_page_over(case, KEY, &paths::restore_runs(KEY, None));
        assert!(page.contains("completed with errors") && !page.contains("completed_with_errors"), "{page}");
    }

    #[test]
    fn a_tenant_without_runs_says_so() {
        let case = include_str!("../../../../tests/cases/healthy-backup-unvalidated-recovery.json");
        let page = record_page_over(case, KEY, &paths::restore_runs(KEY, None));
        assert!(page.contains(text::NO_RESTORE_RUNS) && page.contains("nothing is known about recovery"));
    }
}
