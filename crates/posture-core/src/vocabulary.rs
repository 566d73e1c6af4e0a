//! Closed vocabularies: the words the contract fixes, as enums, and how a written word is matched to one.

use std::borrow::Cow;

/// Defines an enum whose members are the words of one vocabulary of the contract.
///
/// Gives `ALL`, `as_str`, `from_word` (matched as the contract says), `Display`, and `Serialize` and `Deserialize` as the word.
macro_rules! vocabulary {
    ($(#[$meta:meta])* pub enum $name:ident { $( $variant:ident = $word:literal ),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( #[doc = concat!("`", $word, "`")] $variant ),+ }

        impl $name {
            /// Every member, in the contract's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as the contract writes it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The member that `word` names, by the contract's matching (section 1, "Enumerations").
            pub fn from_word(word: &str) -> Option<Self> {
                // As the contract writes it, a word is found without being folded.
                match word {
                    $($word => return Some(Self::$variant),)+
                    _ => {}
                }
                Self::ALL.get($crate::vocabulary::place(word, &[$($word),+])?).copied()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
                let member = Self::ALL.iter().copied().find(|member| member.as_str() == word);
                member.ok_or_else(|| serde::de::Error::unknown_variant(&word, &[$($word),+]))
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::vocabulary::schema_of(&[$($word),+], generator)
            }
        }
    };
}
pub(crate) use vocabulary;

/// One of these words: as the contract writes it in a report, in any case in a snapshot.
#[cfg(feature = "schema")]
pub(crate) fn schema_of(words: &[&str], generator: &schemars::SchemaGenerator) -> schemars::Schema {
    if generator.contract().is_serialize() {
        return schemars::json_schema!({ "type": "string", "enum": words });
    }
    let in_any_case = |character: char| match character.is_ascii_lowercase() {
        true => format!("[{}{character}]", character.to_ascii_uppercase()),
        false => character.to_string(),
    };
    let choices: Vec<String> = words.iter().map(|word| word.chars().map(in_any_case).collect()).collect();
    schemars::json_schema!({ "type": "string", "pattern": format!("^({})$", choices.join("|")), "examples": words })
}

/// The place among `words` of the one that `word` names.
#[cold]
pub(crate) fn place(word: &str, words: &[&str]) -> Option<usize> {
    let folded = fold(word);
    words.iter().position(|one| alias(one) == folded)
}

/// A word as enumerations are matched: lower case (full Unicode default), with the contract's two aliases resolved.
pub(crate) fn fold(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(alias(word));
    }
    let lower = word.to_lowercase();
    match alias(&lower) {
        same if same.len() == lower.len() => Cow::Owned(lower),
        other => Cow::Owned(other.to_owned()),
    }
}

/// `cancelled` is `canceled` and `succeeded` is `success`; any other word is itself.
pub(crate) fn alias(word: &str) -> &str {
    match word {
        "cancelled" => "canceled",
        "succeeded" => "success",
        other => other,
    }
}

vocabulary! {
    /// Life of a tenant; only `active` tenants are evaluated.
    pub enum TenantStatus { Draft = "draft", Onboarding = "onboarding", Active = "active", Archived = "archived" }
}

vocabulary! {
    /// Capture lifecycle of a backup set. `completed` never means good.
    pub enum BackupSetStatus {
        Queued = "queued", Pending = "pending", Running = "running", Completed = "completed",
        Partial = "partial", Failed = "failed", Archived = "archived",
    }
}

vocabulary! {
    /// How often a schedule runs.
    pub enum Frequency { Daily = "daily", Weekly = "weekly", Monthly = "monthly", Interval = "interval" }
}

vocabulary! {
    /// Whether the assignments of a captured policy were captured too.
    pub enum AssignmentCapture { Captured = "captured", NotCaptured = "not_captured", Unknown = "unknown" }
}

vocabulary! {
    /// How a schedule's last run ended.
    pub enum LastRunStatus {
        Running = "running", Success = "success", Completed = "completed", Partial = "partial",
        Failed = "failed", Canceled = "canceled", Skipped = "skipped",
    }
}

vocabulary! {
    /// Lifecycle of a restore run.
    pub enum RestoreRunStatus {
        Draft = "draft", Scoped = "scoped", Checked = "checked", Previewed = "previewed",
        Pending = "pending", Queued = "queued", Running = "running", Completed = "completed",
        Partial = "partial", CompletedWithErrors = "completed_with_errors", Failed = "failed",
        Canceled = "canceled", Aborted = "aborted",
    }
}

vocabulary! {
    /// Lifecycle of the operation that carried a restore run out.
    pub enum OperationStatus { Queued = "queued", Running = "running", Completed = "completed" }
}

vocabulary! {
    /// How an operation ended.
    pub enum OperationOutcome {
        Pending = "pending", Succeeded = "succeeded", PartiallySucceeded = "partially_succeeded",
        Failed = "failed", Blocked = "blocked", Cancelled = "cancelled",
    }
}

vocabulary! {
    /// What the viewer of a tenant may open.
    pub enum Capability {
        BackupSetsView = "backup_sets.view",
        BackupSchedulesView = "backup_schedules.view",
        RestoreRunsView = "restore_runs.view",
    }
}

vocabulary! {
    /// A domain whose facts pass through and are never derived here.
    pub enum SignalDomain { Governance = "governance", Operations = "operations", Alerts = "alerts" }
}

vocabulary! {
    /// How soon someone should act.
    pub enum Urgency { Critical = "critical", High = "high", Medium = "medium", Low = "low" }
}

vocabulary! {
    /// Why someone should look at a tenant's backup basis.
    pub enum BackupReason {
        NoBackupBasis = "no_backup_basis",
        LatestBackupStale = "latest_backup_stale",
        LatestBackupDegraded = "latest_backup_degraded",
        ScheduleFollowUp = "schedule_follow_up",
    }
}

vocabulary! {
    /// Why recovery evidence is in its state.
    pub enum RecoveryReason {
        NoHistory = "no_history",
        HistoryTooOld = "history_too_old",
        Failed = "failed",
        Partial = "partial",
        CompletedWithFollowUp = "completed_with_follow_up",
        NoRecentIssuesVisible = "no_recent_issues_visible",
    }
}

/// A value of an open enumeration: a known member, or the word as it was written, which is never read as the good case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word<'a, T> {
    /// A member of the vocabulary.
    Known(T),
    /// Anything else, as written.
    Unrecognised(Cow<'a, str>),
}

impl<T: Copy + PartialEq> Word<'_, T> {
    /// The member, if the word is one.
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(member) => Some(*member),
            Self::Unrecognised(_) => None,
        }
    }

    /// Whether the word is this member.
    pub fn is(&self, member: T) -> bool {
        self.known() == Some(member)
    }

    /// Whether the word is any of these members.
    pub fn is_any(&self, members: &[T]) -> bool {
        self.known().is_some_and(|known| members.contains(&known))
    }

    /// Whether the word is outside the vocabulary.
    pub fn is_unrecognised(&self) -> bool {
        matches!(self, Self::Unrecognised(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_match_whatever_their_case_and_by_either_alias() {
        assert_eq!(RestoreRunStatus::from_word("CANCELLED"), Some(RestoreRunStatus::Canceled));
        assert_eq!(OperationOutcome::from_word("canceled"), Some(OperationOutcome::Cancelled));
        assert_eq!(OperationOutcome::from_word("Success"), Some(OperationOutcome::Succeeded));
        assert_eq!(LastRunStatus::from_word("succeeded"), Some(LastRunStatus::Success));
        assert_eq!(OperationOutcome::from_word("bloc\u{212a}ed"), Some(OperationOutcome::Blocked));
    }

    #[test]
    fn words_are_not_trimmed_or_guessed() {
        assert_eq!(BackupSetStatus::from_word(" completed"), None);
        assert_eq!(BackupSetStatus::from_word("complete"), None);
        assert_eq!(BackupSetStatus::from_word(""), None);
    }
}
