//! A comparison of two reports in words.

use crate::compare::change::{Change, Family};
use crate::compare::diff::{Diff, View, is_one_export};
use crate::invisible_chars::in_quotes;
use crate::report::model::Report;
use crate::words::policy::policy_changes;
use crate::words::{PAST_LIMITS, counted, listed, unknown_group};

/// The titles of a comparison's columns in a file.
pub const DIFF_COLUMNS: [&str; 18] = [
    "Tenant id",
    "Tenant",
    "Key",
    "Former key",
    "Profile",
    "Environment",
    "Labels",
    "Family",
    "Change",
    "Before",
    "Cause before",
    "Evidence before at",
    "After",
    "Cause after",
    "Evidence after at",
    "Workspace",
    "As of before",
    "As of after",
];

/// A family's name.
pub fn family_name(family: Family) -> &'static str {
    match family {
        Family::BackupHealth => "Backup health",
        Family::RecoveryEvidence => "Recovery evidence",
    }
}

/// A change in a word or two.
pub fn change_label(change: Change) -> &'static str {
    match change {
        Change::Worse => "Worse",
        Change::Better => "Better",
        Change::ChangedCause => "Different reason",
        Change::Unknown => "Not known",
        Change::Unchanged => "Unchanged",
        Change::New => "New",
        Change::Gone => "Gone",
        Change::LeftEvaluation => "No longer checked",
        Change::EnteredEvaluation => "Newly checked",
    }
}

/// What a change means.
pub fn change_description(change: Change) -> &'static str {
    match change {
        Change::Worse => "The verdict is worse, it has more problems, or its data can no longer be read.",
        Change::Better => "The verdict is better, or it has fewer problems, and nothing has become unknown.",
        Change::ChangedCause => {
            "The reasons differ, or it looks better only because something is no longer known."
        }
        Change::Unknown => "Cannot be compared: one of the two instants has no record, or no backup content.",
        Change::Unchanged => "Same verdict, same reasons.",
        Change::New => "Only in the newer export.",
        Change::Gone => "Only in the older export; its status now is unknown.",
        Change::LeftEvaluation => "Still exported, but no longer active, so not checked.",
        Change::EnteredEvaluation => "Exported before, but not checked.",
    }
}

/// A family's state on both sides: `Healthy → Stale`.
pub fn states(before: Option<&View>, after: Option<&View>) -> String {
    let label = |view: Option<&View>| view.map_or(NOT_EXPORTED, |view| view.label);
    format!("{} → {}", label(before), label(after))
}

/// A tenant that an export does not hold.
pub const NOT_EXPORTED: &str = "Not exported";

/// A former route key of a tenant.
pub fn former_key(key: &str) -> String {
    format!("Its route key was {}.", in_quotes(key))
}

/// Whether anything is worse, in a line.
pub fn diff_title(diff: &Diff) -> String {
    let worse = |family| diff.total(family, Change::Worse);
    let (backup, recovery) = (worse(Family::BackupHealth), worse(Family::RecoveryEvidence));
    match (backup, recovery) {
        (0, 0) if diff.is_worse() => "Worse: more entries could not be matched to a tenant".to_owned(),
        (0, 0) => "Nothing is worse".to_owned(),
        (backup, recovery) => {
            let parts = [(backup, "backup health"), (recovery, "recovery evidence")];
            let parts: Vec<_> = parts
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, family)| format!("{family} of {}", counted(count, "tenant", "tenants")))
                .collect();
            format!("Worse: {}", listed(&parts))
        }
    }
}

/// What to know before reading a comparison; empty if there is nothing to know.
pub fn diff_notes(diff: &Diff, old: &Report, new: &Report) -> Vec<String> {
    let mut notes: Vec<_> = diff.unknown_groups.iter().map(unknown_group).collect();
    if diff.filtered_out > 0 {
        let left_out = counted(diff.filtered_out, "tenant is", "tenants are");
        notes.push(format!("{left_out} left out: not in the groups asked for."));
    }
    if is_one_export(old, new) {
        notes.extend(instant_notes(diff, old, new));
        return notes;
    }
    if (new.exported_at, new.as_of) < (old.exported_at, old.as_of) {
        notes.push(
            "The second snapshot is older than the first: swap them, or read the changes backwards."
                .to_owned(),
        );
    }
    if let Some(changes) = policy_changes(&old.policy, &new.policy) {
        notes.push(format!("The two snapshots have different policies: {changes}."));
    }
    let gone = diff.total(Family::BackupHealth, Change::Gone);
    if gone > 0 {
        let (are, their) = if gone == 1 { ("is", "its") } else { ("are", "their") };
        notes.push(format!(
            "{} {are} no longer exported, so {their} current state is unknown.",
            counted(gone, "tenant", "tenants")
        ));
    }
    if diff.old_unmatched + diff.new_unmatched > 0 {
        notes.push(format!(
            "Entries that could not be matched to a tenant: {} before, {} after.",
            diff.old_unmatched, diff.new_unmatched
        ));
    }
    notes
}

/// The same for two instants of one export.
fn instant_notes(diff: &Diff, old: &Report, new: &Report) -> Vec<String> {
    let mut notes = vec![PAST_LIMITS.to_owned()];
    if new.as_of < old.as_of {
        notes.push("The second instant is before the first: read the changes backwards.".to_owned());
    }
    let unknown = diff.total(Family::BackupHealth, Change::Unknown);
    if unknown > 0 {
        notes.push(format!(
            "{} be compared: one of the two instants has no record, or no backup content.",
            counted(unknown, "tenant cannot", "tenants cannot")
        ));
    }
    notes
}

/// How many tenants are worse and how many better: `8 worse, 2 better`.
pub fn worse_and_better(diff: &Diff) -> String {
    format!("{} worse, {} better", diff.worse_tenants(), diff.better_tenants())
}
