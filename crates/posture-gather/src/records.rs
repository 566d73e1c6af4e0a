//! What gathering a source gives.

use std::collections::{BTreeMap, BTreeSet};

use posture_core::export::snapshot::{BackupSchedule, BackupSet, RestoreRun, Signal, Text};

use crate::notes::{Note, Notes};

/// The records of one tenant.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// Backup sets.
    pub sets: Vec<BackupSet>,
    /// Backup schedules.
    pub schedules: Vec<BackupSchedule>,
    /// Restore runs.
    pub runs: Vec<RestoreRun>,
    /// Bad news that a verdict must show.
    pub signals: Vec<Signal>,
    /// Scopes that must have a backup, although this source gave none for them.
    pub expected_scopes: Vec<String>,
}

impl Records {
    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        let Self { sets, schedules, runs, signals, expected_scopes } = self;
        sets.is_empty()
            && schedules.is_empty()
            && runs.is_empty()
            && signals.is_empty()
            && expected_scopes.is_empty()
    }
}

/// What an adapter made of a source.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// The records of the tenant that the source was configured for.
    pub records: Records,
    /// The records of tenants that the source itself names, by name. Most sources hold one tenant and leave this empty.
    pub tenants: BTreeMap<String, Records>,
    /// The words by which records named the configured tenant, up to [`MOST_SPELLINGS`].
    pub spellings: BTreeSet<String>,
    /// What was read, what was skipped and why.
    pub notes: Notes,
}

/// How many words for one tenant are remembered.
pub const MOST_SPELLINGS: usize = 10;

impl Gathered {
    /// Adds bad news that a verdict must show: an `operations` signal, and an error note with the same text.
    pub fn bad_news(
        &mut self,
        key: &'static str,
        urgency: &'static str,
        title: impl Into<Text>,
        body: impl Into<String>,
    ) {
        let (title, body) = (title.into(), body.into());
        self.notes.add(Note {
            severity: crate::Severity::Error,
            code: key,
            path: None,
            message: body.clone(),
        });
        self.records.signals.push(Signal {
            domain: "operations".into(),
            key: key.into(),
            urgency: urgency.into(),
            title,
            body: Some(body.into()),
            url: None,
        });
    }
}
