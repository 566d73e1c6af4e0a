//! The workspace overview in words.

use crate::policy::{Frame, Policy};
use crate::report::model::{
    CalmBlocker, Calmness, DashboardItem, Denominators, Domain, Exclusion, Report, Signals,
};
use crate::timestamp::Timestamp;
use crate::views::concern::Concern;
use crate::words::shortening::line;
use crate::words::{
    ItemTexts, OLD_EVIDENCE_DAYS, blocker_label, counted, domain_label, exclusion_label, instant,
    is_old_evidence, listed, lower_first, span,
};

/// What a metric is called; `None` is the count of visible tenants.
pub fn metric_label(domain: Option<Domain>) -> &'static str {
    match domain {
        None => "Tenants checked",
        Some(Domain::BackupHealth) => "Backup attention",
        Some(Domain::RecoveryEvidence) => "Recovery attention",
        Some(Domain::Governance) => "Governance attention",
        Some(Domain::Operations) => "Operations attention",
        Some(Domain::Alerts) => "Alert attention",
    }
}

/// What a metric counts; `None` is the count of visible tenants.
pub fn metric_description(domain: Option<Domain>) -> &'static str {
    match domain {
        None => "Tenants checked in this workspace.",
        Some(Domain::BackupHealth) => "Tenants whose backup is absent, stale or degraded.",
        Some(Domain::RecoveryEvidence) => "Tenants whose recovery evidence is weakened or unvalidated.",
        Some(Domain::Governance) => "Tenants with governance findings.",
        Some(Domain::Operations) => "Tenants with operations findings.",
        Some(Domain::Alerts) => "Tenants with alerts.",
    }
}

/// The metric that counts unsettled tenants.
pub const UNSETTLED_METRIC: &str = "Unsettled";

/// What the metric of unsettled tenants counts.
pub const UNSETTLED_METRIC_DESCRIPTION: &str = "Tenants with something open that is not a verdict on its own, such as a schedule to follow up or a newer failed backup.";

/// A family of the attention list, in a word.
pub fn family_tab(family: Domain) -> &'static str {
    match family {
        Domain::BackupHealth => "Backup",
        Domain::RecoveryEvidence => "Recovery",
        Domain::Governance | Domain::Operations | Domain::Alerts => domain_label(family),
    }
}

/// What tenants are chosen by, in a few words.
pub fn concern_label(concern: Concern) -> &'static str {
    match concern {
        Concern::BackupHealth
        | Concern::RecoveryEvidence
        | Concern::Governance
        | Concern::Operations
        | Concern::Alerts => metric_label(concern.domain()),
        Concern::Unsettled => UNSETTLED_METRIC,
        Concern::RecentWithWarning => RECENT_WITH_WARNING,
    }
}

/// The same, next to others of its kind.
pub fn concern_tab(concern: Concern) -> &'static str {
    concern.domain().map_or_else(|| concern_label(concern), family_tab)
}

/// Which tenants a choice lists.
pub fn concern_description(concern: Concern) -> &'static str {
    match concern {
        Concern::BackupHealth
        | Concern::RecoveryEvidence
        | Concern::Governance
        | Concern::Operations
        | Concern::Alerts => metric_description(concern.domain()),
        Concern::Unsettled => UNSETTLED_METRIC_DESCRIPTION,
        Concern::RecentWithWarning => {
            "Tenants whose latest backup is recent and not degraded, but cannot be called healthy."
        }
    }
}

/// Backups that are recent and not degraded, but may not be called healthy.
pub const RECENT_WITH_WARNING: &str = "Recent, with a warning";

/// The same, as a part of what is healthy.
pub const WITH_A_WARNING: &str = "with a warning";

/// The degraded tenants that have no other fault than unknown content, within the number of all degraded ones.
pub const CONTENT_UNKNOWN: &str = "content unknown";

/// How much of a workspace needs attention.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttentionCounts {
    /// Evaluated tenants.
    pub(crate) tenants: u64,
    /// Those of them that need attention.
    pub(crate) affected: u64,
    /// Unsettled tenants.
    pub(crate) unsettled: u64,
    /// All attention items.
    pub(crate) items: u64,
}

/// Whether the workspace is calm, in a line.
pub(crate) fn calmness_title(blockers: &[CalmBlocker], tally: AttentionCounts) -> String {
    let evaluated = counted(tally.tenants, "tenant", "tenants");
    match blockers {
        [] => format!("Nothing needs attention in {evaluated}"),
        [CalmBlocker::NoEvaluatedTenants, ..] => "Not calm: no tenant was evaluated".to_owned(),
        [CalmBlocker::AttentionItems, ..] => {
            let (affected, items) = (tally.affected, counted(tally.items, "issue", "issues"));
            let needs = if affected == 1 { "needs" } else { "need" };
            format!("{affected} of {evaluated} {needs} attention ({items})")
        }
        [CalmBlocker::UnsettledTenants, ..] => {
            let is = if tally.unsettled == 1 { "is" } else { "are" };
            format!("Not calm: {} of {evaluated} {is} unsettled", tally.unsettled)
        }
        [first, ..] => format!("Not calm: {}", blocker_label(*first)),
    }
}

/// What keeps a workspace from being calm if its export is dated ahead of the clock.
pub const AHEAD_OF_CLOCK: &str = "the export is dated ahead of the clock";

/// A calm statement of evidence that is not of the present: its blocker by now, and what it said as of its export.
pub(crate) fn not_currently_calm(calmness: &Calmness, blocker: &str) -> (String, String) {
    (
        format!("Not calm: {blocker}"),
        format!("As of the export: {}. {}", lower_first(&calmness.title), calmness.body),
    )
}

/// What the calmness claim covers: domains, tenants evaluated and not, the instant, and the age of the evidence.
///
/// `unknown_content` is the number of tenants with content that is in part unknown, `restores` the instants of the restores that show no
/// issues.
pub(crate) fn calmness_body(
    checked: &[Domain],
    denominators: &Denominators,
    unknown_content: u64,
    restores: &[Timestamp],
    frame: &Frame,
) -> String {
    let domains: Vec<_> = checked.iter().map(|domain| domain_label(*domain).to_ascii_lowercase()).collect();
    let not_evaluated = if denominators.exported == denominators.evaluated {
        "none".to_owned()
    } else {
        exclusions(denominators)
    };
    let age = match frame.as_of.seconds_since(frame.exported_at) {
        0 => String::new(),
        age => format!(", from evidence {} old", span(age)),
    };
    let unknown = match unknown_content {
        0 => "none".to_owned(),
        tenants => counted(tenants, "tenant", "tenants"),
    };
    let old: Vec<_> = restores.iter().filter(|at| is_old_evidence(**at, frame.as_of)).collect();
    let old_restores = old.iter().min().map_or_else(String::new, |oldest| {
        let tenants = counted(old.len() as u64, "tenant", "tenants");
        let oldest = span(frame.as_of.seconds_since(**oldest));
        format!(" Latest restore more than {OLD_EVIDENCE_DAYS} days ago: {tenants}; the oldest {oldest} ago.")
    });
    format!(
        "Domains: {}. Checked: {} of {}. Left out: {not_evaluated}. Content partly unknown: {unknown}.{old_restores} As of {}{age}. This covers only these domains and tenants.",
        listed(&domains),
        denominators.evaluated,
        counted(denominators.exported, "tenant", "tenants"),
        instant(frame.as_of),
    )
}

/// How many tenants were not evaluated for each reason; empty if all were.
pub fn exclusions(denominators: &Denominators) -> String {
    let excluded =
        Exclusion::ALL.iter().map(|reason| (denominators.excluded(*reason), exclusion_label(*reason)));
    listed(
        &excluded
            .filter(|(count, _)| *count > 0)
            .map(|(count, label)| format!("{count} {label}"))
            .collect::<Vec<_>>(),
    )
}

/// A policy's values, within a line of facts.
pub fn policy_sentence(policy: &Policy) -> String {
    let quoted = |name: &str| match name {
        "" => "the unnamed scope".to_owned(),
        name => format!("“{}”", line(name)),
    };
    let profiles: Vec<_> =
        policy.profiles.iter().flat_map(|profiles| profiles.keys()).map(|key| quoted(&key.0)).collect();
    let scopes: Vec<_> =
        policy.scopes.iter().flat_map(|scopes| scopes.keys()).map(|key| quoted(&key.0)).collect();
    let own_rules: String = [("profiles", profiles), ("scopes", scopes)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("; {what} with their own rules: {}", listed(&names)))
        .collect();
    let restores = policy.restore_evidence_days;
    let restores = restores
        .map(|days| format!("; completed restores count for {}", counted(days, "day", "days")))
        .unwrap_or_default();
    let tolerance = |seconds| match seconds {
        0 => "not be".to_owned(),
        seconds => format!("be {}", span(seconds)),
    };
    format!(
        "backups count as fresh for {} h; schedules may {} late; clocks may {} fast{restores}{own_rules}",
        policy.freshness_hours,
        tolerance(policy.schedule_grace_minutes * 60),
        tolerance(policy.clock_skew_seconds),
    )
}

/// What the way to a signal is called.
pub fn signal_action(leads_out: bool) -> &'static str {
    if leads_out { "Open finding" } else { "Open tenant" }
}

/// A signal's item on the workspace overview.
pub fn tenant_signal_item(tenant: &str, signal: &DashboardItem) -> ItemTexts {
    ItemTexts {
        badge: domain_label(signal.domain),
        title: format!("{tenant}: {}", signal.title),
        body: signal.body.clone(),
        supporting_message: None,
    }
}

/// What `worst first` goes by.
pub const TRIAGE_ORDER: &str = "Order: no backup, failed or partial restore, stale, degraded, restore follow-up, no restore that counts; then by name. Signals are not counted.";

/// A tenant's signals in a line: the most urgent one, and how many more.
pub fn signals_note(signals: &Signals<'_>) -> String {
    match signals.others {
        0 => signals.worst.title.to_string(),
        others => format!("{} and {others} more", signals.worst.title),
    }
}

/// How far the as-of instant is from the export, and what that leaves out.
pub fn away_from_export(report: &Report) -> String {
    let Report { as_of, exported_at, .. } = *report;
    if as_of > exported_at {
        return format!(
            "The export is {} older; nothing later is known.",
            span(as_of.seconds_since(exported_at))
        );
    }
    let gaps = if report.frame().evaluates_schedules() {
        "Signals are as of the export."
    } else {
        "A snapshot has only the current state of schedules and signals: for past dates, schedules are not judged, and signals are as of the export."
    };
    let tenants = report.tenants.iter().filter(|tenant| tenant.backup_health.is_content_unknown()).count();
    let content = match tenants {
        0 => String::new(),
        _ => format!(
            " For {} this evidence no longer has the content of the backup: it counts as degraded, because it is unknown.",
            counted(tenants as u64, "tenant", "tenants")
        ),
    };
    format!("The export is from {} later. {gaps}{content}", span(exported_at.seconds_since(as_of)))
}

/// What a report was derived from, if its evidence was reduced. Digests of two reports are equal only if this is too.
pub fn reduced_since(since: Timestamp) -> String {
    format!("of evidence reduced to what is needed from {} on", instant(since))
}

/// That evidence that is taken for the present no longer is: its age, and when it was judged.
pub fn aged(exported_at: Timestamp, now: Timestamp) -> (String, String) {
    (
        format!("This evidence is {} old.", span(now.seconds_since(exported_at))),
        format!("The status shown is as of its export, {}, not as of now.", instant(exported_at)),
    )
}

/// Shown next to what may be called healthy as of an export that has aged past its window.
pub const HEALTHY_AS_OF_THE_EXPORT: &str = "as of the export, not as of now";
