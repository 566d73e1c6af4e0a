//! A tenant's restore runs in brief.

use leptos::prelude::*;
use posture_core::report::model::RestoreResultAttention;
use posture_core::{TenantReport, paths, words};

use crate::parts::{Badge, Panel};
use crate::text;

/// How many restore runs are listed before the rest is counted.
const RUNS_LISTED: usize = 5;

pub(super) fn restore_runs(tenant: &TenantReport) -> AnyView {
    let runs = &tenant.restore_attention;
    if runs.is_empty() {
        return view! { <Panel id="restore-runs" title=text::RESTORE_RUNS><p class="pad note">{text::NO_RESTORE_RUNS}</p></Panel> }.into_any();
    }
    let is_open = !tenant.recovery_evidence.action.disabled;
    let row = |run: &RestoreResultAttention| {
        let id = format!("#{}", run.restore_run_id);
        let name = if is_open {
            view! { <a href=paths::restore_run(&tenant.tenant_route_key, run.restore_run_id, None)>{id}</a> }
                .into_any()
        } else {
            id.into_any()
        };
        view! {
            <li class="run" data-tone=run.tone.as_str()>
                <span class="run-id">{name}</span>
                <Badge tone=run.tone label=words::attention_state_label(run.state)/>
                <p class="item-body">{run.summary.clone()}</p>
                <span class="run-next">{words::next_action_label(run.primary_next_action)}</span>
            </li>
        }
        .into_any()
    };
    // The one the evidence rests on comes first.
    let latest = tenant.recovery_evidence.latest_relevant_restore_run_id;
    let (governing, others): (Vec<_>, Vec<_>) =
        runs.iter().rev().partition(|run| Some(run.restore_run_id) == latest);
    let rows = governing.into_iter().chain(others).take(RUNS_LISTED).map(row).collect_view();
    let shown = runs.len().min(RUNS_LISTED);
    let all = is_open.then(
        || view! { <a href=paths::restore_runs(&tenant.tenant_route_key, None)>{text::ALL_RESTORE_RUNS}</a> },
    );
    let body = view! {
        <ul class="runs" role="list">{rows}</ul>
        <p class="panel-foot"><span>{text::showing(shown, runs.len() as u64)}</span>{all}</p>
    };
    view! { <Panel id="restore-runs" title=text::RESTORE_RUNS>{body}</Panel> }.into_any()
}
