use leptos::prelude::*;
use posture_core::report::model::Signals;
use posture_core::report::registry;
use posture_core::views::groups::{GroupBy, GroupCount};
use posture_core::{TenantReport, Timestamp, paths, words};

use super::badge::UrgentBadge;
use super::copy::CopyButton;
use super::time::relative_over_absolute;
use crate::text;
use crate::tone::{backup_tone, backup_word, recovery_tone};

/// A tenant as a line of a table: name, both verdicts with their explanations, and the ages of what they rest on. The whole line leads to
/// the tenant. `place` counts the rows from 0.
pub fn tenant_row(place: usize, tenant: &TenantReport, as_of: Timestamp) -> AnyView {
    let (health, evidence) = (&tenant.backup_health, &tenant.recovery_evidence);
    let (backup_note, recovery_note) = (words::backup_note(health), words::recovery_note(tenant));
    let completed_at = health.latest_relevant_completed_at;
    let backed_up =
        completed_at.map_or_else(|| text::NEVER.into_any(), |at| relative_over_absolute(at, as_of));
    let restored = match (evidence.latest_relevant_at, evidence.relevant_restore_history_present) {
        (Some(at), _) => relative_over_absolute(at, as_of),
        (None, true) => text::NO_TIME_STATED.into_any(),
        (None, false) => text::NEVER.into_any(),
    };
    view! {
        <tr class="tenant" aria-rowindex=place + 2>
            <th scope="row">
                <CopyButton key=tenant.tenant_route_key.clone() about=tenant.tenant_label.clone()/>
                <div class="who">
                    <a class="row-link" href=paths::tenant(&tenant.tenant_route_key) data-row=place>{tenant.tenant_label.clone()}</a>
                    <small class="about">{about(tenant)}</small>
                </div>
            </th>
            <td><div class="verdict"><UrgentBadge tone=backup_tone(health) label=backup_word(health)/><small title=backup_note.clone()>{backup_note.clone()}</small></div></td>
            <td class="number" data-label=text::BACKUP>{backed_up}</td>
            <td><div class="verdict"><UrgentBadge tone=recovery_tone(tenant) label=words::recovery_state_label(evidence.overview_state)/><small title=recovery_note>{recovery_note}</small></div></td>
            <td class="number" data-label=text::ON_CARD_RESTORE>{restored}</td>
            <td class="signals">{registry::signals(tenant).map(|signals| signals_at_a_glance(&signals))}</td>
        </tr>
    }
    .into_any()
}

/// The heading of a group in a list of tenants. It leads to the group's tenants only, if it has a name. `place` counts the rows from 0.
pub fn group_row(place: usize, by: GroupBy, group: &GroupCount, url: Option<String>) -> AnyView {
    let name = words::group_name(by, group.name.as_deref()).to_owned();
    let name = match url {
        Some(url) => view! { <a class="row-link" href=url data-row=place>{name}</a> }.into_any(),
        None => view! { <span class="row-link" tabindex="-1" data-row=place>{name}</span> }.into_any(),
    };
    view! {
        <tr class="group" aria-rowindex=place + 2>
            <th scope="colgroup" colspan="6"><span class="group-name">{name}</span><span class="note">{words::group_summary(group)}</span></th>
        </tr>
    }
    .into_any()
}

/// What a tenant is known by besides its name: its domain, else its key unless that is the name, then its environment and labels.
fn about(tenant: &TenantReport) -> String {
    let key = Some(tenant.tenant_route_key.as_str()).filter(|key| *key != tenant.tenant_label);
    let domain = tenant.domain.as_deref().or(key);
    let more = tenant.environment.iter().chain(&tenant.labels).map(String::as_str);
    domain.into_iter().chain(more).collect::<Vec<_>>().join(" · ")
}

fn signals_at_a_glance(signals: &Signals<'_>) -> AnyView {
    let note = words::signals_note(signals);
    view! { <div class="verdict"><UrgentBadge tone=signals.worst.tone label=signals.worst.badge/><small title=note.clone()>{note.clone()}</small></div> }
        .into_any()
}
