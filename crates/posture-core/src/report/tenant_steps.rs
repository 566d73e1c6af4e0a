//! The reading of one tenant in steps, for a tenant that may have very many records.

use crate::json::cursor::{Cursor, TENANT_LEVEL};
use crate::json::fault::Notice;
use crate::reading::decode::Decode;
use crate::reading::preamble::TenantText;
use crate::reading::record_filter::{Evidence, admit};
use crate::reading::refusal::Refusal;
use crate::reading::snapshot::Tenant;
use crate::report::tenant::utf8;
use crate::sorting::sort_by_key;

/// The next step of reading a tenant.
pub(crate) enum TenantSteps<'t> {
    /// Check that its text is UTF-8.
    Text,
    /// Read everything but its lists of records.
    Members(&'t str),
    /// Read its lists of records.
    Records(&'t str, Box<Reading<'t>>),
    /// Set aside the records that do not count.
    Filter(&'t str, Box<Reading<'t>>),
    /// Nothing: it has been read.
    Read(&'t str, Box<Evidence<'t>>),
    /// Read it all in one step, because something in it is invalid.
    Whole,
}

/// A tenant whose lists of records are being read.
pub(crate) struct Reading<'t> {
    tenant: Tenant<'t>,
    /// What was noticed outside the lists.
    noticed: Vec<(usize, Notice)>,
    /// Reads the lists.
    lists: Cursor<'t>,
}

impl<'t> TenantSteps<'t> {
    /// Does the next step: reads at most so many records of each list, or does what concerns all of them.
    pub(crate) fn step(self, text: &'t TenantText, records: usize) -> Result<Self, Refusal> {
        Ok(match self {
            Self::Text => Self::Members(utf8(text)?),
            Self::Members(utf8) => {
                members(utf8).map_or(Self::Whole, |reading| Self::Records(utf8, Box::new(reading)))
            }
            Self::Records(utf8, mut reading) => match reading.read_on(records) {
                Some(true) => Self::Records(utf8, reading),
                Some(false) => Self::Filter(utf8, reading),
                None => Self::Whole,
            },
            Self::Filter(utf8, reading) => Self::Read(utf8, Box::new(reading.evidence())),
            Self::Read(..) | Self::Whole => self,
        })
    }
}

/// Reads a tenant without its lists of records; `None` if something is invalid.
fn members(utf8: &str) -> Option<Reading<'_>> {
    let mut cursor = Cursor::new(utf8, TENANT_LEVEL).postponing_lists();
    let tenant = Tenant::decode(&mut cursor).ok()?;
    cursor.end().ok()?;
    Some(Reading { tenant, noticed: cursor.notices, lists: Cursor::new(utf8, TENANT_LEVEL + 1) })
}

impl<'t> Reading<'t> {
    /// Reads the next records. Returns whether any may be left; `None` if one is invalid.
    fn read_on(&mut self, records: usize) -> Option<bool> {
        let Self { tenant, lists, .. } = self;
        let Tenant { backup_sets, backup_schedules, restore_runs, .. } = tenant;
        let mut goes_on = false;
        if let Some(sets) = backup_sets {
            goes_on = sets.read_on(lists, records).ok()?;
        }
        if let Some(schedules) = backup_schedules.as_mut().filter(|_| !goes_on) {
            goes_on = schedules.read_on(lists, records).ok()?;
        }
        if let Some(runs) = restore_runs.as_mut().filter(|_| !goes_on) {
            goes_on = runs.read_on(lists, records).ok()?;
        }
        Some(goes_on)
    }

    fn evidence(self) -> Evidence<'t> {
        let Self { tenant, mut noticed, lists } = self;
        noticed.extend(lists.notices);
        sort_by_key(&mut noticed, |(at, _)| *at);
        admit(tenant, noticed)
    }
}
