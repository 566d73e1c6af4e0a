//! The snapshot: evidence as it was exported (contract, section 1). Text is borrowed from the document.

use std::borrow::Cow;
use std::ops::Deref;

use crate::fit::{Counts, Detail, Fit, Id, ObjectOrEmpty, record};
use crate::json::{Cursor, Fault, Kind, Misfit, Problem, Read};
use crate::timestamp::Timestamp;
use crate::vocabulary::{
    BackupSetStatus, Capability, Frequency, LastRunStatus, OperationOutcome, OperationStatus, RestoreRunStatus, SignalDomain, TenantStatus,
    Urgency, Word, fold,
};

/// The `format` of a snapshot.
pub const SNAPSHOT_FORMAT: &str = "recovery-posture/snapshot";
/// The one snapshot version this resolver reads.
pub const SNAPSHOT_VERSION: u64 = 1;

/// A record with the bytes of the tenant's text it was read from.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
    record: T,
}

impl<T> Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.record
    }
}

impl<T> Spanned<T> {
    pub(crate) fn get_mut(&mut self) -> &mut T {
        &mut self.record
    }
}

impl<'a, T: Fit<'a>> Fit<'a> for Spanned<T> {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.peek()?;
        let start = cursor.at();
        let record = T::fit(cursor)?;
        Ok(Self { start, end: cursor.at(), record })
    }
}

record! {
    /// The document without its tenants.
    pub struct Head<'a> {
        /// Says that this is a snapshot.
        #[cfg_attr(feature = "schema", schemars(required, extend("const" = SNAPSHOT_FORMAT)))]
        pub(crate) format: Option<Cow<'a, str>>,
        /// The format's version.
        #[cfg_attr(feature = "schema", schemars(required, extend("const" = SNAPSHOT_VERSION)))]
        pub(crate) version: Option<u64>,
        /// When the export was made; it holds no fact later than that.
        #[cfg_attr(feature = "schema", schemars(required))]
        pub(crate) exported_at: Option<Timestamp>,
        /// Who wrote the export.
        pub(crate) exporter: Detail<Cow<'a, str>>,
        /// The policy to judge under; what is not stated has its default.
        pub(crate) policy: Option<StatedPolicy>,
        /// The workspace the tenants belong to.
        #[cfg_attr(feature = "schema", schemars(required))]
        pub(crate) workspace: Option<StatedWorkspace<'a>>,
        /// Domains passed through that the exporter evaluated.
        pub(crate) checked_domains: Option<Vec<SignalDomain>>,
        /// The tenants; best written last.
        #[cfg_attr(feature = "schema", schemars(required))]
        pub(crate) tenants: TenantsPlace,
    }
}

record! {
    /// Policy values as stated, each in its range.
    pub struct StatedPolicy {
        /// Hours a completed backup stays fresh, 1..8760.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 8760)))]
        pub freshness_hours: Option<u64>,
        /// Minutes a schedule may be late, 0..10080.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 10080)))]
        pub schedule_grace_minutes: Option<u64>,
        /// Seconds a clock may run ahead, 0..3600.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 3600)))]
        pub clock_skew_seconds: Option<u64>,
        /// How many attention items the overview lists, 1..1000.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
        pub attention_limit: Option<u64>,
    }
}

record! {
    /// The workspace the tenants belong to.
    pub struct StatedWorkspace<'a> {
        /// Its identity.
        pub id: Id,
        /// Its name.
        pub name: Cow<'a, str>,
        /// Its short name.
        pub slug: Detail<Cow<'a, str>>,
    }
}

/// The place of the tenants in the document's head; the tenants themselves are read one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TenantsPlace {
    /// There is none.
    Absent,
    /// The key is there, and holds null.
    Null,
    /// The key is there, and holds an array.
    Array,
}

impl<'a> Fit<'a> for TenantsPlace {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        if cursor.peek()? == Kind::Null {
            return cursor.literal("null").map(|()| Self::Null);
        }
        cursor.array(|cursor, _| cursor.skip()).map(|()| Self::Array)
    }
    fn absent() -> Option<Self> {
        Some(Self::Absent)
    }
}

record! {
    /// One tenant and all its records.
    pub struct Tenant<'a> {
        /// Its identity.
        pub id: Id,
        /// The workspace it belongs to.
        pub workspace_id: Option<Id>,
        /// Its route key.
        pub external_id: RouteKey<'a>,
        /// Its name.
        pub name: Cow<'a, str>,
        /// Its environment, such as production.
        pub environment: Detail<Cow<'a, str>>,
        /// Its domain.
        pub domain: Detail<Cow<'a, str>>,
        /// Its life; only active tenants are evaluated.
        pub status: Word<'a, TenantStatus>,
        /// What the viewer may open; absent is everything.
        pub capabilities: Option<Vec<Word<'a, Capability>>>,
        /// Its backup sets.
        pub backup_sets: Option<Vec<Spanned<BackupSet<'a>>>>,
        /// Its backup schedules.
        pub backup_schedules: Option<Vec<Spanned<BackupSchedule<'a>>>>,
        /// Its restore runs.
        pub restore_runs: Option<Vec<Spanned<RestoreRun<'a>>>>,
        /// Facts of domains passed through.
        pub signals: Option<Vec<Signal<'a>>>,
    }
}

impl Tenant<'_> {
    /// Whether the viewer has this capability.
    pub fn allows(&self, capability: Capability) -> bool {
        self.capabilities.as_ref().is_none_or(|held| held.iter().any(|word| word.is(capability)))
    }
}

/// The text that names a tenant in URLs: anything but the empty text, `.` and `..`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(extend("not" = { "enum": ["", ".", ".."] })))]
pub struct RouteKey<'a>(pub Cow<'a, str>);

impl<'a> Fit<'a> for RouteKey<'a> {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.peek()?;
        let at = cursor.at();
        match cursor.string()? {
            key if matches!(&*key, "" | "." | "..") => {
                Cursor::misfit(at, Misfit::Expected("a route key other than the empty text, . and .."))
            }
            key => Ok(Self(key)),
        }
    }
}

record! {
    /// One capture of a tenant's configuration.
    pub struct BackupSet<'a> {
        /// Its identity within the tenant.
        pub id: Id,
        /// The tenant it says it belongs to.
        pub tenant_id: Option<Id>,
        /// Its name.
        pub name: Detail<Cow<'a, str>>,
        /// Its capture lifecycle.
        pub status: Word<'a, BackupSetStatus>,
        /// How many items it says it holds.
        pub item_count: Option<u64>,
        /// When it was begun.
        pub created_at: Option<Timestamp>,
        /// When the capture completed.
        pub completed_at: Option<Timestamp>,
        /// When it was deleted.
        pub deleted_at: Option<Timestamp>,
        /// Its items; where they are there, quality is derived from them.
        pub items: Option<Vec<Spanned<BackupItem<'a>>>>,
        /// A summary in place of the items.
        pub quality: Option<QualitySummary>,
    }
}

record! {
    /// One captured policy or foundation.
    pub struct BackupItem<'a> {
        /// Its identity within the set.
        pub id: Id,
        /// The tenant it says it belongs to.
        pub tenant_id: Option<Id>,
        /// The set it says it belongs to.
        pub backup_set_id: Option<Id>,
        /// The policy's identifier.
        pub policy_identifier: Detail<Cow<'a, str>>,
        /// The policy's type.
        pub policy_type: Option<Cow<'a, str>>,
        /// The policy's platform.
        pub platform: Detail<Cow<'a, str>>,
        /// The policy's name.
        pub display_name: Detail<Cow<'a, str>>,
        /// When it was captured.
        pub captured_at: Detail<Timestamp>,
        /// When it was deleted.
        pub deleted_at: Option<Timestamp>,
        /// What is known about the capture.
        pub metadata: Option<ObjectOrEmpty<ItemMetadata<'a>>>,
    }
}

record! {
    /// What is known about an item's capture.
    pub struct ItemMetadata<'a> {
        /// Where the capture came from.
        pub source: Option<Cow<'a, str>>,
        /// Where the snapshot came from.
        pub snapshot_source: Option<Cow<'a, str>>,
        /// Warnings of the capture.
        pub warnings: Detail<Warnings<'a>>,
        /// Whether assignments could not be fetched.
        pub assignments_fetch_failed: Option<bool>,
        /// Why assignments were or were not captured.
        pub assignment_capture_reason: Detail<Cow<'a, str>>,
        /// Whether assignments point to what no longer exists.
        pub has_orphaned_assignments: Option<bool>,
        /// A doubt about the item's integrity.
        pub integrity_warning: Option<IntegrityWarning<'a>>,
    }
}

/// The warnings of a capture: an array of texts, or an object whose values are read.
#[derive(Clone, Debug)]
pub struct Warnings<'a>(pub Vec<Cow<'a, str>>);

impl<'a> Fit<'a> for Warnings<'a> {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        let mut warnings = Vec::new();
        let mut element = |cursor: &mut Cursor<'a>| {
            if cursor.peek()? == Kind::String {
                warnings.push(cursor.string()?);
                return Ok(());
            }
            cursor.unfit_details.push((cursor.at(), Misfit::Expected("a string")));
            cursor.skip()
        };
        match cursor.peek()? {
            Kind::Array => cursor.array(|cursor, _| element(cursor))?,
            Kind::Object => cursor.object(|cursor, _| element(cursor))?,
            Kind::String | Kind::Number | Kind::Bool | Kind::Null => return cursor.expected("an array of strings"),
        }
        Ok(Self(warnings))
    }
}

/// A doubt about an item's integrity, as a flag or in words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(untagged))]
pub enum IntegrityWarning<'a> {
    /// Raised or not.
    Flag(bool),
    /// Raised where the text is not blank.
    Text(Cow<'a, str>),
}

impl IntegrityWarning<'_> {
    /// Whether there is a doubt.
    pub fn is_raised(&self) -> bool {
        match self {
            Self::Flag(raised) => *raised,
            Self::Text(text) => !text.trim().is_empty(),
        }
    }
}

impl<'a> Fit<'a> for IntegrityWarning<'a> {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        match cursor.peek()? {
            Kind::Bool => cursor.bool().map(Self::Flag),
            Kind::String => cursor.string().map(Self::Text),
            Kind::Object | Kind::Array | Kind::Number | Kind::Null => cursor.expected("a string, true or false"),
        }
    }
}

record! {
    /// A set's quality as its exporter summed it up.
    pub struct QualitySummary {
        /// Live items.
        pub total_items: u64,
        /// Live items with one or more families.
        pub degraded_items: u64,
        /// Items by family.
        pub families: ObjectOrEmpty<Counts>,
        /// Items by policy type.
        pub policy_types: Option<ObjectOrEmpty<Counts>>,
    }
}

record! {
    /// A plan by which backup sets are made.
    pub struct BackupSchedule<'a> {
        /// Its identity within the tenant.
        pub id: Id,
        /// The tenant it says it belongs to.
        pub tenant_id: Option<Id>,
        /// Its name.
        pub name: Detail<Cow<'a, str>>,
        /// Whether it is to run.
        pub is_enabled: bool,
        /// How often it runs.
        pub frequency: Word<'a, Frequency>,
        /// When on the day it runs.
        pub time_of_day: Detail<Cow<'a, str>>,
        /// The time zone of that time.
        pub timezone: Detail<Cow<'a, str>>,
        /// On which days a weekly schedule runs.
        pub days_of_week: Detail<DaysOfWeek>,
        /// When it last ran.
        pub last_run_at: Option<Timestamp>,
        /// How it last ran.
        pub last_run_status: Option<Word<'a, LastRunStatus>>,
        /// When it is to run next.
        pub next_run_at: Option<Timestamp>,
        /// When it was made.
        pub created_at: Option<Timestamp>,
        /// When it was deleted.
        pub deleted_at: Option<Timestamp>,
    }
}

/// Distinct days of the week, 1 (Monday) to 7, in order; a written 0 is 7.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DaysOfWeek(#[cfg_attr(feature = "schema", schemars(inner(range(max = 7))))] pub Vec<u8>);

impl<'a> Fit<'a> for DaysOfWeek {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        let mut days = Vec::new();
        cursor.array(|cursor, _| {
            cursor.peek()?;
            let at = cursor.at();
            match u64::fit(cursor)? {
                0 => days.push(7),
                day @ 1..=7 => days.push(day as u8),
                _ => return Cursor::misfit(at, Misfit::Expected("a day of the week from 1 to 7")),
            }
            Ok(())
        })?;
        days.sort_unstable();
        days.dedup();
        Ok(Self(days))
    }
}

record! {
    /// One attempt to restore, or a preview of one.
    pub struct RestoreRun<'a> {
        /// Its identity within the tenant.
        pub id: Id,
        /// The tenant it says it belongs to.
        pub tenant_id: Option<Id>,
        /// The backup set it restores from.
        pub backup_set_id: Detail<Id>,
        /// Its lifecycle.
        pub status: Word<'a, RestoreRunStatus>,
        /// Whether it only previews.
        pub is_dry_run: bool,
        /// What came of each item.
        pub results: Option<Results<'a>>,
        /// What else is known.
        pub metadata: Option<ObjectOrEmpty<RunMetadata>>,
        /// When it was made.
        pub created_at: Option<Timestamp>,
        /// When it began.
        pub started_at: Option<Timestamp>,
        /// When it ended.
        pub completed_at: Option<Timestamp>,
        /// When it was deleted.
        pub deleted_at: Option<Timestamp>,
        /// The operation that carried it out.
        pub operation_run: Option<OperationRun<'a>>,
    }
}

impl<'a> RestoreRun<'a> {
    /// Outcome rows of items, foundations and assignments together.
    pub fn outcomes(&self) -> impl Iterator<Item = &Spanned<Outcome<'a>>> {
        let results = self.results.iter();
        results.flat_map(|results| [&results.items, &results.foundations, &results.assignments]).flatten().flatten()
    }

    /// When it took effect: completed, else started, else created.
    pub fn effective_at(&self) -> Option<Timestamp> {
        self.completed_at.or(self.started_at).or(self.created_at)
    }
}

record! {
    /// Outcome rows by kind, as an object.
    pub struct GroupedResults<'a> {
        /// Rows of policies.
        pub items: Option<Vec<Spanned<Outcome<'a>>>>,
        /// Rows of foundations.
        pub foundations: Option<Vec<Spanned<Outcome<'a>>>>,
        /// Rows of assignments.
        pub assignments: Option<Vec<Spanned<Outcome<'a>>>>,
    }
}

/// Outcome rows: an object of three lists, or a bare array, which is its `items`.
#[derive(Clone, Debug)]
pub struct Results<'a>(GroupedResults<'a>);

impl<'a> Deref for Results<'a> {
    type Target = GroupedResults<'a>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a> Fit<'a> for Results<'a> {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        if cursor.peek()? == Kind::Array {
            let items = Some(Vec::fit(cursor)?);
            return Ok(Self(GroupedResults { items, foundations: None, assignments: None }));
        }
        GroupedResults::fit(cursor).map(Self)
    }
}

record! {
    /// What else is known about a restore run.
    pub struct RunMetadata {
        /// How much was not applied.
        pub non_applied: Option<NonApplied>,
    }
}

/// How much was not applied: a count, or as many as an array or object has members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonApplied(pub u64);

impl<'a> Fit<'a> for NonApplied {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        let mut members = 0;
        match cursor.peek()? {
            Kind::Number => members = u64::fit(cursor)?,
            Kind::Array => cursor.array(|cursor, _| {
                members += 1;
                cursor.skip()
            })?,
            Kind::Object => cursor.object(|cursor, _| {
                members += 1;
                cursor.skip()
            })?,
            Kind::String | Kind::Bool | Kind::Null => return cursor.expected("a count, an array or an object"),
        }
        Ok(Self(members))
    }
}

/// What came of one item, foundation or assignment.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    /// The first of `outcome`, `status`, `decision` that is not null.
    pub word: Cow<'a, str>,
    /// The word's class.
    pub class: OutcomeClass,
    /// The policy type concerned.
    pub policy_type: Option<Cow<'a, str>>,
    /// The item's name.
    pub label: Detail<Cow<'a, str>>,
    /// Why it came out so.
    pub reason: Detail<Cow<'a, str>>,
}

/// What an outcome word says (contract, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeClass {
    /// The item was applied, or needed nothing.
    Applied,
    /// The item was left out.
    Skipped,
    /// The item failed.
    Failed,
    /// The item was applied in part.
    Partial,
    /// The word is outside the vocabulary.
    Unrecognised,
}

impl OutcomeClass {
    /// The class of a word.
    pub fn of(word: &str) -> Self {
        match &*fold(word) {
            "applied" | "success" | "completed" | "created" | "created_copy" | "mapped_existing" | "updated" | "unchanged" => Self::Applied,
            "skipped" | "non_applied" | "not_applied" | "preview_only" | "dry_run" | "manual_required" => Self::Skipped,
            "failed" | "error" => Self::Failed,
            "partial" | "partially_applied" => Self::Partial,
            _ => Self::Unrecognised,
        }
    }
}

/// The keys an outcome may stand under, in the order they are looked at.
const OUTCOME_KEYS: [&str; 3] = ["outcome", "status", "decision"];

impl<'a> Fit<'a> for Outcome<'a> {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        use crate::fit::{once, present};
        cursor.peek()?;
        let start = cursor.at();
        let mut places: [Option<usize>; 3] = [None; 3];
        let (mut policy_type, mut label, mut reason) = (None, None, None);
        cursor.object(|cursor, key| match key.as_deref() {
            Some("policy_type") => once(&mut policy_type, "policy_type", cursor),
            Some("label") => once(&mut label, "label", cursor),
            Some("reason") => once(&mut reason, "reason", cursor),
            other => {
                let place = OUTCOME_KEYS.iter().position(|key| other == Some(key)).map(|index| &mut places[index]);
                match place {
                    Some(Some(_)) => Cursor::misfit(cursor.at(), Misfit::Twice(other.unwrap_or_default().to_owned())),
                    Some(place) => {
                        *place = Some(cursor.at());
                        cursor.skip()
                    }
                    None => cursor.skip(),
                }
            }
        })?;
        let end = cursor.at();
        let mut word = None;
        for place in places.into_iter().flatten() {
            cursor.return_to(place);
            word = Option::<Cow<'a, str>>::fit(cursor)?;
            if word.is_some() {
                break;
            }
        }
        cursor.return_to(end);
        let Some(word) = word else { return Err(Fault { at: start, problem: Problem::Misfit(Misfit::Missing("outcome")) }) };
        Ok(Self {
            class: OutcomeClass::of(&word),
            word,
            policy_type: present(policy_type, "policy_type", start)?,
            label: present(label, "label", start)?,
            reason: present(reason, "reason", start)?,
        })
    }
}

record! {
    /// The operation that carried a restore run out.
    pub struct OperationRun<'a> {
        /// Its identity.
        pub id: Detail<Id>,
        /// Its lifecycle.
        pub status: Word<'a, OperationStatus>,
        /// How it ended.
        pub outcome: Option<Word<'a, OperationOutcome>>,
    }
}

record! {
    /// A fact of a domain that is passed through, never derived.
    pub struct Signal<'a> {
        /// Its domain.
        pub domain: SignalDomain,
        /// Its key.
        pub key: Cow<'a, str>,
        /// How soon it wants a person.
        pub urgency: Urgency,
        /// What it says.
        pub title: Cow<'a, str>,
        /// More about it.
        pub body: Detail<Cow<'a, str>>,
        /// Where it leads.
        pub url: Option<Cow<'a, str>>,
    }
}
