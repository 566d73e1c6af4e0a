//! The backup health of one scope of a tenant (contract, section 5).
//!
//! | posture | when (the first that applies) |
//! |---|---|
//! | absent | there is no relevant set |
//! | stale | the latest relevant set is fresh from longer ago than the scope's window |
//! | degraded | its quality is degraded |
//! | healthy | otherwise |

use serde::Serialize;

use crate::id::Id;
use crate::policy::hours;
use crate::sorting::sort_by;
use crate::timestamp::Timestamp;
use crate::verdicts::quality::{BackupQuality, quality, type_counts};
use crate::verdicts::rules::{RuleSource, TenantFrame};
use crate::verdicts::run_outcomes::ByType;
use crate::verdicts::scopes::Scope;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// State of a backup basis, the worst first.
    pub enum BackupPosture { Absent = "absent", Stale = "stale", Degraded = "degraded", Healthy = "healthy" }
}

/// A policy type of which the latest relevant set has less than half as many items as the relevant set before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeFall {
    /// The policy type.
    pub policy_type: String,
    /// How many items of it the set before has.
    pub from: u64,
    /// How many the latest has, at least one.
    pub to: u64,
}

/// The backup health of one scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScopeHealth {
    /// Age of the latest relevant set in whole seconds, from its completion or confirmation.
    pub age_seconds: Option<u64>,
    /// When a later run last found exactly the content of that set.
    pub confirmed_at: Option<Timestamp>,
    /// Hours a completed backup of the scope stays fresh.
    pub freshness_hours: u64,
    /// Policy types with less than half as many items as before, sorted; not written.
    #[serde(skip)]
    pub falls: Vec<TypeFall>,
    /// Which rule these hours come from; not written.
    #[serde(skip)]
    pub freshness_from: RuleSource,
    /// The latest relevant set. It is the only one that governs.
    pub latest_relevant_backup_set_id: Option<Id>,
    /// When that set completed.
    pub latest_relevant_completed_at: Option<Timestamp>,
    /// Expected policy types that the set lacks, sorted.
    pub missing_policy_types: Vec<String>,
    /// The verdict.
    pub posture: BackupPosture,
    /// The quality of that set.
    pub quality: Option<BackupQuality>,
    /// The scope; null for the unnamed one.
    pub scope: Option<String>,
    /// When the set turns stale.
    pub stale_at: Option<Timestamp>,
    /// Policy types of the set that differ from a missing or vanished one only in case, sorted; not written.
    #[serde(skip)]
    pub types_in_other_case: Vec<String>,
    /// Policy types that the set lacks and the relevant set before it has, sorted.
    pub vanished_policy_types: Vec<String>,
}

/// The governing scope: the one with the worst posture.
pub(crate) fn governing(scopes: &[ScopeHealth]) -> Option<&ScopeHealth> {
    scopes.iter().min_by_key(|scope| scope.governing_order())
}

/// Whether something about the content of a scope's latest relevant set is unknown.
pub(crate) fn has_unknown_content(scopes: &[ScopeHealth]) -> bool {
    scopes.iter().filter_map(|scope| scope.quality.as_ref()).any(|quality| !quality.unknowns.is_empty())
}

impl ScopeHealth {
    /// Whether the set is older than the scope's window.
    pub fn is_stale(&self) -> bool {
        self.posture == BackupPosture::Stale
    }

    /// Whether the set is degraded, stale or not.
    pub fn is_degraded(&self) -> bool {
        self.quality.as_ref().is_some_and(BackupQuality::is_degraded)
    }

    /// What the governing scope is chosen by: the worst posture, then the first to turn stale.
    pub(crate) fn governing_order(&self) -> (BackupPosture, bool, Option<Timestamp>) {
        (self.posture, self.stale_at.is_none(), self.stale_at)
    }
}

/// The first posture that applies, so stale outranks degraded (BH-12).
fn posture(is_stale: bool, quality: Option<&BackupQuality>) -> BackupPosture {
    match quality {
        None => BackupPosture::Absent,
        Some(_) if is_stale => BackupPosture::Stale,
        Some(quality) if quality.is_degraded() => BackupPosture::Degraded,
        Some(_) => BackupPosture::Healthy,
    }
}

/// The posture of one scope, and whether it is degraded only because the set's content is unknown. The quality of a stale set is not
/// derived.
pub(crate) fn posture_of(scope: &Scope<'_, '_>, frame: &TenantFrame<'_>) -> (BackupPosture, bool) {
    let Some(basis) = scope.basis(frame).0 else { return (posture(false, None), false) };
    if frame.as_of > basis.fresh_from().plus(hours(scope.rules.freshness_hours)) {
        return (BackupPosture::Stale, false);
    }
    let quality = quality(basis.set, &scope.rules.expected_policy_types, frame);
    (posture(false, Some(&quality)), quality.is_only_unknown())
}

/// The policy types that are gone, and those that fell by more than half, in the order of their names.
fn changes(before: ByType<'_, u64>, types: &ByType<'_, u64>) -> (Vec<String>, Vec<TypeFall>) {
    let (mut vanished, mut falls) = (Vec::new(), Vec::new());
    for (name, from) in before.by_name() {
        match types.get(name) {
            None => vanished.push(name.to_owned()),
            Some(to) if to.saturating_mul(2) < from => {
                falls.push(TypeFall { policy_type: name.to_owned(), from, to: *to });
            }
            Some(_) => {}
        }
    }
    (vanished, falls)
}

/// The policy types that differ only in case from one that is missing or vanished, in the order of their names.
fn in_other_case<'n>(
    lacked: impl Iterator<Item = &'n String>,
    types: Option<&ByType<'_, u64>>,
) -> Vec<String> {
    let mut lacked: Vec<_> = lacked.map(|name| name.to_lowercase()).collect();
    let Some(types) = types.filter(|_| !lacked.is_empty()) else { return Vec::new() };
    sort_by(&mut lacked, Ord::cmp);
    let is_lacked = |name: &str| lacked.binary_search(&name.to_lowercase()).is_ok();
    let mut found: Vec<_> =
        types.iter().map(|(name, _)| name).filter(|name| is_lacked(name)).map(ToOwned::to_owned).collect();
    sort_by(&mut found, Ord::cmp);
    found
}

/// Decides about one scope.
pub(crate) fn scope_health(scope: &Scope<'_, '_>, frame: &TenantFrame<'_>) -> ScopeHealth {
    let (basis, before) = scope.basis(frame);
    let expected = &scope.rules.expected_policy_types;
    let window = hours(scope.rules.freshness_hours);
    let quality = basis.map(|basis| quality(basis.set, expected, frame));
    let is_stale = basis.is_some_and(|basis| frame.as_of > basis.fresh_from().plus(window));
    let posture = posture(is_stale, quality.as_ref());
    let types_before = before.filter(|_| basis.is_some_and(|basis| basis.confirmed_at.is_none()));
    let types_before = types_before.and_then(|set| type_counts(set, frame));
    let types = match basis {
        Some(basis) if !expected.is_empty() || types_before.is_some() => type_counts(basis.set, frame),
        Some(_) | None => None,
    };
    let missing = types.iter().flat_map(|types| expected.iter().filter(|name| types.get(name).is_none()));
    let missing_policy_types: Vec<_> = missing.map(|name| (*name).to_owned()).collect();
    let (vanished_policy_types, falls) = match (types_before, &types) {
        (Some(before), Some(types)) => changes(before, types),
        (_, _) => (Vec::new(), Vec::new()),
    };
    let types_in_other_case =
        in_other_case(missing_policy_types.iter().chain(&vanished_policy_types), types.as_ref());
    ScopeHealth {
        age_seconds: basis.map(|basis| frame.as_of.seconds_since(basis.fresh_from())),
        confirmed_at: basis.and_then(|basis| basis.confirmed_at),
        freshness_hours: scope.rules.freshness_hours,
        freshness_from: scope.rules.freshness_from,
        latest_relevant_backup_set_id: basis.map(|basis| basis.set.id),
        latest_relevant_completed_at: basis.map(|basis| basis.completed_at),
        missing_policy_types,
        vanished_policy_types,
        falls,
        posture,
        quality,
        types_in_other_case,
        scope: (!scope.name.is_empty()).then(|| scope.name.to_owned()),
        stale_at: basis.and_then(|basis| basis.fresh_from().plus(window).expressible()),
    }
}
