//! A tenant's backup verdict in words: its headline and what it rests on. They are about backup inputs only.

use std::borrow::Cow;

use crate::policy::hours;
use crate::report::model::TenantBackupHealthAssessment;
use crate::verdicts::backup_context::{BackupContext, OnTime};
use crate::verdicts::backup_health::{BackupPosture, ScopeHealth};
use crate::verdicts::schedule::Cadence;
use crate::verdicts::unsettled::UnsettledCause;
use crate::words::{Text, schedule_cause_label, skip_reason_label, unsettled_cause_label};

/// What a positive word about backups does not mean.
pub const BACKUP_CLAIM_BOUNDARY: &str =
    "This is about the backup only. It does not predict what a restore would do.";

/// What most supporting messages take no more than.
pub(super) const MESSAGE_BYTES: usize = 128;

/// How many sets, schedules or policy types a sentence names before it counts the rest.
pub(super) const NAMED: usize = 3;

/// A tenant's backup verdict in a line.
pub fn backup_headline(health: &TenantBackupHealthAssessment) -> Cow<'static, str> {
    let of_scope = of_scope(health, health.governing());
    match (health.posture, health.primary_reason) {
        (BackupPosture::Absent, _) => match of_scope {
            None => "No usable backup".into(),
            Some(scope) => format!("No usable backup{scope}").into(),
        },
        (BackupPosture::Stale, _) => {
            let (scope, age) = (of_scope.unwrap_or_default(), age(health.governing()));
            format!("Latest backup{scope} is stale: {age} old").into()
        }
        (BackupPosture::Degraded, _) => {
            format!("Latest backup{} is degraded", of_scope.unwrap_or_default()).into()
        }
        (BackupPosture::Healthy, Some(_)) => "Latest backup is recent; a schedule needs follow-up".into(),
        (BackupPosture::Healthy, None) if health.healthy_claim_allowed => {
            "Backups are recent and healthy".into()
        }
        (BackupPosture::Healthy, None) => match unclaimed(health) {
            Some(cause) => format!("Latest backup is recent; {cause}").into(),
            None => "Latest backup is recent, but cannot be called healthy".into(),
        },
    }
}

/// The governing scope of a stale tenant and its schedule on time, if the age of the backup is that of the schedule's last run.
fn on_time_beyond_window<'a>(
    health: &'a TenantBackupHealthAssessment,
    context: &'a BackupContext,
) -> Option<(&'a ScopeHealth, &'a OnTime)> {
    let scope = health.governing().filter(|_| health.posture == BackupPosture::Stale)?;
    let on_time = context.on_time.as_ref()?;
    let is_of_last_run = !is_of_an_earlier_run(scope, on_time);
    (is_of_last_run && on_time.allowance_seconds > hours(scope.freshness_hours)).then_some((scope, on_time))
}

/// Whether a scope's backup is older than the last run of a schedule on time, which left no usable backup in this scope.
fn is_of_an_earlier_run(scope: &ScopeHealth, on_time: &OnTime) -> bool {
    let greatest = u64::try_from(on_time.greatest_age_seconds).unwrap_or(0);
    scope.age_seconds.is_some_and(|age| age > greatest)
}

/// Why a recent backup cannot be called healthy, within a sentence.
pub(super) fn unclaimed(health: &TenantBackupHealthAssessment) -> Option<&'static str> {
    let cause = health.unsettled.iter().find(|cause| cause.is_of_backups());
    cause.map(|cause| unsettled_cause_label(*cause)).or_else(|| {
        match (health.has_unknown_content(), health.schedules_evaluated) {
            (true, _) => Some("some of its content is unknown"),
            (false, false) => Some("schedules are not judged"),
            (false, true) => None,
        }
    })
}

/// ` of scope “intune”` if the tenant has more than one scope.
pub(super) fn of_scope(health: &TenantBackupHealthAssessment, scope: Option<&ScopeHealth>) -> Option<String> {
    let scope = scope.filter(|_| health.names_scopes())?;
    Some(match &scope.scope {
        Some(name) => format!(" of scope “{name}”"),
        None => " of the unnamed scope".to_owned(),
    })
}

/// How old a scope's basis is: near its window in hours and minutes. Empty if it has none.
pub(super) fn age(scope: Option<&ScopeHealth>) -> String {
    let aged = scope.and_then(|scope| Some((scope.age_seconds?, scope.freshness_hours)));
    aged.map(|(seconds, hours)| Text::new(0).span_near(seconds, hours * 3600).take()).unwrap_or_default()
}

/// What explains that a tenant's backup is absent or stale, with a space before it; `None` if nothing does.
pub(crate) fn backup_explanation(
    health: &TenantBackupHealthAssessment,
    context: &BackupContext,
) -> Option<String> {
    let mut explanation = Text::new(0);
    explanation.explained(health, context);
    let explanation = explanation.take();
    (!explanation.is_empty()).then_some(explanation)
}

/// What a tenant's backup verdict rests on, in sentences.
pub(crate) fn backup_supporting_message(
    health: &TenantBackupHealthAssessment,
    context: &BackupContext,
) -> Option<String> {
    let mut message = Text::new(MESSAGE_BYTES);
    match health.governing() {
        Some(scope) if scope.latest_relevant_backup_set_id.is_some() => {
            message.basis(health, scope);
            let is_degraded = |scope: &&ScopeHealth| scope.is_degraded();
            for scope in health.scopes.iter().filter(is_degraded) {
                message.put(" ").scope_lead(health, scope);
                if let Some(quality) = &scope.quality {
                    message.quality(quality);
                }
            }
        }
        Some(_) | None => {
            message.put("No backup").put(&of_scope(health, health.governing()).unwrap_or_default());
            message.put(" has completed with content.");
        }
    }
    message.other_scopes(health).types(health).unknowns(health);
    if !health.schedule_follow_ups.is_empty() {
        message.put(" ").schedules(health);
    }
    if !health.skipped_sets.is_empty() {
        message.put(" ").skipped(health);
    }
    message.context(health, context);
    if health.unsettled.contains(&UnsettledCause::UnknownProfile) {
        message.put(" The tenant's profile is not in the policy, so the workspace's rules apply.");
    }
    if context.set_aside > 0 {
        message.put(" ").counted(context.set_aside, "record", "records");
        message.put(" of this tenant could not be used; see the findings.");
    }
    Some(message.take())
}

impl Text {
    /// The set a scope's verdict rests on, and how old it is.
    fn basis(&mut self, health: &TenantBackupHealthAssessment, scope: &ScopeHealth) -> &mut Self {
        let set = scope.latest_relevant_backup_set_id.zip(scope.latest_relevant_completed_at);
        let (Some((set, at)), Some(seconds)) = (set, scope.age_seconds) else { return self };
        let window = scope.freshness_hours * 3600;
        self.put("Backup set ").number(set.get());
        if health.names_scopes() {
            self.put(&of_scope(health, Some(scope)).unwrap_or_default());
        }
        self.put(" completed ").instant(at);
        match scope.confirmed_at {
            None => self.put(", "),
            Some(confirmed) => self.put(" and was last found unchanged ").instant(confirmed).put(", "),
        };
        self.span_near(seconds, window).put(" ago; the freshness window is ");
        self.number(scope.freshness_hours).put(" h.")
    }

    /// The name of a scope before a sentence about it.
    pub(super) fn scope_lead(
        &mut self,
        health: &TenantBackupHealthAssessment,
        scope: &ScopeHealth,
    ) -> &mut Self {
        match &scope.scope {
            _ if !health.names_scopes() => self,
            Some(name) => self.put("Scope “").put(name).put("”: "),
            None => self.put("The unnamed scope: "),
        }
    }

    /// The other scopes with a reason of their own.
    fn other_scopes(&mut self, health: &TenantBackupHealthAssessment) -> &mut Self {
        let governing = health.scope.as_deref();
        for scope in health.scopes.iter().filter(|scope| scope.scope.as_deref() != governing) {
            match scope.posture {
                BackupPosture::Absent => {
                    self.put(" ").scope_lead(health, scope).put("no backup has completed with content.");
                }
                BackupPosture::Stale => {
                    self.put(" ")
                        .scope_lead(health, scope)
                        .put("stale, ")
                        .put(&age(Some(scope)))
                        .put(" old.");
                }
                BackupPosture::Degraded | BackupPosture::Healthy => {}
            }
        }
        self
    }

    pub(super) fn schedules(&mut self, health: &TenantBackupHealthAssessment) -> &mut Self {
        self.put("Needs follow-up: ").first(
            &health.schedule_follow_ups,
            NAMED,
            ("schedule", "schedules"),
            &mut |text, follow_up| {
                text.put("schedule ").number(follow_up.schedule_id.get()).put(": ");
                text.list(&follow_up.causes, &mut |text, cause| {
                    text.put(schedule_cause_label(*cause));
                });
            },
        );
        self.put(".")
    }

    /// The skipped sets: each by name if they are few, else how many and the latest.
    pub(super) fn skipped(&mut self, health: &TenantBackupHealthAssessment) -> &mut Self {
        let has_basis = health.scopes.iter().any(|scope| scope.latest_relevant_backup_set_id.is_some());
        let (lead, many) = if has_basis {
            ("Newer but not usable: ", " newer sets are not usable; the latest is set ")
        } else {
            ("Not usable: ", " sets are not usable; the latest is set ")
        };
        let sets = &health.skipped_sets;
        match health.latest_skipped() {
            Some(last) if sets.len() > NAMED => {
                self.number(sets.len() as u64).put(many).number(last.backup_set_id.get());
                self.put(" (").put(skip_reason_label(last.reason)).put(").")
            }
            Some(_) | None => {
                self.put(lead).list(sets, &mut |text, set| {
                    text.put("set ").number(set.backup_set_id.get());
                    text.put(" (").put(skip_reason_label(set.reason)).put(")");
                });
                self.put(".")
            }
        }
    }

    /// Schedules that explain the verdict.
    fn context(&mut self, health: &TenantBackupHealthAssessment, context: &BackupContext) -> &mut Self {
        let needs_backup = match health.posture {
            BackupPosture::Absent | BackupPosture::Stale => true,
            BackupPosture::Degraded | BackupPosture::Healthy => false,
        };
        if needs_backup && !context.disabled.is_empty() {
            self.put(" Disabled: ").first(
                &context.disabled,
                NAMED,
                ("schedule", "schedules"),
                &mut |text, id| {
                    text.put("schedule ").number(id.get());
                },
            );
            self.put(".");
        } else if context.nothing_will_run {
            self.put(" No schedule is enabled, so no backup will start by itself.");
        }
        self.explained(health, context);
        match on_time_beyond_window(health, context) {
            Some((scope, on_time)) => self.rule_to_set(scope, on_time),
            None => self,
        }
    }

    /// What explains that a tenant's backup is absent or stale.
    fn explained(&mut self, health: &TenantBackupHealthAssessment, context: &BackupContext) -> &mut Self {
        if health.posture == BackupPosture::Absent && context.left_out > 0 {
            let lead = if context.left_out == 1 { "the scope" } else { "the scopes" };
            self.put(" The rules leave out ").put(lead).put(" of ");
            self.counted(context.left_out, "other backup set", "other backup sets")
                .put(" (expected: false).");
        }
        if let (BackupPosture::Absent, Some((since, set))) = (health.posture, context.running) {
            self.put(" Backup set ")
                .number(set.get())
                .put(" has been running since ")
                .instant(since)
                .put(".");
        }
        if let (BackupPosture::Absent, Some(due)) = (health.posture, context.first_run_due) {
            self.put(" The first run of its schedule is due by ").instant(due).put(".");
        }
        if let Some((_, on_time)) = on_time_beyond_window(health, context) {
            self.its_schedule(on_time).put(" is on time");
            if let Some(at) = on_time.expected_at {
                self.put("; the next run is due by ").instant(at);
            }
            self.put(".");
        } else if let (BackupPosture::Stale, Some(scope), Some(on_time)) =
            (health.posture, health.governing(), &context.on_time)
            && is_of_an_earlier_run(scope, on_time)
        {
            self.its_schedule(on_time).put(" last ran ").instant(on_time.last_run_at);
            self.put(", but no usable backup").put(&of_scope(health, Some(scope)).unwrap_or_default());
            self.put(" is that recent.");
        }
        self
    }

    fn its_schedule(&mut self, on_time: &OnTime) -> &mut Self {
        let cadence = match on_time.cadence {
            Cadence::Daily => "daily",
            Cadence::Weekly => "weekly",
            Cadence::Monthly => "monthly",
            Cadence::Interval(_) => "interval",
        };
        self.put(" Its ").put(cadence).put(" schedule ").number(on_time.schedule_id.get())
    }

    /// The rule to set if backups are meant to be as far apart as a schedule on time makes them.
    fn rule_to_set(&mut self, scope: &ScopeHealth, on_time: &OnTime) -> &mut Self {
        self.put(" If backups this far apart are intended, set ");
        match &scope.scope {
            Some(name) => self.put("freshness_hours of scope “").put(name).put("”"),
            None => self.put("freshness_hours"),
        };
        let hours = u64::try_from(on_time.allowance_seconds).unwrap_or(0).div_ceil(3600);
        self.put(" in the policy, or in a profile, to at least ").number(hours).put(".")
    }
}
