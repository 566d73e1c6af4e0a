use leptos::prelude::*;
use posture_core::tone::Tone;
use posture_core::verdicts::backup_health::BackupReason;
use posture_core::verdicts::recovery_evidence::RecoveryReason;
use posture_core::views::continuity::{Continuity, backup_reason, of_backup, of_recovery, recovery_reason};
use posture_core::{TenantReport, paths};

use super::action::{ActionLink, Emphasis, Way};
use crate::browser::query::use_query;
use crate::store::tenant_evidence::TenantPhase;
use crate::text;
use crate::tone::Shape;

/// The reasons a link carries; a value that is none is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// The backup reason.
    pub backup: Option<BackupReason>,
    /// The recovery reason.
    pub recovery: Option<RecoveryReason>,
}

/// The reasons the page's address carries.
pub fn use_arrival() -> Memo<Arrival> {
    let query = use_query();
    Memo::new(move |_| {
        let query = query.read();
        Arrival {
            backup: query.get(paths::BACKUP_REASON_KEY).and_then(backup_reason),
            recovery: query.get(paths::RECOVERY_REASON_KEY).and_then(recovery_reason),
        }
    })
}

/// Why the page was opened, whether that holds now, what to do next, and the way back; nothing if the address has no reason.
pub fn continuity_line(arrival: Arrival, tenant: &TenantReport, records: &TenantPhase) -> AnyView {
    let backup = arrival.backup.and_then(|reason| of_backup(reason.as_str(), tenant, records.records()));
    let backup = backup.map(|line| {
        let target = tenant.backup_health.primary_action_target.as_ref();
        banner(&line, target.map(|target| Way::of_target(target, "")), tenant)
    });
    let recovery = arrival.recovery.and_then(|reason| of_recovery(reason.as_str(), tenant)).map(|line| {
        let action = &tenant.recovery_evidence.action;
        let needs_someone = tenant.recovery_evidence.reason.urgency().is_some();
        banner(&line, needs_someone.then(|| Way::of_action(action, "")), tenant)
    });
    view! { {backup}{recovery} }.into_any()
}

/// `on` leads to what needs attention now; if the reason still holds, this is the place.
fn banner(line: &Continuity, on: Option<Way>, tenant: &TenantReport) -> AnyView {
    let Continuity { opened_for, still_holds, now, next } = line.clone();
    let tone = if still_holds { Tone::Medium } else { Tone::Unknown };
    let on = on
        .filter(|_| !still_holds)
        .map(|on| view! { <ActionLink way=on emphasis=Emphasis::Plain id="continuity-reason"/> }.into_any());
    view! {
        <section class="banner continuity" data-tone=tone.as_str() aria-label=text::OPENED_FOR>
            <Shape tone/>
            <p class="banner-text"><b>{text::OPENED_FOR}": "{opened_for}"."</b>" "{now}" "{next}</p>
            <span class="ways">
                {on}
                <a class="button" href=paths::tenant(&tenant.tenant_route_key)>{text::BACK_TO_TENANT}</a>
                <a class="button" href=paths::OVERVIEW>{text::BACK_TO_OVERVIEW}</a>
            </span>
        </section>
    }
    .into_any()
}
