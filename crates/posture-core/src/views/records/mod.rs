//! A tenant's records as its lists and detail pages show them: each next to what was decided about it.

mod build;

pub use build::records;

use std::collections::BTreeSet;

use crate::id::Id;
use crate::reading::snapshot::OutcomeClass;
use crate::report::model::RestoreResultAttention;
use crate::report::tone;
use crate::sorting::set_of;
use crate::timestamp::Timestamp;
use crate::tone::Tone;
use crate::verdicts::coverage::Coverage;
use crate::verdicts::quality::{BackupQuality, ItemFamily, ItemUnknown};
use crate::verdicts::rules::Rules;
use crate::verdicts::schedule::ScheduleCause;
use crate::verdicts::scopes::SkipReason;
use crate::vocabulary::{Capability, vocabulary};

/// The records of one tenant that count. Sets and runs are newest first; schedules that need follow-up come first, then by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantRecords {
    /// The tenant's environment, such as production.
    pub environment: Option<String>,
    /// The tenant's domain.
    pub domain: Option<String>,
    /// Policy types of the latest relevant sets of all scopes, as far as they are known.
    pub backed_up_types: BTreeSet<String>,
    /// Backup sets.
    pub backup_sets: Vec<BackupSetRecord>,
    /// Backup schedules.
    pub schedules: Vec<ScheduleRecord>,
    /// Restore runs that are not deleted.
    pub restore_runs: Vec<RestoreRunRecord>,
    /// How many records were set aside.
    pub set_aside: usize,
    /// What the viewer may not open.
    pub closed: Vec<Capability>,
    /// The rules the tenant is judged under.
    pub rules: Rules,
}

impl TenantRecords {
    /// Whether the viewer may open the records this capability is for.
    pub fn allows(&self, capability: Capability) -> bool {
        !self.closed.contains(&capability)
    }

    /// The backup set with this id.
    pub fn backup_set(&self, id: Id) -> Option<&BackupSetRecord> {
        self.backup_sets.iter().find(|set| set.id == id)
    }

    /// The restore run with this id.
    pub fn restore_run(&self, id: Id) -> Option<&RestoreRunRecord> {
        self.restore_runs.iter().find(|run| run.attention.restore_run_id == id)
    }

    /// Policy types of the latest relevant sets that no restore has touched.
    pub fn never_restored(&self, coverage: &Coverage) -> BTreeSet<&str> {
        let touched: BTreeSet<_> = set_of(coverage.by_policy_type.iter().map(|one| one.policy_type.as_str()));
        let types = self.backed_up_types.iter().map(String::as_str);
        set_of(types.filter(|name| !touched.contains(name)))
    }
}

/// What part a backup set plays in the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetRole {
    /// The latest relevant set of its scope, which governs.
    Latest,
    /// It would do, but a newer one governs.
    Older,
    /// It is not relevant.
    Skipped(SkipReason),
    /// Its scope is left out by the rules, so it decides nothing.
    LeftOut,
}

/// A backup set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupSetRecord {
    /// Its identity.
    pub id: Id,
    /// Its scope; `None` for the unnamed one.
    pub scope: Option<String>,
    /// Hours a completed backup of its scope stays fresh.
    pub freshness_hours: u64,
    /// When a later run last found exactly its content.
    pub confirmed_at: Option<Timestamp>,
    /// Its name.
    pub name: Option<String>,
    /// Its status, as written.
    pub status: String,
    /// The part it plays.
    pub role: SetRole,
    /// How that role is shown: the latest set by its issues, a skipped set only if it is newer than the latest.
    pub tone: Tone,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When its capture completed.
    pub completed_at: Option<Timestamp>,
    /// Its age at the as-of instant, in whole seconds.
    pub age_seconds: Option<u64>,
    /// Whether it is older than the freshness window; `None` if it has not completed.
    pub is_stale: Option<bool>,
    /// When it grows older than the freshness window.
    pub stale_at: Option<Timestamp>,
    /// How good its content is; independent of the capture's lifecycle.
    pub quality: BackupQuality,
    /// How many items it says it holds.
    pub item_count: Option<u64>,
    /// Its items, degraded ones first; `None` if they are not exported.
    pub items: Option<Vec<ItemRecord>>,
}

impl BackupSetRecord {
    /// Whether it could be a basis. Otherwise nothing about it is good news.
    pub fn is_usable(&self) -> bool {
        match self.role {
            SetRole::Latest | SetRole::Older | SetRole::LeftOut => true,
            SetRole::Skipped(_) => false,
        }
    }

    /// A set's recency; beyond the window, only the set that governs asks for a person.
    pub fn recency_tone(&self) -> Tone {
        match (self.is_stale, self.role) {
            (Some(false), _) if self.is_usable() => Tone::Calm,
            (Some(true), SetRole::Latest) => Tone::High,
            (_, SetRole::Latest | SetRole::Older | SetRole::Skipped(_) | SetRole::LeftOut) => Tone::Unknown,
        }
    }

    /// A set's content.
    pub fn content_tone(&self) -> Tone {
        let tone = tone::quality(&self.quality);
        if tone == Tone::Calm && !self.is_usable() { Tone::Unknown } else { tone }
    }
}

/// An item of a backup set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRecord {
    /// Its identity.
    pub id: Id,
    /// The policy's name.
    pub display_name: Option<String>,
    /// The policy's identifier.
    pub policy_identifier: Option<String>,
    /// The policy's type.
    pub policy_type: Option<String>,
    /// The policy's platform.
    pub platform: Option<String>,
    /// When it was captured.
    pub captured_at: Option<Timestamp>,
    /// Its issues.
    pub families: Vec<ItemFamily>,
    /// What is unknown about it.
    pub unknowns: Vec<ItemUnknown>,
    /// Whether it is deleted and so does not count.
    pub is_deleted: bool,
}

/// A backup schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleRecord {
    /// Its identity.
    pub id: Id,
    /// Its name.
    pub name: Option<String>,
    /// Whether it is enabled and not deleted; only then is it judged.
    pub is_watched: bool,
    /// Whether it is deleted.
    pub is_deleted: bool,
    /// How often it runs, as written.
    pub frequency: String,
    /// Minutes from one run to the next, if it runs in intervals and says so.
    pub interval_minutes: Option<u64>,
    /// When on the day.
    pub time_of_day: Option<String>,
    /// In which time zone.
    pub timezone: Option<String>,
    /// On which days, 1 (Monday) to 7.
    pub days_of_week: Vec<u8>,
    /// When it last ran, as stated.
    pub last_run_at: Option<Timestamp>,
    /// Whether that instant is in the future, and so is ignored.
    pub last_run_is_ahead: bool,
    /// How it last ran, as written.
    pub last_run_status: Option<String>,
    /// When it says it runs next.
    pub next_run_at: Option<Timestamp>,
    /// When it was due, by what it did and plans; late beyond the grace. `None` if it is not watched or cannot be judged at the as-of
    /// instant.
    pub expected_at: Option<Timestamp>,
    /// When it turns overdue: the grace after that; `None` while a run is under way.
    pub overdue_at: Option<Timestamp>,
    /// Why it needs follow-up; `None` if schedules cannot be judged at the as-of instant.
    pub causes: Option<Vec<ScheduleCause>>,
}

impl ScheduleRecord {
    /// A schedule's mark; a schedule that is not watched, or cannot be judged at the instant, is unknown.
    pub fn tone(&self) -> Tone {
        match &self.causes {
            Some(causes) if self.is_watched && causes.is_empty() => Tone::Calm,
            Some(_) if self.is_watched => Tone::Medium,
            Some(_) | None => Tone::Unknown,
        }
    }
}

/// What part a restore run plays in the recovery evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunRole {
    /// The latest relevant run, which governs.
    Latest,
    /// It counts as history, but a newer one governs.
    Older,
    /// It was not executed and shows nothing.
    NotExecuted,
    /// It took effect after the as-of instant.
    AfterAsOf,
}

impl RunRole {
    /// The part a restore run plays in the recovery evidence.
    pub fn tone(self) -> Tone {
        match self {
            Self::Latest => Tone::Low,
            Self::Older | Self::NotExecuted | Self::AfterAsOf => Tone::Unknown,
        }
    }
}

/// A restore run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreRunRecord {
    /// What it has shown.
    pub attention: RestoreResultAttention,
    /// The part it plays.
    pub role: RunRole,
    /// Its status, as written.
    pub status: String,
    /// Whether it only previews.
    pub is_dry_run: bool,
    /// The backup set it restores from.
    pub backup_set_id: Option<Id>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// When it took effect, as far as that can be believed.
    pub effective_at: Option<Timestamp>,
    /// The status of its operation, as written.
    pub operation_status: Option<String>,
    /// The outcome of its operation, as written.
    pub operation_outcome: Option<String>,
    /// How much it says was not applied.
    pub non_applied: Option<u64>,
    /// True if its source no longer lists it, so that only a store has it.
    pub is_only_in_store: bool,
    /// The outcome of each item, foundation and assignment, worst first.
    pub outcomes: Vec<OutcomeRecord>,
}

vocabulary! {
    /// What an outcome row is about.
    pub enum OutcomeGroup { Items = "items", Foundations = "foundations", Assignments = "assignments" }
}

/// The outcome of one item, foundation or assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeRecord {
    /// What it is about.
    pub group: OutcomeGroup,
    /// What the word says.
    pub class: OutcomeClass,
    /// The word, as written.
    pub word: String,
    /// The policy type concerned.
    pub policy_type: Option<String>,
    /// The item's name.
    pub label: Option<String>,
    /// Why it came out so.
    pub reason: Option<String>,
}
