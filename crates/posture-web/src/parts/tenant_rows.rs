use leptos::prelude::*;
use posture_core::report::registry::{self, Signals};
use posture_core::{TenantReport, Timestamp, paths, words};

use super::badge::badge;
use super::time::relative;
use crate::text;
use crate::tone::{backup_tone, backup_word, recovery_tone};

/// A tenant as a line of a table: name, both verdicts with their reasons, and the ages of what they rest on. `place` counts the rows
/// from 0.
pub fn tenant_row(place: usize, tenant: &TenantReport, as_of: Timestamp) -> AnyView {
    let (health, evidence) = (&tenant.backup_health, &tenant.recovery_evidence);
    // A word that says everything needs no second line.
    let backup_note = match health.primary_reason {
        Some(reason) => words::backup_reason_label(reason).to_owned(),
        None if health.healthy_claim_allowed => String::new(),
        None => health.headline.to_string(),
    };
    let recovery_note = evidence.reason.urgency().map(|_| words::recovery_reason_label(evidence.reason));
    let backed_up =
        health.latest_relevant_completed_at.map_or_else(|| text::NEVER.into_any(), |at| relative(at, as_of));
    let restored = match (evidence.latest_relevant_at, evidence.relevant_restore_history_present) {
        (Some(at), _) => relative(at, as_of),
        (None, true) => text::NO_TIME_STATED.into_any(),
        (None, false) => text::NEVER.into_any(),
    };
    view! {
        <tr class="tenant" aria-rowindex=place + 2>
            <th scope="row"><a href=paths::tenant(&tenant.tenant_route_key) data-row=place>{tenant.tenant_label.clone()}</a><small class="key">{tenant.tenant_route_key.clone()}</small></th>
            <td>{badge(backup_tone(health), backup_word(health))}<small>{backup_note}</small></td>
            <td class="number" data-label=text::ON_CARD_BACKUP>{backed_up}</td>
            <td>{badge(recovery_tone(evidence.reason), words::recovery_state_label(evidence.overview_state))}<small title=recovery_note>{recovery_note}</small></td>
            <td class="number" data-label=text::ON_CARD_RESTORE>{restored}</td>
            <td class="signals">{registry::signals(tenant).map(|signals| signals_at_a_glance(&signals))}</td>
        </tr>
    }
    .into_any()
}

fn signals_at_a_glance(signals: &Signals<'_>) -> AnyView {
    let note = words::signals_note(signals);
    view! { {badge(signals.worst.tone, signals.worst.badge)}<small title=note.clone()>{note.clone()}</small> }
        .into_any()
}

/// Tenants as a table.
pub fn tenant_table(caption: &'static str, tenants: &[&TenantReport], as_of: Timestamp) -> AnyView {
    let rows =
        tenants.iter().enumerate().map(|(place, tenant)| tenant_row(place, tenant, as_of)).collect_view();
    view! {
        <div class="table-frame" tabindex="0" role="group" aria-label=caption>
            <table class="tenants">
                <thead><tr>
                    <th scope="col">{text::TENANT}</th>
                    <th scope="col">{text::BACKUP_POSTURE}</th>
                    <th scope="col" class="number">{text::BACKUP_AGE_SHORT}</th>
                    <th scope="col">{text::RECOVERY_EVIDENCE}</th>
                    <th scope="col" class="number">{text::LATEST_RESTORE_SHORT}</th>
                    <th scope="col">{text::SIGNALS}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
