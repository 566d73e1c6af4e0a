//! Everything derived about one tenant (contract, sections 5 to 9).

use std::borrow::Cow;

use serde::Serialize;

use crate::id::Id;
use crate::report::model::{Action, ActionTarget, NeedsAttention};
use crate::timestamp::Timestamp;
use crate::tone::Tone;
use crate::verdicts::backup_health::{BackupPosture, ScopeHealth, SkippedSet};
use crate::verdicts::coverage::Coverage;
use crate::verdicts::lapses::Lapse;
use crate::verdicts::quality::BackupQuality;
use crate::verdicts::recovery_evidence::RecoveryState;
use crate::verdicts::restore_attention::{
    AttentionCause, AttentionState, NextAction, OutcomeCounts, RecoveryClaimBoundary,
};
use crate::verdicts::rules::Rules;
use crate::verdicts::schedule::ScheduleFollowUp;
use crate::verdicts::scope_health::{governing, has_unknown_content};
use crate::verdicts::unsettled::UnsettledCause;
use crate::vocabulary::{BackupReason, RecoveryReason};

/// Everything derived about one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TenantReport {
    /// The verdict about backup inputs.
    pub backup_health: TenantBackupHealthAssessment,
    /// Policy types touched by executed restores.
    pub coverage: Coverage,
    /// Its domain; not written.
    #[serde(skip)]
    pub domain: Option<String>,
    /// The earliest instant in its records that has happened; not written.
    #[serde(skip)]
    pub evidence_from: Option<Timestamp>,
    /// Its environment, such as production; not written.
    #[serde(skip)]
    pub environment: Option<String>,
    /// Free words to filter and group it by; not written.
    #[serde(skip)]
    pub labels: Vec<String>,
    /// What changes as time passes; not written.
    #[serde(skip)]
    pub lapses: Vec<Lapse>,
    /// Attention items, or the healthy checks if there are none.
    pub needs_attention: NeedsAttention,
    /// The verdict about executed restores.
    pub recovery_evidence: RecoveryEvidence,
    /// The tenant's row in the registry.
    pub registry: RegistryRow,
    /// The result of every restore run that is not deleted, by id.
    pub restore_attention: Vec<RestoreResultAttention>,
    /// The rules it was judged under; not written.
    #[serde(skip)]
    pub rules: Rules,
    /// How many of its records were set aside; not written.
    #[serde(skip)]
    pub set_aside: u64,
    /// The id of the tenant in the snapshot.
    pub tenant_id: Id,
    /// The name of the tenant in the snapshot.
    pub tenant_label: String,
    /// The name of the tenant in URLs: its external id in the snapshot.
    pub tenant_route_key: String,
}

/// A tenant in the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegistryRow {
    /// The tenant's backup posture.
    pub backup_posture: BackupPosture,
    /// The first backup reason; null if there is none.
    pub backup_reason: Option<BackupReason>,
    /// The tenant's profile; null if it is none of the policy's.
    pub profile: Option<String>,
    /// The reason of the recovery state.
    pub recovery_reason: RecoveryReason,
    /// The tenant's recovery state.
    pub recovery_state: RecoveryState,
    /// The id of the tenant in the snapshot.
    pub tenant_id: Id,
    /// The least rank among its backup and recovery items, 1..6; 9 if it has none.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 9)))]
    pub triage_rank: u8,
    /// Why the tenant is unsettled, in the contract's order.
    pub unsettled: Vec<UnsettledCause>,
}

/// The backup health of one tenant. Facts about a set are about that of the governing scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TenantBackupHealthAssessment {
    /// Age of the latest relevant set at the as-of instant, in whole seconds, from its completion or confirmation; null if there is none.
    pub age_seconds: Option<u64>,
    /// When a later run last found exactly the content of that set.
    pub confirmed_at: Option<Timestamp>,
    /// The verdict as a heading.
    pub headline: Cow<'static, str>,
    /// True if the evidence allows the word "healthy".
    pub healthy_claim_allowed: bool,
    /// The id of the set that governs the verdict; null if no set is usable.
    pub latest_relevant_backup_set_id: Option<Id>,
    /// When that set completed.
    pub latest_relevant_completed_at: Option<Timestamp>,
    /// When the next scope turns stale by itself.
    pub next_stale_at: Option<Timestamp>,
    /// What a positive verdict does not claim, as a sentence.
    pub positive_claim_boundary: &'static str,
    /// The verdict.
    pub posture: BackupPosture,
    /// Where to follow up on the primary reason; null if there is no reason.
    pub primary_action_target: Option<ActionTarget>,
    /// The first of `reasons`; null if there is none.
    pub primary_reason: Option<BackupReason>,
    /// The content of the latest relevant set; null if there is no such set.
    pub quality: Option<BackupQuality>,
    /// Every reason that applies in any scope, in the contract's order.
    pub reasons: Vec<BackupReason>,
    /// Schedules that need follow-up, by id.
    pub schedule_follow_ups: Vec<ScheduleFollowUp>,
    /// Whether schedules could be judged at the as-of instant.
    pub schedules_evaluated: bool,
    /// The governing scope; null for the unnamed one.
    pub scope: Option<String>,
    /// Every scope, by key, the unnamed one first.
    pub scopes: Vec<ScopeHealth>,
    /// Sets newer than the latest relevant one of their scope that are not relevant, by id; all such if none is relevant.
    pub skipped_sets: Vec<SkippedSet>,
    /// When the latest relevant set turns stale by itself.
    pub stale_at: Option<Timestamp>,
    /// The evidence for the verdict, in sentences; null if the heading says everything.
    pub supporting_message: Option<String>,
    /// The id of the tenant in the snapshot.
    pub tenant_id: Id,
    /// Why the tenant is unsettled; the registry row has it in the report.
    #[serde(skip)]
    pub unsettled: Vec<UnsettledCause>,
    /// What explains an absent or stale backup, such as a first run that is due, for lists that show no supporting message.
    #[serde(skip)]
    pub explanation: Option<String>,
}

impl TenantBackupHealthAssessment {
    /// The governing scope.
    pub fn governing(&self) -> Option<&ScopeHealth> {
        governing(&self.scopes)
    }

    /// The newest of the skipped sets. Ids of gathered evidence say nothing about the order.
    pub fn latest_skipped(&self) -> Option<&SkippedSet> {
        self.skipped_sets.iter().max_by_key(|set| (set.at, set.backup_set_id))
    }

    /// The scope whose set a reason leads to: the first in governing order in which the reason applies.
    pub fn scope_of(&self, reason: BackupReason) -> Option<&ScopeHealth> {
        let applies = |scope: &&ScopeHealth| reason.applies_to(scope);
        self.scopes.iter().filter(applies).min_by_key(|scope| scope.governing_order())
    }

    /// Whether the tenant is degraded only because the content of its backups is unknown.
    pub fn is_content_unknown(&self) -> bool {
        let mut degraded = self.scopes.iter().filter(|scope| scope.posture == BackupPosture::Degraded);
        let is_unknown =
            |scope: &ScopeHealth| scope.quality.as_ref().is_some_and(BackupQuality::is_only_unknown);
        self.posture == BackupPosture::Degraded && degraded.all(is_unknown)
    }

    /// Whether something about the content of a scope's latest backup is unknown.
    pub fn has_unknown_content(&self) -> bool {
        has_unknown_content(&self.scopes)
    }

    /// Whether texts name scopes: the tenant has more than one.
    pub fn names_scopes(&self) -> bool {
        self.scopes.len() > 1
    }
}

/// The recovery evidence of one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecoveryEvidence {
    /// The next step.
    pub action: Action,
    /// The tenant's backup posture, repeated for comparison.
    pub backup_posture: BackupPosture,
    /// What the state does not claim, as a sentence.
    pub claim_boundary: &'static str,
    /// The state as a heading.
    pub headline: Cow<'static, str>,
    /// When the latest relevant run took effect; null if it has no time.
    pub latest_relevant_at: Option<Timestamp>,
    /// The result of the latest relevant run; null if no run is relevant.
    pub latest_relevant_attention_state: Option<AttentionState>,
    /// The id of the latest relevant run; null if no run is relevant.
    pub latest_relevant_restore_run_id: Option<Id>,
    /// The recovery state.
    pub overview_state: RecoveryState,
    /// Why the tenant has this state.
    pub reason: RecoveryReason,
    /// True if any restore was executed; dry runs do not count.
    pub relevant_restore_history_present: bool,
    /// The evidence for the state, in sentences, always with its age.
    pub summary: String,
    /// The id of the tenant in the snapshot.
    pub tenant_id: Id,
}

/// What one restore run has shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RestoreResultAttention {
    /// Every cause of the state's row that holds, in the contract's order.
    pub causes: Vec<AttentionCause>,
    /// Outcomes by what they say; null if none are on record.
    pub counts: Option<OutcomeCounts>,
    /// True if someone should look at the run.
    pub follow_up_required: bool,
    /// The next step.
    pub primary_next_action: NextAction,
    /// What no result of a restore run claims.
    pub recovery_claim_boundary: RecoveryClaimBoundary,
    /// The id of the restore run in the snapshot.
    pub restore_run_id: Id,
    /// The result of the run.
    pub state: AttentionState,
    /// The result in words.
    pub summary: String,
    /// The severity that colours and shapes show.
    pub tone: Tone,
}
