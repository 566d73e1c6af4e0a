//! One restore run: its result, the causes, and the outcome of each item, worst first.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::reading::snapshot::OutcomeClass;
use posture_core::report::tone;
use posture_core::verdicts::restore_attention::{NextAction, OutcomeCounts};
use posture_core::views::records::{OutcomeGroup, OutcomeRecord, RestoreRunRecord};
use posture_core::vocabulary::Capability;
use posture_core::{Id, Timestamp, paths, words};

use super::record_page::{RecordPage, RecordsOfTenant, Visit};
use super::restore_runs;
use crate::parts::{
    Badge, Fact, FactList, Figure, FigureStrip, Panel, Row, Section, figure_value, instant, long_table,
    policy_type,
};
use crate::store::tenant_evidence::TenantDerived;
use crate::text;
use crate::tone::{Shape, outcome_tone};

/// The page.
#[component]
pub fn RestoreRun() -> impl IntoView {
    let page = RecordPage {
        section: Section::RestoreRuns,
        record: Some(text::RESTORE_RUN),
        holds: |derived, id| derived.records.restore_run(id).is_some(),
        body: detail,
    };
    view! { <RecordsOfTenant page/> }
}

fn detail(visit: &Visit) -> AnyView {
    let derived = &visit.derived;
    let Some(run) = visit.record_id().and_then(|id| derived.records.restore_run(id)) else {
        return restore_runs::list(visit);
    };
    let counts = run.attention.counts.as_ref().map(|counts| {
        view! { <FigureStrip label=text::OUTCOMES_IN_FIGURES figures=figures(counts)/> }.into_any()
    });
    view! {
        {shown(run)}
        {counts}
        {known(run, derived)}
        {outcomes(run, text::absent_detail(derived.frame.since.is_some()))}
    }
    .into_any()
}

fn shown(run: &RestoreRunRecord) -> AnyView {
    let attention = &run.attention;
    let action = words::next_action_label(attention.primary_next_action);
    let leads_on = attention.primary_next_action != NextAction::NoActionNeeded && !run.outcomes.is_empty();
    let next = if leads_on {
        view! { <a class="button primary" href="#outcomes">{action}</a> }.into_any()
    } else {
        view! { <p class="note">{text::NEXT_STEP}": "{action}</p> }.into_any()
    };
    view! {
        <section class="panel calmness" data-tone=attention.tone.as_str() aria-labelledby="shown-title">
            <Shape tone=attention.tone/>
            <div class="calmness-text">
                <h2 id="shown-title">{words::attention_state_label(attention.state)}</h2>
                <p>{attention.summary.clone()}</p>
                <p class="boundary">{words::run_boundary(attention.recovery_claim_boundary)}</p>
            </div>
            {next}
        </section>
    }
    .into_any()
}

fn figures(counts: &OutcomeCounts) -> Vec<Figure> {
    let all = format!("of {}", text::grouped(counts.total()));
    let figure = |label: &str, count: u64, class: OutcomeClass| Figure {
        label: label.to_owned(),
        value: figure_value(text::grouped(count), tone::outcome_count(class, count)),
        note: all.clone().into_any(),
        link: None,
    };
    vec![
        figure(text::FAILED, counts.failed, OutcomeClass::Failed),
        figure(text::PARTIAL, counts.partial, OutcomeClass::Partial),
        figure(text::SKIPPED, counts.skipped, OutcomeClass::Skipped),
        figure(text::UNRECOGNISED, counts.unrecognised, OutcomeClass::Unrecognised),
        figure(text::APPLIED, counts.applied, OutcomeClass::Applied),
    ]
}

fn known(run: &RestoreRunRecord, derived: &TenantDerived) -> AnyView {
    let as_of = derived.frame.as_of;
    let stated =
        |at: Option<Timestamp>| at.map_or_else(|| text::NOT_STATED.into_any(), |at| instant(at, as_of));
    let word = |word: &Option<String>| {
        word.as_deref().map_or_else(|| text::NOT_STATED.to_owned(), words::status_word).into_any()
    };
    let times = view! { <FactList facts={vec![
        (text::CREATED, stated(run.created_at)),
        (text::STARTED, stated(run.started_at)),
        (text::COMPLETED, stated(run.completed_at)),
    ]}/> }
    .into_any();
    let mut known: Vec<Fact> = vec![
        (text::ROLE, restore_runs::role(run)),
        (text::STATUS, words::status_word(&run.status).into_any()),
        (text::FROM_SET, from_set(run.backup_set_id, derived)),
        (text::OPERATION_STATUS, word(&run.operation_status)),
        (text::OPERATION_OUTCOME, word(&run.operation_outcome)),
    ];
    known.extend(run.non_applied.map(|count| (text::NOT_APPLIED, text::grouped(count).into_any())));
    if run.is_dry_run {
        known.push((text::DRY_RUN, words::DRY_RUN_BOUNDARY.into_any()));
    }
    if run.is_only_in_store {
        known.push((text::KEPT, words::ONLY_IN_STORE.into_any()));
    }
    view! {
        <section class="panel" aria-label=text::FACTS>
            <div class="halves">
                <div class="half plain"><h2>{text::FACTS}</h2><FactList facts=known/></div>
                <div class="half plain"><h2>{text::TIMES}</h2>{times}</div>
            </div>
        </section>
    }
    .into_any()
}

fn from_set(set: Option<Id>, derived: &TenantDerived) -> AnyView {
    let Some(id) = set else { return text::NOT_STATED.into_any() };
    match derived.records.backup_set(id) {
        Some(set) if derived.records.allows(Capability::BackupSetsView) => {
            let url = paths::backup_set(&derived.tenant.tenant_route_key, id, None);
            view! { <a href=url>{words::named(text::BACKUP_SET, id, set.name.as_deref())}</a> }.into_any()
        }
        Some(_) => words::named(text::BACKUP_SET, id, None).into_any(),
        None => words::not_in_evidence(id).into_any(),
    }
}

fn outcomes(run: &RestoreRunRecord, absent: &'static str) -> AnyView {
    if run.outcomes.is_empty() {
        let said = view! { <p class="pad note">{text::NO_OUTCOMES}</p> };
        return view! { <Panel id="outcomes" title=text::OUTCOMES>{said}</Panel> }.into_any();
    }
    let groups = OutcomeGroup::ALL.iter().filter_map(|group| {
        let rows: Vec<_> = run.outcomes.iter().filter(|outcome| outcome.group == *group).cloned().collect();
        (!rows.is_empty()).then(|| one_group(*group, rows, absent))
    });
    let groups = groups.collect_view();
    view! { <Panel id="outcomes" title=text::OUTCOMES note=text::WORST_FIRST>{groups}</Panel> }.into_any()
}

/// One group as a table. `absent` is shown for a name or reason that the evidence does not have.
fn one_group(group: OutcomeGroup, rows: Vec<OutcomeRecord>, absent: &'static str) -> AnyView {
    let label = words::outcome_group_label(group);
    let count = rows.len() as u64;
    let rows = Arc::new(rows);
    let columns =
        &[(text::ITEM, false), (text::OUTCOME, false), (text::POLICY_TYPE, false), (text::REASON, false)];
    let table = long_table(label, columns, rows.len(), move |index| {
        let outcome = &rows[index];
        let stated = |detail: &Option<String>| detail.clone().unwrap_or_else(|| absent.to_owned()).into_any();
        let class = words::outcome_class_label(outcome.class);
        let written = Some(outcome.word.clone()).filter(|word| !word.eq_ignore_ascii_case(class));
        Row::plain(vec![
            stated(&outcome.label),
            view! { <Badge tone=outcome_tone(outcome.class) label=class/><small>{written}</small> }
                .into_any(),
            outcome.policy_type.as_deref().map_or_else(|| absent.into_any(), policy_type),
            stated(&outcome.reason),
        ])
    });
    view! { <div class="outcome-group"><h3 class="group-title">{label}" · "{text::grouped(count)}</h3>{table}</div> }.into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::{Id, paths};

    use crate::test_support::{record_page_over, report_of};
    use crate::text;

    const KEY: &str = "00000007-1111-4222-8333-444455556666";

    fn page_of(case: &str) -> String {
        record_page_over(case, KEY, &paths::restore_run(KEY, Id::new(4).unwrap(), None))
    }

    /// TR-5
    #[test]
    fn outcomes_are_grouped_and_the_worst_come_first() {
        let case = include_str!("../../../../tests/cases/restore-partial-by-assignment.json");
        let page = page_of(case);
        assert!(page.contains(&report_of(case).tenants[0].restore_attention[0].summary));
        let (items, assignments) =
            page.split_once("id=\"outcomes\"").unwrap().1.split_once("Assignments · ").unwrap();
        assert!(items.contains("Items · ") && items.contains("Applied"));
        let worst = assignments.find("Failed").or(assignments.find("Partial")).unwrap();
        assert!(assignments.find("Applied").is_none_or(|applied| worst < applied));
    }

    /// TR-13: a reduced copy says what it left out, instead of that nothing was stated.
    #[test]
    fn a_reduced_copy_says_what_it_left_out() {
        let mut case: serde_json::Value =
            serde_json::from_str(include_str!("../../../../tests/cases/restore-partial-by-assignment.json"))
                .unwrap();
        assert!(!page_of(&case.to_string()).contains(text::LEFT_OUT_OF_COPY));
        case["snapshot"]["since"] = case["snapshot"]["exported_at"].clone();
        assert!(page_of(&case.to_string()).contains(text::LEFT_OUT_OF_COPY));
    }

    /// TR-5
    #[test]
    fn a_run_without_outcome_rows_shows_no_counts() {
        let page = page_of(include_str!("../../../../tests/cases/restore-without-rows.json"));
        assert!(
            page.contains("Its outcomes are not on record.") && !page.contains("class=\"figures\""),
            "{page}"
        );
        assert!(page.contains("It is not proven"));
    }
}
