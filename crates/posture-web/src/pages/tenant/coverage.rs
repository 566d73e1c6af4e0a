//! Which policy types restores have covered.

use std::collections::BTreeSet;

use leptos::prelude::*;
use posture_core::Timestamp;
use posture_core::tone::Tone;
use posture_core::verdicts::coverage::{Coverage, PolicyTypeCoverage};
use posture_core::views::records::SetRole;

use crate::parts::{Badge, Panel, covered, relative};
use crate::store::tenant_evidence::TenantPhase;
use crate::text;

/// Policy types of the latest backups that no restore has touched, sorted. Empty until the tenant's records are there.
pub(super) fn never_restored(coverage: &Coverage, records: &TenantPhase) -> Vec<String> {
    let TenantPhase::Ready(derived) = records else { return Vec::new() };
    let latest = derived.records.backup_sets.iter().filter(|set| set.role == SetRole::Latest);
    let types = latest.flat_map(|set| set.items.iter().flatten()).filter_map(|item| item.policy_type.clone());
    let is_new = |name: &String| coverage.by_policy_type.iter().all(|one| one.policy_type != *name);
    types.filter(is_new).collect::<BTreeSet<_>>().into_iter().collect()
}

pub(super) fn coverage(coverage: &Coverage, never: &[String], as_of: Timestamp) -> AnyView {
    if coverage.by_policy_type.is_empty() && never.is_empty() {
        return view! { <Panel id="coverage" title=text::COVERAGE_BY_POLICY_TYPE note=covered(coverage)><p class="pad note">{text::NO_COVERAGE}</p></Panel> }.into_any();
    }
    let row = |one: &PolicyTypeCoverage| {
        let last = one.last_applied_at.map_or_else(|| text::NEVER.into_any(), |at| relative(at, as_of));
        view! {
            <tr>
                <th scope="row">{one.policy_type.clone()}</th>
                <td class="number">{one.applied}</td>
                <td class="number">{one.failed}</td>
                <td class="number">{one.partial}</td>
                <td class="number">{one.skipped}</td>
                <td>{last}</td>
            </tr>
        }
        .into_any()
    };
    let untouched = |name: &String| {
        view! {
            <tr>
                <th scope="row">{name.clone()}</th>
                <td class="number">"0"</td><td class="number">"0"</td><td class="number">"0"</td><td class="number">"0"</td>
                <td><Badge tone=Tone::Medium label=text::NEVER/></td>
            </tr>
        }
        .into_any()
    };
    // What was never restored comes first: it is the work list of the next restore test.
    let (tried, restored): (Vec<_>, Vec<_>) =
        coverage.by_policy_type.iter().partition(|one| one.last_applied_at.is_none());
    let rows = never.iter().map(untouched).chain(tried.into_iter().chain(restored).map(row)).collect_view();
    let body = view! {
        <div class="table-frame" tabindex="0" role="group" aria-label=text::COVERAGE_BY_POLICY_TYPE>
            <table>
                <thead><tr>
                    <th scope="col">{text::POLICY_TYPE}</th>
                    <th scope="col" class="number">{text::APPLIED}</th>
                    <th scope="col" class="number">{text::FAILED}</th>
                    <th scope="col" class="number">{text::PARTIAL}</th>
                    <th scope="col" class="number">{text::SKIPPED}</th>
                    <th scope="col">{text::LAST_APPLIED}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    };
    view! { <Panel id="coverage" title=text::COVERAGE_BY_POLICY_TYPE note=covered(coverage)>{body}</Panel> }
        .into_any()
}
