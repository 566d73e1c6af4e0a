//! The content of the latest backups in words: its quality, its policy types, and what is unknown about it.

use crate::report::model::TenantBackupHealthAssessment;
use crate::verdicts::quality::{BackupQuality, SetFamily};
use crate::words::backup::{MESSAGE_BYTES, NAMED};
use crate::words::{Text, family_label, unknown_label};

/// What is wrong with a set's content: its items, with how many, and the set as such, which has no number.
pub fn quality_sentence(quality: &BackupQuality) -> String {
    Text::new(MESSAGE_BYTES).quality(quality).take()
}

impl Text {
    /// Policy types that the latest backup lacks, or has far fewer items of.
    pub(super) fn types(&mut self, health: &TenantBackupHealthAssessment) -> &mut Self {
        for scope in &health.scopes {
            let lists = [
                (&scope.missing_policy_types, "expected policy types are missing: "),
                (&scope.vanished_policy_types, "policy types of the previous backup are gone: "),
            ];
            for (types, lead) in lists.into_iter().filter(|(types, _)| !types.is_empty()) {
                let lead = if health.names_scopes() { lead.to_owned() } else { super::upper_first(lead) };
                self.put(" ").scope_lead(health, scope).put(&lead);
                self.first(types, NAMED, ("type", "types"), &mut |text, name| {
                    text.policy_type(name);
                });
                self.put(".");
            }
            if !scope.types_in_other_case.is_empty() {
                let lead = "policy types are compared exactly, and the backup has ";
                let lead = if health.names_scopes() { lead.to_owned() } else { super::upper_first(lead) };
                self.put(" ").scope_lead(health, scope).put(&lead);
                self.first(&scope.types_in_other_case, NAMED, ("type", "types"), &mut |text, name| {
                    text.policy_type(name);
                });
                self.put(".");
            }
            if !scope.falls.is_empty() {
                let lead = "the number of items fell by more than half: ";
                let lead = if health.names_scopes() { lead.to_owned() } else { super::upper_first(lead) };
                self.put(" ").scope_lead(health, scope).put(&lead);
                self.first(&scope.falls, NAMED, ("type", "types"), &mut |text, fall| {
                    text.policy_type(&fall.policy_type)
                        .put(" from ")
                        .number(fall.from)
                        .put(" to ")
                        .number(fall.to);
                });
                self.put(".");
            }
        }
        self
    }

    /// What is unknown about the latest backups.
    pub(super) fn unknowns(&mut self, health: &TenantBackupHealthAssessment) -> &mut Self {
        for scope in &health.scopes {
            let Some(quality) = scope.quality.as_ref().filter(|quality| !quality.unknowns.is_empty()) else {
                continue;
            };
            let unknowns: Vec<_> = quality.unknowns.iter().collect();
            let lead = if health.names_scopes() { "unknown: " } else { "Unknown: " };
            self.put(" ").scope_lead(health, scope).put(lead);
            self.list(&unknowns, &mut |text, (unknown, count)| {
                text.put(&unknown_label(&unknown.0, **count));
            });
            self.put(".");
        }
        self
    }

    pub(super) fn quality(&mut self, quality: &BackupQuality) -> &mut Self {
        let (of_set, of_items): (Vec<_>, Vec<_>) =
            quality.families.iter().partition(|(family, _)| SetFamily::from_word(&family.0).is_some());
        let known = quality.degraded_items.zip(quality.total_items);
        match known {
            Some((degraded, total)) => {
                let verb = if degraded == 1 || total == 1 { " is degraded" } else { " are degraded" };
                self.number(degraded).put(" of ").counted(total, "item", "items").put(verb)
            }
            None => self.put("Content quality is unknown"),
        };
        if !of_items.is_empty() {
            self.put(": ").list(&of_items, &mut |text, (family, count)| {
                text.put(&family_label(&family.0)).put(" (").number(**count).put(")");
            });
        }
        if known.is_some() && !of_set.is_empty() {
            let lead = match known {
                Some((0, _)) => ", but the backup as a whole is: ",
                Some(_) | None => ". The backup as a whole: ",
            };
            self.put(lead).list(&of_set, &mut |text, (family, _)| {
                text.put(&family_label(&family.0));
            });
        }
        self.put(".")
    }
}
