//! A tenant, and the signals passed through with it.

use std::borrow::Cow;

use super::{BackupSchedule, BackupSet, Records, RestoreRun, Spanned, StatedScopes};
use crate::id::Id;
use crate::json::cursor::Cursor;
use crate::json::fault::{Mismatch, Read};
use crate::reading::decode::{Decode, Detail, ObjectOrEmpty, record, whole_list};
use crate::vocabulary::{Capability, SignalDomain, TenantStatus, Urgency, Word};

record! {
    /// One tenant and all its records.
    pub struct Tenant<'a> {
        /// Positive integer, unique within the snapshot.
        pub id: Id,
        /// The workspace that the tenant belongs to; a tenant that states another workspace is set aside.
        pub workspace_id: Option<Id>,
        /// The name of the tenant in URLs, unique within the snapshot.
        pub external_id: RouteKey<'a>,
        /// Display name.
        pub name: Cow<'a, str>,
        /// Its environment, such as production.
        pub environment: Detail<Cow<'a, str>>,
        /// DNS name, such as contoso.onmicrosoft.com; searched and shown.
        pub domain: Detail<Cow<'a, str>>,
        /// Free words to filter and group by.
        pub labels: Detail<Labels<'a>>,
        /// Its lifecycle status; only active tenants are evaluated.
        pub status: Word<'a, TenantStatus>,
        /// The profile of the policy whose rules it uses.
        pub profile: Option<Cow<'a, str>>,
        /// Rules of its scopes, for this tenant only.
        pub scopes: Option<ObjectOrEmpty<StatedScopes<'a>>>,
        /// What the viewer may open; absent is everything.
        pub capabilities: Option<Vec<Word<'a, Capability>>>,
        /// Backup sets in any order.
        pub backup_sets: Option<Records<BackupSet<'a>>>,
        /// Backup schedules in any order.
        pub backup_schedules: Option<Records<BackupSchedule<'a>>>,
        /// Restore runs in any order, dry runs included.
        pub restore_runs: Option<Records<RestoreRun<'a>>>,
        /// Facts of other domains, shown as they are and never derived.
        pub signals: Option<Vec<Signal<'a>>>,
    }
}

impl<'a> Tenant<'a> {
    /// Its backup sets; none if the list is absent.
    pub fn sets(&self) -> &[Spanned<BackupSet<'a>>] {
        self.backup_sets.as_deref().unwrap_or_default()
    }

    /// Its backup schedules; none if the list is absent.
    pub fn schedules(&self) -> &[Spanned<BackupSchedule<'a>>] {
        self.backup_schedules.as_deref().unwrap_or_default()
    }

    /// Its restore runs; none if the list is absent.
    pub fn runs(&self) -> &[Spanned<RestoreRun<'a>>] {
        self.restore_runs.as_deref().unwrap_or_default()
    }

    /// The facts passed through with it; none if the list is absent.
    pub fn signals(&self) -> &[Signal<'a>] {
        self.signals.as_deref().unwrap_or_default()
    }

    /// Frees the last records, at most so many of each collection. Returns how many are left.
    pub(crate) fn free(&mut self, records: usize) -> usize {
        let Self { backup_sets, backup_schedules, restore_runs, .. } = self;
        let sets = backup_sets.as_mut().map(|sets| sets.free(records));
        let schedules = backup_schedules.as_mut().map(|schedules| schedules.free(records));
        let runs = restore_runs.as_mut().map(|runs| runs.free(records));
        [sets, schedules, runs].into_iter().flatten().sum()
    }

    /// Whether the viewer has this capability.
    pub fn allows(&self, capability: Capability) -> bool {
        self.capabilities.as_ref().is_none_or(|held| held.iter().any(|word| word.is(capability)))
    }
}

/// Free words to filter and group a tenant by.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Labels<'a>(pub Vec<Cow<'a, str>>);

impl<'a> Decode<'a> for Labels<'a> {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        whole_list(cursor, "an array of strings").map(Self)
    }
}

/// The text that names a tenant in URLs: anything but the empty text, `.` and `..`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(extend("not" = { "enum": ["", ".", ".."] })))]
pub struct RouteKey<'a>(pub Cow<'a, str>);

impl<'a> Decode<'a> for RouteKey<'a> {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.peek()?;
        let at = cursor.at();
        match cursor.string()? {
            key if matches!(&*key, "" | "." | "..") => {
                Cursor::mismatch(at, Mismatch::Expected("a route key other than the empty text, . and .."))
            }
            key => Ok(Self(key)),
        }
    }
}

record! {
    /// A fact of a domain that is passed through, never derived.
    pub struct Signal<'a> {
        /// The domain that the fact belongs to.
        pub domain: SignalDomain,
        /// A fixed name for this kind of fact.
        pub key: Cow<'a, str>,
        /// How soon someone should act.
        pub urgency: Urgency,
        /// The fact as a heading.
        pub title: Cow<'a, str>,
        /// The fact in a few sentences.
        pub body: Detail<Cow<'a, str>>,
        /// An http or https address, or a path of this product, to follow the fact up on; anything else is not linked.
        pub url: Option<Cow<'a, str>>,
    }
}
