//! The snapshot: evidence as it was exported (contract, section 1). Text is borrowed from the document.

mod backup_schedule;
mod backup_set;
mod item_metadata;
mod outcome;
mod records;
mod restore_run;
mod results;
mod rules;
mod tenant;

use std::borrow::Cow;
use std::ops::Deref;

pub use backup_schedule::{BackupSchedule, DaysOfWeek};
pub use backup_set::{BackupItem, BackupSet, QualitySummary};
pub use item_metadata::{CaptureSource, IntegrityWarning, ItemMetadata, StatedCapture, UnusedText, Warnings};
pub use outcome::{Outcome, OutcomeClass};
pub use records::Records;
pub use restore_run::{NonApplied, OperationRun, RestoreRun, RunMetadata};
pub use results::{Results, StatedOutcomes, StatedTypeOutcomes};
pub use rules::{StatedPolicy, StatedRules, StatedScopeRules, StatedScopes};
pub use tenant::{Labels, RouteKey, Signal, Tenant};

use crate::id::Id;
use crate::json::cursor::{Cursor, Kind};
use crate::json::fault::Read;
use crate::reading::decode::{Decode, Detail, ObjectOrEmpty, record};
use crate::timestamp::Timestamp;
use crate::vocabulary::SignalDomain;

/// The `format` of a snapshot.
pub const SNAPSHOT_FORMAT: &str = "recovery-posture/snapshot";
/// The one snapshot version this resolver reads.
pub const SNAPSHOT_VERSION: u64 = 1;

/// A record with the bytes of the tenant's text it was read from.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
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

impl<'a, T: Decode<'a>> Decode<'a> for Spanned<T> {
    #[inline]
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.next_byte();
        let start = cursor.at();
        let record = T::decode(cursor)?;
        Ok(Self { start, end: cursor.at(), record })
    }

    /// Moves the record once less than to read it and then to add it.
    #[inline]
    fn fit_onto(list: &mut Vec<Self>, cursor: &mut Cursor<'a>) -> Read<()> {
        cursor.next_byte();
        let start = cursor.at();
        match T::decode(cursor) {
            Ok(record) => {
                list.push(Self { start, end: cursor.at(), record });
                Ok(())
            }
            Err(fault) => Err(fault),
        }
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
        /// Name and version of the program that wrote the export.
        pub(crate) exporter: Detail<Cow<'a, str>>,
        /// The instant from which on the evidence serves for verdicts; it was reduced to that.
        pub(crate) since: Option<Timestamp>,
        /// The policy to judge under; what is not stated has its default.
        pub(crate) policy: Option<ObjectOrEmpty<StatedPolicy<'a>>>,
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
    /// The workspace the tenants belong to.
    pub struct StatedWorkspace<'a> {
        /// Positive integer, unique for the server.
        pub id: Id,
        /// Display name.
        pub name: Cow<'a, str>,
        /// Short name. Another slug under the same id is another workspace.
        pub slug: Detail<Cow<'a, str>>,
    }
}

/// The place of the tenants in the document's head; the tenants themselves are read one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TenantsPlace {
    /// There is none.
    Absent,
    /// The key is there, and holds null at this offset of the head.
    Null(usize),
    /// The key is there, and holds an array.
    Array,
}

impl<'a> Decode<'a> for TenantsPlace {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        if cursor.peek()? == Kind::Null {
            let at = cursor.at();
            return cursor.literal("null").map(|()| Self::Null(at));
        }
        cursor.array(|cursor, _| cursor.skip()).map(|()| Self::Array)
    }
    fn absent() -> Option<Self> {
        Some(Self::Absent)
    }
}
