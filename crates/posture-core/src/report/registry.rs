//! One line per tenant, and how lines are ranked and chosen (contract, section 9).

use std::cmp::Ordering;

use crate::policy::Policy;
use crate::report::model::{
    RecoveryEvidence, RegistryRow, Signals, TenantBackupHealthAssessment, TenantReport,
};
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::recovery_evidence::{RecoveryReason, RecoveryState};
use crate::verdicts::unsettled::UnsettledCause;
use crate::vocabulary::SignalDomain;

/// The rank of a tenant without a backup or recovery item.
pub const NO_TRIAGE_RANK: u8 = 9;

/// The rank of a tenant's backup item; `None` if it has none.
pub fn backup_rank(posture: BackupPosture) -> Option<u8> {
    match posture {
        BackupPosture::Absent => Some(1),
        BackupPosture::Stale => Some(3),
        BackupPosture::Degraded => Some(4),
        BackupPosture::Healthy => None,
    }
}

/// The rank of a tenant's recovery item; `None` if it has none.
pub fn recovery_rank(reason: RecoveryReason) -> Option<u8> {
    match reason {
        RecoveryReason::Failed | RecoveryReason::Partial => Some(2),
        RecoveryReason::CompletedWithFollowUp => Some(5),
        RecoveryReason::NoHistory | RecoveryReason::HistoryTooOld => Some(6),
        RecoveryReason::NoRecentIssuesVisible => None,
    }
}

/// The rank of a signal's item.
pub fn signal_rank(domain: SignalDomain) -> u8 {
    match domain {
        SignalDomain::Governance => 0,
        SignalDomain::Operations => 7,
        SignalDomain::Alerts => 8,
    }
}

pub(crate) fn row(
    backup: &TenantBackupHealthAssessment,
    recovery: &RecoveryEvidence,
    profile: Option<&str>,
) -> RegistryRow {
    let ranks = [backup_rank(backup.posture), recovery_rank(recovery.reason)];
    RegistryRow {
        backup_posture: backup.posture,
        backup_reason: backup.primary_reason,
        profile: profile.map(str::to_owned),
        recovery_reason: recovery.reason,
        recovery_state: recovery.overview_state,
        tenant_id: backup.tenant_id,
        triage_rank: ranks.into_iter().flatten().min().unwrap_or(NO_TRIAGE_RANK),
        unsettled: backup.unsettled.clone(),
    }
}

/// A tenant's signals; `None` if the snapshot has none for it.
pub fn signals(tenant: &TenantReport) -> Option<Signals<'_>> {
    let groups = &tenant.needs_attention.groups;
    let all = || {
        SignalDomain::ALL
            .iter()
            .flat_map(|domain| groups.iter().filter(|group| group.domain == (*domain).into()))
            .flat_map(|group| &group.items)
    };
    let worst = all().min_by_key(|item| item.urgency)?;
    Some(Signals { worst, others: all().count() as u64 - 1 })
}

/// Worst first: rank, then name, then id.
pub fn worst_first(a: &TenantReport, b: &TenantReport) -> Ordering {
    let by_name = || compare_names(&a.tenant_label, &b.tenant_label);
    a.registry.triage_rank.cmp(&b.registry.triage_rank).then_with(by_name).then(a.tenant_id.cmp(&b.tenant_id))
}

/// Names as the contract compares them: by code point after lower-casing.
pub fn compare_names(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        return a
            .bytes()
            .map(|byte| byte.to_ascii_lowercase())
            .cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    a.to_lowercase().cmp(&b.to_lowercase())
}

/// A filter of rows; an empty choice admits all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistryFilter {
    /// Backup postures to show.
    pub backup_posture: Vec<BackupPosture>,
    /// Recovery states to show.
    pub recovery_evidence: Vec<RecoveryState>,
    /// Profiles to show.
    pub profile: Vec<String>,
    /// Causes of being unsettled to show; a row needs any one of them.
    pub unsettled: Vec<UnsettledCause>,
}

impl RegistryFilter {
    /// Reads a choice from its words. Words outside the vocabulary are dropped; profiles are those of the policy.
    pub fn from_words<'w>(
        postures: impl IntoIterator<Item = &'w str>,
        states: impl IntoIterator<Item = &'w str>,
    ) -> Self {
        Self {
            backup_posture: postures.into_iter().filter_map(BackupPosture::from_word).collect(),
            recovery_evidence: states.into_iter().filter_map(RecoveryState::from_word).collect(),
            ..Self::default()
        }
    }

    /// The same with these profiles, without those that the policy does not have.
    #[must_use]
    pub fn with_profiles<'w>(self, profiles: impl IntoIterator<Item = &'w str>, policy: &Policy) -> Self {
        let known = profiles.into_iter().filter(|name| policy.profile(name).is_some());
        Self { profile: known.map(str::to_owned).collect(), ..self }
    }

    /// The same with these causes of being unsettled; words outside the vocabulary are dropped.
    #[must_use]
    pub fn with_unsettled<'w>(self, causes: impl IntoIterator<Item = &'w str>) -> Self {
        Self { unsettled: causes.into_iter().filter_map(UnsettledCause::from_word).collect(), ..self }
    }

    /// Whether the filter admits a row.
    pub fn admits(&self, row: &RegistryRow) -> bool {
        let posture = self.backup_posture.is_empty() || self.backup_posture.contains(&row.backup_posture);
        let state = self.recovery_evidence.is_empty() || self.recovery_evidence.contains(&row.recovery_state);
        let profile = self.profile.is_empty()
            || row.profile.as_ref().is_some_and(|profile| self.profile.contains(profile));
        let unsettled =
            self.unsettled.is_empty() || row.unsettled.iter().any(|cause| self.unsettled.contains(cause));
        posture && state && profile && unsettled
    }
}
