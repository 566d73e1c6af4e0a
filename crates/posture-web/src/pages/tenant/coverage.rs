//! Which policy types restores have covered.

use leptos::prelude::*;
use posture_core::Timestamp;
use posture_core::tone::Tone;
use posture_core::verdicts::coverage::{Coverage, PolicyTypeCoverage};

use crate::parts::{Badge, Panel, Steps, covered, policy_type, relative};
use crate::store::tenant_evidence::TenantPhase;
use crate::text;

/// What restores did with each policy type, and the types that none has touched once the tenant's records are there.
pub(super) fn coverage(coverage: &Coverage, records: &TenantPhase, as_of: Timestamp) -> AnyView {
    let never: Vec<_> = match records {
        TenantPhase::Ready(derived) => {
            derived.records.never_restored(coverage).into_iter().map(str::to_owned).collect()
        }
        TenantPhase::Loading | TenantPhase::Failed(_) | TenantPhase::Absent | TenantPhase::Closed(_) => {
            Vec::new()
        }
    };
    if coverage.by_policy_type.is_empty() && never.is_empty() {
        return view! { <Panel id="coverage" title=text::COVERAGE_BY_POLICY_TYPE note=covered(coverage)><p class="pad note">{text::NO_COVERAGE}</p></Panel> }.into_any();
    }
    let row = move |one: &PolicyTypeCoverage| {
        let last = one.last_applied_at.map_or_else(|| text::NEVER.into_any(), |at| relative(at, as_of));
        view! {
            <tr>
                <th scope="row">{policy_type(&one.policy_type)}</th>
                {counts([one.applied, one.failed, one.partial, one.skipped])}
                <td>{last}</td>
            </tr>
        }
        .into_any()
    };
    let untouched = |name: &str| {
        view! {
            <tr>
                <th scope="row">{policy_type(name)}</th>
                {counts([0; 4])}
                <td><Badge tone=Tone::Medium label=text::NEVER/></td>
            </tr>
        }
        .into_any()
    };
    // What was never restored comes first: it is the work list of the next restore test.
    let (tried, restored): (Vec<_>, Vec<_>) =
        coverage.by_policy_type.iter().partition(|one| one.last_applied_at.is_none());
    let known: Vec<_> = tried.into_iter().chain(restored).cloned().collect();
    let steps = Steps::start();
    let foot = steps.foot(never.len() + known.len());
    let rows = move || {
        let all = never.iter().map(|name| untouched(name)).chain(known.iter().map(row));
        all.take(steps.limit()).collect_view()
    };
    let body = view! {
        <div class="table-frame" tabindex="0" role="group" aria-label=text::COVERAGE_BY_POLICY_TYPE>
            <table class="coverage carded">
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
        {foot}
    };
    view! { <Panel id="coverage" title=text::COVERAGE_BY_POLICY_TYPE note=covered(coverage)>{body}</Panel> }
        .into_any()
}

fn counts(counts: [u64; 4]) -> AnyView {
    let names = [text::APPLIED, text::FAILED, text::PARTIAL, text::SKIPPED];
    let cells = names.into_iter().zip(counts).map(|(name, count)| {
        view! { <td class="number" class:zero=count == 0 data-label=name>{text::grouped(count)}</td> }
            .into_any()
    });
    cells.collect_view().into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::{paths, words};

    use crate::test_support::{page_over, report_of};

    const CASE: &str = include_str!("../../../../../tests/cases/restore-coverage.json");

    /// DB-30: by the name people use, next to the one in the evidence.
    #[test]
    fn policy_types_have_a_name_and_their_identifier() {
        let report = report_of(CASE);
        let tenant = report.tenants.iter().find(|tenant| !tenant.coverage.by_policy_type.is_empty()).unwrap();
        let page = page_over(CASE, &paths::tenant(&tenant.tenant_route_key));
        for one in &tenant.coverage.by_policy_type {
            let name = words::policy_type_name(&one.policy_type);
            assert!(page.contains(&name) && page.contains(&one.policy_type), "{name}");
        }
        assert_eq!(words::policy_type_name("conditionalAccessPolicy"), "Conditional access policy");
        for kept in ["Device Configuration", "intune_policy", "", "日本"] {
            assert_eq!(words::policy_type_name(kept), kept);
        }
    }
}
