//! A tenant's key figures.

use leptos::prelude::*;
use posture_core::report::model::TenantBackupHealthAssessment;
use posture_core::report::tone;
use posture_core::tone::Tone;
use posture_core::views::disabled_schedules::disabled_schedules;
use posture_core::{Report, TenantReport, words};

use crate::parts::{Figure, figure_value};
use crate::store::tenant_evidence::TenantPhase;
use crate::text;

pub(super) fn figures(tenant: &TenantReport, report: &Report, records: Memo<TenantPhase>) -> Vec<Figure> {
    let health = &tenant.backup_health;
    let unknown = || view! { <span class="zero">"–"</span> }.into_any();
    let noted = |label: &str, value: Option<String>, tone: Option<Tone>, note: AnyView| Figure {
        label: label.to_owned(),
        value: value.map_or_else(unknown, |value| figure_value(value, tone)),
        note,
        link: None,
    };
    let plain = |label, value, tone, note: String| noted(label, value, tone, note.into_any());
    let quality = health.quality.as_ref();
    let degraded = quality.and_then(|quality| Some((quality.degraded_items?, quality.total_items?)));
    let restored_at = tenant.recovery_evidence.latest_relevant_at;
    let coverage = &tenant.coverage;
    let types = coverage.covered_policy_types.zip(coverage.backed_up_policy_types);
    let follow_ups = health.schedules_evaluated.then_some(health.schedule_follow_ups.len() as u64);
    vec![
        plain(
            text::LATEST_BACKUP,
            health.age_seconds.map(words::span),
            tone::backup_age(health),
            format!(
                "{} · {} {} h",
                if health.age_seconds.is_some() { "old" } else { text::NONE },
                text::WINDOW,
                health.governing().map_or(tenant.rules.freshness_hours, |scope| scope.freshness_hours)
            ),
        ),
        plain(
            text::DEGRADED_ITEMS,
            degraded.map(|(degraded, _)| text::grouped(degraded)),
            degraded.and_then(|(degraded, _)| tone::follow_ups(degraded)),
            degraded.map_or_else(|| text::UNKNOWN.to_owned(), |(_, total)| text::of_items(total)),
        ),
        noted(
            text::SCHEDULE_FOLLOW_UPS,
            follow_ups.map(text::grouped),
            follow_ups.and_then(tone::follow_ups),
            schedule_note(health, records),
        ),
        plain(
            text::LATEST_RESTORE,
            restored_at.map(|at| words::span(report.as_of.seconds_since(at))),
            None,
            match tenant.recovery_evidence.latest_relevant_restore_run_id {
                Some(_) if restored_at.is_some() => "old".to_owned(),
                Some(_) => text::NO_TIME_STATED.to_owned(),
                None => text::NONE.to_owned(),
            },
        ),
        plain(
            text::RESTORED_POLICY_TYPES,
            types.map(|(covered, _)| text::grouped(covered)),
            None,
            types.map_or_else(|| text::UNKNOWN.to_owned(), |(_, all)| text::of_backed_up(all)),
        ),
    ]
}

/// What else is to be known of the schedules: that they are not judged, or that some are disabled.
fn schedule_note(health: &TenantBackupHealthAssessment, records: Memo<TenantPhase>) -> AnyView {
    if !health.schedules_evaluated {
        return text::SCHEDULES_NOT_JUDGED.into_any();
    }
    let health = health.clone();
    let note = move || {
        let records = records.read();
        disabled_schedules(&health, records.schedules()).map(|disabled| words::disabled_note(&disabled))
    };
    note.into_any()
}
