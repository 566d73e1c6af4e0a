//! A restore run, what it is known to have done, and the operation that carried it out.

use std::collections::BTreeSet;

use super::results::read_known;
use super::{Outcome, Results, Spanned};
use crate::id::Id;
use crate::json::cursor::{Cursor, Kind};
use crate::json::fault::Read;
use crate::reading::decode::{Decode, Detail, ObjectOrEmpty, record};
use crate::timestamp::Timestamp;
use crate::vocabulary::{OperationOutcome, OperationStatus, RestoreRunStatus, Word};

record! {
    /// One attempt to restore, or a preview of one.
    pub struct RestoreRun<'a> {
        /// Positive integer, unique among the restore runs of the tenant.
        pub id: Id,
        /// The tenant that the run belongs to; a run that states another tenant is set aside.
        pub tenant_id: Option<Id>,
        /// The backup set it restores from.
        pub backup_set_id: Detail<Id>,
        /// State of the run.
        pub status: Word<'a, RestoreRunStatus>,
        /// True if nothing was written. A dry run is never evidence of recovery.
        pub is_dry_run: bool,
        /// The outcome of each item.
        pub results: Option<Box<Results<'a>>>,
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
        pub operation_run: Option<ObjectOrEmpty<OperationRun<'a>>>,
    }
}

impl<'a> RestoreRun<'a> {
    /// Outcome rows of items, foundations and assignments together.
    pub fn outcomes(&self) -> impl Iterator<Item = &Spanned<Outcome<'a>>> {
        self.results.iter().flat_map(|results| results.rows())
    }

    /// The operation that carried it out.
    pub fn operation(&self) -> Option<&OperationRun<'a>> {
        self.operation_run.as_ref().map(|operation| &operation.0)
    }

    /// How much it says was not applied.
    pub fn non_applied(&self) -> Option<u64> {
        self.metadata.as_ref().and_then(|metadata| metadata.0.non_applied).map(|count| count.0)
    }

    /// Whether it says that only a store still knows it.
    pub fn is_only_in_store(&self) -> bool {
        self.metadata.as_ref().is_some_and(|metadata| metadata.0.is_only_in_store)
    }

    /// When it took effect: completed, else started, else created.
    pub fn effective_at(&self) -> Option<Timestamp> {
        self.completed_at.or(self.started_at).or(self.created_at)
    }
}

/// What else is known about a restore run.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunMetadata {
    /// How much was not applied.
    pub non_applied: Option<NonApplied>,
    /// Whether its source no longer lists it, so that only a store has it. The contract does not define this key, so it is read as an
    /// unknown key is: its last value counts, and no value is invalid.
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub is_only_in_store: bool,
}

impl<'a> Decode<'a> for RunMetadata {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        let mut non_applied = None;
        let mut read = |cursor: &mut Cursor<'a>, _| {
            non_applied = Option::decode(cursor)?;
            Ok(())
        };
        let is_only_in_store = read_known(cursor, &["non_applied"], &mut read, marks_only_in_store)?;
        Ok(Self { non_applied, is_only_in_store })
    }
}

/// Whether the value passed over is the store's mark.
fn marks_only_in_store(cursor: &mut Cursor<'_>, key: Option<&str>) -> Read<bool> {
    if key == Some("only_in_store") && cursor.peek()? == Kind::Bool {
        return cursor.bool();
    }
    cursor.skip().map(|()| false)
}

/// How much was not applied: a count, or as many as an array or object has members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonApplied(pub u64);

impl<'a> Decode<'a> for NonApplied {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        let mut members = 0;
        match cursor.peek()? {
            Kind::Number => members = u64::decode(cursor)?,
            Kind::Array => cursor.array(|cursor, _| {
                members += 1;
                cursor.skip()
            })?,
            // A key that occurs twice counts once.
            Kind::Object => {
                let mut keys = BTreeSet::new();
                cursor.object(|cursor, key| {
                    members += u64::from(key.is_none_or(|key| keys.insert(key)));
                    cursor.skip()
                })?;
            }
            Kind::String | Kind::Bool | Kind::Null => {
                return cursor.expected("a count, an array or an object");
            }
        }
        Ok(Self(members))
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
