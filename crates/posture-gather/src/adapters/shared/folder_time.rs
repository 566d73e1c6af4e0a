//! When the backup in a folder was made: the date in the folder's name, else the commit, else the newest file.

use std::borrow::Cow;
use std::collections::BTreeSet;

use posture_core::Timestamp;
use serde_json::Value;

use crate::history::{History, ObjectId};
use crate::kind::Key;
use crate::read_error::ReadError;
use crate::source::Source;
use crate::times;
use crate::tree::Entry;

/// The key for the time zone of dates in names and logs.
pub(crate) const TIMEZONE: Key = Key {
    name: "timezone",
    about: "The offset of dates in folder names and logs, which are local times. UTC if it is absent.",
    example: "\"+02:00\"",
    is_file: false,
    check: is_timezone,
};

fn is_timezone(value: &Value) -> Result<(), &'static str> {
    value.as_str().and_then(offset).map(|_| ()).ok_or("write UTC, or an offset such as +02:00")
}

/// Seconds east of UTC.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("utc") || text == "Z" {
        return Some(0);
    }
    // The contract's reader knows the form of offsets.
    let at = Timestamp::parse(&format!("2000-01-02T00:00:00{text}"))?;
    Some(Timestamp::parse("2000-01-02T00:00:00Z")?.unix_seconds() - at.unix_seconds())
}

/// A local time, as the source's time zone has it.
pub(crate) fn local(source: &Source<'_>, at: Timestamp) -> Timestamp {
    times::moved(at, -source.text(TIMEZONE.name).and_then(offset).unwrap_or(0))
}

/// Where the time of a set comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A date in the name of this folder.
    Name,
    /// The instants in the migration table of the folder.
    MigrationTable,
    /// This commit, in short.
    Commit(String),
    /// The newest of the set's files.
    NewestFile,
    /// The commit is not in this shallow clone.
    ShallowClone,
    /// The history cannot be read as far as the commit.
    BrokenHistory,
    /// Nothing tells.
    Nowhere,
}

impl Origin {
    /// The origin as the set's name states it.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Name => "time from the folder's name".to_owned(),
            Self::MigrationTable => "time from the migration table".to_owned(),
            Self::Commit(id) => format!("time from commit {id}"),
            Self::NewestFile => "time from the newest file".to_owned(),
            Self::ShallowClone | Self::BrokenHistory | Self::Nowhere => "time unknown".to_owned(),
        }
    }
}

/// The files of a backup in a folder, as far as they tell when it was made.
#[derive(Debug, Default)]
pub(crate) struct DatedFiles {
    newest: Option<Timestamp>,
    /// When each file was modified, in seconds since 1970.
    modified: Vec<i64>,
    /// The folders and files directly below the backup's folder that hold its files.
    children: BTreeSet<String>,
}

impl DatedFiles {
    /// Adds a file of the backup in a folder.
    pub(crate) fn add(&mut self, folder: &str, entry: &Entry) {
        self.newest = self.newest.max(entry.modified);
        self.modified.extend(entry.modified.map(Timestamp::unix_seconds));
        let below = entry.path.strip_prefix(folder).unwrap_or(&entry.path).trim_start_matches('/');
        let child = below.split('/').next().unwrap_or_default();
        if !self.children.contains(child) {
            self.children.insert(child.to_owned());
        }
    }
}

impl DatedFiles {
    /// How many files are more than a day older than the newest, so that the export which wrote that one did not write them.
    pub(crate) fn older(&self) -> usize {
        let newest = self.newest.map_or(0, Timestamp::unix_seconds);
        self.modified.iter().filter(|at| newest - **at > 86_400).count()
    }
}

/// The folder of an export, below the root's own name if that has a date: somebody may name the folder of one export.
pub(crate) fn named<'n>(source: &Source<'n>, folder: &'n str) -> Cow<'n, str> {
    if date_in(source.name).is_none() {
        return Cow::Borrowed(folder);
    }
    let below = if folder.is_empty() { String::new() } else { format!("/{folder}") };
    Cow::Owned(format!("{}{below}", source.name))
}

/// When the backup in a folder was made.
pub(crate) fn of_folder(
    source: &Source<'_>,
    folder: &str,
    files: &DatedFiles,
) -> (Option<Timestamp>, Origin) {
    if let Some(at) = named(source, folder).rsplit('/').find_map(date_in) {
        return (Some(local(source, at)), Origin::Name);
    }
    if let Some(history) = source.tree.history() {
        // The times of files in a clone are those of the clone.
        match last_change(history, folder, files) {
            Ok(Some((at, id))) => return (Some(at), Origin::Commit(id.short().to_owned())),
            Ok(None) => {}
            Err(Unknown::Shallow) => return (None, Origin::ShallowClone),
            Err(Unknown::Unreadable) => return (None, Origin::BrokenHistory),
        }
    }
    match files.newest {
        Some(at) => (Some(at), Origin::NewestFile),
        None => (None, Origin::Nowhere),
    }
}

/// The first date in a name: `2026-04-08`, `2026_04_08`, `2026.04.08` or `20260408`, with the time of day if one follows, such as
/// `-0130`, `_01-30-00` or `T01.30`. A date without one is midnight.
pub(crate) fn date_in(name: &str) -> Option<Timestamp> {
    let is_digit = |at: usize| name.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    (0..name.len()).filter(|at| *at == 0 || !is_digit(at - 1)).find_map(|at| {
        let (year, month, day, hour, minute) = parts_at(name, at)?;
        times::utc(year, month, day, hour, minute, 0).filter(|at| times::is_plausible(*at))
    })
}

/// The year, month, day, hour and minute that begin here, if their digits do.
fn parts_at(name: &str, at: usize) -> Option<(u32, u32, u32, u32, u32)> {
    let byte = |at: usize| name.as_bytes().get(at).copied();
    let is_digit = |at: usize| byte(at).is_some_and(|byte| byte.is_ascii_digit());
    let number = |from: usize, digits: usize| {
        let text = name.get(from..from.checked_add(digits)?)?;
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok())?
    };
    let separator = |at: usize| byte(at).filter(|byte| b"-_.".contains(byte));
    let between = separator(at + 4);
    let width = usize::from(between.is_some());
    let (month, day, end) = (at + 4 + width, at + 6 + 2 * width, at + 8 + 2 * width);
    if separator(at + 6 + width).filter(|_| width == 1) != between {
        return None;
    }
    // A longer number is something else.
    let clock = |from: usize| {
        let width = usize::from(byte(from + 2).is_some_and(|byte| b"-_.:h".contains(&byte)));
        let (hour, minute) = (number(from, 2)?, number(from + 2 + width, 2)?);
        let rest = from + 4 + width;
        let end = if width == 0 && number(rest, 2).is_some() { rest + 2 } else { rest };
        (hour < 24 && minute < 60 && !is_digit(end)).then_some((hour, minute))
    };
    let (hour, minute) = match byte(end) {
        // Without separators, the time of day follows at once.
        Some(byte) if byte.is_ascii_digit() => clock(end).filter(|_| width == 0)?,
        Some(b'-' | b'_' | b' ' | b'T' | b'.') => clock(end + 1).unwrap_or((0, 0)),
        _ => (0, 0),
    };
    Some((number(at, 4)?, number(month, 2)?, number(day, 2)?, hour, minute))
}

/// The newest commit on the first-parent line of `HEAD` that changed files of a backup. Other files next to them, such as a README or
/// a workflow, say nothing about its time. An error if the history ends or cannot be read before that commit is found.
fn last_change(
    history: &dyn History,
    folder: &str,
    files: &DatedFiles,
) -> Result<Option<(Timestamp, ObjectId)>, Unknown> {
    const LONGEST: usize = 100_000;
    let Some(head) = history.head() else { return Ok(None) };
    let content = |folder: &ObjectId| -> Result<Vec<_>, ReadError> {
        let entries = history.folder(folder)?.into_iter();
        let own = entries.filter(|entry| files.children.contains(&entry.name));
        Ok(own.map(|entry| (entry.name, entry.id)).collect())
    };
    let mut commit = history.commit(&head)?;
    let Some(mut at) = object_at(history, &commit.root, folder)? else { return Ok(None) };
    let now = content(&at)?;
    for _ in 0..LONGEST {
        if commit.is_cut {
            return Err(Unknown::Shallow);
        }
        let parent = commit.parents.first().map(|parent| history.commit(parent)).transpose()?;
        let Some(parent) = parent else { return Ok(Some((commit.committed_at, commit.id))) };
        match object_at(history, &parent.root, folder)? {
            Some(before) if before == at || content(&before)? == now => (at, commit) = (before, parent),
            _ => return Ok(Some((commit.committed_at, commit.id))),
        }
    }
    Err(Unknown::Unreadable)
}

/// Why the history does not tell the time.
enum Unknown {
    /// A shallow clone ends before the commit.
    Shallow,
    /// Something of it cannot be read.
    Unreadable,
}

impl From<ReadError> for Unknown {
    fn from(_: ReadError) -> Self {
        Self::Unreadable
    }
}

fn object_at(history: &dyn History, root: &ObjectId, folder: &str) -> Result<Option<ObjectId>, ReadError> {
    let mut at = root.clone();
    for name in folder.split('/').filter(|name| !name.is_empty()) {
        match history.folder(&at)?.into_iter().find(|entry| entry.name == name) {
            Some(entry) if entry.is_folder => at = entry.id,
            _ => return Ok(None),
        }
    }
    Ok(Some(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_found_in_names_as_tools_write_them() {
        for (name, at) in [
            ("2026-04-08", "2026-04-08T00:00:00Z"),
            ("Backup_2026-04-08", "2026-04-08T00:00:00Z"),
            ("20260408-0130", "2026-04-08T01:30:00Z"),
            ("Contoso 20260408-0130 full", "2026-04-08T01:30:00Z"),
            ("2026-04-08_0130", "2026-04-08T01:30:00Z"),
            ("20260408", "2026-04-08T00:00:00Z"),
            ("2026-04-08-013045", "2026-04-08T01:30:00Z"),
            ("2026-04-08_01-30-45", "2026-04-08T01:30:00Z"),
            ("Backup 2026-04-08T23.30", "2026-04-08T23:30:00Z"),
            ("2026.04.08_01.30", "2026-04-08T01:30:00Z"),
            ("2026_04_08", "2026-04-08T00:00:00Z"),
            ("202604080130", "2026-04-08T01:30:00Z"),
            ("20260408013045", "2026-04-08T01:30:00Z"),
            ("2026-04-08 12 policies", "2026-04-08T00:00:00Z"),
            ("2026-04-08-99-99", "2026-04-08T00:00:00Z"),
            ("2026-04-08-2400", "2026-04-08T00:00:00Z"),
            ("2026-04-08-0160", "2026-04-08T00:00:00Z"),
            ("2026-04-08-2359", "2026-04-08T23:59:00Z"),
        ] {
            assert_eq!(date_in(name), Timestamp::parse(at), "{name}");
        }
    }

    #[test]
    fn other_numbers_are_not_dates() {
        for name in [
            "",
            "Contoso",
            "2026-13-08",
            "2026-02-30",
            "120260408",
            "202604081",
            "202604089999",
            "2026-04_08",
            "2026-0408",
            "2026040801304500",
            "1999-12-31",
            "2026",
            "é2026-1",
        ] {
            assert_eq!(date_in(name), None, "{name}");
        }
    }

    #[test]
    fn offsets_are_read() {
        assert_eq!(offset("+02:00"), Some(7200));
        assert_eq!(offset("-05:30"), Some(-19_800));
        assert_eq!(offset("UTC"), Some(0));
        assert_eq!(offset("Europe/Berlin"), None);
    }
}
