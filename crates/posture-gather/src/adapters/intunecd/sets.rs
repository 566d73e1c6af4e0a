//! The sets of a history: the newest with its items, older ones with their summary.

use posture_core::Timestamp;
use posture_core::export::snapshot::BackupSet;

use super::commits::Capture;
use super::content::{Contents, Summary};
use crate::ids::Ids;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;

/// Backups older than this are left out, except the newest two.
const HISTORY_DAYS: u64 = 400;

/// Adds the sets, oldest first.
pub(super) fn add(
    source: &Source<'_>,
    contents: &mut Contents<'_>,
    captures: &[Capture],
    gathered: &mut Gathered,
) {
    let days = source.number("history_days").unwrap_or(HISTORY_DAYS).min(40_000);
    let oldest = times::moved(source.now, -86_400 * days.cast_signed());
    let mut ids = Ids::default();
    let mut sets: Vec<(Timestamp, u64, &Capture)> = captures
        .iter()
        .map(|capture| {
            (
                capture.at(),
                ids.claim("intunecd set", &format!("{}\n{}", source.scope, capture.commit.id)).0,
                capture,
            )
        })
        .collect();
    // As the resolver orders the sets of a scope.
    sets.sort_by_key(|(at, id, _)| (*at, *id));
    let newest_two = sets.len().saturating_sub(2);
    let left_out = sets.iter().take(newest_two).filter(|(at, ..)| *at < oldest).count();
    if left_out > 0 {
        gathered.notes.info(
            "older_backups",
            None,
            format!("{left_out} backups are older than {days} days and were left out."),
        );
    }
    let last = sets.len().saturating_sub(1);
    for (at_place, (at, id, capture)) in sets.iter().enumerate().skip(left_out) {
        let is_newest = at_place == last;
        let set = set(source, contents, capture, (*at, *id), is_newest, gathered);
        gathered.records.sets.push(set);
    }
}

fn set(
    source: &Source<'_>,
    contents: &mut Contents<'_>,
    capture: &Capture,
    (at, id): (Timestamp, u64),
    is_newest: bool,
    gathered: &mut Gathered,
) -> BackupSet {
    let commit = &capture.commit;
    let is_partial = !capture.emptied.archived.is_empty();
    if is_partial {
        let types = capture.emptied.archived.join(", ");
        let message = format!(
            "Commit {} moved every file of these types to the archive, so the backup is partial: {types}.",
            commit.id.short()
        );
        gathered.notes.warning("archived_type", None, message);
    }
    if !capture.emptied.deleted.is_empty() {
        let types = capture.emptied.deleted.join(", ");
        let message = format!(
            "Commit {} deleted every file of these types: {types}. Either the tenant has none any more, or the backup could not read them.",
            commit.id.short()
        );
        gathered.notes.warning("deleted_type", None, message);
    }
    // A shallow clone does not show whether its last commit changed the backup, which may be much older.
    let (completed_at, origin) = if commit.is_cut { (None, "; time unknown") } else { (Some(at), "") };
    let mut set = BackupSet {
        id,
        name: Some(format!("Commit {}: {}{origin}", commit.id.short(), short(&commit.subject)).into()),
        scope: Some(source.scope.to_owned().into()),
        status: if is_partial { "partial".into() } else { "completed".into() },
        completed_at: times::written(completed_at),
        ..BackupSet::default()
    };
    let content = if is_newest {
        contents.items(capture.root.as_ref()).map(|items| {
            for item in &items {
                let metadata = item.metadata.as_ref();
                if let Some(why) = metadata.and_then(|metadata| metadata.integrity_warning.as_deref()) {
                    let [folder, name] = [&item.policy_type, &item.display_name]
                        .map(|part| part.as_deref().unwrap_or_default());
                    let place = format!("{folder}/{name}");
                    gathered.notes.warning("degraded_item", Some(&place), why.to_owned());
                }
            }
            set.item_count = Some(items.len() as u64);
            set.items = Some(items);
        })
    } else {
        contents.summary(capture.root.as_ref()).map(|summary: Summary| {
            set.item_count = Some(summary.items);
            set.quality = Some(summary.quality());
        })
    };
    if let Err(error) = content {
        // Neither items nor a summary: the reader reports the quality as unknown.
        let message = format!("The content of commit {} cannot be read: {error}.", commit.id.short());
        gathered.notes.error("unreadable_content", None, message);
    }
    set
}

fn short(subject: &str) -> String {
    let quoted = quoted(subject);
    quoted.trim_matches('"').to_owned()
}
