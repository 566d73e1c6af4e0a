//! The scopes of a tenant.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::report::model::TenantBackupHealthAssessment;
use posture_core::verdicts::scope_health::ScopeHealth;
use posture_core::{Timestamp, words};

use crate::parts::{Badge, Panel, Steps, relative};
use crate::text;
use crate::tone::posture_tone;

/// Each scope with its verdict, its latest backup, its window and the rule that sets it. One unnamed scope needs no table.
pub(super) fn scopes(health: &TenantBackupHealthAssessment, as_of: Timestamp) -> AnyView {
    if health.scopes.iter().all(|scope| scope.scope.is_none()) {
        return ().into_any();
    }
    let row = move |scope: &ScopeHealth| {
        let name = scope.scope.clone().unwrap_or_else(|| text::UNNAMED_SCOPE.to_owned());
        let latest = scope
            .latest_relevant_completed_at
            .map_or_else(|| text::NEVER.into_any(), |at| relative(at, as_of));
        let confirmed = scope
            .confirmed_at
            .map(|at| view! { <small>{text::LAST_CONFIRMED}" "{relative(at, as_of)}</small> });
        let types = |label: &'static str, types: &[String]| {
            (!types.is_empty()).then(|| view! { <small>{label}": "{types.join(", ")}</small> })
        };
        let window = text::window_from(scope.freshness_hours, words::rule_source_label(scope.freshness_from));
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td><Badge tone=posture_tone(scope.posture) label=words::posture_label(scope.posture)/>
                    {types(text::MISSING_TYPES, &scope.missing_policy_types)}
                    {types(text::VANISHED_TYPES, &scope.vanished_policy_types)}
                </td>
                <td>{latest}{confirmed}</td>
                <td>{window}</td>
            </tr>
        }
        .into_any()
    };
    let (scopes, steps) = (Arc::new(health.scopes.clone()), Steps::start());
    let foot = steps.foot(scopes.len());
    let rows = move || scopes.iter().take(steps.limit()).map(row).collect_view();
    let body = view! {
        <div class="table-frame" tabindex="0" role="group" aria-label=text::SCOPES>
            <table>
                <thead><tr>
                    <th scope="col">{text::SCOPE}</th>
                    <th scope="col">{text::BACKUP_POSTURE}</th>
                    <th scope="col">{text::LATEST_BACKUP}</th>
                    <th scope="col">{text::FRESHNESS_WINDOW}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {foot}
    };
    view! { <Panel id="scopes" title=text::SCOPES>{body}</Panel> }.into_any()
}
