//! What a tenant's verdicts rest on, in words, as a comparison shows them on both sides.

use crate::reading::reader::Workspace;
use crate::report::model::{Exclusion, TenantBackupHealthAssessment};
use crate::words::{backup_item_body, instant};

/// Two reports that cannot be compared.
pub fn other_workspace(old: &Workspace, new: &Workspace) -> String {
    format!(
        "The older snapshot is of workspace {} ({}), the newer of workspace {} ({}). Compare two snapshots of one workspace.",
        old.id, old.name, new.id, new.name
    )
}

/// Why nothing is known of a tenant that was not evaluated.
pub fn not_evaluated_cause(reason: Exclusion) -> &'static str {
    match reason {
        Exclusion::NotActive => "Not evaluated: its status is not active.",
        Exclusion::Unreadable => "Not evaluated: its data cannot be read.",
        Exclusion::DuplicateTenant => "Not evaluated: its identity repeats another tenant's.",
        Exclusion::ForeignWorkspace => "Not evaluated: it belongs to another workspace.",
    }
}

/// What a backup verdict rests on: every reason that holds, else the verdict itself.
pub fn backup_cause(health: &TenantBackupHealthAssessment) -> String {
    if health.reasons.is_empty() {
        let basis = health.latest_relevant_backup_set_id.zip(health.latest_relevant_completed_at);
        let basis = basis.map(|(set, at)| format!(" Backup set {set} completed {}.", instant(at)));
        return format!("{}.{}", health.headline, basis.unwrap_or_default());
    }
    let bodies: Vec<_> = health.reasons.iter().map(|reason| backup_item_body(*reason, health)).collect();
    bodies.join(" ")
}
