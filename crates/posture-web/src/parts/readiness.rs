use leptos::prelude::*;
use posture_core::report::model::{RecoveryEvidence, TenantBackupHealthAssessment};
use posture_core::report::tone;
use posture_core::tone::Tone;
use posture_core::verdicts::coverage::Coverage;
use posture_core::views::disabled_schedules::disabled_schedules;
use posture_core::vocabulary::Capability;
use posture_core::{Id, Report, TenantReport, Timestamp, paths, words};

use super::action::{ActionLink, Emphasis, Way};
use super::badge::Badge;
use super::facts::{Fact, FactList};
use super::panel::Panel;
use super::time::instant;
use crate::store::tenant_evidence::TenantPhase;
use crate::text;
use crate::tone::{backup_tone, backup_word, recovery_tone};

/// The two facts of a tenant side by side, each with what it rests on, where it leads, and what it does not say.
pub fn readiness(tenant: &TenantReport, report: &Report, records: Memo<TenantPhase>) -> AnyView {
    let body = view! {
        <div class="halves">{backup(tenant, report, records)}{recovery(tenant, report.as_of)}</div>
    };
    view! { <Panel id="readiness" title=text::RECOVERY_READINESS note=text::TWO_FACTS>{body}</Panel> }
        .into_any()
}

/// One of the two facts.
struct Half {
    kind: &'static str,
    tone: Tone,
    badge: &'static str,
    headline: String,
    facts: Vec<Fact>,
    /// What else is to be said.
    note: Option<String>,
    way: AnyView,
    boundary: &'static str,
}

#[component]
fn OneHalf(half: Half) -> impl IntoView {
    let Half { kind, tone, badge: word, headline, facts: known, note, way, boundary } = half;
    let note = note.map(|note| view! { <p class="half-note">{note}</p> });
    view! {
        <div class="half" data-tone=tone.as_str()>
            <h3>{kind}</h3>
            <p class="headline"><span>{headline}</span><Badge tone label=word/></p>
            <FactList facts=known/>
            {note}
            <div class="half-way">{way}</div>
            <p class="boundary">{boundary}</p>
        </div>
    }
}

/// A record by its number and its name, and a way to it while the viewer may open it.
fn record(id: Id, url: String, seen: impl Fn() -> (bool, Option<String>) + Send + Sync + 'static) -> AnyView {
    let named = move || {
        let number = format!("#{id}");
        let (is_open, name) = seen();
        let number =
            if is_open { view! { <a href=url.clone()>{number}</a> }.into_any() } else { number.into_any() };
        view! { {number}{name.map(|name| view! { " "<span>{name}</span> })} }
    };
    named.into_any()
}

fn backup(tenant: &TenantReport, report: &Report, records: Memo<TenantPhase>) -> AnyView {
    let (health, as_of) = (&tenant.backup_health, report.as_of);
    // Without a reason no action says whether sets are open to the viewer; the tenant's records do.
    let seen = move |id| match &*records.read() {
        TenantPhase::Ready(derived) => {
            let name = derived.records.backup_set(id).and_then(|set| set.name.clone());
            (derived.records.allows(Capability::BackupSetsView), name)
        }
        TenantPhase::Loading | TenantPhase::Failed(_) | TenantPhase::Absent | TenantPhase::Closed(_) => {
            (false, None)
        }
    };
    let set = match health.latest_relevant_backup_set_id {
        Some(id) => record(id, paths::backup_set(&tenant.tenant_route_key, id, None), move || seen(id)),
        None => text::NONE.into_any(),
    };
    let mut known: Vec<Fact> = vec![(text::LATEST_BACKUP, set)];
    known.extend(health.latest_relevant_completed_at.map(|at| (text::COMPLETED, instant(at, as_of))));
    known.extend(health.confirmed_at.map(|at| (text::FOUND_UNCHANGED, instant(at, as_of))));
    known.extend(health.governing().map(|scope| {
        let source = words::rule_source_label(scope.freshness_from);
        (text::FRESHNESS_WINDOW, text::window_from(scope.freshness_hours, source).into_any())
    }));
    known.extend(health.stale_at.map(|at| (words::stale_label(at, as_of), instant(at, as_of))));
    known.extend(
        health.quality.as_ref().map(|quality| (text::CONTENT, words::quality_sentence(quality).into_any())),
    );
    known.push((text::SCHEDULES, schedules(health, records)));
    let way = health
        .primary_action_target
        .as_ref()
        .map(|target| view! { <ActionLink way=Way::of_target(target, "") emphasis=Emphasis::Primary id="backup-reason"/> }.into_any());
    let half = Half {
        kind: text::BACKUP_POSTURE,
        tone: backup_tone(health),
        badge: backup_word(health),
        headline: health.headline.to_string(),
        facts: known,
        // Where no reason says why nothing healthy is claimed, this does.
        note: health
            .supporting_message
            .clone()
            .filter(|_| health.reasons.is_empty() && !health.healthy_claim_allowed),
        way: way.into_any(),
        boundary: health.positive_claim_boundary,
    };
    view! { <OneHalf half/> }.into_any()
}

/// The number of schedules that need follow-up, and the names of disabled ones if they may explain a missing backup.
fn schedules(health: &TenantBackupHealthAssessment, records: Memo<TenantPhase>) -> AnyView {
    let follow_ups = match health.schedule_follow_ups.len() as u64 {
        _ if !health.schedules_evaluated => text::SCHEDULES_NOT_JUDGED.to_owned(),
        0 => text::NO_FOLLOW_UP.to_owned(),
        count => text::follow_ups(count),
    };
    let (health, tone) = (health.clone(), tone::posture(health.posture));
    let said = move || {
        let records = records.read();
        let disabled = disabled_schedules(&health, records.schedules());
        let disabled = disabled.map(|disabled| words::disabled_sentence(&disabled));
        match disabled {
            Some(disabled) if health.schedule_follow_ups.is_empty() => {
                view! { <b data-tone=tone.as_str()>{disabled}</b> }.into_any()
            }
            disabled => {
                view! { {follow_ups.clone()}{disabled.map(|disabled| format!(". {disabled}"))} }.into_any()
            }
        }
    };
    said.into_any()
}

fn recovery(tenant: &TenantReport, as_of: Timestamp) -> AnyView {
    let evidence = &tenant.recovery_evidence;
    let latest = evidence.latest_relevant_restore_run_id;
    let attention = tenant.restore_attention.iter().find(|run| Some(run.restore_run_id) == latest);
    let is_open = !evidence.action.disabled;
    let run = match latest {
        Some(id) => {
            record(id, paths::restore_run(&tenant.tenant_route_key, id, None), move || (is_open, None))
        }
        None => text::NONE.into_any(),
    };
    let mut known: Vec<Fact> = vec![(text::LATEST_RESTORE, run)];
    if latest.is_some() {
        let at = evidence
            .latest_relevant_at
            .map_or_else(|| text::NO_TIME_STATED.into_any(), |at| instant(at, as_of));
        known.push((text::EFFECTIVE_TIME, at));
    }
    known.extend(attention.map(|run| (text::RESULT, words::attention_state_label(run.state).into_any())));
    known.extend(
        attention.map(|run| (text::OUTCOMES, words::counts_sentence(run.counts.as_ref()).into_any())),
    );
    known.push((text::COVERAGE, covered(&tenant.coverage).into_any()));
    let half = Half {
        kind: text::RECOVERY_EVIDENCE,
        tone: recovery_tone(tenant),
        badge: words::recovery_state_label(evidence.overview_state),
        headline: evidence.headline.clone().into_owned(),
        facts: known,
        note: None,
        way: view! { <ActionLink way=Way::of_action(&evidence.action, "") emphasis=recovery_emphasis(evidence) id="recovery-reason"/> }.into_any(),
        boundary: evidence.claim_boundary,
    };
    view! { <OneHalf half/> }.into_any()
}

fn recovery_emphasis(evidence: &RecoveryEvidence) -> Emphasis {
    if evidence.reason.urgency().is_some() { Emphasis::Primary } else { Emphasis::Plain }
}

/// How many of the backed-up policy types were restored at least once.
pub fn covered(coverage: &Coverage) -> String {
    match (coverage.covered_policy_types, coverage.backed_up_policy_types) {
        (Some(covered), Some(all)) => text::covered(covered, all),
        _ => text::UNKNOWN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use posture_core::paths;

    use crate::test_support::{page_over, record_page_over, report_of};
    use crate::text;

    const CALM: &str = include_str!("../../../../tests/cases/calm.json");
    const CAPABILITIES: &str = include_str!("../../../../tests/cases/capabilities-missing.json");

    /// DB-25
    #[test]
    fn the_records_of_both_facts_are_linked_if_the_viewer_may_open_them() {
        for (case, are_open) in [(CALM, true), (CAPABILITIES, false)] {
            let report = report_of(case);
            let restricted =
                |tenant: &&posture_core::TenantReport| tenant.recovery_evidence.action.disabled != are_open;
            let tenant = report.tenants.iter().map(AsRef::as_ref).find(restricted).unwrap();
            let key = &tenant.tenant_route_key;
            let address = paths::tenant(key);
            let page = record_page_over(case, key, &address);
            let (_, widget) = page.split_once("class=\"halves\"").unwrap();
            let (widget, _) = widget.split_once("</section>").unwrap();
            let set =
                tenant.backup_health.latest_relevant_backup_set_id.map(|id| paths::backup_set(key, id, None));
            let run = tenant
                .recovery_evidence
                .latest_relevant_restore_run_id
                .map(|id| paths::restore_run(key, id, None));
            for url in [set, run].into_iter().flatten() {
                assert_eq!(widget.contains(&format!("href=\"{url}\"")), are_open, "{url}: {widget}");
            }
        }
    }

    /// DB-25
    #[test]
    fn a_backup_that_was_found_unchanged_says_when() {
        let case = include_str!("../../../../tests/cases/confirmed-is-fresh.json");
        let report = report_of(case);
        let tenant =
            report.tenants.iter().find(|tenant| tenant.backup_health.confirmed_at.is_some()).unwrap();
        assert!(page_over(case, &paths::tenant(&tenant.tenant_route_key)).contains(text::FOUND_UNCHANGED));
        let calm = report_of(CALM);
        let page = page_over(CALM, &paths::tenant(&calm.tenants[0].tenant_route_key));
        assert!(page.contains(text::EFFECTIVE_TIME) && !page.contains(text::FOUND_UNCHANGED), "{page}");
    }

    const DISABLED: &str = r#"{ "snapshot": { "format": "recovery-posture/snapshot", "version": 1,
        "exported_at": "2026-11-20T08:00:00Z", "workspace": { "id": 1, "name": "Contoso" }, "tenants": [{ "id": 1,
        "external_id": "t1", "name": "One", "status": "active", "backup_sets": [], "restore_runs": [],
        "backup_schedules": [{ "id": 7, "name": "Nightly", "is_enabled": false, "frequency": "daily",
            "last_run_at": "2026-11-01T02:00:00Z", "last_run_status": "success" }] }] } }"#;

    /// TR-14
    #[test]
    fn a_disabled_schedule_is_named_in_its_readiness_the_figures_and_why() {
        let page = record_page_over(DISABLED, "t1", &paths::tenant("t1"));
        assert_eq!(page.matches("None is enabled. Disabled: Nightly.").count(), 2, "{page}");
        assert!(page.contains("none enabled"), "{page}");
        let schedules = record_page_over(DISABLED, "t1", &paths::backup_schedules("t1", None));
        assert!(
            schedules.contains("Disabled") && schedules.contains("<small>never due</small>"),
            "{schedules}"
        );
    }
}
